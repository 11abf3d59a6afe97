/** Go's strconv, as far as a Dockerfile's words show it. */

const INT64_MAX = 2n ** 63n - 1n;

/** strconv.ParseInt(text, 10, 64); undefined where that gives an error. */
export function parseDecimal(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const digits = text.replace(/^[+-]/, '').replace(/^0+(?=[0-9])/, '');
  if (digits.length > 19) return undefined;
  const value = text.startsWith('-') ? -BigInt(digits) : BigInt(digits);
  return value > INT64_MAX || value < -INT64_MAX - 1n ? undefined : value;
}
