import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { open as openFile } from 'node:fs/promises';
import { cpSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openAddress } from '../../../src/oci/open.ts';
import { unpackArchive } from '../../../src/oci/packed-archive.ts';
import { parseConfig } from '../../../src/oci/image.ts';
import type { Image } from '../../../src/oci/image.ts';
import { parseManifest } from '../../../src/spec/descriptor.ts';
import type { LayerEntry } from '../../../src/spec/layer-entry.ts';
import { mustRun } from '../../support/command.ts';
import { failureOf } from '../../support/failure.ts';
import { digestOf, writeLayout } from '../../support/layout.ts';
import { writeTar, type TarInput } from '../../support/tar.ts';

const folder = mkdtempSync(join(tmpdir(), 'repro-open-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const LAYERS = [writeTar([{ path: 'a', content: 'one' }]), writeTar([{ path: 'b', content: 'two' }])];
const layout = join(folder, 'layout');
const digest = writeLayout(layout, { layers: LAYERS, config: {}, architecture: 'arm64', created: '2020-01-01T00:00:00Z' });

async function tarOf(name: string, members: readonly TarInput[] | string): Promise<string> {
  const file = join(folder, name);
  if (typeof members === 'string') await mustRun('tar', ['-cf', file, '-C', members, '.']);
  else writeFileSync(file, writeTar(members));
  return file;
}

async function entries(image: Image): Promise<LayerEntry[]> {
  const found: LayerEntry[] = [];
  for (const layer of image.layers) for await (const batch of layer.entries({ keep: () => true })) found.push(...batch);
  return found;
}

/** The platform, digest and contents of the one image at an address. */
async function view(address: string): Promise<unknown> {
  const opened = await openAddress(address);
  try {
    assert.is(opened.images.length, 1);
    const image = await opened.images[0]!.open();
    return [opened.kind, image.platform.architecture, image.manifest?.digest, (await entries(image)).map((each) => [each.path, each.content?.toString()])];
  } finally {
    await opened.close();
  }
}

const failure = (address: string): Promise<string> => failureOf(view(address));

const CONTENTS = [['a', 'one'], ['b', 'two']];

test('an OCI layout: folder and archive, found out or named', async () => {
  const archive = await tarOf('layout.tar', layout);
  for (const address of [layout, `oci:${layout}`, `${layout}@${digest}`]) assert.equal(await view(address), ['oci-layout', 'arm64', digest, CONTENTS]);
  for (const address of [archive, `oci-archive:${archive}`, `${archive}@${digest}`]) assert.equal(await view(address), ['oci-archive', 'arm64', digest, CONTENTS]);
  assert.match(await failure(`${layout}:nothing`), /has no image nothing/);
  assert.match(await failure(`docker-archive:${archive}`), /is no docker-archive/);
  assert.match(await failure(join(folder, 'absent')), /neither a file or folder nor a reference/);
});

const config = Buffer.from(JSON.stringify({ architecture: 'arm64', os: 'linux', rootfs: { type: 'layers', diff_ids: LAYERS.map(digestOf) } }));
const configName = `${digestOf(config).slice(7)}.json`;
const manifestJson = (...entries: object[]): TarInput => ({ path: 'manifest.json', content: JSON.stringify(entries) });
const dockerEntry = { Config: configName, RepoTags: ['example/app:1'], Layers: ['1/layer.tar', '2/layer.tar'] };
const dockerMembers: TarInput[] = [{ path: configName, content: config }, { path: '1/layer.tar', content: LAYERS[0]! }, { path: 'deep/real.tar', content: LAYERS[1]! }, { path: '2/layer.tar', type: 'symlink', linkname: '../deep/real.tar' }];

test('docker save: layers by name, also by a link, compressed or not', async () => {
  const file = await tarOf('docker.tar', [...dockerMembers, manifestJson(dockerEntry)]);
  for (const address of [file, `${file}:example/app:1`, `docker-archive:${file}:1`]) assert.equal(await view(address), ['docker-archive', 'arm64', undefined, CONTENTS]);
  assert.match(await failure(`${file}:2`), /has no such image \(example\/app:1\)/);
  const packed = await tarOf('docker-gzip.tar', [{ path: '1/layer.tar', content: gzipSync(LAYERS[0]!) }, ...dockerMembers.filter(({ path }) => path !== '1/layer.tar'), manifestJson(dockerEntry)]);
  assert.equal(await view(packed), ['docker-archive', 'arm64', undefined, CONTENTS]);
});

test('docker save with an OCI layout in it is read as one', async () => {
  const both = join(folder, 'both');
  cpSync(layout, both, { recursive: true });
  writeFileSync(join(both, 'manifest.json'), '[]');
  assert.equal(await view(await tarOf('both.tar', both)), ['oci-archive', 'arm64', digest, CONTENTS]);
});

test('bytes that are not those of the digest are refused', async () => {
  const swapped = await tarOf('swapped.tar', [...dockerMembers, manifestJson({ ...dockerEntry, Layers: ['2/layer.tar', '1/layer.tar'] })]);
  assert.match(await failure(swapped), /layer 1 \(2\/layer.tar\): unpacks to sha256:\w+, the config says/);
  const renamed = await tarOf('renamed.tar', [{ path: `${'0'.repeat(64)}.json`, content: config }, manifestJson({ ...dockerEntry, Config: `${'0'.repeat(64)}.json` })]);
  assert.match(await failure(renamed), /the digest of 0{64}.json is sha256:/);
  const broken = join(folder, 'broken');
  cpSync(layout, broken, { recursive: true });
  const layer = gzipSync(LAYERS[0]!, { level: 6 });
  layer.writeUInt8(7, 9);
  writeFileSync(join(broken, 'blobs/sha256', digestOf(gzipSync(LAYERS[0]!, { level: 6 })).slice(7)), layer);
  assert.match(await failure(broken), /layer 1 .*: the digest of its bytes is sha256:/);
  writeFileSync(join(broken, 'blobs/sha256', digest.slice(7)), '{}');
  assert.match(await failure(broken), new RegExp(`has 2 bytes, its descriptor says`));
});

test('names and links that lead out are refused', async () => {
  for (const member of [{ path: '../x' }, { path: '/etc/x' }, { path: 'l', type: 'symlink', linkname: '/etc/passwd' }, { path: 'l', type: 'symlink', linkname: '../etc/passwd' }, { path: 'l', type: 'link', linkname: '../../x' }] satisfies TarInput[]) {
    assert.match(await failure(await tarOf('escape.tar', [member, manifestJson(dockerEntry)])), /leads out of the archive/, member.path);
  }
  const linked = join(folder, 'linked');
  cpSync(layout, linked, { recursive: true });
  writeFileSync(join(folder, 'outside'), 'x');
  const blob = join(linked, 'blobs/sha256', digest.slice(7));
  rmSync(blob);
  symlinkSync(join(folder, 'outside'), blob);
  assert.match(await failure(linked), /leads out of the layout/);
  const loop = await tarOf('loop.tar', [{ path: 'manifest.json', type: 'symlink', linkname: 'other' }, { path: 'other', type: 'symlink', linkname: 'manifest.json' }]);
  assert.match(await failure(loop), /neither oci-layout nor manifest.json/);
});

test('of a name that is there twice the later member counts', async () => {
  const file = await tarOf('twice.tar', [manifestJson(), ...dockerMembers, manifestJson(dockerEntry)]);
  assert.equal(await view(file), ['docker-archive', 'arm64', undefined, CONTENTS]);
});

test('an archive that is packed as a whole is unpacked, within bounds, and leaves nothing behind', async () => {
  const before = temporaryFolders();
  const plain = writeTar([manifestJson(dockerEntry), ...dockerMembers]);
  const packed = join(folder, 'packed.tar.gz');
  writeFileSync(packed, gzipSync(plain));
  assert.equal(await view(packed), ['docker-archive', 'arm64', undefined, CONTENTS]);
  writeFileSync(packed, gzipSync(plain).subarray(0, -20));
  assert.match(await failure(packed), /packed\.tar\.gz: cannot be unpacked \(gzip\)/);
  writeFileSync(packed, gzipSync(Buffer.alloc(16 << 20)));
  assert.match(await failureOf(unpackArchive(await openFile(packed), packed, 1 << 20)), /packed\.tar\.gz: unpacks to more than \d+ bytes/);
  assert.equal(temporaryFolders(), before);
});

function temporaryFolders(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('repro-dockerfile-archive-')).sort();
}

test('what is no archive of images says so', async () => {
  writeFileSync(join(folder, 'packed.tar.xz'), Buffer.from('fd377a585a000000', 'hex'));
  assert.match(await failure(join(folder, 'packed.tar.xz')), /unpack it first \(unxz\)/);
  assert.match(await failure(await tarOf('plain.tar', [{ path: 'x' }])), /neither oci-layout nor manifest.json/);
  writeFileSync(join(folder, 'text'), 'x'.repeat(4096));
  assert.match(await failure(join(folder, 'text')), /malformed tar archive/);
});

test('a layout with several images needs a choice, unless each is for a platform of its own', async () => {
  const several = join(folder, 'several');
  const other = writeLayout(several, { layers: [LAYERS[0]!], config: {}, architecture: 'amd64', created: '2020-01-01T00:00:00Z' });
  cpSync(layout, several, { recursive: true });
  const manifest = 'application/vnd.oci.image.manifest.v1+json';
  const size = async (each: string) => (await import('node:fs')).statSync(join(several, 'blobs/sha256', each.slice(7))).size;
  const write = async (...platforms: readonly (object | undefined)[]) =>
    writeFileSync(join(several, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: await Promise.all([digest, other].map(async (each, at) => ({ mediaType: manifest, digest: each, size: await size(each), platform: platforms[at], annotations: { 'org.opencontainers.image.ref.name': `v${at + 1}` } }))) }));
  await write(undefined, undefined);
  assert.match(await failure(several), /has 2 images: put :TAG or @DIGEST after the path \(v1, v2\)/);
  assert.equal(await view(`${several}:v2`), ['oci-layout', 'amd64', other, [['a', 'one']]]);
  await write({ os: 'linux', architecture: 'aarch64' }, { os: 'linux', architecture: 'amd64' });
  assert.equal((await openAddress(several)).images.map(({ platform }) => platform), ['linux/arm64', 'linux/amd64']);
});

