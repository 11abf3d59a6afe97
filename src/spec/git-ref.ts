import { CodedError } from '../diag/error.ts';
import { joinPath } from './path.ts';
import { quote } from './text.ts';
import { isValidQuery, parseQuery, parseUrl, urlToString } from './url.ts';
import type { Url } from './url.ts';

/** A git source as users write it: `https://host/repo.git#ref:subdir`, `git@host:repo?branch=main` (frontend/dockerfile/dfgitutil). */
export interface GitRef {
  /** The repository, as git takes it. */
  readonly remote: string;
  /** The name of the repository's folder. */
  readonly shortName: string;
  /** A commit, tag or branch; '' when none. */
  readonly ref: string;
  /** The commit that it must be; '' when none. */
  readonly checksum: string;
  readonly subDir: string;
  /** Written `github.com/…`, which may also be a path: git only where a whole build context is meant. */
  readonly indistinguishableFromLocal: boolean;
  readonly keepGitDir: boolean | undefined;
  readonly submodules: boolean | undefined;
  /** `checkout`, `commit` or ''. */
  readonly mtime: string;
  readonly fetchByCommit: boolean;
}

/**
 * `ref` at `commit`, wherever its branch or tag is by now. `byCommit`: the daemon can fetch a commit and keep the name of the ref (LLB
 * capability source.git.fetchbycommit); otherwise the commit takes the ref's place.
 */
export function gitRefAt(ref: GitRef, commit: string, byCommit: boolean): GitRef {
  if (ref.ref === commit) return { ...ref, checksum: commit };
  return byCommit ? { ...ref, checksum: commit, fetchByCommit: true } : { ...ref, ref: commit, checksum: commit };
}

interface Location {
  readonly remote: string;
  readonly scheme: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly fragment: string;
}

const PROTOCOLS: ReadonlySet<string> = new Set(['http', 'https', 'ssh', 'git']);
const DEPRECATED_PREFIX = 'github.com/';

/**
 * Reads `text` as a git source; undefined when it is something else (a path, an archive's URL).
 * Throws the reference's text when it is one, but its query is wrong.
 */
export function parseGitRef(text: string): GitRef | undefined {
  if (text.startsWith('./') || text.startsWith('../')) return undefined;
  const deprecated = text.startsWith(DEPRECATED_PREFIX);
  const location = deprecated ? locateDeprecated(text) : locate(text);
  if (location === undefined) return undefined;
  if (!deprecated && (location.scheme === 'http' || location.scheme === 'https') && !location.path.endsWith('.git')) return undefined;
  const { remote, fragment, query } = location;
  const colon = fragment.indexOf(':');
  const base = remote.slice(remote.lastIndexOf('/') + 1);
  return withQuery({
    remote,
    shortName: base.endsWith('.git') ? base.slice(0, -4) : base,
    ref: colon < 0 ? fragment : fragment.slice(0, colon),
    checksum: '',
    subDir: colon < 0 ? '' : joinPath('/', fragment.slice(colon + 1)).slice(1),
    indistinguishableFromLocal: deprecated,
    keepGitDir: undefined,
    submodules: undefined,
    mtime: '',
    fetchByCommit: false,
  }, query);
}

function locateDeprecated(text: string): Location | undefined {
  const url = parseUrl(text);
  if (url === undefined) return undefined;
  const location = fromUrl({ ...url, scheme: 'https' });
  return { ...location, remote: location.remote.slice(location.remote.indexOf('://') + 3) };
}

function locate(text: string): Location | undefined {
  const protocol = /^[a-zA-Z0-9]+(?=:\/\/)/.exec(text)?.[0];
  if (protocol === undefined) return locateScp(text);
  if (!PROTOCOLS.has(protocol.toLowerCase())) return undefined;
  const url = parseUrl(text);
  return url === undefined ? undefined : fromUrl(url);
}

