import { CodedError } from '../diag/error.ts';
import { decodeText } from '../spec/bytes.ts';
import type { WireReader } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

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
    case 'uint64': case 'fixed64': return inRange64(value, false) ? undefined : 'expected an unsigned 64-bit integer';
    case 'int64': case 'sint64': case 'sfixed64': return inRange64(value, true) ? undefined : 'expected a 64-bit integer';
    default: return inRange(value, -0x8000_0000, 0x7fff_ffff) ? undefined : 'expected a 32-bit integer';
  }
}

function inRange(value: unknown, low: number, high: number): boolean {
  return Number.isInteger(value) && (value as number) >= low && (value as number) <= high;
}

function inRange64(value: unknown, isSigned: boolean): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) && (isSigned || value >= 0);
  return typeof value === 'bigint' && value === (isSigned ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value));
}

/** Writes a scalar that `checkScalar` has passed, without its tag. */
export function writeScalar(writer: WireWriter, type: string, value: ScalarValue): void {
  switch (type) {
    case 'string': writer.string(value as string); break;
    case 'bytes': writer.bytes(value as Uint8Array); break;
    case 'bool': writer.varint32(value === true ? 1 : 0); break;
    case 'double': writer.double(value as number); break;
    case 'float': writer.float(value as number); break;
    case 'sint32': writer.varint32(((value as number) << 1) ^ ((value as number) >> 31)); break;
    case 'fixed32': case 'sfixed32': writer.fixed32(value as number); break;
    case 'sint64': writer.varint64((BigInt(value as number) << 1n) ^ (BigInt(value as number) >> 63n)); break;
    case 'fixed64': case 'sfixed64': writer.fixed64(BigInt(value as number)); break;
    default: writer.varint(value as number | bigint);
  }
}

/** Reads a scalar; a 64-bit integer comes as a number where that is exact. Text that is not UTF-8 is kept. */
export function readScalar(reader: WireReader, type: string): ScalarValue {
  switch (type) {
    case 'string': {
      const bytes = reader.bytes();
      const text = bytes.toString('utf8');
      return text.includes('\ufffd') ? decodeText(bytes) : text;
    }
    case 'bytes': return reader.bytes();
    case 'bool': return Boolean(reader.integer());
    case 'double': return reader.double();
    case 'float': return reader.float();
    case 'fixed32': return reader.fixed32();
    case 'sfixed32': return reader.fixed32() | 0;
    case 'uint32': return reader.uint32();
    case 'sint32': {
      const bits = reader.uint32();
      return (bits >>> 1) ^ -(bits & 1);
    }
    case 'uint64': return narrow(reader.integer());
    case 'int64': return narrow(reader.integer(), (bits) => BigInt.asIntN(64, bits));
    case 'sint64': {
      const bits = BigInt(reader.integer());
      return narrow(BigInt.asIntN(64, (bits >> 1n) ^ -(bits & 1n)));
    }
    case 'fixed64': return narrow(reader.fixed64());
    case 'sfixed64': return narrow(BigInt.asIntN(64, reader.fixed64()));
    default: {
      const bits = reader.integer();
      return typeof bits === 'number' ? bits : Number(BigInt.asIntN(32, bits));
    }
  }
}

/** A 64-bit integer as a number where that is exact. */
function narrow(value: number | bigint, cut: (bits: bigint) => bigint = (bits) => bits): number | bigint {
  if (typeof value === 'number') return value;
  const bits = cut(value);
  return bits >= -0x1f_ffff_ffff_ffffn && bits <= 0x1f_ffff_ffff_ffffn ? Number(bits) : bits;
}
