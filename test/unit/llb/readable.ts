import { decodeMessage } from '../../../src/pb/codec.ts';
import type { Definition } from '../../../src/llb/types.ts';

/** A definition as JSON that people can compare: each op by digest, without what is empty, with its metadata and its places. */
export function readable(definition: Definition): string {
  const ops = definition.ops.map(({ digest, bytes }) => ({
    digest,
    op: plain(decodeMessage('pb.Op', bytes)),
    metadata: plain({ ...definition.metadata.get(digest), caps: definition.metadata.get(digest)?.caps.toSorted() }),
    locations: plain(definition.source?.locations.get(digest)),
  }));
  const sources = definition.source?.infos.map(({ filename, language, data }) => ({ filename, language, data: Buffer.from(data).toString('utf8') }));
  return `${JSON.stringify({ ops, sources }, undefined, 2)}\n`;
}

/** `value` with maps as objects in the order of their keys, bytes as text, and nothing of what is empty or zero, but in lists and maps. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? plain(Number(value)) : value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1') || undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => plain(item) ?? item);
  if (value instanceof Map) {
    const entries = [...value].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, plain(item) ?? item] as const);
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]).filter(([, item]) => item !== undefined));
  }
  return value || undefined;
}
