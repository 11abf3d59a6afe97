/** Go's ways with strings that show in bytes and messages. */

/** Code units from here on do not sort as the UTF-8 bytes of their characters do. */
export const BEYOND_ORDER = /[\ud800-\uffff]/;

/** Go's order of strings, which is that of their UTF-8 bytes: negative, zero or positive. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  // V8's own order is that of code units, and takes a fraction of the time.
  if (!BEYOND_ORDER.test(a) && !BEYOND_ORDER.test(b)) return a < b ? -1 : 1;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return codeUnitRank(left) - codeUnitRank(right);
  }
  return a.length - b.length;
}

/** Sorts the list in Go's order, and gives it back. */
export function sortStrings(list: string[]): string[] {
  return list.some((text) => BEYOND_ORDER.test(text)) ? list.sort(compareStrings) : list.sort();
}

/** Puts surrogates after all other code units, as their characters' UTF-8 forms are. */
function codeUnitRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\u0007', '\\a'], ['\b', '\\b'], ['\f', '\\f'], ['\n', '\\n'], ['\r', '\\r'], ['\t', '\\t'], ['\v', '\\v'], ['"', '\\"'], ['\\', '\\\\'],
]);

/** Go's unicode.IsPrint beyond ASCII. Few texts need it, and V8 takes half a millisecond to compile it. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;

/** Go's strconv.Quote, which `%q` prints: double quotes around, and escapes for what is not printable or, as spec/bytes.ts keeps it, no character. */
export function quote(text: string): string {
  let out = '"';
  for (const character of text) out += SHORT_ESCAPES.get(character) ?? quoteCharacter(character);
  return `${out}"`;
}

function quoteCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  if (code < 0x80 ? code >= 0x20 && code !== 0x7f : PRINTABLE.test(character)) return character;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}
