/** The most values to keep; beyond that the table starts anew. */
const MAX_VALUES = 20_000;

/** Values that were made before, by a text that stands for them: a build's ops are many, and most of what is in them comes again. */
export class KnownValues<T> {
  readonly #known = new Map<string, T>();

  /** The value that `key` stands for; `make` makes it when it is not known yet. */
  get(key: string, make: (key: string) => T): T {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    if (this.#known.size >= MAX_VALUES) this.#known.clear();
    this.#known.set(key, value);
    return value;
  }
}

/** The same by an object, for as long as that is there. */
export class KnownOf<K extends object, T> {
  readonly #known = new WeakMap<K, T>();

  /** What was made of `key`; `make` makes it when that was not asked for before. */
  get(key: K, make: (key: K) => T): T {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    this.#known.set(key, value);
    return value;
  }
}

/** The items of both lists: one of them as it is when the other has none. */
export function joinLists<T>(first: readonly T[] = [], second: readonly T[] = []): readonly T[] {
  if (second.length === 0) return first;
  return first.length === 0 ? second : first.concat(second);
}
