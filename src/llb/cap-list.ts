/**
 * Ids of capabilities, each once, in the order in which they were first added. Lists with the same ids in the same order are one object, as
 * is their array: ops are many, and what they ask for is mostly the same.
 */
export class CapList {
  static readonly empty = new CapList([]);

  readonly ids: readonly string[];
  readonly #longer = new Map<string, CapList>();

  private constructor(ids: readonly string[]) {
    this.ids = ids;
  }

  /** The list with `id` at its end, unless it is in it. */
  add(id: string): CapList {
    const known = this.#longer.get(id);
    if (known !== undefined) return known;
    const longer = this.ids.includes(id) ? this : new CapList([...this.ids, id]);
    this.#longer.set(id, longer);
    return longer;
  }
}
