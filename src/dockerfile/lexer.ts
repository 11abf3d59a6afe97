import { CodedError } from '../diag/error.ts';
import { isSpace } from '../spec/strings.ts';
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

/**
 * A step of the lexer. It yields another one where `${name:-word}` nests, and gets the text that it gives: so nesting
 * takes no depth of the call stack, however deep it is.
 */
type Step = Generator<Step, string, string>;

const DOLLAR = 0x24, SINGLE_QUOTE = 0x27, DOUBLE_QUOTE = 0x22, LESS = 0x3c, OPEN = 0x7b, CLOSE = 0x7d, SLASH = 0x2f;
const END = -1;
const MODIFIERS = ':+-?#%';

/** Reads one word the way the reference's shell lexer does (shell/lex.go). For one use. */
export class Lexer {
  readonly matched = new Set<string>();
  readonly unmatched = new Set<string>();
  readonly #source: string;
  readonly #env: EnvGetter;
  readonly #options: WordOptions;
  readonly #escape: number;
  #position = 0;
  /** The words of the outermost level that are complete, and the one being collected. */
  readonly #words: string[] = [];
  #word = '';

  constructor(source: string, env: EnvGetter, options: WordOptions) {
    this.#source = source;
    this.#env = env;
    this.#options = options;
    this.#escape = options.escape.charCodeAt(0);
    if (source.charCodeAt(0) === 0xfeff) this.#position = 1;
  }

  /** Throws CodedError `syntax` with the reference's words. */
  run(): { readonly text: string; readonly words: string[] } {
    const stack: Step[] = [this.#until(END, this.#options.rawEscapes === true)];
    let result = '';
    let failure: unknown;
    while (stack.length > 0) {
      const top = stack[stack.length - 1] as Step;
      try {
        const step = failure === undefined ? top.next(result) : top.throw(failure);
        failure = undefined;
        if (step.done === true) {
          result = step.value;
          stack.pop();
        } else {
          stack.push(step.value);
        }
      } catch (error) {
        failure = error;
        stack.pop();
      }
    }
    if (failure !== undefined) throw failure;
    this.#endWord();
    return { text: result, words: this.#words };
  }

  /** Everything up to `stop`, which is consumed. */
  *#until(stop: number, rawEscapes: boolean): Step {
    let text = '';
    const outermost = stop === END;
    // The reference collects words of all levels in one buffer, so that an inner level drops the word around it.
    this.#word = '';
    for (;;) {
      const plain = this.#takePlain(stop);
      text += plain;
      if (outermost) this.#word += plain;
      const code = this.#peek();
      if (code === END) break;
      if (code === stop) {
        this.#position++;
        return text;
      }
      let part: string;
      let splits = false;
      if (this.#isSpecial(code)) {
        part = yield* this.#special(code, rawEscapes);
        splits = code === DOLLAR;
      } else if (code === this.#escape) {
        const escape = this.#next();
        part = (rawEscapes ? escape : '') + this.#next();
      } else {
        part = this.#next();
        splits = true;
      }
      text += part;
      if (outermost && splits) this.#splitWords(part);
      else if (outermost) this.#word += part;
    }
    if (!outermost) throw syntaxError(`unexpected end of statement while looking for matching ${String.fromCharCode(stop)}`);
    return text;
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

  /** The characters from here that mean nothing and are no white space. */
  #takePlain(stop: number): string {
    const start = this.#position;
    for (let code = this.#peek(); code !== END && code !== stop && code !== this.#escape && !this.#isSpecial(code) && !isSpace(code);) {
      this.#position++;
      code = this.#peek();
    }
    return this.#source.slice(start, this.#position);
  }

  #isSpecial(code: number): boolean {
    if (code === DOLLAR || code === LESS) return true;
    return (code === SINGLE_QUOTE || code === DOUBLE_QUOTE) && this.#options.skipProcessQuotes !== true;
  }

