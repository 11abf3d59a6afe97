import { messageOf } from '../diag/error.ts';
import { assertPlainJson } from '../spec/plain-json.ts';

/** How deep provenance may be nested; BuildKit's, with whole build graphs in it, stays below 20. */
const MAX_DEPTH = 100;

/** The value of a JSON text that everybody reads alike. Throws when it is not UTF-8 or JSON, nested very deep, or has a member twice. */
export function parseJsonBytes(bytes: Uint8Array): unknown {
  return parseJsonText(decodeUtf8(bytes));
}

/**
 * The values of a text that is one JSON value or, as attestations are downloaded, one to a line. `name` tells them apart in messages: ''
 * where there is only one.
 */
export function parseJsonLines(bytes: Uint8Array): readonly { readonly name: string; readonly value: unknown }[] {
  const text = decodeUtf8(bytes);
  try {
    return [{ name: '', value: parseJsonText(text) }];
  } catch (error) {
    const lines = text.split('\n').map((line, index) => ({ line: line.trim(), name: `line ${index + 1}` })).filter(({ line }) => line !== '');
    const [first] = lines;
    if (lines.length < 2 || first === undefined || !isJsonObject(first.line)) throw error;
    return lines.map(({ line, name }) => ({ name, value: named(name, () => parseJsonText(line)) }));
  }
}

function isJsonObject(text: string): boolean {
  try {
    return text.startsWith('{') && JSON.parse(text) !== undefined;
  } catch {
    return false;
  }
}

function named<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${name}: ${messageOf(error)}`, { cause: error });
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error('it is not UTF-8 text', { cause: error });
  }
}

function parseJsonText(text: string): unknown {
  const value: unknown = JSON.parse(text);
  assertPlainJson(text, { maxDepth: MAX_DEPTH });
  return value;
}
