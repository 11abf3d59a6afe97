import { CodedError } from '../diag/error.ts';
import type { Dockerfile } from '../dockerfile/ast.ts';
import { DEFAULT_LINT_CONFIG } from '../lint/config.ts';
import { Linter } from '../lint/linter.ts';
import { EnvList } from '../llb/env.ts';
import { marshal } from '../llb/definition.ts';
import { newState } from '../llb/state.ts';
import type { State } from '../llb/state.ts';
import type { Definition, LateOutput, Output } from '../llb/types.ts';
import type { ImageConfig } from '../spec/config.ts';
import { IgnoreMatcher } from '../spec/ignore.ts';
import { makePlatform, normalizePlatform } from '../spec/platform.ts';
import { BaseResolver } from './bases.ts';
import type { Conversion, FinishedStage, StageBuild } from './context.ts';
import { convertCommand } from './dispatch.ts';
import { resolveEpoch } from './epoch.ts';
import { evaluateGlobalArgs, proxyFromBuildArgs } from './global-args.ts';
import type { StageGraph, StageNode } from './graph.ts';
import { assertPrintableHistory } from './history.ts';
import { platformOfImage, withoutTriggers } from './image.ts';
import { addTriggers, pendingTriggers } from './onbuild.ts';
import type { ConvertOptions, ConvertResult } from './options.ts';
import { neededPaths } from './paths.ts';
import { choosePlatforms, defaultArgs } from './platform.ts';
import type { PlatformChoice } from './platform.ts';
import type { ConvertedDockerfile } from './converted.ts';
import { sbomTargets } from './sbom.ts';
import { beginStage } from './stage-build.ts';
import { buildStages, linkStages } from './stages.ts';
import { reportInvalidDefaultBases, reportKeywordCasing, reportStageNames } from './validations.ts';

/**
 * Converts a Dockerfile for one platform (dockerfile2llb's Dockerfile2LLB). Throws LocatedError for what has a place in the
 * Dockerfile, and what the resolvers of `options` throw.
 */
export async function convert(dockerfile: Dockerfile, options: ConvertOptions): Promise<ConvertResult> {
  const converted = await convertDockerfile(dockerfile, options);
  const { conversion, state, image, baseImage } = converted;
  assertPrintableHistory(image, conversion.epoch);
  return {
    state,
    image,
    ...(baseImage === undefined ? {} : { baseImage }),
    ...(conversion.epoch === undefined ? {} : { epoch: conversion.epoch.seconds }),
    ...sbomTargets(converted),
    marshal: (other: State = state) => marshalState(conversion, other),
  };
}

/** The LLB of a state, for the target's platform and the daemon's capabilities. */
export function marshalState({ platforms, options: { caps, newId } }: Conversion, { output }: State): Promise<Definition> {
  return marshal(output, { platform: platforms.target, caps, localUniqueId: newId() });
}

/** The phases of a conversion, in the reference's order, so that of several errors the same comes up (toDispatchState). */
export async function convertDockerfile(dockerfile: Dockerfile, options: ConvertOptions): Promise<ConvertedDockerfile> {
  const { config } = options;
  const { stages, metaArgs, escape } = dockerfile;
  const linter = options.linter ?? new Linter(config.lintConfig ?? DEFAULT_LINT_CONFIG, options.warn);
  const last = stages.at(-1);
  if (last === undefined) throw new CodedError('convert', 'dockerfile contains no stages to build');
  reportStageNames(stages, linter);
  reportKeywordCasing(stages, linter);

  const platforms = choosePlatforms(options);
  const predefined = defaultArgs(platforms, config.buildArgs, config.target === '' ? last.name : config.target);
  reportDefaultBases(dockerfile, predefined, linter);
  const global = evaluateGlobalArgs(predefined, metaArgs, config.buildArgs, escape);
  const scope = await resolveEpoch(dockerfile, options, global.args);
  const mainContext = new MainContext();
  const conversion: Conversion = {
    options, platforms, escape, ...scope, globalArgInfos: global.infos, linter, proxy: proxyFromBuildArgs(scope.buildArgs), mainContext: mainContext.state,
  };

  const graph = buildStages(dockerfile, conversion);
  const target = graph.target(config.target);
  linkStages(graph, escape);
  const ignoreMatcher = readIgnoreMatcher(options);
  const bases = await resolveStages(conversion, graph, target);
  const { builds, result } = convertStages({ conversion, graph, target, bases, ignoreMatcher: await ignoreMatcher });
  const violation = linter.error();
  if (violation !== undefined) throw violation;
  mainContext.bind(await options.contexts.mainContext(neededPaths(allContextPaths(builds.values()))));
  const image = finishImage(builds.has(target) ? result.image : withoutTriggers(result.image), conversion);
  return { conversion, graph, target, builds, state: result.state, image, baseImage: result.baseImage };
}

