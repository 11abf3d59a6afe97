import { decodeText } from '../spec/bytes.ts';

/** The longest line that the reference's scanner takes, its line end included (bufio.MaxScanTokenSize). */
export const MAX_LINE_SIZE = 64 * 1024;

const BYTE_ORDER_MARK = '\ufeff';

/** Gives a text's lines with their line ends, as Go's bufio.Scanner does. */
export class LineReader {
  readonly #source: Uint8Array;
  readonly #text: string | undefined;
  #position = 0;
  #tooLong = false;
  #closed = false;

  /** `text` is that of `source`, if it is known: where each byte is a unit of it, as in ASCII, lines need not be decoded one by one. */
  constructor(source: Uint8Array, text?: string) {
    this.#source = source;
    this.#text = text?.length === source.length ? text : undefined;
  }

  /** Whether a line was too long. */
  get tooLong(): boolean {
    return this.#tooLong;
  }

  /**
   * The next line, undefined at the end. A line that is too long ends the text too, but who asks once more gets
   * its first 64 KiB, as from the reference's scanner.
   */
  next(): string | undefined {
    if (this.#closed || this.#position >= this.#source.length) return undefined;
    const start = this.#position;
    if (this.#tooLong) {
      this.#closed = true;
      return this.#part(start, start + MAX_LINE_SIZE);
    }
    const newline = this.#source.indexOf(0x0a, start);
    const end = newline < 0 ? this.#source.length : newline + 1;
    if (end - start > (newline < 0 ? MAX_LINE_SIZE - 1 : MAX_LINE_SIZE)) {
      this.#tooLong = true;
      return undefined;
    }
    this.#position = end;
    return this.#part(start, end);
  }

  #part(start: number, end: number): string {
    return this.#text === undefined ? decodeText(this.#source.subarray(start, end)) : this.#text.slice(start, end);
  }
}

/** `text` without a byte order mark at its beginning. */
export function discardByteOrderMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** `line` without the `\r` and `\n` at its end. */
export function trimNewline(line: string): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === '\n' || line[end - 1] === '\r')) end--;
  return line.slice(0, end);
}
