/** The variables that words may use. */
export interface EnvGetter {
  get(key: string): string | undefined;
  keys(): readonly string[];
}

/** No variables at all. */
export const EMPTY_ENV: EnvGetter = { get: () => undefined, keys: () => [] };

/** The environment of `KEY=value` entries, of which the last of a key counts (shell/lex.go, EnvsFromSlice). */
export function envFromList(entries: readonly string[]): EnvGetter {
  const values = new Map<string, string>();
  const keys: string[] = [];
  for (const entry of entries) {
    const index = entry.indexOf('=');
    const key = index < 0 ? entry : entry.slice(0, index);
    keys.push(key);
    values.set(key, index < 0 ? '' : entry.slice(index + 1));
  }
  return { get: (key) => values.get(key), keys: () => keys };
}
