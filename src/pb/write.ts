import { CodedError } from '../diag/error.ts';
import { encodeText, isUtf8 } from '../spec/bytes.ts';
import { MAX_DEPTH, planOf } from './plan.ts';
import type { FieldPlan, MessagePlan } from './plan.ts';
import { checkScalar, isZero, wireTypeOf, writeScalar } from './scalar.ts';
import type { ScalarValue } from './scalar.ts';
import type { WireWriter } from './wire-writer.ts';

/** The value of any field, unchecked. */
type Fields = Readonly<Record<string, unknown>>;

/** The messages around a field: how many they are, and whether one of them wants its strings to be UTF-8. */
interface Around {
  readonly depth: number;
  readonly isChecked: boolean;
}

const OUTERMOST: Around = { depth: -1, isChecked: false };

/** Writes the fields of a message, in the order of the wire; see encodeMessage. */
export function writeFields(writer: WireWriter, plan: MessagePlan, value: Fields, outer: Around = OUTERMOST): void {
  const around = { depth: outer.depth + 1, isChecked: outer.isChecked || plan.isChecked };
  if (around.depth > MAX_DEPTH) throw new CodedError('internal', `${plan.type}: messages are nested too deeply`);
  for (const name in value) {
    if (!plan.byName.has(name)) throw new CodedError('internal', `${plan.type} has no field ${name}`);
  }
  let chosen: Map<string, string> | undefined;
  for (const field of plan.fields) {
    const { name } = field;
    const item = value[name];
    if (item === undefined || item === null) continue;
    if (field.oneof !== '') {
      const other = chosen?.get(field.oneof);
      if (other !== undefined) throw new CodedError('internal', `${plan.type}.${field.oneof}: both ${other} and ${name} are set`);
      chosen = (chosen ?? new Map<string, string>()).set(field.oneof, name);
    }
    writeField(writer, field, item, around);
  }
}

function writeField(writer: WireWriter, field: FieldPlan, value: unknown, around: Around): void {
  switch (field.kind) {
    case 'repeated':
      for (const item of listOf(field, value)) writeItem(writer, field, item, around);
      return;
    case 'packed': return writePacked(writer, field, listOf(field, value));
    case 'map': return writeMap(writer, field, value, around);
    case 'single': return field.isMessage ? writeMessage(writer, field, value, around) : writeSingle(writer, field, value, around);
    default: return writeItem(writer, field, value, around);
  }
}

function listOf({ where }: FieldPlan, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new CodedError('internal', `${where}: expected a list`);
  return value;
}

/** A scalar, unless it is its type's zero. */
function writeSingle(writer: WireWriter, field: FieldPlan, value: unknown, around: Around): void {
  const scalar = checkScalar(field.type, value, field.where);
  if (isZero(scalar)) return;
  if (around.isChecked) checkText(scalar);
  writer.varint32((field.number << 3) | field.wireType);
  writeScalar(writer, field.type, scalar);
}

/** One tag and value. `number` is the field's, unless it is the value of a map entry. */
function writeItem(writer: WireWriter, field: FieldPlan, value: unknown, around: Around, number: number = field.number): void {
  if (field.isMessage) return writeMessage(writer, field, value, around, number);
  const scalar = checkScalar(field.type, value, field.where);
  if (around.isChecked) checkText(scalar);
  writer.varint32((number << 3) | field.wireType);
  writeScalar(writer, field.type, scalar);
}

function writeMessage(writer: WireWriter, field: FieldPlan, value: unknown, around: Around, number: number = field.number): void {
  writer.varint32((number << 3) | 2);
  if (value instanceof Uint8Array) return writer.bytes(value);
  if (isPieces(value)) return writer.pieces(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CodedError('internal', `${field.where}: expected a message`);
  const start = writer.open();
  writeFields(writer, planOf(field.type), value as Fields, around);
  writer.close(start);
}

/** Whether `value` is what a message's bytes were cut into. */
function isPieces(value: unknown): value is readonly Uint8Array[] {
  return Array.isArray(value) && value.length > 0 && value.every((piece) => piece instanceof Uint8Array);
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

function writeMap(writer: WireWriter, field: FieldPlan, value: unknown, around: Around): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CodedError('internal', `${field.where}: expected a map`);
  const isMap = value instanceof Map;
  const keys: readonly unknown[] = isMap ? [...value.keys()] : Object.keys(value);
  const keyWireType = wireTypeOf(field.keyType);
  for (const key of inGoOrder(keys.map((each) => checkScalar(field.keyType, each, field.where)))) {
    writer.varint32((field.number << 3) | 2);
    if (around.isChecked) checkText(key);
    const start = writer.open();
    writer.varint32((1 << 3) | keyWireType);
    writeScalar(writer, field.keyType, key);
    writeItem(writer, field, isMap ? value.get(key) : (value as Fields)[String(key)], around, 2);
    writer.close(start);
  }
}

/** Code units from here on do not sort as the UTF-8 bytes of their characters do. */
const BEYOND_ORDER = /[\ud800-\uffff]/;

/** Keys in Go's order: strings by their bytes, numbers by value, false first. */
function inGoOrder(keys: readonly ScalarValue[]): readonly ScalarValue[] {
  const isBeyond = keys.some((key) => typeof key === 'string' && BEYOND_ORDER.test(key));
  if (isBeyond) return keys.toSorted((a, b) => Buffer.compare(encodeText(String(a)), encodeText(String(b))));
  const isSorted = keys.every((key, index) => index === 0 || (keys[index - 1] ?? '') <= key);
  return isSorted ? keys : keys.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
