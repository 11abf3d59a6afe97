import type { Range } from '../diag/range.ts';
import { REPRO_RULES } from '../lint/repro-rules.ts';
import type { LintRule } from '../lint/rules.ts';
import { familiarString, parseNormalizedNamed } from '../spec/reference.ts';
import type { Pins } from './pin.ts';
import { NO_PINS } from './pin.ts';

/** A material that a build takes as it is at the moment. */
export interface Unpinned {
  readonly rule: LintRule;
  readonly message: string;
  readonly place: readonly Range[];
}

/** Pins nothing, and tells `record` of each material whose content nothing names. */
export function recordUnpinned(record: (material: Unpinned) => void): Pins {
  return {
    ...NO_PINS,
    image(ref, _platform, place) {
      const parsed = parseNormalizedNamed(ref);
      if (parsed.digest === undefined) record({ rule: REPRO_RULES.ReproUnpinnedImage, message: REPRO_RULES.ReproUnpinnedImage.format(familiarString(parsed)), place });
      return undefined;
    },
    http(url, checksum, place) {
      if (checksum === '') record({ rule: REPRO_RULES.ReproUnverifiedAdd, message: REPRO_RULES.ReproUnverifiedAdd.format(url), place });
      return undefined;
    },
    git({ remote, ref, checksum }, place) {
      const name = ref === '' ? remote : `${remote}#${ref}`;
      if (checksum === '' && !isCommit(ref)) record({ rule: REPRO_RULES.ReproUnpinnedGit, message: REPRO_RULES.ReproUnpinnedGit.format(name), place });
      return undefined;
    },
  };
}

function isCommit(ref: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(ref);
}
