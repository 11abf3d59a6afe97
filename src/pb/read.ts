import type { Reader } from 'protobufjs/minimal';
import { MAX_DEPTH, planOf } from './plan.ts';
import type { FieldPlan, MessagePlan } from './plan.ts';
import { readScalar, wireTypeOf, zeroOf } from './scalar.ts';

type Fields = Record<string, unknown>;

/** Reads the fields of a message up to the offset `end`; see decodeMessage. `depth` is how many messages it is in. */
export function readFields(reader: Reader, plan: MessagePlan, end: number, depth: number): Fields {
  if (depth > MAX_DEPTH) throw new RangeError('messages are nested too deeply');
  const message = emptyMessage(plan);
  while (reader.pos < end) {
    const tag = reader.uint32();
    const field = plan.byNumber.get(tag >>> 3);
    if (tag >>> 3 === 0) throw new RangeError(`invalid field number at offset ${reader.pos}`);
    if (field === undefined || !readField(reader, field, tag & 7, message, plan, depth)) skip(reader, tag & 7);
    if (reader.pos > end) throw new RangeError('a field reaches beyond its message');
  }
  return message;
}

function emptyMessage(plan: MessagePlan): Fields {
  const message: Fields = {};
  for (const field of plan.fields) {
    if (field.kind === 'repeated' || field.kind === 'packed') message[field.name] = [];
    else if (field.kind === 'map') message[field.name] = new Map();
    else if (field.kind === 'single' && !field.isMessage) message[field.name] = zeroOf(field.type);
  }
  return message;
}

/** Reads one value into `message`; false, with nothing read, when the wire type is not the field's. */
function readField(reader: Reader, field: FieldPlan, wireType: number, message: Fields, plan: MessagePlan, depth: number): boolean {
  const expected = field.isMessage || field.kind === 'map' ? 2 : wireTypeOf(field.type);
  if (field.kind === 'packed' && wireType === 2) {
    const end = readEnd(reader);
    while (reader.pos < end) (message[field.name] as unknown[]).push(readScalar(reader, field.type));
    if (reader.pos > end) throw new RangeError('a packed number reaches beyond its list');
    return true;
  }
  if (wireType !== expected) return false;
  if (field.kind === 'map') readEntry(reader, field, message[field.name] as Map<unknown, unknown>, depth);
  else if (field.kind === 'repeated' || field.kind === 'packed') (message[field.name] as unknown[]).push(readItem(reader, field, depth));
  else {
    if (field.kind === 'oneof') for (const other of plan.fields) if (other.oneof === field.oneof) delete message[other.name];
    message[field.name] = readItem(reader, field, depth);
  }
  return true;
}

function readItem(reader: Reader, field: FieldPlan, depth: number): unknown {
  return field.isMessage ? readFields(reader, planOf(field.type), readEnd(reader), depth + 1) : readScalar(reader, field.type);
}

function readEntry(reader: Reader, field: FieldPlan, map: Map<unknown, unknown>, depth: number): void {
  const end = readEnd(reader);
  let key: unknown = zeroOf(field.keyType);
  let value: unknown;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1 && (tag & 7) === wireTypeOf(field.keyType)) key = readScalar(reader, field.keyType);
    else if (tag >>> 3 === 2 && (tag & 7) === (field.isMessage ? 2 : wireTypeOf(field.type))) value = readItem(reader, field, depth);
    else skip(reader, tag & 7);
  }
  if (reader.pos > end) throw new RangeError('a map entry reaches beyond its end');
  map.set(key, value ?? (field.isMessage ? emptyMessage(planOf(field.type)) : zeroOf(field.type)));
}

function readEnd(reader: Reader): number {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError(`${length} bytes expected at offset ${reader.pos}, ${reader.len - reader.pos} left`);
  return end;
}

/** Passes over a value of a field that is not known. Groups, which proto3 has not, are malformed. */
function skip(reader: Reader, wireType: number): void {
  switch (wireType) {
    case 0: reader.skip(); break;
    case 1: reader.skip(8); break;
    case 2: reader.skip(reader.uint32()); break;
    case 5: reader.skip(4); break;
    default: throw new RangeError(`invalid wire type ${wireType} at offset ${reader.pos}`);
  }
}
