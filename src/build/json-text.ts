import { encodeJsonString } from '../spec/json.ts';

/** A value that has a JSON form: objects keep the order of their members, undefined ones are left out, bytes become base64. */
export type JsonValue = null | boolean | number | bigint | string | Uint8Array | readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined };

/** JSON as Go's json.MarshalIndent writes it with two spaces. */
export function indentedJson(value: JsonValue, indent = ''): string {
  if (value instanceof Uint8Array) return encodeJsonString(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'));
  if (typeof value === 'string') return encodeJsonString(value);
  if (value === null || typeof value !== 'object') return String(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) return enclose('[', value.map((item: JsonValue) => indentedJson(item, inner)), ']', indent);
  const members = Object.entries(value as { readonly [key: string]: JsonValue | undefined }).flatMap(([key, item]) =>
    (item === undefined ? [] : [`${encodeJsonString(key)}: ${indentedJson(item, inner)}`]));
  return enclose('{', members, '}', indent);
}

function enclose(open: string, items: readonly string[], close: string, indent: string): string {
  if (items.length === 0) return open + close;
  return `${open}\n${items.map((item) => `${indent}  ${item}`).join(',\n')}\n${indent}${close}`;
}
