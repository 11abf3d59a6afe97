import type { FileFacts } from '../convert/options.ts';
import { CodedError } from '../diag/error.ts';
import { CAPS } from '../llb/caps.ts';
import type { ActionChain, CopyOptions, FileAction } from '../llb/types.ts';
import { basePath, dirPath, joinPath } from '../spec/path.ts';

type CopyAction = Extract<FileAction, { kind: 'copy' }>;

/** Where {@link probe} keeps its folders, in a file system that is thrown away. */
const PROBE = '/.repro-dockerfile-probe';

/**
 * The actions of a COPY, ADD or WORKDIR such that no time that they leave is the clock's: what is copied gets the epoch, and so do the
 * folders that it changes on the way. The daemon sets a copy's timestamp on what it copies and on folders that it makes (fsutil's copy);
 * the rest is done by further actions of the same op:
 * - a copied folder, of which nothing is taken, on a folder that exists sets its time and nothing else: {@link touch};
 * - what an archive has keeps its own times, so it is unpacked a second time elsewhere and copied over: {@link retime};
 * - folders above those that a pattern of `--parents` matches keep the clock's time, so these files go through a file system of their own.
 */
export function clampFiles(actions: readonly FileAction[], facts: FileFacts, epoch: bigint): readonly FileAction[] {
  const time = BigInt.asIntN(64, epoch * 1_000_000_000n);
  const copies = actions.filter((action) => action.kind === 'copy');
  const made = actions.flatMap((action) => (action.kind === 'copy' ? clampCopy(action, time) : action.kind === 'mkdir' ? [{ ...action, createdTime: time }] : [action]));
  const [destination] = copies.map((copy) => copy.destinationPath);
  const touched = destination === undefined
    ? actions.flatMap((action) => (action.kind === 'mkdir' ? touchAbove(action.path, facts, time) : []))
    : touchDestination(destination, copies, facts, time);
  return [...made, ...touched];
}

function clampCopy(action: CopyAction, time: bigint): readonly FileAction[] {
  const { destinationPath, options } = action;
  const { owner, mode, includePatterns, requiredPaths, excludePatterns = [] } = options;
  const timed: CopyAction = { ...action, options: { ...options, createdTime: time } };
  if ((includePatterns !== undefined && requiredPaths === undefined) || excludePatterns.some((pattern) => pattern.startsWith('!'))) {
    const picked: ActionChain = { base: undefined, actions: [{ ...timed, destinationPath: '/' }] };
    return [contentsOf(picked, '/', destinationPath, time, {
      createDestPath: true, ...(owner === undefined ? {} : { owner }), ...(mode === undefined ? {} : { mode }),
    })];
  }
  return options.attemptUnpack === true ? [timed, ...retime(timed, time)] : [timed];
}

/**
 * The same files once more, if they are an archive's, from where their times are the epoch. A folder's are right already. Of a pattern
 * that may match one archive or file whose destination may be a file, too little is known.
 */
function retime(action: CopyAction, time: bigint): readonly FileAction[] {
  const { sourcePath, destinationPath } = action;
  const isPattern = hasWildcards(sourcePath);
  if (basePath(sourcePath) === '/' || (isPattern && !isFolder(destinationPath))) return [];
  const name = isPattern ? 'all' : basePath(sourcePath);
  const unpacked: ActionChain = { base: undefined, actions: [{ ...action, destinationPath: isPattern ? '/all/' : `/${name}` }] };
  const source = isPattern ? '/[a]ll' : `/${name}`;
  return [contentsOf(unpacked, source, destinationPath, time, { allowWildcard: isPattern, allowEmptyWildcard: isPattern, createDestPath: true })];
}

/** Sets the times of the folders that copying changes: the destination, or the folder that it is in, and those above that get a new one. */
function touchDestination(destination: string, copies: readonly CopyAction[], facts: FileFacts, time: bigint): readonly FileAction[] {
  const path = withoutSlash(destination);
  const below = copies.flatMap(({ options: { includePatterns = [], requiredPaths } }) => (requiredPaths === undefined ? [] : includePatterns.map((pattern) => dirPath(joinPath('/', pattern)))));
  const folders = new Set(below.map((folder) => joinPath(path, folder)).filter((folder) => folder !== path && folder !== '/'));
  return [
    ...[...folders].flatMap((folder) => [...touchAbove(folder, facts, time), touch(folder, time)]),
    ...touchAbove(path, facts, time),
    ...touchPath(path, isFolder(destination), copies, facts, time),
  ];
}

