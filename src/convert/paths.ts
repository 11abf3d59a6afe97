import { sortStrings } from '../spec/text.ts';

/** Of absolute paths, those of a context that are read, sorted and relative; undefined when all of it is, or nothing says (normalizeContextPaths). */
export function neededPaths(paths: ReadonlySet<string>): readonly string[] | undefined {
  if (paths.size === 0 || paths.has('/')) return undefined;
  return sortStrings(Array.from(paths, (path) => path.slice(1)));
}