test('a folder: links are not followed, hard links are seen', async () => {
  const root = join(folder, 'root');
  mkdirSync(join(root, 'd'), { recursive: true });
  writeFileSync(join(root, 'd/file'), 'text', { mode: 0o640 });
  linkSync(join(root, 'd/file'), join(root, 'd/same'));
  symlinkSync('/etc/passwd', join(root, 'link'));
  utimesSync(join(root, 'd/file'), 1700000000.5, 1700000000.5);
  const opened = await openAddress(root);
  const found = await entries(await opened.images[0]!.open());
  assert.equal(found.map(({ path, type, linkTarget, content }) => [path, type, linkTarget, content?.toString()]), [
    ['d', 'directory', '', undefined], ['d/file', 'file', '', 'text'], ['d/same', 'hardlink', 'd/file', undefined], ['link', 'symlink', '/etc/passwd', undefined],
  ]);
  assert.equal([found[1]?.mode, found[1]?.modified], [0o640, '1700000000.5']);
});

test('a manifest or config that an engine would read as another image is refused', () => {
  const D = (digit: string) => `"digest":"sha256:${digit.repeat(64)}","size":1`;
  const manifest = (layers: string, more = '') => Buffer.from(`{"schemaVersion":2,"config":{"mediaType":"a",${D('1')}},${layers}${more}}`);
  const good = `"layers":[{"mediaType":"b",${D('2')}}]`;
  assert.is(parseManifest(manifest(good), 'm').kind, 'manifest');
  for (const other of [`"layers":[{"mediaType":"b",${D('3')}}]`, `"Layers":[{"mediaType":"b",${D('3')}}]`, `"layer\u017f":[]`, `"Config":{"mediaType":"a",${D('3')}}`]) {
    assert.throws(() => parseManifest(manifest(good, `,${other}`), 'm'), /^m is ambiguous: it has the member "[^"]+" twice in one object$/, other);
  }
  assert.throws(() => parseManifest(manifest(`"layers":[{"mediaType":"b","Digest":"x",${D('2')}}]`), 'm'), /the member "digest" twice/);
  assert.throws(() => parseManifest(manifest(good, `,"x":${'['.repeat(2000)}${']'.repeat(2000)}`), 'm'), /nested more than 1000 deep/);
  const config = (text: string) => parseConfig(Buffer.from(`{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},${text}}`), 'c');
  // Names of labels and annotations are data, and may differ in case.
  assert.equal(config('"config":{"Labels":{"a":"1","A":"2"},"Volumes":{"/x":{},"/X":{}}}').diffIds, []);
  assert.is(parseManifest(manifest(good, ',"annotations":{"a":"1","A":"2"}'), 'm').annotations.size, 2);
  for (const twice of ['"config":{"Entrypoint":["evil"]},"config":{}', '"config":{"Cmd":["a"],"cmd":["b"]}', '"config":{},"Config":{"User":"root"}', '"config":{"Labels":{"a":"1","a":"2"}}', '"RootFS":{"diff_ids":[]}']) {
    assert.throws(() => config(twice), /^c is ambiguous: /, twice);
  }
});

test.run();
