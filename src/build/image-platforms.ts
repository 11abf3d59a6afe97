import { CodedError, messageOf } from '../diag/error.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { resolveSourceMeta } from '../gateway/resolve.ts';
import { normalizePlatform, parsePlatform, platformsEqual } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';

const SLSA_V1 = 'https://slsa.dev/provenance/v1';

/**
 * The platforms of an image with attestations, which must be an index that has `own`: none when that is all it has, since then nobody
 * need have asked for it. The daemon crashes when it is asked for the attestations of anything but an index.
 */
export async function imagePlatforms(gateway: Gateway, ref: string, own: Platform): Promise<readonly Platform[]> {
  const source = { identifier: `docker-image://${ref}`, attrs: new Map<string, string>() };
  const meta = await resolveSourceMeta(gateway, source, { platform: own, logName: `[internal] load platforms of ${ref}`, image: { noConfig: true, attestations: [SLSA_V1] } });
  const chain = meta.Image?.AttestationChain;
  const index = chain?.Blobs.get(chain.Root);
  if (index === undefined) throw new CodedError('provenance', `the daemon does not tell the platforms of ${ref}: name them with --platform`);
  try {
    const platforms = readPlatforms(index.data);
    return platforms.length === 1 && platforms.every((platform) => platformsEqual(platform, normalizePlatform(own))) ? [] : platforms;
  } catch (error) {
    throw new CodedError('provenance', `${ref} is no image index: ${messageOf(error)}`, { cause: error });
  }
}

function readPlatforms(index: Uint8Array): readonly Platform[] {
  const { manifests } = JSON.parse(Buffer.from(index).toString('utf8')) as { manifests?: unknown };
  if (!Array.isArray(manifests)) throw new Error('it has no manifests');
  const platforms = manifests.flatMap((manifest: { readonly platform?: { readonly [key: string]: unknown } }) => {
    const { os, architecture, variant } = manifest.platform ?? {};
    if (typeof os !== 'string' || typeof architecture !== 'string' || os === 'unknown') return [];
    return normalizePlatform(parsePlatform([os, architecture, ...(typeof variant === 'string' && variant !== '' ? [variant] : [])].join('/')));
  });
  return platforms.filter((platform, index) => platforms.findIndex((other) => platformsEqual(other, platform)) === index);
}
