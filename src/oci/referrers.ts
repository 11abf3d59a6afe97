import { CodedError } from '../diag/error.ts';
import { MEDIA_TYPES, parseManifest } from '../spec/descriptor.ts';
import type { Descriptor } from '../spec/descriptor.ts';
import { digestOf } from '../spec/digest.ts';
import type { Digest } from '../spec/digest.ts';
import { readAll } from './verify.ts';
import { MAX_MANIFEST_SIZE } from './blob-source.ts';
import type { RegistryClient } from './registry.ts';

/** The config of an artifact that needs none (image-spec, "Guidance for an Empty Descriptor"). */
const EMPTY = { mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') } as const;

/** A document to attach to an image. */
export interface Artifact {
  /** Of the document, and of the artifact. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Attaches a document to what `subject` describes, as a referrer (distribution-spec, "Pushing Manifests with Subject"); with a registry that does
 * not list referrers, under the tag that stands for the list. Gives the digest of the artifact's manifest. Throws (code `image`).
 */
export async function attachArtifact(client: RegistryClient, subject: Pick<Descriptor, 'mediaType' | 'digest' | 'size'>, artifact: Artifact): Promise<Digest> {
  await Promise.all([EMPTY.bytes, artifact.bytes].map((bytes) => pushBlob(client, bytes)));
  const manifest = Buffer.from(JSON.stringify({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    artifactType: artifact.mediaType,
    config: describe(EMPTY.mediaType, EMPTY.bytes),
    layers: [describe(artifact.mediaType, artifact.bytes)],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
    annotations: artifact.annotations,
  }));
  const digest = digestOf(manifest);
  const answer = await putManifest(client, digest, MEDIA_TYPES.manifest, manifest);
  if (answer.headers.get('oci-subject') === null) await addToFallbackTag(client, subject.digest, { ...describe(MEDIA_TYPES.manifest, manifest), artifactType: artifact.mediaType, annotations: artifact.annotations });
  return digest;
}

/** What refers to the manifest `subject` with that artifact type, by the registry's list or the tag that stands for it. Throws (code `image`). */
export async function listReferrers(client: RegistryClient, subject: Digest, artifactType: string): Promise<readonly Descriptor[]> {
  const answer = await client.request('GET', `referrers/${subject}?artifactType=${encodeURIComponent(artifactType)}`, { accepted: [200, 400, 404, 405], headers: { accept: MEDIA_TYPES.index } });
  const listed = answer.status === 200 ? await readIndex(answer, `${client.name}: the referrers of ${subject}`) : await fallbackList(client, subject);
  return listed.filter((each) => each.artifactType === artifactType);
}

/** The one document of an artifact's manifest, checked against its digest. Throws (code `image`). */
export async function readArtifact(client: RegistryClient, { digest }: Pick<Descriptor, 'digest'>): Promise<Buffer> {
  const name = `${client.name}@${digest}`;
  const bytes = await bodyOf(await client.request('GET', `manifests/${digest}`, { accepted: [200], headers: { accept: MEDIA_TYPES.manifest } }), name);
  if (digestOf(bytes) !== digest) throw new CodedError('image', `${name}: has another digest, ${digestOf(bytes)}`);
  const manifest = parseManifest(bytes, name);
  const [layer] = manifest.kind === 'manifest' ? manifest.layers : [];
  if (layer === undefined) throw new CodedError('image', `${name}: has no document`);
  const document = await bodyOf(await client.request('GET', `blobs/${layer.digest}`, { accepted: [200] }), name);
  if (digestOf(document) !== layer.digest) throw new CodedError('image', `${name}: its document has another digest than ${layer.digest}`);
  return document;
}

async function pushBlob(client: RegistryClient, bytes: Uint8Array): Promise<void> {
  const digest = digestOf(bytes);
  const found = await client.request('HEAD', `blobs/${digest}`, { accepted: [200, 404], actions: 'pull,push' });
  if (found.status === 200) return;
  const started = await client.request('POST', 'blobs/uploads/', { accepted: [202], actions: 'pull,push' });
  const location = started.headers.get('location');
  if (location === null) throw new CodedError('image', `${client.name}: the registry did not say where to upload to`);
  const target = new URL(location, started.url);
  target.searchParams.set('digest', digest);
  await client.request('PUT', target.href, { accepted: [201, 204], headers: { 'content-type': 'application/octet-stream' }, body: new Uint8Array(bytes), actions: 'pull,push' });
}

function putManifest(client: RegistryClient, reference: string, mediaType: string, bytes: Uint8Array): Promise<Response> {
  return client.request('PUT', `manifests/${reference}`, { accepted: [201], headers: { 'content-type': mediaType }, body: new Uint8Array(bytes), actions: 'pull,push' });
}

function fallbackTag(subject: Digest): string {
  return subject.replace(':', '-');
}

async function fallbackList(client: RegistryClient, subject: Digest): Promise<readonly Descriptor[]> {
  const answer = await client.request('GET', `manifests/${fallbackTag(subject)}`, { accepted: [200, 404], headers: { accept: MEDIA_TYPES.index } });
  return answer.status === 404 ? [] : readIndex(answer, `${client.name}:${fallbackTag(subject)}`);
}

async function addToFallbackTag(client: RegistryClient, subject: Digest, artifact: Readonly<Record<string, unknown>> & { readonly digest: string }): Promise<void> {
  const earlier = (await fallbackList(client, subject)).filter(({ digest }) => digest !== artifact.digest);
  const manifests = [...earlier.map(({ annotations, platform: _, ...rest }) => ({ ...rest, annotations: Object.fromEntries(annotations) })), artifact];
  await putManifest(client, fallbackTag(subject), MEDIA_TYPES.index, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests })));
}

async function readIndex(answer: Response, name: string): Promise<readonly Descriptor[]> {
  const index = parseManifest(await bodyOf(answer, name), name, MEDIA_TYPES.index);
  if (index.kind !== 'index') throw new CodedError('image', `${name}: is no index`);
  return index.manifests;
}

function bodyOf(answer: Response, name: string): Promise<Buffer> {
  return readAll((answer.body ?? new ReadableStream<Uint8Array>()) as unknown as AsyncIterable<Uint8Array>, MAX_MANIFEST_SIZE, name);
}

function describe(mediaType: string, bytes: Uint8Array): { readonly mediaType: string; readonly digest: string; readonly size: number } {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}
