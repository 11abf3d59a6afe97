import { CodedError } from '../diag/error.ts';
import { encodeText, isUtf8 } from '../spec/bytes.ts';
import { BEYOND_ORDER } from '../spec/text.ts';
import { MAX_DEPTH, planOf } from './plan.ts';
import type { FieldPlan, MessagePlan } from './plan.ts';
import { checkScalar, isZero, wireTypeOf, writeScalar } from './scalar.ts';
import type { ScalarValue } from './scalar.ts';
import type { WireWriter } from './wire-writer.ts';

// A build's ops have tens of messages each, so that nothing here makes an object for a message or a field.

/** The value of any field, unchecked. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * Writes the fields of a message, in the order of the wire; see encodeMessage. `depth` is the number of messages around it, and `isInChecked`
 * whether one of them wants its strings to be UTF-8.
 */
export function writeFields(writer: WireWriter, plan: MessagePlan, value: Fields, depth = 0, isInChecked = false): void {
  if (depth > MAX_DEPTH) throw new CodedError('internal', `${plan.type}: messages are nested too deeply`);
  const isChecked = isInChecked || plan.isChecked;
  const start = writer.written();
  let last: FieldPlan | undefined;
  for (const name in value) {
    const field = plan.byName.get(name);
    if (field === undefined) throw new CodedError('internal', `${plan.type} has no field ${name}`);
    const item = value[name];
    if (item === undefined || item === null) continue;
    if (last !== undefined && field.place < last.place) {
      writer.back(start);
      return writeFields(writer, plan, inOrder(plan, value), depth, isInChecked);
    }
    // The members of a oneof come one after the other.
    if (field.oneof !== '' && field.oneof === last?.oneof) throw new CodedError('internal', `${plan.type}.${field.oneof}: both ${last.name} and ${name} are set`);
    last = field;
    writeField(writer, field, item, depth, isChecked);
  }
}

/** The fields of a message in the order of the wire. */
function inOrder({ type, fields, byName }: MessagePlan, value: Fields): Fields {
  const unknown = Object.keys(value).find((name) => !byName.has(name));
  if (unknown !== undefined) throw new CodedError('internal', `${type} has no field ${unknown}`);
  return Object.fromEntries(fields.map(({ name }) => [name, value[name]]));
}

function writeField(writer: WireWriter, field: FieldPlan, value: unknown, depth: number, isChecked: boolean): void {
  switch (field.kind) {
    case 'repeated': return writeList(writer, field, listOf(field, value), depth, isChecked);
    case 'packed': return writePacked(writer, field, listOf(field, value));
    case 'map': return writeMap(writer, field, value, depth, isChecked);
    case 'single': return field.isMessage ? writeItem(writer, field, value, depth, isChecked) : writeSingle(writer, field, value, isChecked);
    default: return writeItem(writer, field, value, depth, isChecked);
  }
}

/** By index, since the iterator of a list, and what it gives, are objects. */
function writeList(writer: WireWriter, field: FieldPlan, items: readonly unknown[], depth: number, isChecked: boolean): void {
  for (let index = 0; index < items.length; index++) writeItem(writer, field, items[index], depth, isChecked);
}

function listOf({ where }: FieldPlan, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new CodedError('internal', `${where}: expected a list`);
  return value;
}

/** A scalar, unless it is its type's zero. */
function writeSingle(writer: WireWriter, field: FieldPlan, value: unknown, isChecked: boolean): void {
  const scalar = checkScalar(field.type, value, field.where);
  if (isZero(scalar)) return;
  if (isChecked) checkText(scalar);
  writer.varint32((field.number << 3) | field.wireType);
  writeScalar(writer, field.type, scalar);
}

/** One tag and value. */
function writeItem(writer: WireWriter, field: FieldPlan, value: unknown, depth: number, isChecked: boolean): void {
  writer.varint32((field.number << 3) | field.wireType);
  writeValue(writer, field, value, depth, isChecked);
}

/** A value without its tag, which the writer has already. */
function writeValue(writer: WireWriter, field: FieldPlan, value: unknown, depth: number, isChecked: boolean): void {
  if (field.isMessage) return writeMessage(writer, field, value, depth, isChecked);
  const scalar = checkScalar(field.type, value, field.where);
  if (isChecked) checkText(scalar);
  writeScalar(writer, field.type, scalar);
}

function writeMessage(writer: WireWriter, field: FieldPlan, value: unknown, depth: number, isChecked: boolean): void {
  if (value instanceof Uint8Array) return writer.bytes(value);
  const start = writer.open();
  if (Array.isArray(value) && value.length > 0) for (let index = 0; index < value.length; index++) writePart(writer, field, value[index], depth, isChecked);
  else writePart(writer, field, value, depth, isChecked);
  writer.close(start);
}

/** A message, or a part of one: its fields, or the bytes of some. */
function writePart(writer: WireWriter, field: FieldPlan, value: unknown, depth: number, isChecked: boolean): void {
  if (value instanceof Uint8Array) return writer.raw(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CodedError('internal', `${field.where}: expected a message`);
  writeFields(writer, planOf(field.type), value as Fields, depth + 1, isChecked);
}

function checkText(value: ScalarValue): void {
  if (typeof value === 'string' && !isUtf8(value)) throw new CodedError('convert', 'string field contains invalid UTF-8');
}

function writePacked(writer: WireWriter, field: FieldPlan, items: readonly unknown[]): void {
  if (items.length === 0) return;
  writer.varint32((field.number << 3) | 2);
  const start = writer.open();
  for (const item of items) writeScalar(writer, field.type, checkScalar(field.type, item, field.where));
  writer.close(start);
}

function writeMap(writer: WireWriter, field: FieldPlan, value: unknown, depth: number, isChecked: boolean): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CodedError('internal', `${field.where}: expected a map`);
  const isMap = value instanceof Map;
  const keyWireType = wireTypeOf(field.keyType);
  for (const key of inGoOrder(isMap ? [...value.keys()] : Object.keys(value), field)) {
    writer.varint32((field.number << 3) | 2);
    if (isChecked) checkText(key);
    const start = writer.open();
    writer.varint32((1 << 3) | keyWireType);
    writeScalar(writer, field.keyType, key);
    writer.varint32((2 << 3) | field.wireType);
    writeValue(writer, field, isMap ? value.get(key) : (value as Fields)[String(key)], depth, isChecked);
    writer.close(start);
  }
}

/** Sorts a map's keys as Go does, strings by their bytes, numbers by value, false first. Throws on one that is not of the field's type. */
function inGoOrder(keys: unknown[], { keyType, where }: FieldPlan): readonly ScalarValue[] {
  let isSorted = true;
  let isBeyond = false;
  let last: ScalarValue = '';
  for (let index = 0; index < keys.length; index++) {
    const key = checkScalar(keyType, keys[index], where);
    isSorted &&= last <= key;
    isBeyond ||= typeof key === 'string' && BEYOND_ORDER.test(key);
    last = key;
  }
  const checked = keys as ScalarValue[];
  if (isBeyond) return checked.sort((a, b) => Buffer.compare(encodeText(String(a)), encodeText(String(b))));
  if (isSorted) return checked;
  return keyType === 'string' ? checked.sort() : checked.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
