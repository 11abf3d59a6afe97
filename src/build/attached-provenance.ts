import { CodedError, messageOf } from '../diag/error.ts';
import { resolveSourceMeta } from '../gateway/resolve.ts';
import { PREDICATE_TYPES, readAttached } from '../provenance/attached.ts';
import type { Provenance } from '../provenance/provenance.ts';
import { BUNDLE_TYPE } from '../provenance/trust.ts';
import type { TrustedSigner } from '../provenance/trust.ts';
import type { Digest } from '../spec/digest.ts';
import { formatPlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import { parseNormalizedNamed, referenceToString, tagNameOnly, withDigest } from '../spec/reference.ts';
import type { ContextServices } from './context-services.ts';

/** The config of attestations that are OCI artifacts (BuildKit 0.32); the daemon finds it but does not read it as an image's. */
const EMPTY_CONFIG = 'application/vnd.oci.empty.v1+json';

/**
 * An image's own attached provenance, which must be about the image that it is attached to. With `trust` the manifest of the attestations
 * must be signed: the daemon looks for a Sigstore bundle among the referrers of that manifest.
 */
export async function imageProvenance(services: ContextServices, image: string, platform: Platform, trust: TrustedSigner | undefined): Promise<Provenance> {
  const { gateway } = services;
  const ref = await resolveRoot(services, image, platform);
  const source = { identifier: `docker-image://${ref}`, attrs: new Map<string, string>() };
  const meta = await resolveSourceMeta(gateway, source, {
    platform,
    logName: `[provenance] load attestations of ${image}`,
    image: { noConfig: true, attestations: PREDICATE_TYPES },
  });
  const chain = meta.Image?.AttestationChain;
  if (chain === undefined) throw noProvenance(image);
  const blobs = [...chain.Blobs].map(([digest, { descriptor, data }]) => ({ digest, data, mediaType: descriptor?.mediaType ?? '' }));
  const manifest = chain.Blobs.get(chain.AttestationManifest)?.data;
  if (manifest === undefined) throw noProvenance(image);
  return readAttached({
    name: image,
    imageManifest: chain.ImageManifest,
    attestationManifest: { digest: chain.AttestationManifest, data: manifest },
    blob: (digest) => chain.Blobs.get(digest)?.data,
    bundles: blobs.filter(({ mediaType }) => mediaType === BUNDLE_TYPE).map(({ data }) => data),
  }, { platform, ...(trust === undefined ? {} : { trust }) });
}

/** The error for an image that has none. */
export function noProvenance(image: string): CodedError {
  return new CodedError('provenance', `${image} has no provenance attached: build it with --attest type=provenance,mode=max, or supply a JSON file`);
}

/**
 * The image by digest, after making sure that it is an index with attestations: daemons from 0.28 on crash when they are asked for the
 * attestations of anything else. Such an index lists them for the platform unknown/unknown, so the daemon is asked for the config that
 * this platform has: it finds none, the config of an attestation (which it may not want to read), or, where there is no index, the image's own.
 */
async function resolveRoot({ images, config }: ContextServices, image: string, platform: Platform): Promise<string> {
  const named = tagNameOnly(parseNormalizedNamed(image));
  const options = { resolveMode: config.build.imageResolveMode, logName: `[provenance] load metadata for ${image}` };
  const own = await images.resolve(referenceToString(named), { ...options, platform }).catch((error: unknown) => {
    if (!messageOf(error).includes('no match for platform')) throw error;
    throw new CodedError('provenance', `${image} has no image for ${formatPlatform(platform)}, so no provenance of one`, { cause: error });
  });
  const ref = referenceToString(withDigest(named, own.digest as Digest));
  let attached: Uint8Array;
  try {
    attached = (await images.resolve(ref, { ...options, logName: `[provenance] look for attestations of ${image}`, platform: { os: 'unknown', architecture: 'unknown' } })).config;
  } catch (error) {
    if (messageOf(error).includes(EMPTY_CONFIG)) return ref;
    // With no cause: that would be the daemon's words for a platform that nobody asked for.
    if (/no match for platform|not found/.test(messageOf(error))) throw noProvenance(image);
    throw error;
  }
  if (Buffer.compare(attached, own.config) === 0) throw noProvenance(image);
  return ref;
}
