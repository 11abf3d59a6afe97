import { CodedError, wrapError } from '../diag/error.ts';
import { cleanPath, isAbsolutePath, joinPath } from '../spec/path.ts';
import { quote } from '../spec/text.ts';
import { cut } from '../spec/strings.ts';

/** Paths as the target's operating system has them (util/system/path.go). '' counts as linux. */

/** With slashes only. */
export function toSlash(path: string, os: string): string {
  return os === 'windows' ? path.replaceAll('\\', '/') : path;
}

function fromSlash(path: string, os: string): string {
  return os === 'windows' ? path.replaceAll('/', '\\') : path;
}

/** Whether `path` is absolute once a drive letter is taken away; false for paths that cannot be. */
export function isAbsoluteOn(path: string, os: string): boolean {
  try {
    return isAbsolutePath(toSlash(removeDriveLetter(path, os, false), os));
  } catch {
    return false;
  }
}

/**
 * The path without `C:` and with slashes, cleaned; on other systems than Windows, `path` itself.
 * Throws on a drive without path, another drive than `C:`, and UNC paths.
 */
export function removeDriveLetter(path: string, os: string, keepSlash: boolean): string {
  if (os !== 'windows') return path;
  if (Buffer.byteLength(path) === 2 && path[1] === ':') throw problem(`No relative path specified in ${quote(path)}`);
  if (toSlash(path.slice(0, 2), os) === '//') throw problem('UNC paths are not supported');
  const { before: drive, after } = cut(path, ':');
  if (after !== undefined && drive.toLowerCase() !== 'c') throw problem('The specified path is not on the system drive (C:)');
  return cleanKeepingSlash(toSlash(after ?? path, os), keepSlash);
}

function cleanKeepingSlash(path: string, keepSlash: boolean): string {
  const clean = cleanPath(path);
  return keepSlash && clean.length > 1 && path.endsWith('/') ? `${clean}/` : clean;
}

function problem(message: string): CodedError {
  return new CodedError('convert', message);
}

/** `path` as an absolute path with slashes, relative ones below `parent`; `keepSlash` keeps `/` and `/.` at its end. */
export function normalizePath(parent: string, path: string, os: string, keepSlash: boolean): string {
  const written = toSlash(path, os);
  try {
    const base = absoluteParent(toSlash(parent, os), os, keepSlash);
    const bare = removeDriveLetter(written === '' ? base : written, os, keepSlash);
    const absolute = isAbsoluteOn(bare, os) ? bare : joinPath(base, bare);
    return toSlash(keepSlash ? withWrittenEnd(absolute, written) : absolute, os);
  } catch (error) {
    throw wrapError(error, 'removing drive letter');
  }
}

function absoluteParent(parent: string, os: string, keepSlash: boolean): string {
  const bare = removeDriveLetter(parent === '' ? '/' : parent, os, keepSlash);
  return isAbsoluteOn(bare, os) ? bare : joinPath('/', bare);
}

function withWrittenEnd(path: string, written: string): string {
  if (written.endsWith('/')) return path.endsWith('/') ? path : `${path}/`;
  if (!written.endsWith('/.')) return path;
  return path === '/' ? '/.' : `${path}/.`;
}

/** The working directory that `WORKDIR path` makes of `current`, with the system's separators. */
export function normalizeWorkdir(current: string, path: string, os: string): string {
  try {
    return fromSlash(normalizePath(current, path, os, false), os);
  } catch (error) {
    throw wrapError(error, 'normalizing working directory');
  }
}
