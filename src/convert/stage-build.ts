import { withLocation } from '../diag/error.ts';
import { envFromList } from '../dockerfile/env.ts';
import { defaultPathEnv } from '../spec/config.ts';
import type { IgnoreMatcher } from '../spec/ignore.ts';
import type { Conversion, FinishedStage, StageBuild } from './context.ts';
import type { StageNode } from './graph.ts';
import { draftImage, envPositions, splitEnv } from './image.ts';
import type { ImageDraft } from './image.ts';
import { setUser } from './metadata.ts';
import { setWorkdir } from './workdir.ts';

/** What the instructions of all stages share. */
export interface StageSurroundings {
  readonly conversion: Conversion;
  readonly ignoreMatcher: IgnoreMatcher | undefined;
  readonly finished: ReadonlyMap<StageNode, FinishedStage>;
}

/** A stage that begins where `base` ended: with its files, image config, environment, working directory and user. */
export function beginStage(node: StageNode, base: FinishedStage, surroundings: StageSurroundings): StageBuild {
  const { conversion } = surroundings;
  const { config, contexts } = conversion.options;
  const image = withSearchPath(draftImage(base.image), base.platform?.os ?? '');
  const isReplaced = node.origin.replacement !== undefined;
  const stage: StageBuild = {
    ...surroundings,
    node,
    // A base that has no platform leaves it open for its own instructions; stages that go on from there get the target's.
    platform: base.platform ?? conversion.platforms.target,
    instructionPlatform: base.platform ?? { os: '', architecture: '' },
    ignoreCache: !node.isExternal && !isReplaced && contexts.isNoCache(node.origin.name),
    image,
    envPositions: envPositions(image.config.env),
    baseImage: base.baseImage,
    args: [...base.args],
    argKeys: new Set(base.args.map(({ key }) => key)),
    contextPaths: new Set(),
    seen: new Map(),
    state: base.state,
    workdirSet: base.workdirSet,
  };
  applyImageConfig(stage, config.hostname);
  stage.state = stage.state.withNetwork(config.networkMode);
  return stage;
}

/** Windows sets its search path itself; elsewhere an image without one gets the usual one. */
function withSearchPath(image: ImageDraft, os: string): ImageDraft {
  const { env } = image.config;
  if (os !== 'windows' && envFromList(env).get('PATH') === undefined) env.push(`PATH=${defaultPathEnv(os)}`);
  return image;
}

function applyImageConfig(stage: StageBuild, hostname: string): void {
  const { image } = stage;
  for (const line of image.config.env) stage.state = stage.state.addEnv(...splitEnv(line));
  if (hostname !== '') stage.state = stage.state.withHostname(hostname);
  try {
    if (image.config.workingDir !== '') setWorkdir(stage, image.config.workingDir);
  } catch (error) {
    throw withLocation(error, stage.node.origin.location);
  }
  if (image.config.user !== '') setUser(stage, image.config.user);
}
