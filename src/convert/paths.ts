import { joinPath } from '../spec/path.ts';
import { compareStrings } from '../spec/text.ts';

/** The paths of a context that are read, sorted and relative; undefined when all of it is, or nothing says (normalizeContextPaths). */
export function neededPaths(paths: ReadonlySet<string>): readonly string[] | undefined {
  if (paths.size === 0 || paths.has('/')) return undefined;
  return [...paths].map((path) => joinPath('.', path)).sort(compareStrings);
}
