/** Go's JSON texts, byte for byte (encoding/json with its HTML escaping). */
import { KnownValues } from './known.ts';
import { compareStrings } from './text.ts';

const ESCAPED = /["\\<>&\u0000-\u001f\u2028\u2029]|[\ud800-\udfff]/gu;

const SHORT: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'], ['\\', '\\\\'], ['\b', '\\b'], ['\f', '\\f'], ['\n', '\\n'], ['\r', '\\r'], ['\t', '\\t'],
]);

/** `text` as Go's json.Marshal writes a string; what is not UTF-8 (a lone surrogate) becomes `\ufffd`. */
export function encodeJsonString(text: string): string {
  return `"${text.replace(ESCAPED, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  const short = SHORT.get(character);
  if (short !== undefined) return short;
  const code = character.charCodeAt(0);
  return code >= 0xd800 && code <= 0xdfff ? '\\ufffd' : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Strings as a JSON list. */
export function encodeJsonStrings(items: readonly string[]): string {
  return `[${items.map(encodeJsonString).join(',')}]`;
}

/** Keys that were written before: a history's are the same in all its lines. */
const knownKeys = new KnownValues<string>();

function encodeKey(key: string): string {
  return knownKeys.get(key, encodeJsonString);
}

/** A JSON object with its members in the order given, each value being JSON already; undefined ones are left out. */
export function encodeJsonMembers(members: readonly (readonly [key: string, json: string | undefined])[]): string {
  const present: string[] = [];
  for (const [key, json] of members) {
    if (json !== undefined) present.push(`${encodeKey(key)}:${json}`);
  }
  return `{${present.join(',')}}`;
}

/** A JSON object with its members in the order of their keys' bytes, as Go writes maps. */
export function encodeJsonMap<V>(map: Iterable<readonly [string, V]>, encodeValue: (value: V) => string): string {
  const sorted = [...map].sort(([a], [b]) => compareStrings(a, b));
  return encodeJsonMembers(sorted.map(([key, value]) => [key, encodeValue(value)] as const));
}
