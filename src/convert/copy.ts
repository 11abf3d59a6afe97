import { encodeText } from '../spec/bytes.ts';
import { CodedError, wrapError } from '../diag/error.ts';
import type { AddInstruction, CopyInstruction } from '../dockerfile/ast.ts';
import { CAPS } from '../llb/caps.ts';
import { customName, mergeConstraints } from '../llb/constraints.ts';
import { copy, mkfile, parseOwner } from '../llb/fileaction.ts';
import { merge } from '../llb/layers.ts';
import { scratch } from '../llb/state.ts';
import type { State } from '../llb/state.ts';
import type { Constraints, CopyOptions, FileAction } from '../llb/types.ts';
import { parseGitRef } from '../spec/git-ref.ts';
import { joinPath } from '../spec/path.ts';
import { quote } from '../spec/text.ts';
import { parseChmod } from './chmod.ts';
import { nextStepName, sameStepName, sourceLocation } from './context.ts';
import type { InstructionContext, StageBuild } from './context.ts';
import type { CopyJob } from './copy-job.ts';
import { copyLocal } from './copy-local.ts';
import { copyGit, copyHttp, isHttpSource, isRemoteSource } from './copy-remote.ts';
import { addHistory } from './history.ts';
import { withFileRule } from './hooks.ts';
import { commandText } from './names.ts';
import { isAbsoluteOn, normalizePath, removeDriveLetter, toSlash } from './system-path.ts';

/** ADD. */
export function convertAdd(stage: StageBuild, add: AddInstruction, context: InstructionContext): void {
  convertCopying(stage, add, context, stage.conversion.mainContext);
  for (const path of add.sourcePaths) {
    if (!path.startsWith('http://') && !path.startsWith('https://')) stage.contextPaths.add(joinPath('/', path));
  }
}

/** COPY. */
export function convertCopy(stage: StageBuild, instruction: CopyInstruction, context: InstructionContext): void {
  const node = context.command.sources[0];
  const source = node === undefined ? undefined : stage.finished.get(node);
  if (node !== undefined && source === undefined) {
    const label = quote(stage.node.origin.steps.label);
    throw new CodedError('convert', `cannot copy from stage ${quote(instruction.from)}, it needs to be defined before current stage ${label}`);
  }
  convertCopying(stage, instruction, context, source?.state ?? stage.conversion.mainContext);
  const paths = node?.usedPaths ?? stage.contextPaths;
  for (const path of instruction.sourcePaths) paths.add(joinPath('/', path));
}

function convertCopying(stage: StageBuild, instruction: AddInstruction | CopyInstruction, context: InstructionContext, source: State): void {
  const { conversion, image, instructionPlatform: platform } = stage;
  const destination = absoluteDestination(stage, instruction.destination);
  const options = copyOptions(instruction);
  assertChecksumFits(instruction);
  const text = commandText(instruction.code, stage.state.env, { escape: conversion.escape });
  const name = nextStepName(stage, text, context.command, platform);
  const git = instruction.kind === 'add' ? { checksum: instruction.checksum, keepGitDir: instruction.keepGitDir } : NO_GIT;
  const job: CopyJob = { stage, context, instruction, source, destination, options, name, git };
  const copies = instruction.sourcePaths.map((path) => copySource(job, path));
  for (const content of instruction.sourceContents) copies.push(copyContent(job, content));
  // COPYs are many, and objects that are put together of others take their time.
  const { locations } = sourceLocation(stage, instruction.location);
  const constraints: Constraints = { description: customName(name).description, ignoreCache: stage.ignoreCache, locations };
  if (instruction.link && instruction.chmod === '' && conversion.options.caps.supports(CAPS.mergeOp)) {
    stage.state = linked(job, withFileRule(stage, instruction, copies, { base: undefined, locations }), constraints, text);
  } else {
    stage.state = stage.state.file(withFileRule(stage, instruction, copies, { base: stage.state.output, locations }), constraints);
  }
  addHistory(image, historyText(instruction), conversion.epoch, 'named');
}

