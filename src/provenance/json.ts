import { messageOf } from '../diag/error.ts';

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
  assertPlain(text);
  return value;
}

const COLON = /\s*:/y;

/** Goes over a text that is known to be JSON; readers do not agree on which of two members of one name counts. */
function assertPlain(text: string): void {
  /** The names so far of each object that is open; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '{': case '[':
        open.push(text[at] === '{' ? new Set() : undefined);
        if (open.length > MAX_DEPTH) throw new Error(`it is nested more than ${MAX_DEPTH} deep`);
        break;
      case '}': case ']': open.pop(); break;
      case '"': {
        const end = stringEnd(text, at);
        const names = open.at(-1);
        COLON.lastIndex = end;
        if (names !== undefined && COLON.test(text)) addName(names, JSON.parse(text.slice(at, end)) as string);
        at = end - 1;
        break;
      }
    }
  }
}

function addName(names: Set<string>, name: string): void {
  if (names.has(name)) throw new Error(`it has the member ${JSON.stringify(name)} twice in one object`);
  names.add(name);
}

/** The place after the quotation mark that ends the string which begins at `start`. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    const quote = text.indexOf('"', at);
    let first = quote;
    while (text[first - 1] === '\\') first--;
    if ((quote - first) % 2 === 0) return quote + 1;
    at = quote;
  }
}
