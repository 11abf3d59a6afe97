import type { Range } from '../diag/range.ts';
import { parseDockerfile } from '../dockerfile/parse.ts';

/** A stage that can be built (subrequests/targets). */
export interface Target {
  readonly name: string;
  readonly isDefault: boolean;
  readonly description: string;
  readonly base: string;
  readonly platform: string;
  readonly location: readonly Range[];
}

/** The stages of a Dockerfile as written: no variable is expanded (ListTargets). Throws what parseDockerfile throws. */
export function listTargets(source: Uint8Array): readonly Target[] {
  const { stages } = parseDockerfile(source).dockerfile;
  return stages.map(({ name, docComment, baseName, platform, location }, index) => ({
    name, isDefault: index === stages.length - 1, description: docComment, base: baseName, platform, location,
  }));
}
