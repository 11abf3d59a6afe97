import type { Range } from '../diag/range.ts';
import type { Linter } from '../lint/linter.ts';
import { location } from '../llb/constraints.ts';
import type { EnvList } from '../llb/env.ts';
import type { State } from '../llb/state.ts';
import type { Constraints, ProxyEnv } from '../llb/types.ts';
import type { ImageConfig } from '../spec/config.ts';
import type { IgnoreMatcher } from '../spec/ignore.ts';
import type { Platform } from '../spec/platform.ts';
import type { ZonedTime } from '../spec/time.ts';
import type { StageCommand, StageNode } from './graph.ts';
import type { BuildArg } from './history.ts';
import type { ImageDraft } from './image.ts';
import type { ConvertOptions } from './options.ts';
import type { ArgInfo } from './outline-capture.ts';
import type { PlatformChoice } from './platform.ts';

/** What is the same for all stages of a conversion. */
export interface Conversion {
  readonly options: ConvertOptions;
  readonly platforms: PlatformChoice;
  /** The Dockerfile's escape character. */
  readonly escape: string;
  /** The request's build args; SOURCE_DATE_EPOCH is resolved to seconds. */
  readonly buildArgs: ReadonlyMap<string, string>;
  /** The ARGs before the first FROM, and the predefined ones. */
  readonly globalArgs: EnvList;
  readonly globalArgInfos: ReadonlyMap<string, ArgInfo>;
  readonly epoch: ZonedTime | undefined;
  readonly linter: Linter;
  readonly proxy: ProxyEnv | undefined;
  /** The main build context: which paths of it are needed is known only at the end. */
  readonly mainContext: State;
}

/** What others may use of a stage or image that is done. */
export interface FinishedStage {
  readonly state: State;
  readonly image: ImageConfig;
  /** The config of the image that the stage began with. */
  readonly baseImage: ImageConfig | undefined;
  /** Undefined where nothing says. */
  readonly platform: Platform | undefined;
  readonly args: readonly BuildArg[];
  /** A WORKDIR of this Dockerfile counts already. */
  readonly workdirSet: boolean;
}

/** Instructions of which only the last one in a stage counts. */
export type SingleInstruction = 'cmd' | 'entrypoint' | 'healthcheck';

/** A stage while its instructions are converted, one after the other. */
export interface StageBuild extends FinishedStage {
  readonly conversion: Conversion;
  readonly node: StageNode;
  /** The platform that its instructions are for. */
  readonly instructionPlatform: Platform;
  readonly ignoreCache: boolean;
  readonly ignoreMatcher: IgnoreMatcher | undefined;
  /** The stages and images that can be read from by now. */
  readonly finished: ReadonlyMap<StageNode, FinishedStage>;
  readonly image: ImageDraft;
  /** Where in the image's environment each variable stands. */
  readonly envPositions: Map<string, number>;
  readonly args: BuildArg[];
  readonly argKeys: Set<string>;
  /** The paths of the main context that it reads. */
  readonly contextPaths: Set<string>;
  /** Where the last one stands. */
  readonly seen: Map<SingleInstruction, readonly Range[]>;
  state: State;
  workdirSet: boolean;
}

/** One instruction's surroundings. */
export interface InstructionContext {
  readonly command: StageCommand;
  readonly linter: Linter;
}

/** Constraints that say where in the Dockerfile an op comes from. */
export function sourceLocation({ conversion }: StageBuild, ranges: readonly Range[]): Constraints {
  return location(conversion.options.sourceMap, ranges);
}

/** The name of a stage's next vertex, counting on. */
export function nextStepName(stage: StageBuild, text: string, command: StageCommand, platform: Platform | undefined): string {
  return stage.node.origin.steps.next(text, stepScope(stage, command, platform));
}

/** Another name for the vertex that was named last. */
export function sameStepName(stage: StageBuild, text: string, command: StageCommand, platform: Platform | undefined): string {
  return stage.node.origin.steps.same(text, stepScope(stage, command, platform));
}

function stepScope({ conversion, state }: StageBuild, { onBuild }: StageCommand, platform: Platform | undefined) {
  return { platform: conversion.options.config.multiPlatformRequested ? platform : undefined, env: state.env, onBuild };
}
