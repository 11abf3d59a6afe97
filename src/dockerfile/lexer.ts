import { CodedError } from '../diag/error.ts';
import { isSpace } from '../spec/strings.ts';
import { Cursor, END } from './cursor.ts';
import type { EnvGetter } from './env.ts';
import { replacePattern, trimPrefix, trimSuffix } from './substitute.ts';

/** How to read a word. All switches are off when not given. */
export interface WordOptions {
  /** The escape character, `\` or `` ` ``. */
  readonly escape: string;
  /** Quotes stay in the result. */
  readonly rawQuotes?: boolean;
  /** Escape characters stay in the result. */
  readonly rawEscapes?: boolean;
  /** Quotes mean nothing. */
  readonly skipProcessQuotes?: boolean;
  /** A variable that is not set stays as it is written. */
  readonly skipUnsetEnv?: boolean;
}

/** What is read until a closing character: the whole word, or a part of `${...}`. */
interface Level {
  /** Undefined for the whole word. */
  readonly parent: Level | undefined;
  readonly stop: number;
  readonly rawEscapes: boolean;
  /** What to say when the source ends inside. */
  readonly atEnd: string;
  /** Takes the text when it is complete; this level is left by then. */
  readonly finish: (text: string) => void;
  text: string;
  /** The text inside double quotes that are open. */
  quoted: string | undefined;
}

const DOLLAR = 0x24, SINGLE_QUOTE = 0x27, DOUBLE_QUOTE = 0x22, LESS = 0x3c, OPEN = 0x7b, CLOSE = 0x7d, SLASH = 0x2f, COLON = 0x3a;
const MODIFIERS = ':+-?#%';
const MISSING_BRACE = "syntax error: missing '}'";

/** Reads one word the way the reference's shell lexer does (shell/lex.go). For one use. */
export class Lexer {
  readonly matched = new Set<string>();
  readonly unmatched = new Set<string>();
  readonly #cursor: Cursor;
  readonly #env: EnvGetter;
  readonly #options: WordOptions;
  readonly #escape: number;
  /** The words of the outermost level that are complete, and the one being collected. */
  readonly #words: string[] = [];
  #word = '';
  #level: Level;

  constructor(source: string, env: EnvGetter, options: WordOptions) {
    this.#cursor = new Cursor(source);
    this.#env = env;
    this.#options = options;
    this.#escape = options.escape.charCodeAt(0);
    this.#level = { parent: undefined, stop: END, rawEscapes: options.rawEscapes === true, atEnd: '', finish: () => undefined, text: '', quoted: undefined };
  }

  /** Throws CodedError `syntax` with the reference's words. */
  run(): { readonly text: string; readonly words: string[] } {
    try {
      while (this.#level.quoted === undefined ? this.#readPlain() : this.#readQuoted());
    } catch (error) {
      throw this.#explain(error);
    }
    this.#endWord();
    return { text: this.#level.text, words: this.#words };
  }

  /** Each level around one that fails at the end of the source has its own word for it, so the outermost's remains. */
  #explain(error: unknown): unknown {
    let level = this.#level;
    if (level.parent === undefined || this.#cursor.peek() !== END) return error;
    while (level.parent?.parent !== undefined) level = level.parent;
    return syntaxError(level.atEnd);
  }

  /** Begins a part of `${...}`. The reference collects words of all levels in one buffer, so that this drops the word around it. */
  #enter(stop: number, rawEscapes: boolean, atEnd: string, finish: (text: string) => void): void {
    this.#level = { parent: this.#level, stop, rawEscapes, atEnd, finish, text: '', quoted: undefined };
    this.#word = '';
  }

  #leave(): void {
    const { parent, finish, text } = this.#level;
    if (parent !== undefined) this.#level = parent;
    finish(text);
  }

  /** Adds to the text; white space in what variables give ends the word, unless quoted. */
  #add(part: string, splits: boolean): void {
    this.#level.text += part;
    if (this.#level.parent !== undefined) return;
    if (splits) this.#splitWords(part);
    else this.#word += part;
  }

