import { CodedError } from '../diag/error.ts';
import { CAPS } from './caps.ts';
import { InputList, encodeOp } from './op.ts';
import type { EncodedOp, OpContext } from './op.ts';
import type { ChownOption, FileAction, FileVertex } from './types.ts';

/** The op of a chain of file actions (llb's FileOp.Marshal). */
export function encodeFile(vertex: FileVertex, context: OpContext): EncodedOp {
  if (vertex.actions.length === 0) throw new CodedError('convert', 'action is required');
  const inputs = new InputList();
  const base = inputs.add(context.input(vertex.base));
  const sources = vertex.actions.map((action) => (action.kind === 'copy' ? inputs.add(context.input(action.source)) : -1));
  const last = vertex.actions.length - 1;
  const actions = vertex.actions.map((action, index) => ({
    input: index === 0 ? base : inputs.inputs.length + index - 1,
    secondaryInput: sources[index],
    output: index === last ? 0 : -1,
    ...actionMessage(action, base),
  }));
  return { bytes: encodeOp({ file: { actions } }, inputs.inputs), caps: [CAPS.fileBase] };
}

function actionMessage(action: FileAction, base: number): object {
  switch (action.kind) {
    case 'mkdir': return { mkdir: {
      path: action.path, mode: action.mode & 0o777, makeParents: action.makeParents, owner: ownerMessage(action.owner, base), timestamp: timestamp(action.createdTime),
    } };
    case 'mkfile': return { mkfile: {
      path: action.path, mode: action.mode & 0o777, data: action.data, owner: ownerMessage(action.owner, base), timestamp: timestamp(action.createdTime),
    } };
    case 'rm': return { rm: { path: action.path, allowNotFound: action.allowNotFound, allowWildcard: action.allowWildcard } };
    case 'symlink': return { symlink: {
      oldpath: action.oldPath, newpath: action.newPath, owner: ownerMessage(action.owner, base), timestamp: timestamp(action.createdTime),
    } };
    case 'copy': return { copy: copyMessage(action, base) };
  }
}

function copyMessage(action: Extract<FileAction, { kind: 'copy' }>, base: number): object {
  const modeStr = action.modeString ?? '';
  return {
    src: action.sourcePath,
    dest: action.destinationPath,
    owner: ownerMessage(action.owner, base),
    mode: modeStr === '' ? (action.mode ?? -1) : 0,
    followSymlink: action.followSymlinks ?? false,
    dirCopyContents: action.copyDirContentsOnly ?? false,
    attemptUnpackDockerCompatibility: action.attemptUnpack ?? false,
    createDestPath: action.createDestPath ?? false,
    allowWildcard: action.allowWildcard ?? false,
    allowEmptyWildcard: action.allowEmptyWildcard ?? false,
    timestamp: timestamp(action.createdTime),
    includePatterns: action.includePatterns ?? [],
    excludePatterns: action.excludePatterns ?? [],
    alwaysReplaceExistingDestPaths: action.alwaysReplaceExistingDestPaths ?? false,
    modeStr,
    requiredPaths: action.requiredPaths ?? [],
  };
}

/** Nanoseconds since 1970; -1 keeps the times as they are. */
function timestamp(createdTime: bigint | undefined): bigint {
  return createdTime === undefined ? -1n : BigInt.asIntN(64, createdTime);
}

/** Names are looked up in the file system that the action works on. */
function ownerMessage(owner: ChownOption | undefined, base: number): object | undefined {
  return owner === undefined ? undefined : { user: userMessage(owner.user, base), group: userMessage(owner.group, base) };
}

function userMessage(user: ChownOption['user'], base: number): object | undefined {
  if (user === undefined) return undefined;
  if ('id' in user) return { byID: user.id >>> 0 };
  return user.name === '' ? { byID: 0 } : { byName: { name: user.name, input: base } };
}
