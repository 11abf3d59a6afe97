import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Descriptor, ImageConfig, ImageView, Index, Manifest } from './build.ts';
import { readTar, type TarEntry } from './tar.ts';

/** An OCI image layout in a folder. */
export interface Layout {
  readonly folder: string;
  readonly index: Index;
  /** The descriptor that index.json names (an index itself when attestations are attached). */
  readonly root: Descriptor;
  blob(digest: string): Buffer;
  json<T>(digest: string): T;
  /** All images but attestations, in index order. */
  images(): readonly ImageView[];
  /** The in-toto statements attached to an image (provenance, sbom). */
  attestations(manifestDigest: string): readonly Attestation[];
}

export interface Attestation {
  readonly predicateType: string;
  readonly statement: Readonly<Record<string, unknown>>;
}

/** One layer, decompressed when asked. */
export interface LayerView {
  readonly descriptor: Descriptor;
  readonly diffId: string;
  /** Every tar entry by path, with no leading './' or '/' and no trailing '/'. */
  entries(): ReadonlyMap<string, TarEntry>;
  /** A regular file's text; throws when it is not there. */
  text(path: string): string;
}

const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const REFERENCE_TYPE = 'vnd.docker.reference.type';
const REFERENCE_DIGEST = 'vnd.docker.reference.digest';

/** `sha256:…` of these bytes. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** True for the media types of an index or a manifest list. */
export function isIndex(mediaType: string): boolean {
  return mediaType === INDEX || mediaType === 'application/vnd.docker.distribution.manifest.list.v2+json';
}

/** The descriptors in an index that are images, not attestations. */
export function imageDescriptors(index: Index): readonly Descriptor[] {
  return index.manifests.filter((each) => each.annotations?.[REFERENCE_TYPE] !== 'attestation-manifest');
}

/** Opens a layout folder; blobs are read when asked for. */
export function openLayout(folder: string): Layout {
  const blob = (digest: string) => readFileSync(join(folder, 'blobs', ...digest.split(':')));
  const json = <T>(digest: string): T => JSON.parse(blob(digest).toString()) as T;
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Index;
  const root = index.manifests[0];
  if (root === undefined) throw new Error(`no image in ${folder}/index.json`);
  const top = isIndex(root.mediaType) ? json<Index>(root.digest) : index;
  return {
    folder,
    index,
    root,
    blob,
    json,
    images: () => imageDescriptors(top).map((each) => openImage(each.digest, blob)),
    attestations: (manifestDigest) => top.manifests
      .filter((each) => each.annotations?.[REFERENCE_DIGEST] === manifestDigest)
      .flatMap((each) => json<Manifest>(each.digest).layers)
      .map((layer) => ({ predicateType: layer.annotations?.['in-toto.io/predicate-type'] ?? '', statement: json(layer.digest) })),
  };
}

function openImage(manifestDigest: string, blob: (digest: string) => Buffer): ImageView {
  const manifest = JSON.parse(blob(manifestDigest).toString()) as Manifest;
  const config = JSON.parse(blob(manifest.config.digest).toString()) as ImageConfig;
  const layers = manifest.layers.map((descriptor, at) => openLayer(descriptor, config.rootfs.diff_ids[at] ?? '', blob));
  return { manifestDigest, manifest, config, layers };
}

function openLayer(descriptor: Descriptor, diffId: string, blob: (digest: string) => Buffer): LayerView {
  let entries: ReadonlyMap<string, TarEntry> | undefined;
  const read = () => (entries ??= new Map(readTar(decompress(blob(descriptor.digest))).map((each) => [each.path, each])));
  return {
    descriptor,
    diffId,
    entries: read,
    text: (path) => {
      const found = read().get(path);
      if (found?.type !== 'file') throw new Error(`no file ${path} in layer ${descriptor.digest}`);
      return found.content.toString();
    },
  };
}

function decompress(bytes: Buffer): Buffer {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/** An image to write: uncompressed layer tars and a config without rootfs. */
export interface ImageInput {
  readonly layers: readonly Uint8Array[];
  readonly config: Readonly<Record<string, unknown>>;
  readonly architecture: string;
  readonly created: string;
}

/** Writes an image as a layout folder (equal bytes in, equal bytes out) and returns its manifest's digest. */
export function writeLayout(folder: string, image: ImageInput): string {
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true });
  const put = (mediaType: string, bytes: Uint8Array): Descriptor => {
    const digest = digestOf(bytes);
    writeFileSync(join(folder, 'blobs/sha256', digest.slice('sha256:'.length)), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const layers = image.layers.map((layer) => put('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(layer, { level: 6 })));
  const config = put('application/vnd.oci.image.config.v1+json', json({
    architecture: image.architecture,
    os: 'linux',
    created: image.created,
    config: image.config,
    rootfs: { type: 'layers', diff_ids: image.layers.map(digestOf) },
    history: layers.map(() => ({ created: image.created, created_by: 'rootfs' })),
  }));
  const manifest = put(MANIFEST, json({ schemaVersion: 2, mediaType: MANIFEST, config, layers }));
  const platform = { os: 'linux', architecture: image.architecture };
  writeFileSync(join(folder, 'index.json'), json({ schemaVersion: 2, mediaType: INDEX, manifests: [{ ...manifest, platform }] }));
  writeFileSync(join(folder, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  return manifest.digest;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
