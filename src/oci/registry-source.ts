import { CodedError, messageOf } from '../diag/error.ts';
import { MEDIA_TYPES } from '../spec/descriptor.ts';
import type { Digest } from '../spec/digest.ts';
import { digestOf, isDigest } from '../spec/digest.ts';
import { cut } from '../spec/strings.ts';
import { MAX_MANIFEST_SIZE } from './blob-source.ts';
import type { BlobSource } from './blob-source.ts';
import type { RegistryClient } from './registry.ts';
import { readAll, verifyBlob } from './verify.ts';
import type { Chunks } from './verify.ts';

const ACCEPT = Object.values(MEDIA_TYPES).join(', ');
/** How often a blob's download goes on where it broke off. */
const RESUMES = 5;

/** What a tag or digest names now: the manifest's bytes and what the registry says they are. */
export interface ResolvedManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** Asks a registry for the manifest of a tag or digest. Throws (code `image`) when there is none, or it is not that of the digest. */
export async function resolveManifest(client: RegistryClient, tagOrDigest: string): Promise<ResolvedManifest> {
  const response = await client.request('GET', `manifests/${tagOrDigest}`, { accepted: [200], headers: { accept: ACCEPT } });
  const name = `${client.name}: the manifest ${tagOrDigest}`;
  const chunks = isDigest(tagOrDigest) ? verifyBlob(body(response), { digest: tagOrDigest }, name) : body(response);
  const bytes = await readAll(chunks, MAX_MANIFEST_SIZE, name);
  const mediaType = cut(response.headers.get('content-type') ?? '', ';').before.trim();
  return { digest: isDigest(tagOrDigest) ? tagOrDigest : digestOf(bytes), mediaType, bytes };
}

/** The blobs of a repository; a download that breaks off is resumed. */
export function registrySource(client: RegistryClient): BlobSource {
  return {
    openManifest: async (digest, mediaType) =>
      body(await client.request('GET', `manifests/${digest}`, { accepted: [200], headers: { accept: mediaType === '' ? ACCEPT : mediaType } })),
    openBlob: async (digest) => download(client, digest),
    close: async () => undefined,
  };
}

async function* download(client: RegistryClient, digest: Digest): AsyncGenerator<Uint8Array> {
  let received = 0;
  for (let resumed = 0; ; resumed++) {
    const headers = received === 0 ? {} : { range: `bytes=${received}-` };
    const response = await client.request('GET', `blobs/${digest}`, { accepted: received === 0 ? [200] : [200, 206], headers });
    let skip = response.status === 200 ? received : 0;
    try {
      for await (const chunk of body(response)) {
        const fresh = chunk.subarray(Math.min(skip, chunk.length));
        skip -= chunk.length - fresh.length;
        received += fresh.length;
        if (fresh.length > 0) yield fresh;
      }
      return;
    } catch (error) {
      if (resumed === RESUMES) throw new CodedError('image', `${client.name}: the download of ${digest} broke off after ${received} bytes: ${messageOf(error)}`, { cause: error });
    }
  }
}

function body(response: Response): Chunks {
  return (response.body ?? new ReadableStream()) as unknown as Chunks;
}
