import type { Range } from './range.ts';

/**
 * What kind of thing went wrong. Closed: tests assert codes, not sentences.
 * `syntax`: the Dockerfile's text; `convert`: its meaning; `option`: a frontend option or build arg;
 * `image`: an image that is compared, or where it comes from; `unsupported`: the daemon or platform lacks something; `provenance`, `snapshot`: the supplied facts; `gateway`: a call to the daemon.
 */
export type ErrorCode = 'syntax' | 'convert' | 'option' | 'unsupported' | 'provenance' | 'snapshot' | 'gateway' | 'image' | 'internal';

/** An error with a closed code. `message` is the whole text that the user reads. */
export class CodedError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CodedError';
    this.code = code;
  }
}

/**
 * An error that knows where in the Dockerfile it belongs. Each entry of `locations` is one place, given as line ranges;
 * the innermost comes first. The message is the cause's.
 */
export class LocatedError extends Error {
  readonly locations: readonly (readonly Range[])[];
  constructor(cause: unknown, locations: readonly (readonly Range[])[]) {
    super(messageOf(cause), { cause });
    this.name = 'LocatedError';
    this.locations = locations;
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `error` with `message: ` before its text; what it carries (code, location, gRPC details) stays in the cause chain. */
export function wrapError(error: unknown, message: string): Error {
  return new Error(`${message}: ${messageOf(error)}`, { cause: error });
}

/** The first error of class `type` in the cause chain of `error`, itself included. */
export function findCause<T extends Error>(error: unknown, type: abstract new (...args: never[]) => T): T | undefined {
  for (let current: unknown = error, depth = 0; current instanceof Error && depth < 100; current = current.cause, depth++) {
    if (current instanceof type) return current;
  }
  return undefined;
}

/** `error` with one more place after those it already has (BuildKit's parser.WithLocation). */
export function withLocation(error: unknown, ranges: readonly Range[]): LocatedError {
  const located = findCause(error, LocatedError);
  return new LocatedError(error, located === undefined ? [ranges] : [...located.locations, ranges]);
}

/** `error` with `ranges` as its only place (BuildKit's parser.SetLocation). */
export function setLocation(error: unknown, ranges: readonly Range[]): LocatedError {
  return new LocatedError(error, [ranges]);
}

/** For the default branch of a switch over a closed union: compiles only when every kind is handled. */
export function assertNever(value: never): never {
  throw new CodedError('internal', `unhandled case ${JSON.stringify(value)}`);
}
