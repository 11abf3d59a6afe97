import { createHash } from 'node:crypto';
import { CodedError } from '../diag/error.ts';
import { members, parsePlainJson, parseManifest, parsePlatformObject } from '../spec/descriptor.ts';
import type { Descriptor, Manifest } from '../spec/descriptor.ts';
import { digestAlgorithm, digestEncoded, isDigest } from '../spec/digest.ts';
import type { Digest } from '../spec/digest.ts';
import type { KeepContent, LayerEntry } from '../spec/layer-entry.ts';
import type { Platform } from '../spec/platform.ts';
import { makePlatform, normalizePlatform } from '../spec/platform.ts';
import { readBlob, readManifest } from './blob-source.ts';
import type { BlobSource } from './blob-source.ts';
import { decompress } from './decompress.ts';
import type { Compression } from './decompress.ts';
import { TarReader } from './tar-reader.ts';
import { verifyBlob } from './verify.ts';
import type { Chunks } from './verify.ts';

/** An image of one platform. Everything is read when it is asked for, and checked while it is read. */
export interface Image {
  /** For messages: the address, and the platform where there are several. */
  readonly name: string;
  readonly platform: Platform;
  /** Absent in an archive of `docker save`, and for a folder. */
  readonly manifest?: ImageManifest;
  /** Absent for a folder. */
  readonly config?: ImageBlob;
  /** Of a folder: one. */
  readonly layers: readonly Layer[];
}

export interface ImageManifest extends ImageBlob {
  readonly descriptor: Descriptor;
  readonly value: Manifest;
}

/** A JSON blob: its digest and verified bytes. */
export interface ImageBlob {
  readonly digest: Digest;
  readonly bytes: Buffer;
}

/** One layer of an image. */
export interface Layer {
  /** What the manifest says; absent where there is none. */
  readonly descriptor?: Descriptor;
  /** The digest of the unpacked layer by the config; absent for a folder. */
  readonly diffId?: Digest;
  /** Bytes that reading takes, packed, for progress; 0 when it is not known. */
  readonly packedSize: number;
  /**
   * Reads the layer once: its members in order, some at a time. Memory: a few pieces of 256 KiB, and what is kept. Throws (code `image`), at the
   * end at the latest, when the bytes are not those of the descriptor or, unpacked, not those of the diff ID.
   */
  entries(options: ReadOptions): AsyncGenerator<readonly LayerEntry[], LayerSummary>;
}

export interface ReadOptions {
  readonly keep: KeepContent;
  /** Hears of packed bytes as they are read. */
  readonly progress?: (bytes: number) => void;
}

/** What is known of a layer once it has been read. */
export interface LayerSummary {
  readonly compression: Compression;
  readonly unpackedSize: number;
}

/** An image by the descriptor of its manifest. Throws (code `image`) when manifest or config are malformed. */
export async function openImage(source: BlobSource, descriptor: Descriptor, name: string): Promise<Image> {
  const bytes = await readManifest(source, descriptor, `${name}: the manifest ${descriptor.digest}`);
  return imageOf(source, { descriptor, digest: descriptor.digest, bytes }, name);
}

/** An image by a manifest that is read already. */
export async function imageOf(source: BlobSource, root: ImageBlob & { readonly descriptor: Descriptor }, name: string): Promise<Image> {
  const value = parseManifest(root.bytes, `${name}: the manifest ${root.digest}`, root.descriptor.mediaType);
  if (value.kind === 'index') throw new CodedError('image', `${name}: ${root.digest} is an index, where an image's manifest is expected`);
  if (value.artifactType !== '' || !isConfigType(value.config.mediaType)) {
    throw new CodedError('image', `${name}: is an artifact (${value.artifactType || value.config.mediaType || 'of no type'}), not an image`);
  }
  const config = { digest: value.config.digest, bytes: await readBlob(source, value.config, `${name}: the config ${value.config.digest}`) };
  const { platform, diffIds } = parseConfig(config.bytes, `${name}: the config`);
  if (diffIds.length !== value.layers.length) throw new CodedError('image', `${name}: the manifest has ${value.layers.length} layers, the config ${diffIds.length} diff IDs`);
  const layers = value.layers.map((layer, at): Layer => {
    const label = `${name}: layer ${at + 1} (${layer.digest})`;
    const open = async (): Promise<Chunks> => verifyBlob(await source.openBlob(layer.digest), layer, label);
    const diffId = diffIds[at] as Digest;
    return { descriptor: layer, diffId, packedSize: layer.size, entries: (options) => readLayer(open, diffId, label, options) };
  });
  return { name, platform, manifest: { ...root, value }, config, layers };
}

function isConfigType(mediaType: string): boolean {
  return mediaType === 'application/vnd.oci.image.config.v1+json' || mediaType === 'application/vnd.docker.container.image.v1+json';
}

/** What reading an image needs of its config. Throws (code `image`) when it is malformed. */
export function parseConfig(bytes: Uint8Array, name: string): { readonly platform: Platform; readonly diffIds: readonly Digest[] } {
  const json = members(parsePlainJson(bytes, name), name);
  const platform = parsePlatformObject(Object.fromEntries(json), name);
  const diffIds = members(json.get('rootfs'), `${name}: rootfs`).get('diff_ids') ?? [];
  if (!Array.isArray(diffIds) || !diffIds.every((each): each is Digest => typeof each === 'string' && isDigest(each))) throw new CodedError('image', `${name}: rootfs.diff_ids is not a list of digests`);
  return { platform: normalizePlatform(makePlatform(platform.os || 'linux', platform.architecture, platform.variant, platform.osVersion, platform.osFeatures)), diffIds };
}

/** The members of a packed layer; checks what it unpacks to against `diffId`. */
export async function* readLayer(open: () => Promise<Chunks>, diffId: Digest, name: string, options: ReadOptions): AsyncGenerator<readonly LayerEntry[], LayerSummary> {
  const reader = new TarReader(options.keep);
  const hash = createHash(digestAlgorithm(diffId));
  let compression: Compression = 'none';
  let unpackedSize = 0;
  try {
    for await (const chunk of decompress(counted(await open(), options.progress), name, (found) => (compression = found))) {
      hash.update(chunk);
      unpackedSize += chunk.length;
      const entries = reader.push(chunk);
      if (entries.length > 0) yield entries;
    }
    reader.end();
  } catch (error) {
    if (!(error instanceof CodedError) || error.message.startsWith(name)) throw error;
    throw new CodedError(error.code, `${name}: ${error.message}`, { cause: error });
  }
  const found = hash.digest('hex');
  if (found !== digestEncoded(diffId)) throw new CodedError('image', `${name}: unpacks to ${digestAlgorithm(diffId)}:${found}, the config says ${diffId}`);
  return { compression, unpackedSize };
}

async function* counted(chunks: Chunks, progress: ReadOptions['progress']): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    progress?.(chunk.length);
    yield chunk;
  }
}
