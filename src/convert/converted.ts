import type { State } from '../llb/state.ts';
import type { ImageConfig } from '../spec/config.ts';
import type { Conversion, StageBuild } from './context.ts';
import type { StageGraph, StageNode } from './graph.ts';

/** A Dockerfile whose target and all that it needs are converted. */
export interface ConvertedDockerfile {
  readonly conversion: Conversion;
  readonly graph: StageGraph;
  readonly target: StageNode;
  /** The stages that were converted, instruction by instruction. */
  readonly builds: ReadonlyMap<StageNode, StageBuild>;
  readonly state: State;
  readonly image: ImageConfig;
  readonly baseImage: ImageConfig | undefined;
}
