/** Go's package path, whose rules the reference's paths follow: slashes only, on every platform. */

/** An element that is empty, `.` or `..`. */
const UNCLEAN = /\/\.{0,2}(?:\/|$)|^\.{1,2}(?:\/|$)/;

/** Go's path.Clean: the shortest equal path; `.` for an empty one; no slash at the end but for `/`. */
export function cleanPath(path: string): string {
  if (path === '') return '.';
  if (!UNCLEAN.test(path)) return path;
  const bare = path.slice(0, -1);
  if (bare !== '' && path.endsWith('/') && !UNCLEAN.test(bare)) return bare;
  const rooted = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts[parts.length - 1] !== '..') parts.pop();
    else if (!rooted) parts.push('..');
  }
  const joined = parts.join('/');
  if (rooted) return `/${joined}`;
  return joined === '' ? '.' : joined;
}

/** Go's path.Join: the non-empty parts with slashes between them, cleaned; '' when all are empty. */
export function joinPath(...parts: readonly string[]): string {
  let joined = '';
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] ?? '';
    if (part !== '') joined = joined === '' || joined.endsWith('/') ? joined + part : `${joined}/${part}`;
  }
  return joined === '' ? '' : cleanPath(joined);
}

/** Go's path.IsAbs. */
export function isAbsolutePath(path: string): boolean {
  return path.startsWith('/');
}

/** Go's path.Base: the last element, `.` for an empty path, `/` for slashes only. */
export function basePath(path: string): string {
  if (path === '') return '.';
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end--;
  if (end === 0) return '/';
  return path.slice(path.lastIndexOf('/', end - 1) + 1, end);
}

/** Go's path.Dir: all but the last element, cleaned. */
export function dirPath(path: string): string {
  return cleanPath(path.slice(0, path.lastIndexOf('/') + 1));
}
