import { CodedError, messageOf } from '../diag/error.ts';
import { quote } from '../spec/text.ts';
import type { EnvGetter } from './env.ts';
import { Lexer, type WordOptions } from './lexer.ts';

export type { EnvGetter } from './env.ts';
export type { WordOptions } from './lexer.ts';

/** What became of a word, and which variables were asked for: those that are set, and those that are not. */
export interface ProcessedWord {
  readonly result: string;
  readonly matched: ReadonlySet<string>;
  readonly unmatched: ReadonlySet<string>;
}

/** A word that cannot be read; it still tells which variables were asked for until then. */
export class WordError extends CodedError {
  readonly matched: ReadonlySet<string>;
  readonly unmatched: ReadonlySet<string>;
  constructor(message: string, matched: ReadonlySet<string>, unmatched: ReadonlySet<string>, options: { cause: unknown }) {
    super('syntax', message, options);
    this.name = 'WordError';
    this.matched = matched;
    this.unmatched = unmatched;
  }
}

/** No message of gRPC as BuildKit speaks it is longer, so nothing that has a longer word in it can be built. Words that double each other get there in a few lines. */
const MAX_LENGTH = 1 << 24;

/** What stays as it is, whatever the options: most words of most Dockerfiles. */
const PLAIN = /^[\w ./:@%+=,-]*$/;
const NONE: ReadonlySet<string> = new Set();

/** Whether {@link processWord} gives `word` as it is, whatever is set. */
export function isPlainWord(word: string): boolean {
  return word === '' || PLAIN.test(word);
}

/** Removes quotes and escapes of `word` and puts in the variables of `env` (shell/lex.go, ProcessWordWithMatches). Throws WordError. */
export function processWord(word: string, env: EnvGetter, options: WordOptions): ProcessedWord {
  if (isPlainWord(word)) return { result: word, matched: NONE, unmatched: NONE };
  const { lexer, text } = process(word, env, options);
  return { result: text, matched: lexer.matched, unmatched: lexer.unmatched };
}

/** The same, then split at white space outside of quotes (shell/lex.go, ProcessWords). Throws WordError. */
export function processWords(word: string, env: EnvGetter, options: WordOptions): string[] {
  return process(word, env, options).words;
}

function process(word: string, env: EnvGetter, options: WordOptions): { lexer: Lexer; text: string; words: string[] } {
  const lexer = new Lexer(word, env, options);
  try {
    const done = lexer.run();
    if (done.text.length > MAX_LENGTH) throw new CodedError('syntax', `it becomes longer than ${MAX_LENGTH} characters`);
    return { lexer, ...done };
  } catch (error) {
    throw new WordError(`failed to process ${quote(word)}: ${messageOf(error)}`, lexer.matched, lexer.unmatched, { cause: error });
  }
}
