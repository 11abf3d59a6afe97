import { foldCase } from './strings.ts';

/** What makes a JSON text one that every reader reads alike. */
export interface PlainJsonRules {
  /** Objects and lists in one another. */
  readonly maxDepth: number;
  /** Whether the object that is (or is in a list) under this name, '' for the outermost, is one to Go's decoder of structures, which takes names in any case. */
  readonly isStructure?: (name: string) => boolean;
}

/** An object or list that is open. */
interface Open {
  /** The names of an object so far, as they are told apart; undefined for a list. */
  readonly names: Set<string> | undefined;
  readonly isStructure: boolean;
  /** The member whose value is read; of a list, the list's own. */
  name: string;
}

const COLON = /\s*:/y;

/**
 * Goes over a text that is known to be JSON. Throws when it is nested too deep, or an object has a member twice: readers do not agree on which of the two
 * counts.
 */
export function assertPlainJson(text: string, { maxDepth, isStructure = () => false }: PlainJsonRules): void {
  const open: Open[] = [];
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '{': case '[': {
        const name = open.at(-1)?.name ?? '';
        open.push({ names: text[at] === '{' ? new Set() : undefined, isStructure: isStructure(name), name });
        if (open.length > maxDepth) throw new Error(`it is nested more than ${maxDepth} deep`);
        break;
      }
      case '}': case ']': open.pop(); break;
      case '"': {
        const end = stringEnd(text, at);
        const object = open.at(-1);
        COLON.lastIndex = end;
        if (object?.names !== undefined && COLON.test(text)) addName(object, object.names, JSON.parse(text.slice(at, end)) as string);
        at = end - 1;
        break;
      }
    }
  }
}

function addName(object: Open, names: Set<string>, name: string): void {
  const key = object.isStructure ? foldCase(name) : name;
  if (names.has(key)) throw new Error(`it has the member ${JSON.stringify(name)} twice in one object`);
  names.add(key);
  object.name = name;
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
