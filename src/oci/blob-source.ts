import type { Descriptor } from '../spec/descriptor.ts';
import type { Digest } from '../spec/digest.ts';
import { readAll, verifyBlob } from './verify.ts';
import type { Chunks } from './verify.ts';

/** Where blobs are read from: a registry's repository, a layout's folder, an archive. */
export interface BlobSource {
  /** The bytes of a manifest or index, not verified. Throws (code `image`) when there is none. */
  openManifest(digest: Digest, mediaType: string): Promise<Chunks>;
  /** The bytes of any other blob, not verified. Throws (code `image`) when there is none. */
  openBlob(digest: Digest): Promise<Chunks>;
  close(): Promise<void>;
}

/** Manifests and indexes are at most this large, as registries and containerd have it. */
export const MAX_MANIFEST_SIZE = 8 << 20;
/** Image configs and other JSON blobs. */
export const MAX_JSON_SIZE = 16 << 20;

/** A manifest's bytes, verified. */
export async function readManifest(source: BlobSource, descriptor: Pick<Descriptor, 'digest' | 'mediaType'> & { readonly size?: number }, name: string): Promise<Buffer> {
  return readAll(verifyBlob(await source.openManifest(descriptor.digest, descriptor.mediaType), descriptor, name), MAX_MANIFEST_SIZE, name);
}

/** A small blob's bytes, verified: an image config, an attestation. */
export async function readBlob(source: BlobSource, descriptor: Descriptor, name: string): Promise<Buffer> {
  return readAll(verifyBlob(await source.openBlob(descriptor.digest), descriptor, name), MAX_JSON_SIZE, name);
}
