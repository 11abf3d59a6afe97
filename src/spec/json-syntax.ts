import { quote } from './text.ts';

/** How deep Go's decoder goes. */
const MAX_DEPTH = 10000;
const LITERALS: ReadonlyMap<string, string> = new Map([['t', 'true'], ['f', 'false'], ['n', 'null']]);

/** The first thing wrong with a JSON text, in the words of Go's encoding/json; undefined when it is JSON. */
export function jsonSyntaxProblem(text: string): string | undefined {
  return new JsonChecker(Buffer.from(text)).run();
}

/** What comes next: a value, what follows one, or nothing more. */
type Due = 'value' | 'after' | 'nothing';

/** Goes over a JSON text byte by byte, as Go's scanner does. */
class JsonChecker {
  readonly #bytes: Buffer;
  /** The closing brackets that are due. */
  readonly #open: string[] = [];
  #at = 0;
  #problem: string | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  run(): string | undefined {
    for (let due: Due = 'value'; due !== 'nothing' && this.#problem === undefined;) due = due === 'value' ? this.#value() : this.#afterValue();
    if (this.#problem !== undefined) return this.#problem;
    this.#skipSpace();
    return this.#peek() === '' ? undefined : this.#wrong('after top-level value');
  }

  #peek(): string {
    return this.#at < this.#bytes.length ? String.fromCharCode(this.#bytes[this.#at] ?? 0) : '';
  }

  #skipSpace(): void {
    while (this.#peek() !== '' && ' \t\r\n'.includes(this.#peek())) this.#at++;
  }

  #wrong(where: string): string {
    const atEnd = this.#peek() === '';
    if (atEnd && !/literal \w|numeric literal|escape/.test(where)) return (this.#problem ??= 'unexpected end of JSON input');
    // Go ends a text by reading one more space, which numbers, words and escapes do not take.
    const character = atEnd ? ' ' : this.#peek();
    const shown = character === "'" ? "\\'" : character === '"' ? '"' : quote(character).slice(1, -1);
    return (this.#problem ??= `invalid character '${shown}' ${where}`);
  }

  /** Reads a value, or the start of one that holds others. */
  #value(): Due {
    this.#skipSpace();
    const first = this.#peek();
    if (first === '{' || first === '[') return this.#enter(first);
    if (first === '"') this.#string();
    else if (first === '-' || (first >= '0' && first <= '9')) this.#number();
    else if (LITERALS.has(first)) this.#literal(LITERALS.get(first) ?? '');
    else this.#wrong('looking for beginning of value');
    return 'after';
  }

  #enter(bracket: string): Due {
    this.#at++;
    if (this.#open.push(bracket === '{' ? '}' : ']') > MAX_DEPTH) {
      this.#problem = 'exceeded max depth';
      return 'nothing';
    }
    this.#skipSpace();
    if (this.#peek() === this.#open.at(-1)) return 'after';
    return bracket === '{' ? this.#key() : 'value';
  }

  #key(): Due {
    this.#skipSpace();
    if (this.#peek() !== '"') {
      this.#wrong('looking for beginning of object key string');
      return 'nothing';
    }
    this.#string();
    if (this.#problem !== undefined) return 'nothing';
    this.#skipSpace();
    if (this.#peek() !== ':') {
      this.#wrong('after object key');
      return 'nothing';
    }
    this.#at++;
    return 'value';
  }

  /** A comma with what follows it, or a closing bracket; nothing after the outermost value. */
  #afterValue(): Due {
    const closing = this.#open.at(-1);
    if (closing === undefined) return 'nothing';
    this.#skipSpace();
    const next = this.#peek();
    if (next === closing) {
      this.#at++;
      this.#open.pop();
      return 'after';
    }
    if (next !== ',') {
      this.#wrong(closing === '}' ? 'after object key:value pair' : 'after array element');
      return 'nothing';
    }
    this.#at++;
    return closing === '}' ? this.#key() : 'value';
  }

  #string(): void {
    for (this.#at++; this.#peek() !== '"'; this.#at++) {
      const character = this.#peek();
      if (character === '' || character < ' ') return void this.#wrong('in string literal');
      if (character === '\\' && !this.#escape()) return;
    }
    this.#at++;
  }

  #escape(): boolean {
    this.#at++;
    const character = this.#peek();
    if (character !== '' && 'bfnrt\\/"'.includes(character)) return true;
    if (character !== 'u') {
      this.#wrong('in string escape code');
      return false;
    }
    for (let digit = 0; digit < 4; digit++) {
      this.#at++;
      if (!/^[0-9a-fA-F]$/.test(this.#peek())) {
        this.#wrong('in \\u hexadecimal character escape');
        return false;
      }
    }
    return true;
  }

  #number(): void {
    if (this.#peek() === '-') this.#at++;
    if (this.#peek() === '0') this.#at++;
    else if (!this.#digits()) return void this.#wrong('in numeric literal');
    if (this.#peek() === '.') {
      this.#at++;
      if (!this.#digits()) return void this.#wrong('after decimal point in numeric literal');
    }
    if (this.#peek() !== 'e' && this.#peek() !== 'E') return;
    this.#at++;
    if (this.#peek() === '+' || this.#peek() === '-') this.#at++;
    if (!this.#digits()) this.#wrong('in exponent of numeric literal');
  }

  #digits(): boolean {
    const start = this.#at;
    while (this.#peek() >= '0' && this.#peek() <= '9') this.#at++;
    return this.#at > start;
  }

  #literal(word: string): void {
    for (const character of word) {
      if (this.#peek() !== character) return void this.#wrong(`in literal ${word} (expecting '${character}')`);
      this.#at++;
    }
  }
}
