import { CodedError, withLocation, wrapError } from '../diag/error.ts';
import type { AddInstruction, ArgDefinition, Dockerfile, Stage } from '../dockerfile/ast.ts';
import { processWord } from '../dockerfile/words.ts';
import type { EnvList } from '../llb/env.ts';
import { git } from '../llb/git-source.ts';
import { http } from '../llb/sources.ts';
import type { State } from '../llb/state.ts';
import { parseDigest } from '../spec/digest.ts';
import { parseGitRef } from '../spec/git-ref.ts';
import { foldCase } from '../spec/strings.ts';
import { quote } from '../spec/text.ts';
import { utcTime } from '../spec/time.ts';
import type { ZonedTime } from '../spec/time.ts';
import { httpFilename, isHttpSource, pinnedGit } from './copy-remote.ts';
import { SCRATCH } from './graph.ts';
import { buildArgValue } from './global-args.ts';
import { parseDecimal } from './numbers.ts';
import type { ConvertOptions } from './options.ts';

const KEY = 'SOURCE_DATE_EPOCH';

/** The scopes of ARGs once SOURCE_DATE_EPOCH is known in seconds. */
export interface EpochScope {
  readonly epoch: ZonedTime | undefined;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly globalArgs: EnvList;
}

/**
 * Resolves SOURCE_DATE_EPOCH: seconds, `context`, a named context, or a stage that adds one remote source (dockerfile2llb/epoch.go).
 * Where it stands in the scopes it becomes the number of seconds, or goes away.
 */
export async function resolveEpoch(dockerfile: Dockerfile, options: ConvertOptions, globalArgs: EnvList): Promise<EpochScope> {
  const { buildArgs } = options.config;
  const value = buildArgValue(buildArgs, globalArgs, KEY);
  if (value === undefined) return { epoch: undefined, buildArgs, globalArgs };
  const seconds = parseDecimal(value);
  const epoch = value === '' ? undefined : seconds === undefined ? await lookUp(value, dockerfile, options, globalArgs) : utcTime(seconds);
  const isGlobal = globalArgs.get(KEY) !== undefined;
  if (epoch === undefined) {
    return {
      epoch,
      buildArgs: new Map([...buildArgs].filter(([key]) => key !== KEY)),
      globalArgs: isGlobal ? globalArgs.delete(KEY) : globalArgs,
    };
  }
  return {
    epoch,
    buildArgs: buildArgs.has(KEY) ? new Map([...buildArgs, [KEY, String(epoch.seconds)]]) : buildArgs,
    globalArgs: isGlobal ? globalArgs.addOrReplace(KEY, String(epoch.seconds)) : globalArgs,
  };
}

async function lookUp(value: string, { stages, escape }: Dockerfile, options: ConvertOptions, globalArgs: EnvList): Promise<ZonedTime | undefined> {
  const { contexts } = options;
  if (value === 'context') return contexts.mainContextEpoch();
  const named = contexts.namedContext(value, { resolveMode: 'default', usedPaths: () => undefined, place: [] });
  if (named !== undefined) {
    const loaded = await named.load();
    return loaded === undefined ? undefined : contexts.sourceEpoch(loaded.state, `[internal] resolve ${KEY} named context ${value}`);
  }
  const stage = stages.find(({ name }) => foldCase(name) === foldCase(value));
  if (stage === undefined) throw new CodedError('option', `invalid ${KEY}: ${value}`);
  let source: State;
  try {
    source = stageSource(stage, options, globalArgs.delete(KEY), escape);
  } catch (error) {
    throw withLocation(error, stage.location);
  }
  return contexts.sourceEpoch(source, `[internal] resolve ${KEY} source stage ${stage.name}`);
}

/** The one remote source of a stage that has nothing else: FROM scratch, ARGs, and one ADD. */
function stageSource(stage: Stage, options: ConvertOptions, globalArgs: EnvList, escape: string): State {
  if (stageBase(stage, globalArgs, escape) !== SCRATCH) throw problem(`${KEY} stage must use FROM scratch`);
  let env = globalArgs;
  let source: State | undefined;
  for (const instruction of stage.instructions) {
    switch (instruction.kind) {
      case 'arg': env = withArgs(env, instruction.args, options.config.buildArgs, escape); break;
      case 'add':
        if (source !== undefined) throw problem(`${KEY} stage must contain exactly one remote ADD`);
        source = addSource(instruction, options, (word) => processWord(word, env, { escape }).result);
        break;
      default: throw problem(`${KEY} stage does not meet source-only requirements: unsupported ${instruction.keyword} instruction`);
    }
  }
  if (source === undefined) throw problem(`${KEY} stage must contain exactly one remote ADD`);
  return source;
}

function stageBase({ baseName }: Stage, globalArgs: EnvList, escape: string): string {
  try {
    return processWord(baseName, globalArgs, { escape }).result;
  } catch (error) {
    throw wrapError(error, `failed to process source stage base name ${quote(baseName)}`);
  }
}

function withArgs(env: EnvList, args: readonly ArgDefinition[], buildArgs: ReadonlyMap<string, string>, escape: string): EnvList {
  return args.reduce((list, { key, value }) => {
    const given = buildArgs.get(key) ?? (value === undefined ? undefined : processWord(value, list, { escape }).result);
    return given === undefined ? list : list.addOrReplace(key, given);
  }, env);
}

function addSource(add: AddInstruction, options: ConvertOptions, expand: (word: string) => string): State {
  const [path] = add.sourcePaths;
  if (path === undefined || add.sourceContents.length !== 0 || add.sourcePaths.length !== 1) {
    throw problem(`${KEY} stage must contain exactly one remote ADD source`);
  }
  const source = expand(path);
  if (isHttpSource(source)) {
    const written = add.checksum === '' ? '' : parseDigest(expand(add.checksum));
    const checksum = options.pins.http(source, written, add.location) ?? written;
    return http(source, { filename: httpFilename(source), checksum });
  }
  const written = parseGitRef(source);
  if (written === undefined || written.indistinguishableFromLocal) throw problem(`${KEY} stage source must be a single HTTP(S) or Git ADD`);
  // As in the reference, fetch-by-commit does not count here.
  const ref = pinnedGit({ ...written, fetchByCommit: false, ...(add.checksum === '' ? {} : { checksum: expand(add.checksum) }) }, options, add.location);
  return git(ref.remote, '', {
    ref: ref.ref,
    ...(add.keepGitDir === true || ref.keepGitDir === true ? { keepGitDir: true } : {}),
    ...(ref.checksum === '' ? {} : { checksum: ref.checksum }),
    ...(ref.fetchByCommit ? { fetchByCommit: true } : {}),
    ...(ref.subDir === '' ? {} : { subdir: ref.subDir }),
    ...(ref.submodules === false ? { skipSubmodules: true } : {}),
  });
}

function problem(message: string): CodedError {
  return new CodedError('convert', message);
}
