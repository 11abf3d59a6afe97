import { CodedError } from '../diag/error.ts';
import { toByteText } from '../spec/bytes.ts';

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n], ['us', 1_000n], ['\u00b5s', 1_000n], ['\u03bcs', 1_000n], ['ms', 1_000_000n],
  ['s', 1_000_000_000n], ['m', 60_000_000_000n], ['h', 3_600_000_000_000n],
]);
const LIMIT = 2n ** 63n;
/** Digits, a fraction, and a unit; each may be missing, which is judged afterwards. */
const PART = /([0-9]*)(?:\.([0-9]*))?([^.0-9]*)/y;

/** Go's time.ParseDuration, `1h2m3.5s`: nanoseconds. Throws CodedError `syntax` with its words. */
export function parseDuration(text: string): bigint {
  const digits = /^[+-]/.test(text) ? text.slice(1) : text;
  if (digits === '0') return 0n;
  if (digits === '') throw durationError('invalid duration', text);
  let total = 0n;
  for (PART.lastIndex = 0; PART.lastIndex < digits.length;) {
    const [, whole = '', fraction = '', unit = ''] = PART.exec(digits) ?? [];
    total += readPart(text, whole, fraction, unit);
    if (total > LIMIT) throw durationError('invalid duration', text);
  }
  if (text.startsWith('-')) return -total;
  if (total === LIMIT) throw durationError('invalid duration', text);
  return total;
}

function readPart(text: string, whole: string, fraction: string, unit: string): bigint {
  const digits = whole.replace(/^0+/, '');
  if ((whole === '' && fraction === '') || digits.length > 19 || BigInt(digits) > LIMIT) throw durationError('invalid duration', text);
  if (unit === '') throw durationError('missing unit in duration', text);
  const factor = UNITS.get(unit);
  if (factor === undefined) throw durationError(`unknown unit ${quoteBytes(unit)} in duration`, text);
  const value = BigInt(digits) * factor;
  if (value > LIMIT) throw durationError('invalid duration', text);
  return value + readFraction(fraction, Number(factor));
}

/** A fraction of a unit; digits that a 63-bit number cannot take do not count. */
function readFraction(fraction: string, factor: number): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of fraction.slice(0, 20)) {
    const next = value * 10n + BigInt(digit);
    if (value > (LIMIT - 1n) / 10n || next > LIMIT) break;
    value = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(value) * (factor / scale)));
}

function durationError(problem: string, text: string): CodedError {
  return new CodedError('syntax', `time: ${problem} ${quoteBytes(text)}`);
}

/** The time package's own quoting: all but printable ASCII as bytes. */
function quoteBytes(text: string): string {
  const bytes = toByteText(text).replace(/["\\]/g, '\\$&');
  return `"${bytes.replace(/[\u0000-\u001f\u0080-\u00ff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
}
