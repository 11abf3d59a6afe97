import { cleanPath, isAbsolutePath, joinPath } from '../spec/path.ts';
import type { ChownOption, CopyOptions, FileAction, Output } from './types.ts';

type ActionOf<K extends FileAction['kind']> = Extract<FileAction, { kind: K }>;
type Extra<K extends FileAction['kind'], O extends string> = Omit<ActionOf<K>, 'kind' | O>;

/** What a copy needs of the state that it copies from. */
interface CopySource {
  readonly output: Output | undefined;
  readonly dir: string;
}

/** llb.Mkdir. */
export function mkdir(path: string, mode: number, options: Partial<Extra<'mkdir', 'path' | 'mode'>> = {}): FileAction {
  return { kind: 'mkdir', path, mode, makeParents: false, ...options };
}

/** llb.Mkfile. */
export function mkfile(path: string, mode: number, data: Uint8Array, options: Partial<Extra<'mkfile', 'path' | 'mode' | 'data'>> = {}): FileAction {
  return { kind: 'mkfile', path, mode, data, ...options };
}

/** llb.Rm. */
export function rm(path: string, options: Partial<Extra<'rm', 'path'>> = {}): FileAction {
  return { kind: 'rm', path, allowNotFound: false, allowWildcard: false, ...options };
}

/** llb.Symlink. */
export function symlink(oldPath: string, newPath: string, options: Partial<Extra<'symlink', 'oldPath' | 'newPath'>> = {}): FileAction {
  return { kind: 'symlink', oldPath, newPath, ...options };
}

/** llb.Copy from a state; a relative source path is below that state's working directory. */
export function copy(source: CopySource, sourcePath: string, destinationPath: string, options: CopyOptions = {}): FileAction {
  const clean = cleanPath(sourcePath);
  return { kind: 'copy', source: source.output, sourcePath: isAbsolutePath(clean) ? clean : joinPath(source.dir, clean), destinationPath, options };
}

/** The owner that `user[:group]` names (llb.WithUser): numbers and `root` by number, all else by name. */
export function parseOwner(text: string): ChownOption {
  const separator = text.indexOf(':');
  const user = parseId(separator < 0 ? text : text.slice(0, separator));
  return separator < 0 ? { user } : { user, group: parseId(text.slice(separator + 1)) };
}

function parseId(text: string): { readonly name: string } | { readonly id: number } {
  if (text === 'root') return { id: 0 };
  const id = /^[+-]?[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  return id >= -0x8000_0000 && id <= 0x7fff_ffff ? { id: id + 0 } : { name: text };
}

/** An owner by numbers (llb.WithUIDGID). */
export function ownerIds(uid: number, gid: number): ChownOption {
  return { user: { id: uid }, group: { id: gid } };
}

/** `action` with its paths absolute and clean: relative ones are below `dir`; a copy's destination keeps `/` and `/.` at its end. */
export function resolveActionPaths(action: FileAction, dir: string): FileAction {
  switch (action.kind) {
    case 'mkdir': case 'mkfile': case 'rm': return { ...action, path: resolvePath(dir, action.path) };
    case 'symlink': return action;
    case 'copy': {
      const { kind, source, options } = action;
      const sourcePath = joinPath('/', action.sourcePath);
      const destinationPath = resolveDestination(dir, action.destinationPath);
      return sourcePath === action.sourcePath && destinationPath === action.destinationPath ? action : { kind, source, sourcePath, destinationPath, options };
    }
  }
}

function resolvePath(dir: string, path: string): string {
  const clean = cleanPath(path);
  return isAbsolutePath(clean) ? clean : joinPath('/', dir, clean);
}

function resolveDestination(dir: string, path: string): string {
  const resolved = resolvePath(dir, path);
  if (path.endsWith('/') && !resolved.endsWith('/')) return `${resolved}/`;
  if (path.endsWith('/.')) return resolved === '/' ? '/.' : `${resolved}/.`;
  return resolved;
}
