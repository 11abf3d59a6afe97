import * as assert from 'uvu/assert';
import type { ErrorCode } from '../../src/diag/error.ts';

/** The message that a promise fails with; an assertion error when it does not fail, or with another code. */
export async function failureOf(promise: Promise<unknown>, code: ErrorCode = 'image'): Promise<string> {
  let error: (Error & { readonly code?: string }) | undefined;
  await promise.catch((thrown: Error) => (error = thrown));
  assert.is(error?.code, code, error?.stack ?? 'it did not fail');
  return error?.message ?? '';
}
