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
export function joinPath(first: string, second: string, third = ''): string {
  const joined = withSlash(withSlash(first, second), third);
  return joined === '' ? '' : cleanPath(joined);
}

/** Both with a slash between them, and no second one at the root: most of what is joined there is clean already. */
function withSlash(path: string, more: string): string {
  if (path === '' || more === '') return path + more;
  if (path.endsWith('/')) return path === '/' && more.startsWith('/') ? more : path + more;
  return `${path}/${more}`;
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
