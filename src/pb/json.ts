import { CodedError } from '../diag/error.ts';
import { ENUMS, SCHEMA } from './schema.ts';
import type { FieldRow } from './schema.ts';

/** A JSON value; members that are undefined are left out. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Which enum a field of type `enum` has, where its value is shown by name. */
const ENUM_FIELDS: ReadonlyMap<string, keyof typeof ENUMS> = new Map<string, keyof typeof ENUMS>([
  ['pb.CacheOpt.sharing', 'pb.CacheSharingOpt'],
  ['pb.ExecOp.network', 'pb.NetMode'],
  ['pb.ExecOp.security', 'pb.SecurityMode'],
  ['pb.Mount.contentCache', 'pb.MountContentCache'],
  ['pb.Mount.mountType', 'pb.MountType'],
]);

const WIDE_TYPES: ReadonlySet<string> = new Set(['int64', 'uint64', 'sint64', 'fixed64', 'sfixed64']);

/**
 * A decoded message in protobuf's JSON form (protojson), fields by number: what is zero is left out unless it is in a oneof or optional, 64-bit numbers
 * are text, bytes base64, enums by name. `value` is what decodeMessage gives for `type`.
 */
export function messageJson(type: string, value: object): Json {
  const rows = SCHEMA.get(type);
  if (rows === undefined) throw new CodedError('internal', `no message ${type}`);
  const fields = value as Readonly<Record<string, unknown>>;
  const ordered = rows.toSorted(([a], [b]) => a - b);
  return Object.fromEntries(ordered.map((row) => [row[1], fieldJson(type, row, fields[row[1]])]));
}

function fieldJson(message: string, [, name, type, rule]: FieldRow, value: unknown): Json | undefined {
  if (value === undefined || value === null) return undefined;
  const one = (item: unknown): Json => itemJson(`${message}.${name}`, type, item);
  if (rule.startsWith('map ')) {
    const map = value as ReadonlyMap<unknown, unknown>;
    const entries = [...map].map(([key, item]) => [String(key), one(item)] as const).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return map.size === 0 ? undefined : Object.fromEntries(entries);
  }
  if (rule === 'repeated' || rule === 'packed') return (value as readonly unknown[]).length === 0 ? undefined : (value as readonly unknown[]).map(one);
  return rule === '' && isZero(value) ? undefined : one(value);
}

function isZero(value: unknown): boolean {
  return value === 0 || value === 0n || value === '' || value === false || (value instanceof Uint8Array && value.length === 0);
}

function itemJson(field: string, type: string, value: unknown): Json {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  if (type.includes('.')) return messageJson(type, value as object);
  if (type === 'enum') return enumName(field, value as number);
  return WIDE_TYPES.has(type) ? String(value) : (value as Json);
}

function enumName(field: string, value: number): Json {
  const name = ENUM_FIELDS.get(field);
  return Object.entries(name === undefined ? {} : ENUMS[name]).find(([, number]) => number === value)?.[0] ?? value;
}