function fromUrl(url: Url): Location {
  return {
    remote: urlToString({ ...url, query: '', fragment: '' }), scheme: url.scheme, path: url.path, query: parseQuery(url.query), fragment: url.fragment,
  };
}

/** `user@host:path?query#fragment`, on one line (util/sshutil). */
function locateScp(text: string): Location | undefined {
  const head = /^([a-zA-Z0-9_-]+)@([a-zA-Z0-9.-]+):/.exec(text);
  if (head === null) return undefined;
  const [prefix, user = '', host = ''] = head;
  const { path, query, fragment } = splitScpPath(text.slice(prefix.length));
  if ((path + query + fragment).includes('\n') || !isValidQuery(query)) return undefined;
  return { remote: `${user}@${host}:${path}`, scheme: 'ssh', path, query: parseQuery(query), fragment };
}

/** The path ends at the first `?` or `#`, the query at the first `#` after it. */
function splitScpPath(text: string): { readonly path: string; readonly query: string; readonly fragment: string } {
  const end = text.search(/[?#]/);
  if (end < 0) return { path: text, query: '', fragment: '' };
  const hash = text.indexOf('#', end);
  return {
    path: text.slice(0, end),
    query: text[end] === '?' ? text.slice(end + 1, hash < 0 ? undefined : hash) : '',
    fragment: hash < 0 ? '' : text.slice(hash + 1),
  };
}

const FLAGS: ReadonlySet<string> = new Set(['submodules', 'keep-git-dir', 'fetch-by-commit']);

function withQuery(start: GitRef, query: ReadonlyMap<string, readonly string[]>): GitRef {
  let git = start;
  let tag = '';
  let branch = '';
  for (const [key, values] of query) {
    if (values.length > 1) throw problem(`query ${quote(key)} has multiple values`);
    const value = values[0] ?? '';
    if (value === '' && !FLAGS.has(key)) throw problem(`query ${quote(key)} has no value`);
    switch (key) {
      case 'ref': git = withRef(git, value); break;
      case 'tag': tag = value; break;
      case 'branch': branch = value; break;
      case 'subdir':
        if (git.subDir !== '' && git.subDir !== value) throw problem(`subdir conflicts: ${quote(git.subDir)} vs ${quote(value)}`);
        git = { ...git, subDir: value };
        break;
      case 'checksum': case 'commit': git = { ...git, checksum: value }; break;
      case 'keep-git-dir': git = { ...git, keepGitDir: parseFlag(key, value) }; break;
      case 'submodules': git = { ...git, submodules: parseFlag(key, value) }; break;
      case 'mtime':
        if (value !== 'checkout' && value !== 'commit') throw problem(`invalid mtime value: ${quote(value)} (must be "checkout" or "commit")`);
        git = { ...git, mtime: value };
        break;
      case 'fetch-by-commit': git = { ...git, fetchByCommit: parseFlag(key, value) }; break;
      default: throw problem(`unexpected query ${quote(key)}`);
    }
  }
  if (tag !== '') git = withRef(git, prefixed('refs/tags/', tag));
  if (branch === '') return git;
  if (tag !== '') throw problem('branch conflicts with tag');
  return withRef(git, prefixed('refs/heads/', branch));
}

function withRef(git: GitRef, ref: string): GitRef {
  if (git.ref !== '' && git.ref !== ref) throw problem(`ref conflicts: ${quote(git.ref)} vs ${quote(ref)}`);
  return { ...git, ref };
}

function prefixed(prefix: string, name: string): string {
  return name.startsWith(prefix) ? name : prefix + name;
}

function parseFlag(key: string, value: string): boolean {
  if (value === '' || /^(?:1|t|T|true|TRUE|True)$/.test(value)) return true;
  if (/^(?:0|f|F|false|FALSE|False)$/.test(value)) return false;
  throw problem(`invalid ${key} value: ${quote(value)}`);
}

function problem(message: string): CodedError {
  return new CodedError('convert', message);
}
