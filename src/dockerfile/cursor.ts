import { replaceBroken } from '../spec/bytes.ts';

/** The end of the source, as a code. */
export const END = -1;

const NAME = /\p{Nd}+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*/uy;
/** The same in ASCII, '' for no name: V8 compiles it ten times as fast. */
const ASCII_NAME = /[0-9]+|[@*#?\-$!]|[A-Za-z_][A-Za-z0-9_]*|/y;

/** A place in a word that is being read. As for Go's text/scanner, a byte order mark at its beginning is not there, and broken characters are replaced. */
export class Cursor {
  readonly #source: string;
  #position: number;

  constructor(source: string) {
    this.#source = replaceBroken(source);
    this.#position = source.charCodeAt(0) === 0xfeff ? 1 : 0;
  }

  /** The UTF-16 unit here, which is the whole character wherever it means something. */
  peek(): number {
    return this.#position < this.#source.length ? this.#source.charCodeAt(this.#position) : END;
  }

  /** The character here, consumed; '' at the end. */
  next(): string {
    const code = this.#source.codePointAt(this.#position);
    if (code === undefined) return '';
    const character = String.fromCodePoint(code);
    this.#position += character.length;
    return character;
  }

  /** Steps over one unit. */
  skip(): void {
    this.#position++;
  }

  /** The units from here to the first for which `isWanted` does not hold, consumed. */
  takeWhile(isWanted: (code: number) => boolean): string {
    const start = this.#position;
    while (this.#position < this.#source.length && isWanted(this.#source.charCodeAt(this.#position))) this.#position++;
    return this.#source.slice(start, this.#position);
  }

  /** What is before the next `character`, both consumed; undefined, at the end, when there is none. */
  takeUntil(character: string): string | undefined {
    const start = this.#position;
    const end = this.#source.indexOf(character, start);
    this.#position = end < 0 ? this.#source.length : end + 1;
    return end < 0 ? undefined : this.#source.slice(start, end);
  }

  /** A variable's name, consumed: digits, one special parameter, or letters, digits and `_`; '' when there is none. */
  takeName(): string {
    let name = this.#match(ASCII_NAME);
    if (this.#source.charCodeAt(this.#position + name.length) > 0x7f) name = this.#match(NAME);
    this.#position += name.length;
    return name;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#position;
    return pattern.exec(this.#source)?.[0] ?? '';
  }
}
