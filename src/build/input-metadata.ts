import { CodedError } from '../diag/error.ts';
import { JsonReader } from '../spec/json-reader.ts';
import { jsonSyntaxProblem } from '../spec/json-syntax.ts';

/**
 * The metadata that comes beside a definition (`input-metadata:NAME`): a JSON object whose values are base64 (Go's map[string][]byte).
 * Throws, in Go's words, what is wrong with `text`.
 */
export function readInputMetadata(text: string): ReadonlyMap<string, Uint8Array> {
  const fail = (problem: string): CodedError => new CodedError('option', `failed to parse input metadata ${text}: ${problem}`);
  const problem = jsonSyntaxProblem(text);
  if (problem !== undefined) throw fail(problem);
  const reader = new JsonReader();
  const entries = reader.entries({ value: JSON.parse(text) as unknown, name: 'value' }, 'map[string][]uint8');
  const metadata = new Map(entries.map(([key, value]) => [key, readBytes(reader, value)]));
  if (reader.problem !== undefined) throw fail(reader.problem);
  return metadata;
}

/** Bytes as base64, or as a list of numbers; none for null. */
function readBytes(reader: JsonReader, value: unknown): Uint8Array {
  if (Array.isArray(value)) return Uint8Array.from(value, (item: unknown) => (Number.isInteger(item) ? Number(item) : 0));
  const text = typeof value === 'string' ? value : reader.string({ value, name: 'value' }, '[]uint8');
  const wrong = corruptAt(text);
  if (wrong !== undefined) reader.report(`illegal base64 data at input byte ${wrong}`);
  return Buffer.from(text, 'base64');
}

/** Where Go's base64.StdEncoding gives up; undefined where it does not. Ends of lines are passed over. */
function corruptAt(text: string): number | undefined {
  let place = 0;
  let padded = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\r' || character === '\n') continue;
    if (padded && place === 0) return at;
    const isPad = character === '=';
    if (padded ? !isPad : isPad ? place < 2 : !/[A-Za-z0-9+/]/.test(character)) return padded ? at - 1 : at;
    padded ||= isPad;
    place = (place + 1) % 4;
  }
  if (place === 0) return undefined;
  return padded ? text.length : text.length - place;
}
