import { CodedError, withLocation, wrapError } from '../diag/error.ts';
import type { Range } from '../diag/range.ts';
import type { Dockerfile, Stage } from '../dockerfile/ast.ts';
import { withSuggestion } from '../dockerfile/suggest.ts';
import { processWord, WordError } from '../dockerfile/words.ts';
import type { ProcessedWord } from '../dockerfile/words.ts';
import type { EnvList } from '../llb/env.ts';
import type { Linter } from '../lint/linter.ts';
import { parsePlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import { foldCase } from '../spec/strings.ts';
import type { Conversion } from './context.ts';
import { SCRATCH, StageGraph, StageNode } from './graph.ts';
import type { ExternalFactory } from './graph.ts';
import { StepCounter } from './names.ts';
import type { NamedContext, NamedContextOptions } from './options.ts';
import { neededPaths } from './paths.ts';
import { reportPlatformFlag, reportUndeclaredArgs } from './validations.ts';

/** The instructions that make a vertex, each a step in the names. */
const STEP_KINDS: ReadonlySet<string> = new Set(['add', 'copy', 'run', 'workdir']);

/** A node for an image that an instruction reads from. */
export const externalNode: ExternalFactory = (name, location, place = location) =>
  new StageNode({ name: '', baseName: name, location, place, steps: new StepCounter('', 0) }, undefined);

/** The graph of a Dockerfile's stages, without dependencies yet. Throws with the place of the FROM that is wrong (buildDispatchStates). */
export function buildStages({ stages }: Dockerfile, conversion: Conversion): StageGraph {
  const graph = new StageGraph();
  for (const [index, stage] of stages.entries()) addStage(graph, stage, index, conversion);
  return graph;
}

function addStage(graph: StageGraph, stage: Stage, index: number, conversion: Conversion): void {
  const { globalArgs, globalArgInfos, escape } = conversion;
  const linter = conversion.linter.withComments(stage.comments);
  const declared = new Set([...globalArgInfos.keys(), ...globalArgs.keys()]);
  const base = located(stage, () => fromWord(stage, stage.baseName, globalArgs, escape, declared, linter));
  if (base.result === '') throw withLocation(new CodedError('convert', `base name (${stage.baseName}) should not be blank`), stage.location);
  const platform = stage.platform === '' ? undefined : stagePlatform(stage, conversion, declared, linter);
  const origin = {
    stage, name: stage.name, baseName: base.result, location: stage.location, ...(platform === undefined ? {} : { platform: platform.value }),
  };
  const usedPaths = new Set<string>();
  const context = stage.name === '' ? undefined : namedContext(conversion, stage.name, platform?.value, () => usedPaths, stage.location);
  if (context !== undefined) {
    graph.add({ ...origin, replacement: { context, usedPaths }, steps: new StepCounter(stage.name, 0) });
    return;
  }
  const hasOwnBase = base.result !== SCRATCH && graph.findBase(base.result) === undefined;
  const total = stage.instructions.filter(({ kind }) => STEP_KINDS.has(kind)).length + (hasOwnBase ? 1 : 0);
  const label = stage.name === '' ? `stage-${index}` : stage.name;
  graph.add({ ...origin, steps: new StepCounter(label, total), fromArgs: new Set([...base.matched, ...(platform?.matched ?? [])]) });
}

/** A word of a FROM with the global ARGs put in; those that are not declared are reported. */
function fromWord({ location }: Stage, word: string, args: EnvList, escape: string, declared: ReadonlySet<string>, linter: Linter): ProcessedWord {
  try {
    const processed = processWord(word, args, { escape });
    reportUndeclaredArgs(processed.unmatched, declared, location, linter);
    return processed;
  } catch (error) {
    if (error instanceof WordError) reportUndeclaredArgs(error.unmatched, declared, location, linter);
    throw error;
  }
}

/** A platform, and the ARGs that its word used. */
interface StagePlatform {
  readonly value: Platform;
  readonly matched: ReadonlySet<string>;
}

function stagePlatform(stage: Stage, { globalArgs, escape }: Conversion, declared: ReadonlySet<string>, linter: Linter): StagePlatform {
  const word = located(stage, () => {
    try {
      return fromWord(stage, stage.platform, globalArgs, escape, declared, linter);
    } catch (error) {
      throw wrapError(error, 'failed to process arguments for platform ');
    }
  });
  reportPlatformFlag(stage, word, globalArgs, linter);
  if (word.result === '') {
    throw withLocation(suggesting(new CodedError('convert', `empty platform value from expression ${stage.platform}`), word.unmatched, globalArgs), stage.location);
  }
  try {
    return { value: parsePlatform(word.result), matched: word.matched };
  } catch (error) {
    // The place is given twice, as the reference does it.
    const inner = withLocation(suggesting(error, word.unmatched, globalArgs), stage.location);
    throw withLocation(wrapError(inner, `failed to parse platform ${stage.platform}`), stage.location);
  }
}

/** `error` with a suggestion for the first of the variables that has one. */
function suggesting(error: unknown, names: ReadonlySet<string>, options: EnvList): unknown {
  if (!(error instanceof CodedError)) return error;
  for (const name of names) {
    const suggested = withSuggestion(error, name, options.keys(), true);
    if (suggested !== error) return suggested;
  }
  return error;
}

function located<T>(stage: Stage, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw withLocation(error, stage.location);
  }
}

/** The request's context in place of a stage or image; the words `scratch` and `context` are never replaced. */
export function namedContext(
  { options }: Conversion, name: string, platform: Platform | undefined, usedPaths: () => ReadonlySet<string>, place: readonly Range[],
): NamedContext | undefined {
  const folded = foldCase(name);
  if (folded === SCRATCH || folded === 'context') return undefined;
  const wanted = platform ?? options.targetPlatform;
  const request: NamedContextOptions = {
    ...(wanted === undefined ? {} : { platform: wanted }),
    resolveMode: options.config.imageResolveMode,
    usedPaths: () => neededPaths(usedPaths()),
    place,
  };
  return options.contexts.namedContext(name, request);
}

/** Links all stages to what their instructions read from. Throws on a cycle, and on a source that cannot be (buildStageDependencyGraph). */
export function linkStages(graph: StageGraph, escape: string): void {
  for (let index = 0; index < graph.nodes.length; index++) {
    const node = graph.nodes[index];
    const instructions = node?.origin.stage?.instructions ?? [];
    if (node === undefined || instructions.length === 0) continue;
    const commands = instructions.map((instruction) => {
      const command = graph.command(instruction, escape, externalNode);
      graph.link(node, command);
      return command;
    });
    node.setCommands(commands);
  }
  graph.assertNoCycle();
  if (graph.nodes.length === 1) graph.nodes[0]?.origin.steps.dropLabel();
}
