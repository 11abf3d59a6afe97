import { CodedError } from '../diag/error.ts';
import type { Digest } from '../spec/digest.ts';
import { formatPlatform, normalizePlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import { familiarString, nameOf, parseNormalizedNamed, referenceToString, tagNameOnly } from '../spec/reference.ts';
import type { Material, Provenance } from './provenance.ts';

/**
 * Looks materials up by what the build asks for. Each function gives undefined when the provenance has no such material, and throws
 * (code `provenance`) when it has several that differ.
 */

/** The digest of the image `ref` for `platform`. A material without a platform is for all. */
export function findImage(provenance: Provenance, ref: string, platform: Platform): Digest | undefined {
  const wanted = tagNameOnly(parseNormalizedNamed(ref));
  const name = nameOf(wanted);
  const images = provenance.materials.filter((material): material is Material & { kind: 'image' } => material.kind === 'image' && !material.local &&
    nameOf(material.reference) === name && material.reference.tag === wanted.tag && (wanted.digest === undefined || material.digest === wanted.digest));
  const text = formatPlatform(normalizePlatform(platform));
  const exact = images.filter((material) => material.platform !== undefined && formatPlatform(material.platform) === text);
  const candidates = exact.length > 0 ? exact : images.filter((material) => material.platform === undefined);
  return only(provenance, candidates.map((material) => material.digest), `the image ${familiarString(wanted)} on ${text}`);
}

/** The digest of the file at `url`. */
export function findHttp(provenance: Provenance, url: string): Digest | undefined {
  return only(provenance, provenance.materials.flatMap((material) => (material.kind === 'http' && material.uri === url ? material.digest : [])), url);
}

/** The commit that `ref` of the repository was. */
export function findGit(provenance: Provenance, remote: string, ref: string): string | undefined {
  const name = ref === '' ? remote : `${remote}#${ref}`;
  return only(provenance, provenance.materials.flatMap((material) =>
    material.kind === 'git' && ((material.remote === remote && material.ref === ref) || material.uri === name) ? material.commit : []), name);
}

/** What the provenance has of the same kind, for the message that something is not there. */
export function listMaterials(provenance: Provenance, kind: 'image' | 'http' | 'git'): string {
  const names = provenance.materials.flatMap((material) => {
    if (material.kind !== kind) return [];
    if (material.kind !== 'image') return material.uri;
    return `${referenceToString({ domain: material.reference.domain, path: material.reference.path, ...(material.reference.tag === undefined ? {} : { tag: material.reference.tag }) })}${material.platform === undefined ? '' : ` (${formatPlatform(material.platform)})`}`;
  });
  const unique = [...new Set(names)].sort();
  return unique.length === 0 ? 'none' : unique.slice(0, 10).join(', ') + (unique.length > 10 ? `, and ${unique.length - 10} more` : '');
}

function only<T extends string>(provenance: Provenance, values: readonly T[], what: string): T | undefined {
  const unique = [...new Set(values)];
  if (unique.length > 1) throw new CodedError('provenance', `${provenance.name} has more than one material for ${what}: ${unique.join(', ')}`);
  return unique[0];
}
