import { CodedError } from '../diag/error.ts';
import { fromByteText, replaceBroken, toByteText } from '../spec/bytes.ts';
import { isSpace, trimSpaceLeft } from '../spec/strings.ts';
import { quote } from '../spec/text.ts';
import { readJson } from './json.ts';
import type { Keyword } from './keywords.ts';
import { packageReads, readWithPackage } from './package.ts';
import { BLANKS } from './split.ts';

/** An instruction's arguments, as the reference lists them; `json`: written as a JSON array. */
export interface Arguments {
  readonly args: readonly string[];
  readonly json: boolean;
}

const NONE: Arguments = { args: [], json: false };

/**
 * Reads what follows the flags, by the rules of each keyword (parser/line_parsers.go); not for ONBUILD. ENV and LABEL
 * give three arguments a pair: name, value, and `=` or ''. Throws CodedError `syntax`.
 */
export function readArguments(keyword: Exclude<Keyword, 'onbuild'>, rest: string, escape: string): Arguments {
  switch (keyword) {
    case 'env': case 'label':
      return plain(readNameValues(keyword.toUpperCase(), rest, escape));
    case 'arg':
      return plain(packageReads(keyword, rest, escape) ? readWithPackage(keyword, rest) : readWords(rest, escape));
    case 'expose':
      return plain(packageReads(keyword, rest, escape) ? readWithPackage(keyword, rest) : splitList(rest));
    case 'from':
      return plain(splitList(rest));
    case 'maintainer': case 'stopsignal': case 'user': case 'workdir':
      return readText(keyword, rest, escape);
    case 'healthcheck':
      return readHealthcheck(rest, escape);
    case 'add': case 'copy': case 'volume':
      return readJsonForm(keyword, rest, escape) ?? plain(splitList(rest));
    case 'cmd': case 'entrypoint': case 'run': case 'shell':
      return rest === '' ? NONE : readJsonForm(keyword, rest, escape) ?? plain([rest]);
  }
}

function plain(args: readonly string[]): Arguments {
  return { args, json: false };
}

function readText(keyword: Keyword, rest: string, escape: string): Arguments {
  if (rest === '') return NONE;
  return plain(packageReads(keyword, rest, escape) ? readWithPackage(keyword, rest) : [rest]);
}

function splitList(rest: string): readonly string[] {
  return rest === '' ? [] : rest.split(BLANKS);
}

/** The items of a JSON array of strings; undefined when it is no JSON array. Throws when it holds anything else. */
function readJsonForm(keyword: Keyword, rest: string, escape: string): Arguments | undefined {
  const text = trimSpaceLeft(rest);
  if (!text.startsWith('[')) return undefined;
  if (packageReads(keyword, text, escape)) return { args: readWithPackage(keyword, text), json: true };
  const value = readJson(text);
  if (!Array.isArray(value)) return undefined;
  const args = value.map((item: unknown) => {
    if (typeof item === 'string') return replaceBroken(item);
    throw new CodedError('syntax', 'when using JSON array syntax, arrays must be comprised of strings only');
  });
  return { args, json: true };
}

/** The type, and what follows it; the reference looks for the space between them byte by byte. */
function readHealthcheck(rest: string, escape: string): Arguments {
  const bytes = toByteText(rest);
  let end = 0;
  while (end < bytes.length && !isSpace(bytes.charCodeAt(end))) end++;
  if (end === 0) return NONE;
  let next = end;
  while (next < bytes.length && isSpace(bytes.charCodeAt(next))) next++;
  const type = fromByteText(bytes.slice(0, end));
  const command = fromByteText(bytes.slice(next));
  const { args, json } = readArguments('cmd', command, escape);
  return { args: [type, ...args], json };
}

function readNameValues(name: string, rest: string, escape: string): readonly string[] {
  const words = readWords(rest, escape);
  const [first] = words;
  if (first === undefined) return [];
  if (!first.includes('=')) {
    const blanks = BLANKS.exec(rest);
    if (blanks === null) throw new CodedError('syntax', `${name} must have two arguments`);
    return [rest.slice(0, blanks.index), rest.slice(blanks.index + blanks[0].length), ''];
  }
  return words.flatMap((word) => {
    const index = word.indexOf('=');
    if (index < 0) throw new CodedError('syntax', `Syntax error - can't find = in ${quote(word)}. Must be of the form: name=value`);
    return [word.slice(0, index), word.slice(index + 1), '='];
  });
}

/** Splits at white space outside of quotes; quotes and escapes stay, but for an escape at the very end; broken characters are replaced. */
function readWords(text: string, escape: string): readonly string[] {
  const rest = replaceBroken(text);
  const words: string[] = [];
  let word: string | undefined;
  let quoteMark = '';
  for (let position = 0; position < rest.length; position++) {
    const character = rest.charAt(position);
    if (quoteMark === '' && isSpace(character.charCodeAt(0))) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word ??= '';
    if (character === escape && quoteMark !== "'") {
      if (position + 1 === rest.length) break;
      // The character behind it may not end the word, whatever it is.
      word += character + rest.charAt(++position);
      continue;
    }
    if (character === quoteMark) quoteMark = '';
    else if (quoteMark === '' && (character === "'" || character === '"')) quoteMark = character;
    word += character;
  }
  if (word !== undefined && word !== '') words.push(word);
  return words;
}
