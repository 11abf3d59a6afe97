/** Images to compare, made of members and never written anywhere: what a test of `src/compare` needs. */
import { gzipSync } from 'node:zlib';
import { makeComparer, type CompareOptions } from '../../src/compare/compare.ts';
import { parseIgnoreRules } from '../../src/compare/ignore.ts';
import { readLayer } from '../../src/oci/image.ts';
import { parseManifest } from '../../src/spec/descriptor.ts';
import type { Change, Comparison, Difference, PlatformComparison } from '../../src/spec/difference.ts';
import type { ComparedImage } from '../../src/compare/view.ts';
import { digestOf } from './layout.ts';
import { writeTar, type TarInput } from './tar.ts';

export interface ImageSpec {
  readonly layers: readonly (readonly TarInput[] | Buffer)[];
  readonly compress?: boolean;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly createdBy?: readonly string[];
  readonly layerAnnotations?: Readonly<Record<string, string>>;
}

/** An image of these layers, as an image of `oci/` would be. */
export function makeImage({ layers, compress = false, config = {}, manifest = {}, createdBy, layerAnnotations }: ImageSpec): ComparedImage {
  const tars = layers.map((each) => (Buffer.isBuffer(each) ? each : writeTar(each as readonly TarInput[])));
  const blobs = tars.map((tar) => (compress ? gzipSync(tar) : tar));
  const mediaType = `application/vnd.oci.image.layer.v1.tar${compress ? '+gzip' : ''}`;
  const configBytes = Buffer.from(JSON.stringify({
    architecture: 'amd64', os: 'linux', ...config, rootfs: { type: 'layers', diff_ids: tars.map(digestOf) },
    ...(createdBy === undefined ? {} : { history: createdBy.map((created_by) => ({ created_by })) }),
  }));
  const bytes = Buffer.from(JSON.stringify({
    schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', ...manifest,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(configBytes), size: configBytes.length },
    layers: blobs.map((blob) => ({ mediaType, digest: digestOf(blob), size: blob.length, ...(layerAnnotations === undefined ? {} : { annotations: layerAnnotations }) })),
  }));
  const value = parseManifest(bytes, 'manifest');
  if (value.kind !== 'manifest') throw new Error('not a manifest');
  return {
    manifest: { digest: digestOf(bytes), bytes, value },
    config: { digest: digestOf(configBytes), bytes: configBytes },
    layers: tars.map((tar, at) => {
      const diffId = digestOf(tar) as `${string}:${string}`;
      const descriptor = value.layers[at]!;
      const open = async () => (async function* () { yield blobs[at] as Uint8Array; })();
      return { descriptor, diffId, packedSize: blobs[at]!.length, entries: (options) => readLayer(open, diffId, `layer ${at + 1}`, options) };
    }),
  };
}

export interface Compared extends PlatformComparison {
  readonly causes: Comparison['causes'];
}

/** Compares two images of one platform. */
export async function compareImages(a: ComparedImage, b: ComparedImage, options: Partial<CompareOptions> & { readonly ignored?: readonly string[] } = {}): Promise<Compared> {
  const comparer = makeComparer({ ignore: parseIgnoreRules(options.ignored ?? []), remedyOf: () => undefined, progress: () => undefined, ...options });
  const platform = await comparer.platform('linux/amd64', a, b);
  return { ...platform, causes: comparer.causes() };
}

/** The differences of two layers' members, as [subject, presence, field, cause] of each change. */
export async function changesOf(a: readonly TarInput[] | Buffer, b: readonly TarInput[] | Buffer): Promise<readonly (readonly string[])[]> {
  return rows((await compareImages(makeImage({ layers: [a] }), makeImage({ layers: [b] }))).differences);
}

/** One row a change. */
export function rows(differences: readonly Difference[]): readonly (readonly string[])[] {
  return differences.flatMap((each) => each.changes.map((change: Change) => [each.subject, each.presence, change.field, change.cause]));
}
