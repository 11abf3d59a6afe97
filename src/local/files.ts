import { readdir, readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { GatewayError, STATUS } from '../gateway/error.ts';
import { joinPath } from '../spec/path.ts';

/** Files as a daemon gets them from its client. Paths are relative to the top; what is outside is not there. Methods throw GatewayError. */
export interface FileTree {
  read(path: string): Promise<Uint8Array>;
  /** The names in a folder. */
  list(path: string): Promise<readonly string[]>;
}

/** A folder of this machine. Links out of it lead nowhere. */
export function folderTree(folder: string): FileTree {
  const inside = async (path: string): Promise<string> => {
    const [top, full] = await Promise.all([realpath(folder), realpath(join(folder, joinPath('/', path)))]);
    if (full !== top && !full.startsWith(top.endsWith(sep) ? top : `${top}${sep}`)) throw new Error('outside of the folder');
    return full;
  };
  return {
    read: (path) => found(path, async () => readFile(await inside(path))),
    list: (path) => found(path, async () => (await readdir(await inside(path))).sort()),
  };
}

/** Files that are in memory, at the top. */
export function memoryTree(files: ReadonlyMap<string, Uint8Array>): FileTree {
  return {
    read: (path) => found(path, async () => {
      const data = files.get(joinPath('/', path).slice(1));
      if (data === undefined) throw new Error('no such file');
      return data;
    }),
    list: async () => [...files.keys()].sort(),
  };
}

async function found<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new GatewayError(STATUS.notFound, `open ${path}: no such file or directory`, [], { cause: error });
  }
}