  *#special(code: number, rawEscapes: boolean): Step {
    if (code === DOLLAR) return yield* this.#dollar();
    if (code === SINGLE_QUOTE) return this.#singleQuote();
    if (code === DOUBLE_QUOTE) return yield* this.#doubleQuote(rawEscapes);
    return this.#possibleHeredoc();
  }

  #singleQuote(): string {
    const end = this.#source.indexOf("'", this.#position + 1);
    if (end < 0) {
      this.#position = this.#source.length;
      throw syntaxError('unexpected end of statement while looking for matching single-quote');
    }
    const start = this.#position;
    this.#position = end + 1;
    return this.#options.rawQuotes === true ? this.#source.slice(start, end + 1) : this.#source.slice(start + 1, end);
  }

  *#doubleQuote(rawEscapes: boolean): Step {
    this.#position++;
    const mark = this.#options.rawQuotes === true ? '"' : '';
    let text = mark;
    for (;;) {
      const code = this.#peek();
      if (code === END) throw syntaxError('unexpected end of statement while looking for matching double-quote');
      if (code === DOUBLE_QUOTE) {
        this.#position++;
        return text + mark;
      }
      if (code === DOLLAR) {
        text += yield* this.#dollar();
      } else if (code === this.#escape) {
        const escape = this.#next();
        if (rawEscapes) text += escape;
        const following = this.#peek();
        if (following === END) continue;
        // Only these are escaped; before anything else the escape character stays, with rawEscapes a second time.
        text += following === DOUBLE_QUOTE || following === DOLLAR || following === this.#escape ? this.#next() : escape;
      } else {
        text += this.#next();
      }
    }
  }

  *#dollar(): Step {
    this.#position++;
    if (this.#peek() === OPEN) {
      this.#position++;
      return yield* this.#braces();
    }
    const name = this.#name();
    if (name === '') return '$';
    const value = this.#value(name);
    return value ?? (this.#options.skipUnsetEnv === true ? `$${name}` : '');
  }

  /** What follows `${`. */
  *#braces(): Step {
    const first = this.#peek();
    if (first === END) throw syntaxError("syntax error: missing '}'");
    if (first === OPEN || first === CLOSE || first === 0x3a) throw syntaxError('syntax error: bad substitution');
    const name = this.#name();
    const character = this.#nextOrReplacement();
    if (character === '}') {
      const value = this.#value(name);
      return value ?? (this.#options.skipUnsetEnv === true ? `\${${name}}` : '');
    }
    if (character === '/') return yield* this.#replace(name);
    if (!MODIFIERS.includes(character)) throw unsupported(character);
    return yield* this.#modify(name, character);
  }

  /** `${name:-word}` and the like. */
  *#modify(name: string, first: string): Step {
    const colon = first === ':';
    const modifier = colon ? this.#nextOrReplacement() : first;
    const written = colon ? `:${modifier}` : modifier;
    const isPattern = modifier === '#' || modifier === '%';
    if (colon && isPattern) throw unsupported(written);
    const word = yield* this.#nested(CLOSE, isPattern, "syntax error: missing '}'");
    const value = this.#value(name);
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

  /** `${name/pattern/replacement}`. */
  *#replace(name: string): Step {
    const all = this.#peek() === SLASH;
    if (all) this.#position++;
    const pattern = yield* this.#nested(SLASH, true, "syntax error: missing '/' in ${}");
    const replacement = yield* this.#nested(CLOSE, true, "syntax error: missing '}'");
    const value = this.#value(name);
    if (value === undefined && this.#options.skipUnsetEnv === true) return `\${${name}/${pattern}/${replacement}}`;
    return replacePattern(pattern, value ?? '', replacement, all);
  }

  /** The text up to `stop`; what fails at the end of the source fails with `atEnd`. */
  *#nested(stop: number, rawEscapes: boolean, atEnd: string): Step {
    try {
      return yield this.#until(stop, rawEscapes);
    } catch (error) {
      throw this.#peek() === END ? syntaxError(atEnd) : error;
    }
  }

  /** A variable's name: digits, one special parameter, or letters, digits and `_`; '' when there is none. */
  #name(): string {
    NAME.lastIndex = this.#position;
    const name = NAME.exec(this.#source)?.[0] ?? '';
    this.#position += name.length;
    return name;
  }

  #possibleHeredoc(): string {
    const start = this.#position++;
    if (this.#peek() !== LESS) return '<';
    this.#position++;
    for (let code = this.#peek(); code === 0x20 || code === 0x09 || code === 0x0d; code = this.#peek()) this.#position++;
    return this.#source.slice(start, this.#position);
  }

  #value(name: string): string | undefined {
    const value = this.#env.get(name);
    (value === undefined ? this.unmatched : this.matched).add(name);
    return value;
  }

  /** The UTF-16 unit here: all that mean something are one unit. */
  #peek(): number {
    return this.#position < this.#source.length ? this.#source.charCodeAt(this.#position) : END;
  }

  /** The character here, consumed; '' at the end. */
  #next(): string {
    const code = this.#source.codePointAt(this.#position);
    if (code === undefined) return '';
    const character = String.fromCodePoint(code);
    this.#position += character.length;
    return character;
  }

  /** The same, with what Go's string(-1) is at the end. */
  #nextOrReplacement(): string {
    return this.#next() || '\ufffd';
  }
}

const NAME = /\p{Nd}+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*/uy;

function syntaxError(message: string): CodedError {
  return new CodedError('syntax', message);
}

function unsupported(modifier: string): CodedError {
  return syntaxError(`unsupported modifier (${modifier}) in substitution`);
}
