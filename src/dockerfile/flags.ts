import { CodedError } from '../diag/error.ts';
import { cut, toLower } from '../spec/strings.ts';
import { withSuggestion } from './suggest.ts';

/** `list`: may be given several times. */
export type FlagType = 'bool' | 'string' | 'list';

const NONE: readonly string[] = [];

/** The flags of an instruction that were given, in order. */
export class Flags {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  get used(): readonly string[] {
    return [...this.#values.keys()];
  }

  string(name: string, missing = ''): string {
    return this.#values.get(name)?.[0] ?? missing;
  }

  list(name: string): readonly string[] {
    return this.#values.get(name) ?? NONE;
  }

  /** undefined: not given. */
  bool(name: string): boolean | undefined {
    const value = this.#values.get(name)?.[0];
    return value === undefined ? undefined : value === 'true';
  }
}

const NO_FLAGS = new Flags(new Map());

/** Reads `--name=value` words (instructions/bflag.go). Throws CodedError `syntax`. */
export function parseFlags(words: readonly string[], types: ReadonlyMap<string, FlagType>): Flags {
  if (words.length === 0) return NO_FLAGS;
  const values = new Map<string, string[]>();
  for (const word of words) {
    const { before: written, after: value } = cut(word, '=');
    const name = written.slice(2);
    const type = types.get(name);
    if (type === undefined) throw withSuggestion(new CodedError('syntax', `unknown flag: ${written}`), name, types.keys(), true);
    const earlier = values.get(name);
    if (earlier !== undefined && type !== 'list') throw new CodedError('syntax', `duplicate flag specified: ${written}`);
    const read = type === 'bool' ? readBool(written, value) : readValue(written, value);
    if (earlier === undefined) values.set(name, [read]);
    else earlier.push(read);
  }
  return new Flags(values);
}

function readValue(written: string, value: string | undefined): string {
  if (value === undefined) throw new CodedError('syntax', `missing a value on flag: ${written}`);
  return value;
}

function readBool(written: string, value: string | undefined): 'true' | 'false' {
  if (value === '') throw new CodedError('syntax', `missing a value on flag: ${written}`);
  switch (toLower(value ?? 'true')) {
    case 'true': return 'true';
    case 'false': return 'false';
    default: throw new CodedError('syntax', `expecting boolean value for flag ${written}, not: ${value}`);
  }
}