  #addValue(value: string): void {
    if (this.#level.quoted === undefined) this.#add(value, true);
    else this.#level.quoted += value;
  }

  /** Reads on outside of double quotes; false at the end of the word. */
  #readPlain(): boolean {
    const { stop, rawEscapes } = this.#level;
    this.#add(this.#cursor.takeWhile((each) => each !== stop && each !== this.#escape && !this.#isSpecial(each) && !isSpace(each)), false);
    const code = this.#cursor.peek();
    if (code === END) {
      if (stop !== END) throw syntaxError(`unexpected end of statement while looking for matching ${String.fromCharCode(stop)}`);
      return false;
    }
    if (code === stop) {
      this.#cursor.skip();
      this.#leave();
    } else if (code === DOLLAR) {
      this.#dollar();
    } else if (code === LESS) {
      this.#add(this.#possibleHeredoc(), false);
    } else if (this.#isSpecial(code)) {
      if (code === SINGLE_QUOTE) this.#add(this.#singleQuote(), false);
      else this.#openQuote();
    } else if (code === this.#escape) {
      const escape = this.#cursor.next();
      this.#add((rawEscapes ? escape : '') + this.#cursor.next(), false);
    } else {
      this.#add(this.#cursor.next(), true);
    }
    return true;
  }

  #openQuote(): void {
    this.#level.quoted = this.#cursor.next().slice(this.#options.rawQuotes === true ? 0 : 1);
  }

  /** Reads on inside double quotes. */
  #readQuoted(): boolean {
    const level = this.#level;
    const code = this.#cursor.peek();
    if (code === END) throw syntaxError('unexpected end of statement while looking for matching double-quote');
    if (code === DOUBLE_QUOTE) {
      const mark = this.#cursor.next();
      const text = (level.quoted ?? '') + (this.#options.rawQuotes === true ? mark : '');
      level.quoted = undefined;
      this.#add(text, false);
    } else if (code === DOLLAR) {
      this.#dollar();
    } else if (code === this.#escape) {
      level.quoted += this.#quotedEscape(level.rawEscapes);
    } else {
      level.quoted += this.#cursor.next();
    }
    return true;
  }

  /** Only `"`, `$` and the escape character are escaped; before anything else it stays, with rawEscapes a second time. */
  #quotedEscape(rawEscapes: boolean): string {
    const escape = this.#cursor.next();
    const raw = rawEscapes ? escape : '';
    const code = this.#cursor.peek();
    if (code === END) return raw;
    return raw + (code === DOUBLE_QUOTE || code === DOLLAR || code === this.#escape ? this.#cursor.next() : escape);
  }

  /** Adds `text` to the word; white space in it ends the word. */
  #splitWords(text: string): void {
    let start = 0;
    for (let index = 0; index < text.length; index++) {
      if (!isSpace(text.charCodeAt(index))) continue;
      this.#word += text.slice(start, index);
      start = index + 1;
      this.#endWord();
    }
    this.#word += text.slice(start);
  }

  #endWord(): void {
    if (this.#word === '') return;
    this.#words.push(this.#word);
    this.#word = '';
  }

  #isSpecial(code: number): boolean {
    if (code === DOLLAR || code === LESS) return true;
    return (code === SINGLE_QUOTE || code === DOUBLE_QUOTE) && this.#options.skipProcessQuotes !== true;
  }

  #singleQuote(): string {
    const mark = this.#cursor.next();
    const text = this.#cursor.takeUntil(mark);
    if (text === undefined) throw syntaxError('unexpected end of statement while looking for matching single-quote');
    return this.#options.rawQuotes === true ? mark + text + mark : text;
  }

  #dollar(): void {
    this.#cursor.skip();
    if (this.#cursor.peek() === OPEN) {
      this.#cursor.skip();
      this.#braces();
      return;
    }
    const name = this.#cursor.takeName();
    this.#addValue(name === '' ? '$' : this.#valueOr(name, `$${name}`));
  }

  /** What follows `${`. */
  #braces(): void {
    const first = this.#cursor.peek();
    if (first === END) throw syntaxError(MISSING_BRACE);
    if (first === OPEN || first === CLOSE || first === COLON) throw syntaxError('syntax error: bad substitution');
    const name = this.#cursor.takeName();
    const character = this.#nextOrReplacement();
    if (character === '}') this.#addValue(this.#valueOr(name, `\${${name}}`));
    else if (character === '/') this.#readReplace(name);
    else if (MODIFIERS.includes(character)) this.#readModify(name, character);
    else throw unsupported(character);
  }

  /** `${name:-word}` and the like, from behind the first character of the modifier. */
  #readModify(name: string, first: string): void {
    const colon = first === ':';
    const modifier = colon ? this.#nextOrReplacement() : first;
    const isPattern = modifier === '#' || modifier === '%';
    if (colon && isPattern) throw unsupported(`:${modifier}`);
    this.#enter(CLOSE, isPattern, MISSING_BRACE, (word) => this.#addValue(this.#modify(name, colon, modifier, word)));
  }

  #modify(name: string, colon: boolean, modifier: string, word: string): string {
    const value = this.#value(name);
    const written = colon ? `:${modifier}` : modifier;
    if (value === undefined && this.#options.skipUnsetEnv === true) return `\${${name}${written}${word}}`;
    const missing = value === undefined || (colon && value === '');
    switch (modifier) {
      case '-': return missing ? word : value;
      case '+': return missing ? '' : word;
      case '?':
        if (!missing) return value;
        throw syntaxError(`${name}: ${word !== '' ? word : value === undefined ? 'is not allowed to be unset' : 'is not allowed to be empty'}`);
      case '#': case '%': {
        const longest = word.startsWith(modifier);
        const pattern = longest ? word.slice(1) : word;
        return modifier === '#' ? trimPrefix(pattern, value ?? '', longest) : trimSuffix(pattern, value ?? '', longest);
      }
      default: throw unsupported(written);
    }
  }

  /** `${name/pattern/replacement}`, from behind the first `/`. */
  #readReplace(name: string): void {
    const all = this.#cursor.peek() === SLASH;
    if (all) this.#cursor.skip();
    this.#enter(SLASH, true, "syntax error: missing '/' in ${}", (pattern) => {
      this.#enter(CLOSE, true, MISSING_BRACE, (replacement) => this.#addValue(this.#replace(name, pattern, replacement, all)));
    });
  }

  #replace(name: string, pattern: string, replacement: string, all: boolean): string {
    const value = this.#value(name);
    if (value === undefined && this.#options.skipUnsetEnv === true) return `\${${name}/${pattern}/${replacement}}`;
    return replacePattern(pattern, value ?? '', replacement, all);
  }

  /** White space behind `<<` belongs to the word: the name of a heredoc follows. */
  #possibleHeredoc(): string {
    this.#cursor.skip();
    if (this.#cursor.peek() !== LESS) return '<';
    this.#cursor.skip();
    return `<<${this.#cursor.takeWhile((code) => code === 0x20 || code === 0x09 || code === 0x0d)}`;
  }

  /** The value; without one, nothing or what is written. */
  #valueOr(name: string, written: string): string {
    return this.#value(name) ?? (this.#options.skipUnsetEnv === true ? written : '');
  }

  #value(name: string): string | undefined {
    const value = this.#env.get(name);
    (value === undefined ? this.unmatched : this.matched).add(name);
    return value;
  }

  /** The character here, consumed; at the end what Go's string(-1) is. */
  #nextOrReplacement(): string {
    return this.#cursor.next() || '\ufffd';
  }
}


function syntaxError(message: string): CodedError {
  return new CodedError('syntax', message);
}

function unsupported(modifier: string): CodedError {
  return syntaxError(`unsupported modifier (${modifier}) in substitution`);
}
