import { CodedError } from '../diag/error.ts';
import { CAPS } from './caps.ts';
import { InputList, encodeOp } from './op.ts';
import type { EncodedOp, OpContext } from './op.ts';
import type { ActionChain, ChownOption, FileAction, FileVertex, Output } from './types.ts';

/** What an action works on or copies from: an input of the op (-1: scratch), or what an action before it made. */
type Place = { readonly input: number } | { readonly action: number };

interface Step {
  readonly action: FileAction;
  readonly input: Place;
  readonly secondaryInput: Place;
}

/** The op of a chain of file actions (llb's FileOp.Marshal); chains that its copies read from come before them. */
export function encodeFile(vertex: FileVertex, context: OpContext): EncodedOp {
  if (vertex.actions.length === 0) throw new CodedError('convert', 'action is required');
  const inputs = new InputList();
  const base = inputs.add(context.input(vertex.base));
  const steps: Step[] = [];
  addSteps(steps, vertex, (output) => inputs.add(context.input(output)));
  const position = (place: Place): number => ('input' in place ? place.input : inputs.inputs.length + place.action);
  const last = steps.length - 1;
  const actions = steps.map(({ action, input, secondaryInput }, index) => ({
    input: position(input),
    secondaryInput: position(secondaryInput),
    output: index === last ? 0 : -1,
    // The field of an action has the name of its kind.
    [action.kind]: actionMessage(action, base),
  }));
  return { bytes: encodeOp({ file: { actions } }, inputs.inputs), caps: [CAPS.fileBase] };
}

/** Adds the steps of a chain, and gives what the last one makes. */
function addSteps(steps: Step[], { base, actions }: ActionChain, addInput: (output: Output | undefined) => number): Place {
  let place: Place = { input: addInput(base) };
  for (const action of actions) {
    const source = action.kind === 'copy' ? action.source : undefined;
    const secondaryInput = source !== undefined && 'actions' in source ? addSteps(steps, source, addInput) : { input: addInput(source) };
    place = { action: steps.push({ action, input: place, secondaryInput }) - 1 };
  }
  return place;
}

/** The outputs that the copies of a chain read from. */
export function copySources(actions: readonly FileAction[]): (Output | undefined)[] {
  const sources: (Output | undefined)[] = [];
  for (const action of actions) {
    const source = action.kind === 'copy' ? action.source : undefined;
    if (source !== undefined && 'actions' in source) sources.push(source.base, ...copySources(source.actions));
    else sources.push(source);
  }
  return sources;
}

function actionMessage(action: FileAction, base: number): object {
  switch (action.kind) {
    case 'mkdir': return {
      path: action.path, mode: action.mode & 0o777, makeParents: action.makeParents, owner: ownerMessage(action.owner, base), timestamp: timestamp(action.createdTime),
    };
    case 'mkfile': return {
      path: action.path, mode: action.mode & 0o777, data: action.data, owner: ownerMessage(action.owner, base), timestamp: timestamp(action.createdTime),
    };
    case 'rm': return { path: action.path, allowNotFound: action.allowNotFound, allowWildcard: action.allowWildcard };
    case 'symlink': return {
      oldpath: action.oldPath, newpath: action.newPath, owner: ownerMessage(action.owner, base), timestamp: timestamp(action.createdTime),
    };
    case 'copy': return copyMessage(action, base);
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
