import { CodedError } from '../diag/error.ts';
import type { Image } from '../oci/image.ts';
import { openAddress } from '../oci/open.ts';
import type { OpenedImage } from '../oci/open.ts';
import type { RegistryOptions } from '../oci/registry.ts';
import type { Descriptor } from '../spec/descriptor.ts';
import { formatPlatform, normalizePlatform, parsePlatform } from '../spec/platform.ts';
import { parseNormalizedNamed } from '../spec/reference.ts';

/** An image that is to be built again. */
export interface Subject {
  /** As the user wrote it: a reference with a digest. */
  readonly reference: string;
  readonly root: Descriptor;
  readonly opened: OpenedImage;
  /** The images that count: of all platforms, or of the one that was asked for. */
  readonly images: readonly Image[];
}

/** Opens `REFERENCE@DIGEST` in a registry. Throws (code `option`, `image`) when it names no digest, or has nothing for `platform`. */
export async function openSubject(reference: string, platform: string | undefined, registry: RegistryOptions): Promise<Subject> {
  const hasDigest = /@sha256:[0-9a-f]{64}$/.test(reference);
  if (!hasDigest) throw new CodedError('option', `${reference}: expected a reference with a digest, IMAGE@sha256:…, since a tag may be another image tomorrow`);
  parseNormalizedNamed(reference);
  const opened = await openAddress(`docker://${reference}`, registry);
  try {
    const root = opened.root?.descriptor;
    if (root === undefined) throw new CodedError('internal', `${reference} has no manifest`);
    const wanted = platform === undefined ? undefined : formatPlatform(normalizePlatform(parsePlatform(platform)));
    const images: Image[] = [];
    for (const handle of opened.images) {
      const image = handle.platform === '' || wanted === undefined || handle.platform === wanted ? await handle.open() : undefined;
      if (image !== undefined && (wanted === undefined || formatPlatform(image.platform) === wanted)) images.push(image);
    }
    if (images.length === 0) throw new CodedError('image', `${reference} has no image${wanted === undefined ? '' : ` for ${wanted}`}`);
    return { reference, root, opened, images };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
