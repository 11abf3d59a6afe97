import { CodedError, findCause, LocatedError } from '../../../src/diag/error.ts';
import type { Target } from './target.ts';

/** Longer than this on one input is a hang, in milliseconds of processor time. */
export const MAX_MS = 1000;
/** What a result may hold beside what grows with the input, in bytes. */
const FIXED_BYTES = 1 << 15;

export type Finding = 'crash' | 'hang' | 'growth' | 'pollution';

/** What became of one input: what is wrong, if anything, and a short text that tells inputs of different fates apart. */
export interface Outcome {
  readonly finding?: Finding;
  readonly detail: string;
}

const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Map.prototype, Promise.prototype];
const keyCounts = (): number => PROTOTYPES.reduce<number>((sum, each) => sum + Reflect.ownKeys(each).length, 0);
const KEYS = keyCounts();
/** What the prototypes have, as it was before any input. */
const VALUES = PROTOTYPES.flatMap((each) => Reflect.ownKeys(each).map((key) => ({ each, key, value: Object.getOwnPropertyDescriptor(each, key)?.value as unknown })));
const hasOtherValue = (): boolean => VALUES.some(({ each, key, value }) => Object.getOwnPropertyDescriptor(each, key)?.value !== value);

/** Runs one input. With `measure`, what it gives is measured too. */
export async function checkInput(target: Target, input: Uint8Array, measure: boolean): Promise<Outcome> {
  const before = performance.now();
  const outcome = await fate(target, input, measure);
  if (keyCounts() !== KEYS) return { finding: 'pollution', detail: 'a prototype has another number of properties' };
  if (measure && hasOtherValue()) return { finding: 'pollution', detail: 'a property of a prototype has another value' };
  return performance.now() - before > MAX_MS && outcome.finding === undefined ? timed(target, input) : outcome;
}

async function fate(target: Target, input: Uint8Array, measure: boolean): Promise<Outcome> {
  let value: unknown;
  try {
    value = target.run(input);
    if (value instanceof Promise) value = await value;
  } catch (error) {
    return isOnPurpose(error) ? { detail: shape(String((error as Error).message)) } : { finding: 'crash', detail: error instanceof Error ? error.stack ?? error.message : String(error) };
  }
  if (!measure) return { detail: '' };
  const size = sizeOf(value);
  const limit = FIXED_BYTES + target.growth * input.length;
  return size > limit ? { finding: 'growth', detail: `${size} bytes from ${input.length}` } : { detail: `gives ${Math.round(Math.log2(size + 1))}` };
}

/** Other programs take the processor too: what looks slow is run once more, by its own time. */
async function timed(target: Target, input: Uint8Array): Promise<Outcome> {
  const start = process.cpuUsage();
  await fate(target, input, false);
  const { user, system } = process.cpuUsage(start);
  const took = (user + system) / 1000;
  return took > MAX_MS ? { finding: 'hang', detail: `took ${Math.round(took)} ms` } : { detail: 'slow machine' };
}

/** An error of the program's own making, and none of the language's below it, which would be a mistake that something wraps. */
export function isOnPurpose(error: unknown): boolean {
  if (!(error instanceof Error) || isMistake(error)) return false;
  for (let cause = error.cause, depth = 0; cause instanceof Error && depth < 100; cause = cause.cause, depth++) {
    if (isMistake(cause)) return false;
  }
  return findCause(error, CodedError) !== undefined || findCause(error, LocatedError) !== undefined || error.constructor === Error || error instanceof RangeError;
}

function isMistake(error: Error): boolean {
  if (error instanceof ReferenceError) return true;
  // Node's decoders throw a TypeError with a code on purpose.
  if (error instanceof TypeError) return !('code' in error);
  if (error instanceof RangeError) return /call stack|Invalid (?:string|array) length|out of memory/.test(error.message);
  return error instanceof SyntaxError && /regular expression/i.test(error.message);
}

/** A message without what it quotes of the input. */
function shape(message: string): string {
  return message.slice(0, 400).replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\d+/g, '0').slice(0, 60);
}

/** Roughly the bytes that a value holds; what is held twice counts once. */
function sizeOf(root: unknown): number {
  const seen = new Set<object>();
  const left: unknown[] = [root];
  let size = 0;
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string') size += value.length;
    else if (typeof value !== 'object' || value === null) size += 8;
    else if (!seen.has(value)) {
      seen.add(value);
      if (ArrayBuffer.isView(value)) size += value.byteLength;
      else left.push(...children(value).slice(0, 100_000));
    }
  }
  return size;
}

function children(value: object): readonly unknown[] {
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  return value instanceof Set ? [...value] : Object.values(value);
}
