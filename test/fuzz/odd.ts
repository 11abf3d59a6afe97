import type { Random } from './random.ts';

/** White space of every kind, as Unicode, Go, JavaScript and terminals have it, and what only looks like some. */
const BLANKS = ['\t', '\v', '\f', '\r', '\r\r', '\0', '\x1c', '\x7f', '\u0085', '\u00a0', '\u1680', '\u180e', '\u2000', '\u200b', '\u2028', '\u2029', '\u3000', '\ufeff'];

/** Letters whose other case is another letter's, or several. */
const FOLDED: readonly (readonly [letter: string, others: readonly string[]])[] = [
  ['k', ['\u212a', 'K']], ['s', ['\u017f', 'S', 'ß']], ['i', ['\u0130', '\u0131', 'I']], ['a', ['Å', '\u212b', 'A']], ['o', ['\u2126', 'ω', 'O']], ['f', ['ﬁ', 'F']],
];

/** What is not UTF-8, one lone surrogate a byte (src/spec/bytes.ts): stray bytes, characters cut off, surrogates, beyond Unicode. */
const BROKEN = ['\udcff', '\udc80', '\udcc3', '\udce2\udc82', '\udced\udca0\udc80', '\udcf4\udc90\udc80\udc80', '\udcc0\udcaf'];

/** Numbers at the edges of the types that hold them, and other ways to write some. */
export const NUMBERS = ['0', '007', '+5', '-0', '-1', '1e3', '1_000', '1.5', '0x10', '٣', '2147483648', '4294967295', '4294967296', '9007199254740993', '9223372036854775807', '9223372036854775808', '18446744073709551615', '18446744073709551616', '99999999999999999999999'];

/** Lines of an ignore file, most of them odd. */
export const IGNORE_LINES = ['*', '**', '!a', 'src', '!src/x', '# no', ' #a', '/a/', './a', '..', 'a/../b', '[', '[a-', '**/x', ' a ', '!', '/', '\\a', '*/b', 'a?c', 'x\\', '\ufeff*.txt', '\ta\v', '\u00a0a'];

/** `text` with one odd thing done to it, so that what stands around it stays as it was. */
export function odd(random: Random, text: string): string {
  const at = random.int(0, text.length);
  switch (random.pick(['blank', 'blank', 'insert', 'fold', 'broken', 'long', 'number', 'double', 'drop', 'carriage return'])) {
    case 'blank': return replaceOne(random, text, / /g, () => random.pick(BLANKS));
    case 'insert': return text.slice(0, at) + random.pick([...BLANKS, ' ', '  ', '\n', '\\', '`', '"', "'", '$', '#', ',', '=', '<<']) + text.slice(at);
    case 'fold': return replaceOne(random, text, /[ksiaof]/gi, (letter) => random.pick(FOLDED.find(([plain]) => plain === letter.toLowerCase())?.[1] ?? [letter]));
    case 'broken': return text.slice(0, at) + random.pick(BROKEN) + text.slice(at);
    case 'long': return text.slice(0, at) + random.pick(['x', ' ', 'a ', '\\\n', '"', '[', '${A:-', '$A', '\t', 'é']).repeat(random.pick([100, 3000, 70_000])) + text.slice(at);
    case 'number': return replaceOne(random, text, /\b[0-9]+\b/g, () => random.pick(NUMBERS));
    case 'double': return text.slice(0, at) + text.slice(random.int(Math.max(0, at - 30), at));
    case 'drop': return text.slice(0, at) + text.slice(at + random.int(1, 10));
    default: return replaceOne(random, text, /\n/g, () => random.pick(['\r', '\r\n', '\n\r', '\r\r\n']));
  }
}

/** `text` with one of the matches of `pattern` replaced; as it is when there is none. */
function replaceOne(random: Random, text: string, pattern: RegExp, replacement: (match: string) => string): string {
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return text;
  const match = random.pick(matches);
  return text.slice(0, match.index) + replacement(match[0]) + text.slice(match.index + match[0].length);
}