const NO_GIT: CopyJob['git'] = { checksum: '', keepGitDir: undefined };

/** What the flags say of every copy; undefined when they say nothing. */
function copyOptions({ chown, chmod, excludePatterns }: AddInstruction | CopyInstruction): CopyOptions | undefined {
  if (chown === '' && chmod === '' && excludePatterns.length === 0) return undefined;
  return {
    ...(chown === '' ? {} : { owner: parseOwner(chown) }),
    ...(excludePatterns.length === 0 ? {} : { excludePatterns }),
    ...parseChmod(chmod),
  };
}

/** The destination below the working directory; a slash at its end stays. */
function absoluteDestination({ state, instructionPlatform: { os } }: StageBuild, path: string): string {
  let bare: string;
  try {
    bare = removeDriveLetter(path, os, true);
  } catch (error) {
    throw wrapError(error, 'removing drive letter');
  }
  if (isAbsoluteOn(bare, os)) return normalizePath('/', bare, os, true);
  return normalizePath(state.dir, bare === '.' || bare === '' ? './' : bare, os, true);
}

function assertChecksumFits(instruction: AddInstruction | CopyInstruction): void {
  if (instruction.kind !== 'add' || instruction.checksum === '') return;
  const [source] = instruction.sourcePaths;
  if (source === undefined || instruction.sourcePaths.length !== 1) throw new CodedError('convert', "checksum can't be specified for multiple sources");
  if (!isRemoteSource(source)) throw new CodedError('convert', 'checksum requires HTTP(S) or Git sources');
}

function copySource(job: CopyJob, path: string): FileAction {
  const git = parseGitRef(path);
  if (git !== undefined && !git.indistinguishableFromLocal) return copyGit(job, git);
  return isHttpSource(path) ? copyHttp(job, path) : copyLocal(job, path);
}

/** A heredoc: a file of its own file system. */
function copyContent({ stage, destination, options }: CopyJob, { path, data }: CopyInstruction['sourceContents'][number]): FileAction {
  const { instructionPlatform: platform } = stage;
  let file: string;
  try {
    file = removeDriveLetter(path, platform.os, false);
  } catch (error) {
    throw wrapError(error, 'removing drive letter');
  }
  const document = scratch().file(
    [mkfile(file, 0o644, encodeText(data))],
    mergeConstraints(customName('[internal] preparing inline document'), { platform }),
  );
  return copy(document, toSlash(file, platform.os), destination, { ...options, createDestPath: true });
}

/** The copied files as a layer of their own on top of what is there (`--link`). */
function linked({ stage, context }: CopyJob, actions: readonly FileAction[], constraints: Constraints, text: string): State {
  const { instructionPlatform: platform, conversion } = stage;
  const group = { id: conversion.options.newId(), name: sameStepName(stage, text, context.command, platform) };
  const files = scratch().file(actions, mergeConstraints({ platform }, constraints, { progressGroup: { ...group, weak: true } }));
  const mergeName = sameStepName(stage, `LINK ${text}`, context.command, platform);
  const layers = merge([stage.state, files], mergeConstraints(constraints, { progressGroup: { ...group, weak: false } }, customName(mergeName)));
  return stage.state.withOutput(layers.output);
}

function historyText(instruction: AddInstruction | CopyInstruction): string {
  const { kind, chown, chmod, sourcePaths, sourceContents, destination } = instruction;
  let text = kind === 'add' ? 'ADD' : 'COPY';
  if (kind === 'copy' && instruction.parents) text += ' --parents';
  if (chown !== '') text += ` --chown=${chown}`;
  if (chmod !== '') text += ` --chmod=${chmod}`;
  for (const path of sourcePaths) text += ` ${path}`;
  for (const { path } of sourceContents) text += ` <<${path}`;
  return `${text} ${destination}`;
}
