/** Images that differ in what is around the members of a layer: descriptors, compression, config, history, annotations, platforms. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { digestOf } from '../support/layout.ts';
import { architecture } from '../support/registry.ts';

export interface Variant {
  /** Tar archives. */
  readonly layers: readonly Uint8Array[];
  /** gzip's level, or none; 6 when absent. */
  readonly level?: number | 'none';
  /** Members of the whole config. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Members of the manifest. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly layerAnnotations?: Readonly<Record<string, string>>;
  readonly isDocker?: boolean;
  readonly architecture?: string;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const TYPES = {
  oci: { config: 'application/vnd.oci.image.config.v1+json', manifest: 'application/vnd.oci.image.manifest.v1+json', layer: 'application/vnd.oci.image.layer.v1.tar', gzip: '+gzip', index: 'application/vnd.oci.image.index.v1+json' },
  docker: { config: 'application/vnd.docker.container.image.v1+json', manifest: 'application/vnd.docker.distribution.manifest.v2+json', layer: 'application/vnd.docker.image.rootfs.diff.tar', gzip: '.gzip', index: 'application/vnd.docker.distribution.manifest.list.v2+json' },
} as const;

/** Writes images as a layout below `folder`: one as it is, several in an index that has `members` too. */
export function writeVariants(folder: string, images: readonly Variant[], members: Readonly<Record<string, unknown>> = {}): string {
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true });
  const put = (mediaType: string, bytes: Uint8Array): Descriptor => {
    const digest = digestOf(bytes);
    writeFileSync(join(folder, 'blobs/sha256', digest.slice('sha256:'.length)), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const manifests = images.map((image) => writeImage(image, put));
  const [only, ...others] = manifests;
  const root = others.length === 0 ? only : put(TYPES.oci.index, json({ schemaVersion: 2, mediaType: TYPES.oci.index, manifests, ...members }));
  writeFileSync(join(folder, 'index.json'), json({ schemaVersion: 2, mediaType: TYPES.oci.index, manifests: [root] }));
  writeFileSync(join(folder, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  return folder;
}

function writeImage(image: Variant, put: (mediaType: string, bytes: Uint8Array) => Descriptor): Descriptor & { readonly platform: object } {
  const { layers, level = 6, layerAnnotations: annotations } = image;
  const types = TYPES[image.isDocker === true ? 'docker' : 'oci'];
  const platform = { os: 'linux', architecture: image.architecture ?? architecture() };
  const descriptors = layers.map((tar) => ({
    ...(level === 'none' ? put(types.layer, tar) : put(types.layer + types.gzip, gzipSync(tar, { level }))), ...(annotations === undefined ? {} : { annotations }),
  }));
  const config = put(types.config, json({ ...platform, created: '2020-01-01T00:00:00Z', config: {}, rootfs: { type: 'layers', diff_ids: layers.map((tar) => digestOf(tar)) }, ...image.config }));
  return { ...put(types.manifest, json({ schemaVersion: 2, mediaType: types.manifest, config, layers: descriptors, ...image.manifest })), platform };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
