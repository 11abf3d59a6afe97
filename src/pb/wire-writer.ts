import { encodeText } from '../spec/bytes.ts';

/** Messages are written one after the other into a buffer of this size; a longer one gets one of its own. */
const BUFFER_BYTES = 1 << 14;
const MINUS_ONE = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1);
const NOTHING: Buffer = Buffer.alloc(0);
/** Shorter strings are written here, unit by unit: that takes less time than a call of Node's encoder. */
const SHORT_STRING = 80;

/**
 * Protobuf's wire format into one growing buffer. protobufjs, against which the tests hold this and wire-reader.ts, writes by way of a list of
 * closures, one for each value: with thousands of ops that was most of the time that encoding took, and its code a twelfth of the bundle.
 */
export class WireWriter {
  #bytes = NOTHING;
  /** Where what was written since the last {@link take} begins and ends. */
  #start = 0;
  #end = 0;

  /** What was written since the last call: a view of a buffer in which other messages follow. Then the writer is as new. */
  take(): Uint8Array {
    const bytes = this.#bytes.subarray(this.#start, this.#end);
    this.#start = this.#end;
    if (bytes.length > BUFFER_BYTES) this.#begin(NOTHING);
    return bytes;
  }

  /** How many bytes were written since the last {@link take}. */
  written(): number {
    return this.#end - this.#start;
  }

  /** Forgets what was written after `written` was the number of bytes. */
  back(written: number): void {
    this.#end = this.#start + written;
  }

  #reserve(count: number): void {
    if (this.#end + count > this.#bytes.length) this.#grow(count);
  }

  /** What is being written goes on in a new buffer. */
  #grow(count: number): void {
    const written = this.#bytes.subarray(this.#start, this.#end);
    this.#begin(Buffer.allocUnsafe(Math.max(BUFFER_BYTES, written.length * 2, written.length + count)));
    this.raw(written);
  }

  #begin(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#start = 0;
    this.#end = 0;
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
    this.raw(MINUS_ONE);
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
    this.raw(value);
  }

  /** Bytes as they are, without their length. */
  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#end);
    this.#end += value.length;
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
    return ++this.#end - this.#start;
  }

  /** Ends what {@link open} began. */
  close(opened: number): void {
    const length = this.#end - this.#start - opened;
    if (length > 127) this.#moveUp(opened, length);
    else this.#bytes[this.#start + opened - 1] = length;
  }

  /** Makes room for a length of more than the one byte that is there for it. */
  #moveUp(opened: number, length: number): void {
    let more = 0;
    for (let rest = length >>> 7; rest > 0; rest >>>= 7) more++;
    this.#reserve(more);
    const start = this.#start + opened;
    this.#bytes.copyWithin(start + more, start, this.#end);
    this.#end = start - 1;
    this.varint32(length);
    this.#end = start + more + length;
  }
}
