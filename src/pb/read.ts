import { MAX_DEPTH, planOf } from './plan.ts';
import type { FieldPlan, MessagePlan } from './plan.ts';
import { readScalar, wireTypeOf, zeroOf } from './scalar.ts';
import type { WireReader } from './wire-reader.ts';

type Fields = Record<string, unknown>;

/** Reads the fields of a message up to the offset `end`; see decodeMessage. `depth` is how many messages it is in. */
export function readFields(reader: WireReader, plan: MessagePlan, end: number, depth: number): Fields {
  if (depth > MAX_DEPTH) throw new RangeError('messages are nested too deeply');
  const message = emptyMessage(plan);
  while (reader.position < end) {
    const tag = reader.uint32();
    const field = plan.byNumber.get(tag >>> 3);
    if (tag >>> 3 === 0) throw new RangeError(`invalid field number at offset ${reader.position}`);
    if (field === undefined || !readField(reader, field, tag & 7, message, plan, depth)) reader.skip(tag & 7);
    if (reader.position > end) throw new RangeError('a field reaches beyond its message');
  }
  return message;
}

function emptyMessage(plan: MessagePlan): Fields {
  const message: Fields = { ...plan.empty };
  for (const field of plan.listsAndMaps) message[field.name] = field.kind === 'map' ? new Map() : [];
  return message;
}

/** Reads one value into `message`; false, with nothing read, when the wire type is not the field's. */
function readField(reader: WireReader, field: FieldPlan, wireType: number, message: Fields, plan: MessagePlan, depth: number): boolean {
  const expected = field.kind === 'map' ? 2 : field.wireType;
  if (field.kind === 'packed' && wireType === 2) {
    const end = reader.enter();
    while (reader.position < end) (message[field.name] as unknown[]).push(readScalar(reader, field.type));
    if (reader.position > end) throw new RangeError('a packed number reaches beyond its list');
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

function readItem(reader: WireReader, field: FieldPlan, depth: number): unknown {
  return field.isMessage ? readFields(reader, planOf(field.type), reader.enter(), depth + 1) : readScalar(reader, field.type);
}

function readEntry(reader: WireReader, field: FieldPlan, map: Map<unknown, unknown>, depth: number): void {
  const end = reader.enter();
  let key: unknown = zeroOf(field.keyType);
  let value: unknown;
  while (reader.position < end) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1 && (tag & 7) === wireTypeOf(field.keyType)) key = readScalar(reader, field.keyType);
    else if (tag >>> 3 === 2 && (tag & 7) === field.wireType) value = readItem(reader, field, depth);
    else reader.skip(tag & 7);
  }
  if (reader.position > end) throw new RangeError('a map entry reaches beyond its end');
  map.set(key, value ?? (field.isMessage ? emptyMessage(planOf(field.type)) : zeroOf(field.type)));
}
