import type { MaterialPins } from '../convert/options.ts';
import { CodedError } from '../diag/error.ts';
import { findGit, findHttp, findImage, listMaterials } from '../provenance/lookup.ts';
import type { Provenance } from '../provenance/provenance.ts';
import { formatPlatform } from '../spec/platform.ts';
import { parseNormalizedNamed } from '../spec/reference.ts';
import type { Change } from './change.ts';

/** Pins nothing. */
export const NO_PINS: MaterialPins = { image: () => undefined, http: () => undefined, git: () => undefined };

/**
 * Digests for the materials of the build from supplied provenance. `record` gets each answer. A material that the provenance lacks is
 * an error (code `provenance`) that names it; with `lax` a change that warns, and no pin.
 */
export function provenancePins(provenance: Provenance, mode: 'strict' | 'lax', record: (change: Change) => void): MaterialPins {
  const answer = <T extends string>(what: string, kind: 'image' | 'http' | 'git', found: T | undefined): T | undefined => {
    if (found !== undefined) {
      record({ rule: 'pin', line: 0, was: what, becomes: found, why: `${provenance.name} records it` });
      return found;
    }
    const missing = `${provenance.name} has no material for ${what}; of this kind it has: ${listMaterials(provenance, kind)}`;
    if (mode === 'strict') throw new CodedError('provenance', `${missing}. With REPRO_PIN=lax the build takes what is there now`);
    record({ rule: 'pin', line: 0, was: what, becomes: what, why: missing, warning: true });
    return undefined;
  };
  return {
    image(ref, platform) {
      // What has a digest in the Dockerfile needs no other.
      if (parseNormalizedNamed(ref).digest !== undefined) return undefined;
      return answer(`the image ${ref} on ${formatPlatform(platform)}`, 'image', findImage(provenance, ref, platform));
    },
    http: (url) => answer(url, 'http', findHttp(provenance, url)),
    git: (remote, ref) => answer(ref === '' ? remote : `${remote}#${ref}`, 'git', findGit(provenance, remote, ref)),
  };
}