function touchPath(path: string, folder: boolean, copies: readonly CopyAction[], facts: FileFacts, time: bigint): readonly FileAction[] {
  if (path === '/') return [];
  if (!folder) return facts.base === undefined || hasWildcards(path) ? [] : [probe(path, 'folder', path, facts, time)];
  if (copies.some(({ sourcePath, options: { allowWildcard } }) => allowWildcard !== true || !hasWildcards(sourcePath))) return [touch(path, time)];
  // Where no pattern matches anything there is no folder to touch.
  return copies.map((copy): FileAction => {
    const matched: ActionChain = { base: undefined, actions: [{ ...copy, destinationPath: '/all/', options: { ...copy.options, attemptUnpack: false } }] };
    return contentsOf(matched, '/[a]ll', path, time, { allowWildcard: true, allowEmptyWildcard: true, excludePatterns: ['**'], createDestPath: true });
  });
}

/** Sets the time of each folder above `path` that gets a new entry: where the next one on the way was missing before. */
function touchAbove(path: string, facts: FileFacts, time: bigint): readonly FileAction[] {
  const actions: FileAction[] = [];
  for (let child = path; dirPath(child) !== '/'; child = dirPath(child)) {
    const folder = dirPath(child);
    actions.push(facts.base === undefined || hasWildcards(child) ? touch(folder, time) : probe(child, 'missing', folder, facts, time));
  }
  return actions;
}

/** Sets the time of a folder that exists. The daemon keeps a file system that a copy reads from, so that it is a chain's and not scratch. */
function touch(folder: string, time: bigint): FileAction {
  return contentsOf({ base: undefined, actions: [{ kind: 'mkdir', path: '/empty', mode: 0o755, makeParents: false }] }, '/empty', folder, time, {});
}

/**
 * Sets the time of `target` if, before the op, `path` was a folder, or no folder. A file op knows no conditions, but a pattern that
 * matches nothing is no error: a link named `link`, copied to `path`, is in it where that is a folder, and is itself `path` where it is
 * none. It leads to a folder that has an entry `link` too, so that `path/link` leads to another folder in each case.
 */
function probe(path: string, found: 'folder' | 'missing', target: string, { base, caps }: FileFacts, time: bigint): FileAction {
  if (!caps.supports(CAPS.fileSymlinkCreate)) {
    throw new CodedError('option', `REPRO_TIMESTAMPS=clamp needs a newer BuildKit daemon: this one lacks the capability ${CAPS.fileSymlinkCreate}`);
  }
  const link: ActionChain = { base: undefined, actions: [{ kind: 'symlink', oldPath: PROBE, newPath: '/link' }] };
  const probed: ActionChain = {
    base,
    actions: [
      { kind: 'mkdir', path: `${PROBE}/folder`, mode: 0o755, makeParents: true },
      { kind: 'mkdir', path: `${PROBE}/link/missing`, mode: 0o755, makeParents: true },
      { kind: 'copy', source: link, sourcePath: '/link', destinationPath: path, options: { createDestPath: true } },
    ],
  };
  return contentsOf(probed, `${path}/link/[${found.slice(0, 1)}]${found.slice(1)}`, target, time, {
    followSymlinks: true, allowWildcard: true, allowEmptyWildcard: true, createDestPath: true,
  });
}

function contentsOf(source: ActionChain, sourcePath: string, destinationPath: string, time: bigint, options: CopyOptions): CopyAction {
  return { kind: 'copy', source, sourcePath, destinationPath, options: { ...options, copyDirContentsOnly: true, createdTime: time } };
}

function isFolder(path: string): boolean {
  return path.endsWith('/') || path.endsWith('/.');
}

function withoutSlash(path: string): string {
  return path.replace(/\/\.?$/, '') || '/';
}

function hasWildcards(path: string): boolean {
  return /[*?[\\]/.test(path);
}
