import { encodeText } from '../spec/bytes.ts';

const FIRST_BYTES = 512;
/** A message that is longer keeps the writer's buffer, in place of a copy of its part of it. */
const KEPT_BYTES = 1 << 14;
/** Shorter strings are written here, unit by unit: that takes less time than a call of Node's encoder. */
const SHORT_STRING = 24;

/**
 * Protobuf's wire format into one growing buffer. protobufjs, against which the tests hold this and wire-reader.ts, writes by way of a list of
 * closures, one for each value: with thousands of ops that was most of the time that encoding took, and its code a twelfth of the bundle.
 */
export class WireWriter {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #end = 0;

  /** What was written since the last call, in a buffer of its own; then the writer is as new. */
  take(): Uint8Array {
    const end = this.#end;
    this.#end = 0;
    if (end <= KEPT_BYTES) return Buffer.from(this.#bytes.subarray(0, end));
    const bytes = this.#bytes.subarray(0, end);
    this.#bytes = Buffer.allocUnsafe(FIRST_BYTES);
    return bytes;
  }

  /** Forgets what was written since the last {@link take}. */
  clear(): void {
    this.#end = 0;
  }

  #reserve(count: number): void {
    const needed = this.#end + count;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = larger;
  }

  /** An unsigned integer of at most 32 bits. */
  varint32(value: number): void {
    this.#reserve(5);
    let rest = value >>> 0;
    for (; rest > 127; rest >>>= 7) this.#bytes[this.#end++] = (rest & 127) | 128;
    this.#bytes[this.#end++] = rest;
  }

  /** An integer: a negative one takes ten bytes, of whatever width its field is. */
  varint(value: number | bigint): void {
    if (value === -1 || value === -1n) this.#minusOne();
    else if (typeof value === 'number' && value >= 0 && value <= 0xffff_ffff) this.varint32(value);
    else this.varint64(BigInt(value));
  }

  /** The one negative number that ops are full of: where there is no input or output. */
  #minusOne(): void {
    this.#reserve(10);
    this.#bytes.fill(0xff, this.#end, this.#end + 9);
    this.#bytes[this.#end + 9] = 1;
    this.#end += 10;
  }

  /** The low 64 bits of an integer. */
  varint64(value: bigint): void {
    this.#reserve(10);
    let rest = BigInt.asUintN(64, value);
    for (; rest > 127n; rest >>= 7n) this.#bytes[this.#end++] = Number(rest & 127n) | 128;
    this.#bytes[this.#end++] = Number(rest);
  }

  /** The low 32 bits of an integer, little-endian. */
  fixed32(value: number): void {
    this.#reserve(4);
    this.#end = this.#bytes.writeInt32LE(value | 0, this.#end);
  }

  /** The low 64 bits of an integer, little-endian. */
  fixed64(value: bigint): void {
    this.#reserve(8);
    this.#end = this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, value), this.#end);
  }

  float(value: number): void {
    this.#reserve(4);
    this.#end = this.#bytes.writeFloatLE(value, this.#end);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#end = this.#bytes.writeDoubleLE(value, this.#end);
  }

  /** Bytes with their length before them. */
  bytes(value: Uint8Array): void {
    this.varint32(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#end);
    this.#end += value.length;
  }

  /** Bytes that are in pieces, with the length of all before them. */
  pieces(values: readonly Uint8Array[]): void {
    let length = 0;
    for (const value of values) length += value.length;
    this.varint32(length);
    this.#reserve(length);
    for (const value of values) {
      this.#bytes.set(value, this.#end);
      this.#end += value.length;
    }
  }

  /** The UTF-8 of a text with its length before it; bytes that are kept in it (spec/bytes.ts) as they were. */
  string(text: string): void {
    if (text.length < SHORT_STRING && this.#ascii(text)) return;
    if (!text.isWellFormed()) {
      this.bytes(encodeText(text));
      return;
    }
    const length = Buffer.byteLength(text);
    this.varint32(length);
    this.#reserve(length);
    this.#bytes.write(text, this.#end, length, 'utf8');
    this.#end += length;
  }

  /** Writes a short text; false, with nothing written, when it is not all ASCII. */
  #ascii(text: string): boolean {
    const { length } = text;
    this.#reserve(length + 1);
    const bytes = this.#bytes;
    const start = this.#end + 1;
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 127) return false;
      bytes[start + index] = unit;
    }
    bytes[this.#end] = length;
    this.#end = start + length;
    return true;
  }

  /** Begins what has its length before it; to be given to {@link close} when all of it is written. */
  open(): number {
    this.#reserve(1);
    return ++this.#end;
  }

  /** Ends what {@link open} began. */
  close(start: number): void {
    const length = this.#end - start;
    if (length > 127) this.#moveUp(start, length);
    else this.#bytes[start - 1] = length;
  }

  /** Makes room for a length of more than the one byte that is there for it. */
  #moveUp(start: number, length: number): void {
    let more = 0;
    for (let rest = length >>> 7; rest > 0; rest >>>= 7) more++;
    this.#reserve(more);
    this.#bytes.copyWithin(start + more, start, this.#end);
    this.#end = start - 1;
    this.varint32(length);
    this.#end = start + more + length;
  }
}
