import { CodedError } from '../diag/error.ts';
import { isPatternSpace } from '../spec/strings.ts';
import type { Heredoc } from './ast.ts';
import { EMPTY_ENV } from './env.ts';
import { processWords, WordError } from './words.ts';

const WORD_OPTIONS = { escape: '\\', skipUnsetEnv: true };
const BEGIN = /^([0-9]*)<<(-?)/;

/**
 * Reads a word as the beginning of a heredoc, `<<EOF`, `3<<-"EOF"`; its content is still ''. Undefined when it is none
 * (parser/parser.go, ParseHeredoc). Throws WordError when the name's quotes do not close.
 */
export function parseHeredoc(text: string): Heredoc | undefined {
  if (!text.includes('<<')) return undefined;
  const match = BEGIN.exec(text);
  if (match === null) return undefined;
  let start = match[0].length;
  while (isPatternSpace(text.charCodeAt(start))) start++;
  const rest = text.slice(start);
  if (rest === '' || rest.includes('<')) return undefined;

  const words = processWords(rest, EMPTY_ENV, WORD_OPTIONS);
  const [name] = words;
  if (words.length !== 1 || name === undefined) return undefined;
  const rawWords = processWords(rest, EMPTY_ENV, { ...WORD_OPTIONS, rawQuotes: true });
  const [rawName] = rawWords;
  if (rawWords.length !== 1 || rawName === undefined) {
    throw new CodedError('syntax', `internal lexing of heredoc produced inconsistent results: ${rest}`);
  }
  return { name, fileDescriptor: fileDescriptor(match[1] ?? ''), expand: countQuotes(name) === countQuotes(rawName), chomp: match[2] === '-', content: '' };
}

/** The same, with undefined for what cannot be read (MustParseHeredoc). */
export function findHeredoc(text: string): Heredoc | undefined {
  try {
    return parseHeredoc(text);
  } catch {
    return undefined;
  }
}

/** The heredocs that begin on an instruction's line, in order. Throws as parseHeredoc does. */
export function heredocsOfLine(line: string): readonly Heredoc[] {
  return wordsOfLine(line).map(parseHeredoc).filter((heredoc) => heredoc !== undefined);
}

/** A line whose words cannot be read has no heredocs. */
function wordsOfLine(line: string): readonly string[] {
  try {
    return processWords(line, EMPTY_ENV, { ...WORD_OPTIONS, rawQuotes: true, rawEscapes: true });
  } catch (error) {
    if (error instanceof WordError) return [];
    throw error;
  }
}

/** Removes the tabs at the beginning of each line. */
export function chompHeredoc(content: string): string {
  return content.replace(/(^|\n)\t+/g, '$1');
}

function fileDescriptor(digits: string): number {
  return Math.min(Number(digits), 2 ** 64);
}

function countQuotes(text: string): number {
  let count = 0;
  for (const character of text) if (character === "'" || character === '"') count++;
  return count;
}
