import { joinPath } from '../spec/path.ts';
import { sortStrings } from '../spec/text.ts';

/** The paths of a context that are read, sorted and relative; undefined when all of it is, or nothing says (normalizeContextPaths). */
export function neededPaths(paths: ReadonlySet<string>): readonly string[] | undefined {
  if (paths.size === 0 || paths.has('/')) return undefined;
  return sortStrings(Array.from(paths, (path) => joinPath('.', path)));
}
