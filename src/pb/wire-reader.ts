/** Varints of so many bytes fit in a small integer. */
const SMALL_BYTES = 4;

/** Protobuf's wire format out of bytes. All methods throw RangeError where the bytes end too soon or are malformed. */
export class WireReader {
  readonly #bytes: Buffer;
  /** Where the next value begins. */
  position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.#bytes.length;
  }

  #byte(): number {
    const byte = this.#bytes[this.position];
    if (byte === undefined) throw new RangeError('varint is cut off');
    this.position++;
    return byte;
  }

  /** Moves on by `count` bytes; where they begin. */
  #take(count: number): number {
    const start = this.position;
    this.position = this.#after(count);
    return start;
  }

  /** The place after the next `count` bytes. */
  #after(count: number): number {
    const left = this.length - this.position;
    if (count > left) throw new RangeError(`${count} bytes expected at offset ${this.position}, ${left} left`);
    return this.position + count;
  }

  /** Goes into what has its length before it; where it ends. */
  enter(): number {
    return this.#after(this.uint32());
  }

  /** A varint of at most ten bytes, as its low 64 bits; as a number where it is short, as nearly all are. */
  integer(): number | bigint {
    const start = this.position;
    let small = 0;
    for (let shift = 0; shift < 7 * SMALL_BYTES; shift += 7) {
      const byte = this.#byte();
      small |= (byte & 127) << shift;
      if (byte < 128) return small;
    }
    this.position = start;
    let bits = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      bits |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, bits);
    }
    throw new RangeError('varint is too long');
  }

  /** A varint's low 32 bits, as tags and lengths are. */
  uint32(): number {
    const value = this.integer();
    return typeof value === 'number' ? value : Number(BigInt.asUintN(32, value));
  }

  /** Bytes with their length before them; a view. */
  bytes(): Buffer {
    const length = this.uint32();
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  fixed32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  fixed64(): bigint {
    return this.#bytes.readBigUInt64LE(this.#take(8));
  }

  float(): number {
    return this.#bytes.readFloatLE(this.#take(4));
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  /** Passes over a value. Groups, which proto3 has not, are malformed. */
  skip(wireType: number): void {
    switch (wireType) {
      case 0: this.integer(); break;
      case 1: this.#take(8); break;
      case 2: this.#take(this.uint32()); break;
      case 5: this.#take(4); break;
      default: throw new RangeError(`invalid wire type ${wireType} at offset ${this.position}`);
    }
  }
}
