import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { mustRun } from '../support/command.ts';
import { digestOf } from '../support/layout.ts';
import { architecture, registryClient } from '../support/registry.ts';

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const CONFIG = 'application/vnd.docker.container.image.v1+json';
const LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

/** What goes in an image's config beside its one layer. */
export interface ImageWords {
  readonly config: Readonly<Record<string, unknown>>;
  /** One history entry for the layer and one empty one for each further time. */
  readonly times: readonly string[];
}

/** An image of one layer, in Docker's media types. */
export interface BuiltImage {
  readonly manifest: Buffer;
  readonly config: Buffer;
  readonly layer: Buffer;
}

/** Packs a folder as a tar that is the same each time: sorted, owned by root, one time for all. */
export async function packFolder(folder: string, ...members: readonly string[]): Promise<Buffer> {
  const scratch = mkdtempSync(join(tmpdir(), 'pack-'));
  try {
    const path = join(scratch, 'out.tar');
    await mustRun('tar', ['--sort=name', '--format=gnu', '--mtime=2023-01-01 00:00:00Z', '--owner=0', '--group=0', '--numeric-owner', '-C', folder, '-cf', path, ...(members.length > 0 ? members : ['.'])]);
    return readFileSync(path);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Makes the image whose only layer is this tar. */
export function makeImage(tar: Uint8Array, words: ImageWords): BuiltImage {
  const layer = gzipSync(tar, { level: 6 });
  const [created, ...later] = words.times;
  const history = [
    { created, created_by: '/bin/sh -c #(nop) ADD file:standin in / ' },
    ...later.map((time) => ({ created: time, created_by: '/bin/sh -c #(nop)  CMD ["sh"]', empty_layer: true })),
  ];
  const config = json({ created: words.times.at(-1), architecture: architecture(), os: 'linux', config: words.config, rootfs: { type: 'layers', diff_ids: [digestOf(tar)] }, history });
  const manifest = json({ schemaVersion: 2, mediaType: MANIFEST, config: descriptor(CONFIG, config), layers: [descriptor(LAYER, layer)] });
  return { manifest, config, layer };
}

/** Uploads an image under `HOST:PORT/NAME:TAG`. */
export async function pushImage(image: BuiltImage, reference: string): Promise<void> {
  for (const blob of [image.config, image.layer]) await registryClient.putBlob(reference, blob);
  await registryClient.putManifest(reference, MANIFEST, image.manifest);
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const descriptor = (mediaType: string, bytes: Uint8Array) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