/** The main build context before it is known which paths of it are read. */
class MainContext {
  #state: State | undefined;
  readonly state: State;

  constructor() {
    const vertex: LateOutput = { kind: 'late', resolve: () => this.#output() };
    this.state = newState({ vertex, index: 0 });
  }

  bind(state: State): void {
    this.#state = state;
  }

  #output(): Output | undefined {
    if (this.#state === undefined) throw new CodedError('internal', 'the main build context is not bound yet');
    return this.#state.output;
  }
}

/** Wrong defaults are reported here only; whether they are errors shows when they are used. */
function reportDefaultBases({ stages, metaArgs, escape }: Dockerfile, predefined: EnvList, linter: Linter): void {
  let args: EnvList;
  try {
    args = evaluateGlobalArgs(predefined, metaArgs, new Map(), escape).args;
  } catch {
    return;
  }
  reportInvalidDefaultBases(stages, args, escape, linter);
}

/** Asks for .dockerignore while images are resolved. A failure is thrown where the result is awaited. */
function readIgnoreMatcher({ contexts }: ConvertOptions): Promise<IgnoreMatcher | undefined> {
  const matcher = contexts.dockerignorePatterns().then((patterns) => (patterns.length === 0 ? undefined : new IgnoreMatcher(patterns)));
  matcher.catch(() => undefined);
  return matcher;
}

/** Resolves what the target needs, again as long as the triggers of a base need more. */
async function resolveStages(conversion: Conversion, graph: StageGraph, target: StageNode): Promise<BaseResolver> {
  const resolver = new BaseResolver(conversion, graph);
  const triggered = new Set<StageNode>();
  for (let mayNeedMore = true; mayNeedMore;) {
    mayNeedMore = false;
    const reachable = graph.reachable(target);
    await resolver.resolve(reachable);
    for (const node of new Set(graph.nodes.filter((candidate) => reachable.has(candidate) && !triggered.has(candidate)))) {
      triggered.add(node);
      if (addTriggers(graph, node, pendingTriggers(node, resolver.bases.get(node)), conversion.escape)) mayNeedMore = true;
    }
  }
  return resolver;
}

interface StagesToConvert {
  readonly conversion: Conversion;
  readonly graph: StageGraph;
  readonly target: StageNode;
  readonly bases: BaseResolver;
  readonly ignoreMatcher: IgnoreMatcher | undefined;
}

/** Converts, in the order of the Dockerfile, the stages that the target needs (dispatchStages). */
function convertStages({ conversion, graph, target, bases: { bases, finished }, ignoreMatcher }: StagesToConvert) {
  const isAll = conversion.options.allStages === true;
  const reachable = graph.reachable(target);
  const done = new Map<StageNode, FinishedStage>([...bases].filter(([node]) => finished.has(node)));
  const builds = new Map<StageNode, StageBuild>();
  for (const node of new Set(graph.nodes)) {
    if (!isAll && (!reachable.has(node) || finished.has(node))) continue;
    const base = node.base === undefined ? bases.get(node) : done.get(node.base);
    const stage = beginStage(node, base ?? missing(node), { conversion, ignoreMatcher, finished: done });
    done.set(node, stage);
    builds.set(node, stage);
    for (const command of node.commands) convertCommand(stage, command);
  }
  target.usedPaths.add('/');
  return { builds, result: done.get(target) ?? missing(target) };
}

function missing(node: StageNode): never {
  throw new CodedError('internal', `stage ${node.origin.name} was not converted`);
}

function allContextPaths(builds: Iterable<StageBuild>): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const { contextPaths } of builds) for (const path of contextPaths) paths.add(path);
  return paths;
}

/** The image config of the result: the request's labels on top, and the platform that was asked for. */
function finishImage(image: ImageConfig, { options, platforms }: Conversion): ImageConfig {
  const labels = new Map([...image.config.labels, ...options.config.labels]);
  const platform = normalizePlatform(resultPlatform(image, platforms));
  return {
    ...image,
    os: platform.os,
    architecture: platform.architecture,
    variant: platform.variant ?? '',
    osVersion: platform.osVersion ?? '',
    osFeatures: platform.osFeatures ?? [],
    config: { ...image.config, labels },
  };
}

function resultPlatform(image: ImageConfig, { target, implicitTarget }: PlatformChoice) {
  const own = platformOfImage(image);
  if (implicitTarget) return own;
  const isOther = target.os !== image.os || target.architecture !== image.architecture;
  return makePlatform(
    target.os,
    target.architecture,
    target.variant !== undefined || isOther ? target.variant : own.variant,
    target.osVersion !== undefined || isOther ? target.osVersion : own.osVersion,
    target.osFeatures ?? own.osFeatures,
  );
}
