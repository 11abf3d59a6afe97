import { CodedError } from '../diag/error.ts';
import { quote } from '../spec/text.ts';
import { toLower } from '../spec/strings.ts';

/** Go's strconv.ParseUint for 32 bits; undefined when `text` is no such number. */
export function parseUint32(text: string, base: 8 | 10): number | undefined {
  if (!(base === 8 ? /^[0-7]+$/ : /^[0-9]+$/).test(text)) return undefined;
  const value = Number.parseInt(text, base);
  return value < 2 ** 32 ? value : undefined;
}

/** Go's strconv.ParseInt for base 10 and 32 bits. Throws CodedError `syntax` with its words. */
export function parseInt32(text: string): number {
  if (!/^[+-]?[0-9]+$/.test(text)) throw new CodedError('syntax', `strconv.ParseInt: parsing ${quote(text)}: invalid syntax`);
  const value = Number(text);
  if (value >= 2 ** 31 || value < -(2 ** 31)) throw new CodedError('syntax', `strconv.ParseInt: parsing ${quote(text)}: value out of range`);
  return value === 0 ? 0 : value;
}

const SIZE_UNITS = 'kmgtp';

/** A size in bytes with an optional binary unit, `10m`, `1.5 GiB` (go-units, RAMInBytes); undefined when it is none. */
export function parseSize(text: string): bigint | undefined {
  let last = text.length - 1;
  while (last >= 0 && !'0123456789. '.includes(text.charAt(last))) last--;
  if (last < 0) return undefined;
  const size = parseFloat64(text.slice(0, text[last] === ' ' ? last : last + 1));
  const suffix = text.slice(last + 1);
  if (size === undefined || size < 0 || suffix.length > 3) return undefined;
  const unit = toLower(suffix);
  if (unit === '' || unit === 'b') return toInt64(size);
  const power = SIZE_UNITS.indexOf(unit.charAt(0)) + 1;
  if (power === 0 || !['', 'b', 'ib'].includes(unit.slice(1))) return undefined;
  return toInt64(size * 1024 ** power);
}

/** Underscores may part digits. */
const DECIMAL = /^[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)(?:e[+-]?[0-9]+(?:_[0-9]+)*)?$/i;
const HEXADECIMAL = /^([+-]?)0x(_?[0-9a-f]+(?:_[0-9a-f]+)*)?(?:\.([0-9a-f]+(?:_[0-9a-f]+)*)?)?p([+-]?[0-9]+(?:_[0-9]+)*)$/i;

/** Go's strconv.ParseFloat; undefined when `text` is no number or too large. */
function parseFloat64(text: string): number | undefined {
  const special = /^([+-]?)(?:inf|infinity)$/i.exec(text);
  if (special !== null) return special[1] === '-' ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  const value = DECIMAL.test(text) ? Number(text.replaceAll('_', '')) : parseHexadecimal(text);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function parseHexadecimal(text: string): number | undefined {
  const match = HEXADECIMAL.exec(text);
  if (match === null || (match[2] ?? match[3]) === undefined) return undefined;
  const fraction = (match[3] ?? '').replaceAll('_', '');
  const digits = (match[2] ?? '').replaceAll('_', '') + fraction;
  const exponent = Number((match[4] ?? '').replaceAll('_', '')) - 4 * fraction.length;
  return Number(`0x${digits}`) * 2 ** exponent * (match[1] === '-' ? -1 : 1);
}

/** Go's conversion of a float64 to an int64, as it comes out on amd64 when it does not fit. */
function toInt64(value: number): bigint {
  return Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : -(2n ** 63n);
}
