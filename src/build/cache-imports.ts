import { wrapError } from '../diag/error.ts';
import { CodedError, messageOf } from '../diag/error.ts';
import type { CacheImport } from '../gateway/gateway.ts';
import { quote } from '../spec/text.ts';

/** The caches to import: the JSON of `cache-imports`, and after it the registry references of the older `cache-from`. */
export function parseCacheImports(imports: string, from: string): readonly CacheImport[] {
  const registries = from === '' ? [] : from.split(',').map((ref) => ({ type: 'registry', attrs: new Map([['ref', ref]]) }));
  return [...(imports === '' ? [] : parseJsonImports(imports)), ...registries];
}

function parseJsonImports(text: string): readonly CacheImport[] {
  try {
    const parsed: unknown = JSON.parse(text);
    if (parsed === null) return [];
    if (!Array.isArray(parsed)) throw new CodedError('option', 'expected a list');
    return parsed.map(toCacheImport);
  } catch (error) {
    throw wrapError(new CodedError('option', messageOf(error), { cause: error }), `failed to unmarshal cache-imports (${quote(text)})`);
  }
}

function toCacheImport(value: unknown): CacheImport {
  if (typeof value !== 'object' || value === null) throw new CodedError('option', 'expected an object');
  const fields = new Map(Object.entries(value).map(([key, item]) => [key.toLowerCase(), item as unknown]));
  const attrs: unknown = fields.get('attrs');
  const entries = typeof attrs === 'object' && attrs !== null ? Object.entries(attrs) : [];
  return { type: String(fields.get('type') ?? ''), attrs: new Map(entries.map(([key, item]) => [key, String(item)])) };
}
