/** Go's json package refuses texts that nest deeper. */
const MAX_DEPTH = 10_000;

/** The value of a JSON text; undefined where Go's json.Unmarshal into an `any` fails. */
export function readJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isReadable(value) ? value : undefined;
}

/** No number beyond a float64, and not too deep. Level by level, so that depth takes no call stack. */
function isReadable(root: unknown): boolean {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'number' && !Number.isFinite(value)) return false;
      if (typeof value !== 'object' || value === null) continue;
      if (depth >= MAX_DEPTH) return false;
      for (const child of Object.values(value)) next.push(child);
    }
    level = next;
  }
  return true;
}
