import { CodedError } from '../diag/error.ts';
import { encodeToKeep } from '../pb/codec.ts';
import { KnownOf } from '../spec/known.ts';
import { CAPS } from './caps.ts';
import { InputList, encodeOp } from './op.ts';
import type { EncodedOp, OpContext } from './op.ts';
import type { ActionChain, ChownOption, CopyOptions, FileAction, FileVertex, Output } from './types.ts';

/**
 * What an action works on or copies from: the index of an input of the op, -1 for scratch, or, from {@link FIRST_ACTION} down, what the first
 * action made, the second, and so on. On the wire these follow the inputs, whose number is known at the end.
 */
type Place = number;
const FIRST_ACTION: Place = -2;

/** A pb.FileAction. The field of an action, which comes last, has the name of its kind. */
interface ActionMessage {
  input: Place;
  secondaryInput: Place;
  output: number;
}

/** The op of a chain of file actions (llb's FileOp.Marshal); chains that its copies read from come before them. */
export function encodeFile(vertex: FileVertex, context: OpContext): EncodedOp {
  if (vertex.actions.length === 0) throw new CodedError('convert', 'action is required');
  const inputs = new InputList();
  const base = inputs.add(context.input(vertex.base));
  const actions: ActionMessage[] = [];
  addActions(actions, vertex, base, (output) => inputs.add(context.input(output)));
  const count = inputs.inputs.length;
  actions.forEach((action, index) => {
    action.input = indexOnWire(action.input, count);
    action.secondaryInput = indexOnWire(action.secondaryInput, count);
    if (index === actions.length - 1) action.output = 0;
  });
  return { bytes: encodeOp({ file: { actions } }, inputs.inputs), caps: FILE_CAPS };
}

const FILE_CAPS = [CAPS.fileBase];

function indexOnWire(place: Place, inputs: number): number {
  return place > FIRST_ACTION ? place : inputs + FIRST_ACTION - place;
}

/** Adds the messages of a chain's actions, and gives what the last one makes; `owners` is the input in which names are looked up. */
function addActions(messages: ActionMessage[], { base, actions }: ActionChain, owners: number, addInput: (output: Output | undefined) => number): Place {
  let place: Place = addInput(base);
  for (let index = 0; index < actions.length; index++) {
    const action = actions[index];
    if (action === undefined) continue;
    const source = action.kind === 'copy' ? action.source : undefined;
    const secondaryInput = source !== undefined && 'actions' in source ? addActions(messages, source, owners, addInput) : addInput(source);
    const message: ActionMessage = { input: place, secondaryInput, output: -1, [action.kind]: actionMessage(action, owners) };
    place = FIRST_ACTION + 1 - messages.push(message);
  }
  return place;
}

/** The outputs that a chain of actions reads from: its base, and what its copies read from, the last one first. */
export function chainSources({ base, actions }: ActionChain): readonly Output[] {
  const sources = base === undefined ? [] : [base];
  addCopySources(sources, actions);
  return sources;
}

function addCopySources(sources: Output[], actions: readonly FileAction[]): void {
  for (let index = actions.length - 1; index >= 0; index--) {
    const action = actions[index];
    const source = action?.kind === 'copy' ? action.source : undefined;
    if (source === undefined) continue;
    if (!('actions' in source)) {
      sources.push(source);
      continue;
    }
    addCopySources(sources, source.actions);
    if (source.base !== undefined) sources.push(source.base);
  }
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

/** In parts: the options are the same object for many copies. */
function copyMessage({ sourcePath, destinationPath, options }: Extract<FileAction, { kind: 'copy' }>, base: number): readonly object[] {
  return [{ src: sourcePath, dest: destinationPath, owner: ownerMessage(options.owner, base) }, copyOptions.get(options, encodeCopyOptions)];
}

const copyOptions = new KnownOf<CopyOptions, Uint8Array>();

/** What a pb.FileActionCopy has beside paths and owner. */
function encodeCopyOptions(options: CopyOptions): Uint8Array {
  const modeStr = options.modeString ?? '';
  return encodeToKeep('pb.FileActionCopy', {
    mode: modeStr === '' ? (options.mode ?? -1) : 0,
    followSymlink: options.followSymlinks ?? false,
    dirCopyContents: options.copyDirContentsOnly ?? false,
    attemptUnpackDockerCompatibility: options.attemptUnpack ?? false,
    createDestPath: options.createDestPath ?? false,
    allowWildcard: options.allowWildcard ?? false,
    allowEmptyWildcard: options.allowEmptyWildcard ?? false,
    timestamp: timestamp(options.createdTime),
    includePatterns: options.includePatterns ?? [],
    excludePatterns: options.excludePatterns ?? [],
    alwaysReplaceExistingDestPaths: options.alwaysReplaceExistingDestPaths ?? false,
    modeStr,
    requiredPaths: options.requiredPaths ?? [],
  });
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
