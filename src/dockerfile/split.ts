import { fromByteText, toByteText } from '../spec/bytes.ts';
import { isSpace, trimSpace } from '../spec/strings.ts';

/** An instruction's line in three: keyword, `--flags`, and what follows them. */
export interface SplitLine {
  readonly keyword: string;
  readonly flags: readonly string[];
  readonly rest: string;
}

/** What separates words that are not quoted (parser/parser.go, reWhitespace). */
export const BLANKS = /[\t\v\f\r ]+/;

/** The same of one code unit; not by the expression, since each instruction has a keyword. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0b || code === 0x0c || code === 0x0d;
}

const NO_FLAGS: readonly string[] = [];
const BEGINS_FLAGS = /^\s*--/;

/** Splits a logical line (parser/split_command.go). */
export function splitCommand(line: string, escape: string): SplitLine {
  const trimmed = trimSpace(line);
  let end = 0;
  while (end < trimmed.length && !isBlank(trimmed.charCodeAt(end))) end++;
  if (end === trimmed.length) return { keyword: trimmed, flags: NO_FLAGS, rest: '' };
  const keyword = trimmed.slice(0, end);
  while (isBlank(trimmed.charCodeAt(end))) end++;
  const words = trimmed.slice(end);
  if (!BEGINS_FLAGS.test(words)) return { keyword, flags: NO_FLAGS, rest: trimSpace(words) };
  const { flags, rest } = takeFlags(words, escape);
  return { keyword, flags, rest: trimSpace(rest) };
}

/**
 * Takes the words that begin with `--` off the front; quotes and escapes in them are removed, and a bare `--` ends them.
 * The reference reads bytes here, as if each were a character, so that other than ASCII comes out as it writes it.
 */
function takeFlags(text: string, escape: string): { readonly flags: readonly string[]; readonly rest: string } {
  const bytes = toByteText(text);
  const flags: string[] = [];
  for (let position = 0; ;) {
    while (position < bytes.length && isSpace(bytes.charCodeAt(position))) position++;
    if (position === bytes.length) return { flags, rest: '' };
    if (!bytes.startsWith('--', position)) return { flags, rest: fromByteText(bytes.slice(position)) };
    const { word, end } = takeFlag(bytes, position, escape);
    position = end;
    if (word === '--') return { flags, rest: fromByteText(bytes.slice(position)) };
    flags.push(word);
  }
}

function takeFlag(bytes: string, start: number, escape: string): { readonly word: string; readonly end: number } {
  let word = '';
  let quote = '';
  for (let position = start; position < bytes.length; position++) {
    let character = bytes.charAt(position);
    if (quote === '' && isSpace(character.charCodeAt(0))) return { word, end: position };
    if (character === quote) {
      quote = '';
      continue;
    }
    if (quote === '' && (character === "'" || character === '"')) {
      quote = character;
      continue;
    }
    if (character === escape) {
      if (position + 1 === bytes.length) break;
      character = bytes.charAt(++position);
    }
    word += character;
  }
  return { word, end: bytes.length };
}
