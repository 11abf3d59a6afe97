interface Entry {
  readonly value: string;
  /** `KEY=value`, made once. */
  readonly text: string;
}

/** One change on top of a list. */
interface Change {
  readonly parent: EnvList;
  readonly key: string;
  /** Undefined: the key goes away. */
  readonly entry: Entry | undefined;
}

/**
 * An immutable list of environment variables, in the order in which they were last set (llb.EnvList).
 * A list is a change on another; the table of all variables goes from a list to the newest one that is read, so that
 * a long chain of changes, each read once, costs no more than its length.
 */
export class EnvList {
  static readonly empty = new EnvList(undefined);

  readonly #change: Change | undefined;
  #table: Map<string, Entry> | undefined;
  #array: readonly string[] | undefined;
  #added: { readonly entries: readonly (readonly [key: string, value: string])[]; readonly list: EnvList } | undefined;

  private constructor(change: Change | undefined) {
    this.#change = change;
  }

  /** A list of `entries` in their order. */
  static of(entries: Iterable<readonly [key: string, value: string]>): EnvList {
    let list = EnvList.empty;
    for (const [key, value] of entries) list = list.addOrReplace(key, value);
    return list;
  }

  /** The list with `key` as its last variable. */
  addOrReplace(key: string, value: string): EnvList {
    return new EnvList({ parent: this, key, entry: { value, text: `${key}=${value}` } });
  }

  /** The list itself when it has `key`, else with `key` as its last variable. */
  setDefault(key: string, value: string): EnvList {
    return this.get(key) === undefined ? this.addOrReplace(key, value) : this;
  }

  /** The list with `entries`, in their order, as its last variables. For the same array the same list as the last time. */
  addAll(entries: readonly (readonly [key: string, value: string])[]): EnvList {
    if (entries.length === 0) return this;
    if (this.#added?.entries !== entries) this.#added = { entries, list: entries.reduce<EnvList>((list, [key, value]) => list.addOrReplace(key, value), this) };
    return this.#added.list;
  }

  /** The list without `key`. */
  delete(key: string): EnvList {
    return new EnvList({ parent: this, key, entry: undefined });
  }

  get(key: string): string | undefined {
    return this.#read().get(key)?.value;
  }

  keys(): readonly string[] {
    return [...this.#read().keys()];
  }

  /** `KEY=value` of each variable. The same array each time. */
  toArray(): readonly string[] {
    this.#array ??= Array.from(this.#read().values(), (entry) => entry.text);
    return this.#array;
  }

  #read(): Map<string, Entry> {
    if (this.#table !== undefined) return this.#table;
    const changes: Change[] = [];
    let list: EnvList = this;
    while (list.#table === undefined && list.#change !== undefined) {
      changes.push(list.#change);
      list = list.#change.parent;
    }
    const table = list.#table ?? new Map<string, Entry>();
    list.#table = undefined;
    for (const { key, entry } of changes.reverse()) {
      table.delete(key);
      if (entry !== undefined) table.set(key, entry);
    }
    this.#table = table;
    return table;
  }
}
