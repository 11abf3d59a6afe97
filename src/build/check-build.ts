import type { Linter } from '../lint/linter.ts';
import { checkReproducibility } from '../rewrite/check.ts';
import type { Rewrite } from '../rewrite/rewrite.ts';
import { epochText } from './facts.ts';
import type { Request } from './request.ts';

/** Reports to `linter` what stands in the way of reproducing a build, once conversion has asked for its materials. */
export function checkBuild({ config }: Request, { dockerfile, snapshots, unpinned }: Rewrite, linter: Linter): void {
  checkReproducibility(dockerfile, { snapshots, unpinned, epochKnown: epochText(config, dockerfile) !== '' }, linter);
}
