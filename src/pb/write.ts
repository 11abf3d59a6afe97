import type { Writer } from 'protobufjs/minimal';
import { CodedError } from '../diag/error.ts';
import { encodeText, isUtf8 } from '../spec/bytes.ts';
import { MAX_DEPTH, planOf } from './plan.ts';
import type { FieldPlan, MessagePlan } from './plan.ts';
import { checkScalar, isZero, wireTypeOf, writeScalar } from './scalar.ts';
import type { ScalarValue } from './scalar.ts';

/** The value of any field, unchecked. */
type Fields = Readonly<Record<string, unknown>>;

/** The messages around a field: how many they are, and whether one of them wants its strings to be UTF-8. */
interface Around {
  readonly depth: number;
  readonly isChecked: boolean;
}

/** Writes the fields of a message, in the order of the wire; see encodeMessage. */
export function writeFields(writer: Writer, plan: MessagePlan, value: Fields, outer: Around = { depth: -1, isChecked: false }): void {
  const around = { depth: outer.depth + 1, isChecked: outer.isChecked || plan.isChecked };
  if (around.depth > MAX_DEPTH) throw new CodedError('internal', `${plan.type}: messages are nested too deeply`);
  for (const name of Object.keys(value)) {
    if (!plan.byName.has(name)) throw new CodedError('internal', `${plan.type} has no field ${name}`);
  }
  const chosen = new Map<string, string>();
  for (const field of plan.fields) {
    const item = value[field.name];
    if (item === undefined || item === null) continue;
    if (field.oneof !== '') {
      const other = chosen.get(field.oneof);
      if (other !== undefined) throw new CodedError('internal', `${plan.type}.${field.oneof}: both ${other} and ${field.name} are set`);
      chosen.set(field.oneof, field.name);
    }
    writeField(writer, field, item, `${plan.type}.${field.name}`, around);
  }
}

function writeField(writer: Writer, field: FieldPlan, value: unknown, where: string, around: Around): void {
  switch (field.kind) {
    case 'repeated':
      for (const item of listOf(value, where)) writeItem(writer, field, item, where, around);
      return;
    case 'packed': return writePacked(writer, field, listOf(value, where), where);
    case 'map': return writeMap(writer, field, value, where, around);
    case 'single':
      if (!field.isMessage && isZero(checkScalar(field.type, value, where))) return;
      return writeItem(writer, field, value, where, around);
    default: return writeItem(writer, field, value, where, around);
  }
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new CodedError('internal', `${where}: expected a list`);
  return value;
}

/** One tag and value. `number` is the field's, unless it is the value of a map entry. */
function writeItem(writer: Writer, field: FieldPlan, value: unknown, where: string, around: Around, number: number = field.number): void {
  if (!field.isMessage) {
    const scalar = checkScalar(field.type, value, where);
    if (around.isChecked) checkText(scalar);
    writeScalar(writer.uint32(((number << 3) | wireTypeOf(field.type)) >>> 0), field.type, scalar);
    return;
  }
  writer.uint32(((number << 3) | 2) >>> 0);
  if (value instanceof Uint8Array) {
    writer.bytes(value);
    return;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CodedError('internal', `${where}: expected a message`);
  writer.fork();
  writeFields(writer, planOf(field.type), value as Fields, around);
  writer.ldelim();
}

function checkText(value: ScalarValue): void {
  if (typeof value === 'string' && !isUtf8(value)) throw new CodedError('convert', 'string field contains invalid UTF-8');
}

function writePacked(writer: Writer, field: FieldPlan, items: readonly unknown[], where: string): void {
  if (items.length === 0) return;
  writer.uint32(((field.number << 3) | 2) >>> 0).fork();
  for (const item of items) writeScalar(writer, field.type, checkScalar(field.type, item, where));
  writer.ldelim();
}

function writeMap(writer: Writer, field: FieldPlan, value: unknown, where: string, around: Around): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CodedError('internal', `${where}: expected a map`);
  const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  const keyed = entries.map(([key, item]) => ({ key: checkScalar(field.keyType, key, where), item }));
  for (const { key, item } of sortByKey(keyed)) {
    writer.uint32(((field.number << 3) | 2) >>> 0).fork();
    if (around.isChecked) checkText(key);
    writeScalar(writer.uint32((1 << 3) | wireTypeOf(field.keyType)), field.keyType, key);
    writeItem(writer, field, item, where, around, 2);
    writer.ldelim();
  }
}

/** Code units from here on do not sort as the UTF-8 bytes of their characters do. */
const BEYOND_ORDER = /[\ud800-\uffff]/;

/** Entries in Go's order: strings by their bytes, numbers by value, false first. */
function sortByKey<E extends { readonly key: ScalarValue }>(entries: readonly E[]): readonly E[] {
  if (!entries.some(({ key }) => typeof key === 'string' && BEYOND_ORDER.test(key))) {
    return [...entries].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }
  const keyed = entries.map((entry) => ({ entry, bytes: encodeText(String(entry.key)) }));
  return keyed.sort((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ entry }) => entry);
}
