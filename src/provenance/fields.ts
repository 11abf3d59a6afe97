/** Reads members of untrusted JSON by type and gathers what is wrong with them, so that all is told at once. */

/** An object of untrusted JSON and the path to it, for messages. */
export interface Fields {
  readonly path: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const MAX_PROBLEMS = 20;
/** What is told of one, in characters: keys and values may have megabytes, and an answer to the daemon 16. */
const MAX_PROBLEM = 500;

export class FieldReader {
  readonly #problems: string[] = [];

  get problems(): readonly string[] {
    return this.#problems.length <= MAX_PROBLEMS ? this.#problems
      : [...this.#problems.slice(0, MAX_PROBLEMS), `and ${this.#problems.length - MAX_PROBLEMS} more`];
  }

  problem(path: string, text: string): void {
    const whole = `${path}: ${text}`;
    this.#problems.push(whole.length > MAX_PROBLEM ? `${whole.slice(0, MAX_PROBLEM)}…` : whole);
  }

  /** The own member `key`; null counts as absent. */
  #member(fields: Fields, key: string): unknown {
    return Object.hasOwn(fields.value, key) ? fields.value[key] ?? undefined : undefined;
  }

  has(fields: Fields, key: string): boolean {
    return this.#member(fields, key) !== undefined;
  }

  /** `value` as an object; an empty one, and a problem, when it is none. */
  asObject(value: unknown, path: string): Fields {
    if (isObject(value)) return { path, value };
    this.problem(path, `expected an object, found ${describe(value)}`);
    return { path, value: {} };
  }

  /** An object, empty when absent. */
  object(fields: Fields, key: string): Fields {
    const value = this.#member(fields, key);
    const path = join(fields.path, key);
    return value === undefined ? { path, value: {} } : this.asObject(value, path);
  }

  /** The objects of a list, none when absent. */
  objects(fields: Fields, key: string): readonly Fields[] {
    return this.#list(fields, key).map((item, index) => this.asObject(item, `${join(fields.path, key)}[${index}]`));
  }

  #list(fields: Fields, key: string): readonly unknown[] {
    const value = this.#member(fields, key);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value.filter((item) => item !== null);
    this.problem(join(fields.path, key), `expected a list, found ${describe(value)}`);
    return [];
  }

  /** A string, '' when absent. */
  string(fields: Fields, key: string): string {
    const value = this.#member(fields, key);
    if (typeof value === 'string' || value === undefined) return value ?? '';
    this.problem(join(fields.path, key), `expected a string, found ${describe(value)}`);
    return '';
  }

  /** The strings of a list, none when absent. */
  stringList(fields: Fields, key: string): readonly string[] {
    return this.#list(fields, key).flatMap((item, index) => {
      if (typeof item === 'string') return item;
      this.problem(`${join(fields.path, key)}[${index}]`, `expected a string, found ${describe(item)}`);
      return [];
    });
  }

  requiredString(fields: Fields, key: string): string {
    if (!this.has(fields, key)) this.problem(join(fields.path, key), 'is missing');
    return this.string(fields, key);
  }

  /** A truth value, false when absent. */
  boolean(fields: Fields, key: string): boolean {
    const value = this.#member(fields, key);
    if (typeof value === 'boolean' || value === undefined) return value ?? false;
    this.problem(join(fields.path, key), `expected true or false, found ${describe(value)}`);
    return false;
  }

  /** An object of strings, empty when absent. */
  strings(fields: Fields, key: string): ReadonlyMap<string, string> {
    const object = this.object(fields, key);
    const out = new Map<string, string>();
    for (const name of Object.keys(object.value)) out.set(name, this.string(object, name));
    return out;
  }

  /** Seconds since 1970 of an RFC 3339 time; undefined when absent. */
  time(fields: Fields, key: string): bigint | undefined {
    const text = this.string(fields, key);
    if (text === '') return undefined;
    const milliseconds = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text.replace(/\.\d+/, '')) : Number.NaN;
    if (!Number.isNaN(milliseconds)) return BigInt(Math.floor(milliseconds / 1000));
    this.problem(join(fields.path, key), `expected a time such as 2024-01-31T12:00:00Z, found ${describe(text)}`);
    return undefined;
  }

  /** Base64 bytes, none when absent. */
  bytes(fields: Fields, key: string): Uint8Array {
    const text = this.string(fields, key);
    if (isBase64(text)) return Uint8Array.from(Buffer.from(text, 'base64'));
    this.problem(join(fields.path, key), 'expected base64');
    return new Uint8Array();
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Base64, standard or for URLs, padded or not. */
export function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/_-]*={0,2}$/.test(text);
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** A short form of a value for messages. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'object': return 'an object';
    case 'string': return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
    default: return String(value);
  }
}
