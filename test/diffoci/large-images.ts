/** Two large images that differ in every layer, as OCI archives: contents of a real system and random bytes, in files of all sizes. */
import { createCipheriv, createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import { makeBases } from '../support/bases.ts';
import { mustRun } from '../support/command.ts';
import { digestOf, openLayout } from '../support/layout.ts';
import { architecture } from '../support/registry.ts';
import { writeTar } from '../support/tar.ts';
import { diffociName } from './tool.ts';

export interface LargePair {
  /** Paths of the archives. */
  readonly a: string;
  readonly b: string;
  readonly layers: number;
  /** Of one image. */
  readonly files: number;
  readonly unpacked: number;
}

const LAYERS = Number(process.env['LAYERS'] ?? 3);
const POOL = 96 << 20;

/** Makes the archives `a.tar` and `b.tar` below `folder`, of about `bytes` each when unpacked. In B one file of fifty has another byte, one of thirty another time. */
export async function makeLargePair(folder: string, bytes: number): Promise<LargePair> {
  const pool = await makePool();
  const [a, b] = [await makeImage(folder, 'a', pool, bytes), await makeImage(folder, 'b', pool, bytes)];
  return { a: a.archive, b: b.archive, layers: LAYERS, files: a.files, unpacked: a.unpacked };
}

/** Half of a real system's files, half bytes that do not compress. */
async function makePool(): Promise<Buffer> {
  const [layout] = [...(await makeBases())].find(([name]) => name.startsWith('debian:bookworm'))?.slice(1) ?? [];
  if (layout === undefined) throw new Error('there is no Debian base');
  const { layers: [layer] } = openLayout(layout).images()[0]!;
  const real = gunzipSync(readFileSync(join(layout, 'blobs/sha256', layer!.descriptor.digest.slice(7)))).subarray(0, POOL / 2);
  const random = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16)).update(Buffer.alloc(POOL - real.length));
  return Buffer.concat([real, random]);
}

/** Numbers that are the same in every run (a linear congruential generator). */
function makeRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

async function makeImage(folder: string, name: 'a' | 'b', pool: Buffer, bytes: number): Promise<{ readonly archive: string; readonly files: number; readonly unpacked: number }> {
  const layout = join(folder, name);
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
  const layers = [];
  for (let at = 0; at < LAYERS; at++) layers.push(await makeLayer(layout, at, name === 'b', pool, bytes / LAYERS));
  const put = (mediaType: string, value: object) => {
    const json = Buffer.from(JSON.stringify(value));
    writeFileSync(join(layout, 'blobs/sha256', digestOf(json).slice(7)), json);
    return { mediaType, digest: digestOf(json), size: json.length };
  };
  const config = put('application/vnd.oci.image.config.v1+json', { architecture: architecture(), os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) } });
  const manifest = put('application/vnd.oci.image.manifest.v1+json', { schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config, layers: layers.map(({ descriptor }) => descriptor) });
  const annotations = { 'io.containerd.image.name': diffociName(name), 'org.opencontainers.image.ref.name': '1' };
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, platform: { os: 'linux', architecture: architecture() }, annotations }] }));
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const archive = join(folder, `${name}.tar`);
  await mustRun('tar', ['-cf', archive, '--remove-files', '-C', layout, '.'], { timeoutMs: 30 * 60_000 });
  return { archive, files: layers.reduce((sum, { files }) => sum + files, 0), unpacked: layers.reduce((sum, { unpacked }) => sum + unpacked, 0) };
}

async function makeLayer(layout: string, number: number, isChanged: boolean, pool: Buffer, bytes: number) {
  const random = makeRandom(number + 1);
  const file = join(layout, 'blobs/layer');
  const gzip = createGzip({ level: 1, chunkSize: 1 << 20 });
  const hashes = { packed: createHash('sha256'), unpacked: createHash('sha256') };
  const target = createWriteStream(file);
  gzip.on('data', (chunk: Buffer) => void hashes.packed.update(chunk));
  gzip.pipe(target);
  const write = async (piece: Buffer): Promise<void> => {
    hashes.unpacked.update(piece);
    if (!gzip.write(piece)) await once(gzip, 'drain');
  };
  let [unpacked, files] = [0, 0];
  for (; unpacked < bytes; files++) {
    // Most files are small, most bytes are in large ones; 20 kB on average, as in a Debian system.
    const size = random(400) === 0 ? (1 << 20) + random(7 << 20) : random(8) === 0 ? random(96 << 10) : random(6 << 10);
    const at = random(pool.length - size);
    const content = Buffer.from(pool.subarray(at, at + size));
    if (isChanged && files % 50 === 7 && size > 0) content[size >> 1] = (content[size >> 1] ?? 0) ^ 1;
    const mtime = 1700000000 + files + (isChanged && files % 30 === 3 ? 1 : 0);
    const member = writeTar([{ path: `data/${number}/${String(files >> 8).padStart(4, '0')}/file-${files}`, content, mtime }]);
    await write(member.subarray(0, -1024));
    unpacked += member.length - 1024;
  }
  await write(Buffer.alloc(1024));
  gzip.end();
  await finished(target);
  const digest = `sha256:${hashes.packed.digest('hex')}`;
  renameSync(file, join(layout, 'blobs/sha256', digest.slice(7)));
  const descriptor = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest, size: statSync(join(layout, 'blobs/sha256', digest.slice(7))).size };
  return { descriptor, diffId: `sha256:${hashes.unpacked.digest('hex')}`, files, unpacked };
}
