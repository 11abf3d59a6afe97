import { formatPlatform, normalizePlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import { nameOf, parseNormalizedNamed, referenceToString, tagNameOnly } from '../spec/reference.ts';
import { redactCredentials } from '../spec/url.ts';
import type { Material, Provenance } from './provenance.ts';

/** Looks materials up by what the build asks for: those that fit, none when the provenance has no such material. */

type OfKind<K extends Material['kind']> = Material & { readonly kind: K };
/** What a build can ask for. */
export type AskedKind = 'image' | 'http' | 'git';
export type AskedMaterial = OfKind<AskedKind>;

/** The image `ref` for `platform`: materials for just that platform, or else those without one, which are for all. */
export function findImages(provenance: Provenance, ref: string, platform: Platform): readonly OfKind<'image'>[] {
  const wanted = tagNameOnly(parseNormalizedNamed(ref));
  const name = nameOf(wanted);
  const images = ofKind(provenance, 'image').filter((material) => !material.local &&
    nameOf(material.reference) === name && material.reference.tag === wanted.tag && (wanted.digest === undefined || material.digest === wanted.digest));
  const text = formatPlatform(normalizePlatform(platform));
  const exact = images.filter((material) => material.platform !== undefined && formatPlatform(material.platform) === text);
  return exact.length > 0 ? exact : images.filter((material) => material.platform === undefined);
}

/** The file at `url`. */
export function findDownloads(provenance: Provenance, url: string): readonly OfKind<'http'>[] {
  const uri = redactCredentials(url);
  return ofKind(provenance, 'http').filter((material) => material.uri === uri || material.uri === url);
}

/** The repository `remote` at `ref`, '' being its default branch. A remote without a protocol is one of https. */
export function findRepositories(provenance: Provenance, remote: string, ref: string): readonly OfKind<'git'>[] {
  const remotes = [remote, redactCredentials(remote), `https://${remote}`];
  return ofKind(provenance, 'git').filter((material) => remotes.includes(material.remote) && material.ref === ref);
}

/** Whether anything in the provenance is this very content: a digest, or a commit. */
export function hasContent(provenance: Provenance, kind: AskedKind, content: string): boolean {
  return provenance.materials.some((material) => material.kind === kind && contentOf(material as AskedMaterial) === content);
}

/** The digest or commit of a material. */
export function contentOf(material: AskedMaterial): string {
  return material.kind === 'git' ? material.commit : material.digest;
}

function ofKind<K extends Material['kind']>({ materials }: Provenance, kind: K): readonly OfKind<K>[] {
  return materials.filter((material): material is OfKind<K> => material.kind === kind);
}

/** What the provenance has of the same kind, for the message that something is not there. */
export function listMaterials(provenance: Provenance, kind: AskedKind): string {
  const names = provenance.materials.flatMap((material) => {
    if (material.kind !== kind) return [];
    if (material.kind !== 'image') return material.uri;
    const { digest: _, ...tagged } = material.reference;
    return `${referenceToString(tagged)}${material.platform === undefined ? '' : ` (${formatPlatform(material.platform)})`}`;
  });
  const unique = [...new Set(names)].sort();
  return unique.length === 0 ? 'none' : unique.slice(0, 10).join(', ') + (unique.length > 10 ? `, and ${unique.length - 10} more` : '');
}
