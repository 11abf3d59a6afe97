import type { Reader, Writer } from 'protobufjs/minimal';
import { CodedError } from '../diag/error.ts';
import { decodeText, encodeText, isUtf8 } from '../spec/bytes.ts';

/** Scalars of the wire: type check, write and read. Enums are int32 numbers. */

export type ScalarValue = string | number | bigint | boolean | Uint8Array;

const WIRE_TYPES: ReadonlyMap<string, number> = new Map([
  ['string', 2], ['bytes', 2], ['fixed64', 1], ['sfixed64', 1], ['double', 1], ['fixed32', 5], ['sfixed32', 5], ['float', 5],
]);

/** The wire type (varint, 64 bit, length-delimited, 32 bit) of a scalar type. */
export function wireTypeOf(type: string): number {
  return WIRE_TYPES.get(type) ?? 0;
}

/** What a scalar field has that was not on the wire. */
export function zeroOf(type: string): ScalarValue {
  if (type === 'string') return '';
  if (type === 'bytes') return new Uint8Array(0);
  return type === 'bool' ? false : 0;
}

/** Whether proto3 leaves `value` off the wire. */
export function isZero(value: ScalarValue): boolean {
  if (typeof value === 'object') return value.length === 0;
  return value === '' || value === false || value === 0 || value === 0n;
}

/** `value` when it is one of `type`; throws an error that names `where`. A string need not be UTF-8 here. */
export function checkScalar(type: string, value: unknown, where: string): ScalarValue {
  const problem = problemOf(type, value);
  if (problem !== undefined) throw new CodedError('internal', `${where}: ${problem}`);
  return value as ScalarValue;
}

function problemOf(type: string, value: unknown): string | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? undefined : 'expected a string';
    case 'bytes': return value instanceof Uint8Array ? undefined : 'expected bytes';
    case 'bool': return typeof value === 'boolean' ? undefined : 'expected a boolean';
    case 'double': case 'float': return typeof value === 'number' ? undefined : 'expected a number';
    case 'uint32': case 'fixed32': return inRange(value, 0, 0xffff_ffff) ? undefined : 'expected an unsigned 32-bit integer';
    case 'uint64': case 'fixed64': return inRange64(value, 0n, 0xffff_ffff_ffff_ffffn) ? undefined : 'expected an unsigned 64-bit integer';
    case 'int64': case 'sint64': case 'sfixed64': return inRange64(value, -0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn) ? undefined : 'expected a 64-bit integer';
    default: return inRange(value, -0x8000_0000, 0x7fff_ffff) ? undefined : 'expected a 32-bit integer';
  }
}

function inRange(value: unknown, low: number, high: number): boolean {
  return Number.isInteger(value) && (value as number) >= low && (value as number) <= high;
}

function inRange64(value: unknown, low: bigint, high: bigint): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= Number(low);
  return typeof value === 'bigint' && value >= low && value <= high;
}

/** Writes a scalar that `checkScalar` has passed, without its tag. */
export function writeScalar(writer: Writer, type: string, value: ScalarValue): void {
  switch (type) {
    case 'string': writeString(writer, value as string); break;
    case 'bytes': writer.bytes(value as Uint8Array); break;
    case 'bool': writer.bool(value as boolean); break;
    case 'double': writer.double(value as number); break;
    case 'float': writer.float(value as number); break;
    case 'uint32': writer.uint32(value as number); break;
    case 'sint32': writer.sint32(value as number); break;
    case 'fixed32': writer.fixed32(value as number); break;
    case 'sfixed32': writer.sfixed32(value as number); break;
    case 'uint64': case 'int64': writer.int64(toLong(value)); break;
    case 'sint64': writer.sint64(toLong(value)); break;
    case 'fixed64': case 'sfixed64': writer.fixed64(toLong(value)); break;
    default: writer.int32(value as number);
  }
}

function writeString(writer: Writer, text: string): void {
  if (isUtf8(text)) writer.string(text);
  else writer.bytes(encodeText(text));
}

/** The form in which protobufjs takes an exact 64-bit integer. */
function toLong(value: ScalarValue): number {
  if (typeof value !== 'bigint') return value as number;
  const bits = BigInt.asUintN(64, value);
  return { low: Number(bits & 0xffff_ffffn) | 0, high: Number(bits >> 32n) | 0, unsigned: false } as unknown as number;
}

/** Reads a scalar; a 64-bit integer comes as a number where that is exact. Text that is not UTF-8 is kept. */
export function readScalar(reader: Reader, type: string): ScalarValue {
  switch (type) {
    case 'string': {
      const bytes = reader.bytes();
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
      return text.includes('\ufffd') ? decodeText(bytes) : text;
    }
    case 'bytes': return reader.bytes();
    case 'bool': return readVarint(reader) !== 0n;
    case 'double': return reader.double();
    case 'float': return reader.float();
    case 'fixed32': return reader.fixed32();
    case 'sfixed32': return reader.sfixed32();
    case 'uint32': return Number(BigInt.asUintN(32, readVarint(reader)));
    case 'sint32': return reader.sint32();
    case 'uint64': return narrow(readVarint(reader));
    case 'int64': return narrow(BigInt.asIntN(64, readVarint(reader)));
    case 'sint64': {
      const bits = readVarint(reader);
      return narrow(BigInt.asIntN(64, (bits >> 1n) ^ -(bits & 1n)));
    }
    case 'fixed64': return narrow(readFixed64(reader));
    case 'sfixed64': return narrow(BigInt.asIntN(64, readFixed64(reader)));
    default: return Number(BigInt.asIntN(32, readVarint(reader)));
  }
}

function readFixed64(reader: Reader): bigint {
  const low = BigInt(reader.fixed32());
  return low | (BigInt(reader.fixed32()) << 32n);
}

/** A varint of at most ten bytes, as its low 64 bits. */
function readVarint(reader: Reader): bigint {
  let bits = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (reader.pos >= reader.len) throw new RangeError('varint is cut off');
    const byte = reader.buf[reader.pos++] ?? 0;
    bits |= BigInt(byte & 127) << shift;
    if (byte < 128) return BigInt.asUintN(64, bits);
  }
  throw new RangeError('varint is too long');
}

function narrow(value: bigint): number | bigint {
  return value >= -0x1f_ffff_ffff_ffffn && value <= 0x1f_ffff_ffff_ffffn ? Number(value) : value;
}
