import { CodedError } from '../diag/error.ts';
import type { CacheImport } from '../gateway/gateway.ts';
import { JsonReader } from '../spec/json-reader.ts';
import { jsonSyntaxProblem } from '../spec/json-syntax.ts';
import { quote } from '../spec/text.ts';

const ENTRY_TYPE = 'moby_buildkit_v1.CacheOptionsEntry';

/** The caches to import: the JSON of `cache-imports`, and after it the registry references of the older `cache-from`. */
export function parseCacheImports(imports: string, from: string): readonly CacheImport[] {
  const registries = from === '' ? [] : from.split(',').map((ref) => ({ type: 'registry', attrs: new Map([['ref', ref]]) }));
  return [...(imports === '' ? [] : parseJsonImports(imports)), ...registries];
}

function parseJsonImports(text: string): readonly CacheImport[] {
  const fail = (problem: string): CodedError => new CodedError('option', `failed to unmarshal cache-imports (${quote(text)}): ${problem}`);
  const problem = jsonSyntaxProblem(text);
  if (problem !== undefined) throw fail(problem);
  const value: unknown = JSON.parse(text);
  const reader = new JsonReader();
  const entries = (reader.items({ value, name: 'value' }, `[]*${ENTRY_TYPE}`) ?? []).map((entry) => readEntry(reader, entry));
  if (reader.problem !== undefined) throw fail(reader.problem);
  return entries;
}

function readEntry(reader: JsonReader, value: unknown): CacheImport {
  const members = reader.members({ value, name: 'value' }, ENTRY_TYPE);
  const type = reader.string({ value: members.get('type'), name: 'struct field CacheOptionsEntry.Type' });
  const place = { value: members.get('attrs'), name: 'struct field CacheOptionsEntry.Attrs' };
  const attrs = reader.entries(place, 'map[string]string').map(([key, item]) => [key, reader.string({ ...place, value: item })] as const);
  return { type, attrs: new Map(attrs) };
}
