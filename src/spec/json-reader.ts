import { replaceBroken } from './bytes.ts';
import { foldCase } from './strings.ts';

/** Reads JSON into typed values as Go's json.Unmarshal does: names in any case, null as nothing, the first mismatch told at the end. */

/** A value and the name by which Go's messages call its place: `struct field History.Image.history.created_by`. */
export interface JsonPlace {
  readonly value: unknown;
  readonly name: string;
}

export class JsonReader {
  #problem: string | undefined;

  /** The first mismatch, in encoding/json's words. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Remembers a problem unless there is one already. */
  report(problem: string): void {
    this.#problem ??= problem;
  }

  #mismatch(place: JsonPlace, type: string): void {
    const { value, name } = place;
    const literal = (typeof value === 'number' || typeof value === 'bigint') && (type === 'int' || type === 'time.Duration') ? ` ${value}` : '';
    this.report(`json: cannot unmarshal ${kindOf(value)}${literal} into Go ${name} of type ${type}`);
  }

  /** The members of an object by lower-case name; of names that differ in case only, the last; null undoes lists only. */
  members(place: JsonPlace, type: string): ReadonlyMap<string, unknown> {
    const members = new Map<string, unknown>();
    for (const [key, value] of this.entries(place, type)) {
      const name = foldCase(key);
      if (value !== null || !members.has(name) || Array.isArray(members.get(name))) members.set(name, value);
    }
    return members;
  }

  /** The members of an object as they are; none for null and for what is no object. */
  entries(place: JsonPlace, type: string): readonly (readonly [key: string, value: unknown])[] {
    const { value } = place;
    if (value === null || value === undefined) return [];
    if (typeof value === 'object' && !Array.isArray(value)) return Object.entries(value);
    this.#mismatch(place, type);
    return [];
  }

  /** The items of a list, undefined for null. */
  items(place: JsonPlace, type: string): readonly unknown[] | undefined {
    const { value } = place;
    if (value === null || value === undefined) return undefined;
    if (Array.isArray(value)) return value;
    this.#mismatch(place, type);
    return undefined;
  }

  string(place: JsonPlace, type = 'string'): string {
    const { value } = place;
    if (typeof value === 'string') return replaceBroken(value);
    if (value !== null && value !== undefined) this.#mismatch(place, type);
    return '';
  }

  strings(place: JsonPlace, itemType = 'string'): readonly string[] | undefined {
    return this.items(place, `[]${itemType}`)?.map((value) => this.string({ value, name: place.name }, itemType));
  }

  boolean(place: JsonPlace): boolean {
    const { value } = place;
    if (typeof value === 'boolean') return value;
    if (value !== null && value !== undefined) this.#mismatch(place, 'bool');
    return false;
  }

  int64(place: JsonPlace, type: string): bigint {
    const { value } = place;
    if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return value;
    if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
    if (value !== null && value !== undefined) this.#mismatch(place, type);
    return 0n;
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'bigint') return 'number';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** A number of so many digits may be one that JavaScript's cannot hold. */
const MANY_DIGITS = /[0-9]{16}/;

/** The value of a JSON text, long integers as bigint; throws a SyntaxError, in encoding/json's words where they are simple. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, MANY_DIGITS.test(text) ? exactInteger : undefined) as unknown;
  } catch (error) {
    throw new SyntaxError(syntaxProblem(text, String(error)), { cause: error });
  }
}

/** Puts the integer that is written in place of one that was rounded. A Node.js before 21 does not tell what is written. */
function exactInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  return /^-?[0-9]+$/.test(context?.source ?? '') ? BigInt(context?.source ?? '') : value;
}

function syntaxProblem(text: string, problem: string): string {
  const start = text.length - text.replace(/^[ \t\r\n]+/, '').length;
  const position = Number(/position (\d+)/.exec(problem)?.[1] ?? start);
  if (position >= text.length || start === text.length || /unexpected end|unterminated/i.test(problem)) return 'unexpected end of JSON input';
  const character = text.charAt(position);
  return `invalid character '${character}' ${position === start ? 'looking for beginning of value' : `at offset ${position} of JSON`}`;
}
