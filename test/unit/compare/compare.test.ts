import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { alignLayers } from '../../../src/compare/align.ts';
import { parseIgnoreRules } from '../../../src/compare/ignore.ts';
import { compareLayers } from '../../../src/compare/layer.ts';
import { changesOf, compareImages, makeImage, rows } from '../../support/compared.ts';
import { writeTar, type TarInput } from '../../support/tar.ts';

const file = (path: string, content = '', mtime = 0): TarInput => ({ path, content, mtime });

test('one digest: nothing is read', async () => {
  const image = makeImage({ layers: [[file('a')]] });
  const sealed = { ...image, layers: image.layers.map((layer) => ({ ...layer, entries: () => assert.unreachable() as never })) };
  const { verdict, differences, layers } = await compareImages(sealed, sealed);
  assert.equal([verdict, differences, layers.map((each) => each.verdict)], ['equal', [], ['equal']]);
});

test('another compression: contents are equal', async () => {
  const layers = [[file('a', 'text'), file('b')]];
  const { verdict, differences } = await compareImages(makeImage({ layers }), makeImage({ layers, compress: true }));
  assert.is(verdict, 'repacked');
  assert.equal(rows(differences), [['layers[0].mediaType', 'both', 'value', 'compression'], ['layer 1', 'both', 'compression', 'compression']]);
});

test('eStargz is gzip with a table of contents behind the end of the archive: another compression', async () => {
  const layers = [[file('a', 'text')]];
  const plain = makeImage({ layers, compress: true });
  const annotations = { 'containerd.io/snapshot/stargz/toc.digest': `sha256:${'0'.repeat(64)}`, 'io.containers.estargz.uncompressed-size': '4096' };
  const stargz = makeImage({ layers: [Buffer.concat([writeTar([file('a', 'text')]), writeTar([file('stargz.index.json', '{}')])])], compress: true, layerAnnotations: annotations });
  const { verdict, differences } = await compareImages(plain, stargz);
  assert.is(verdict, 'repacked');
  assert.equal(rows(differences), [
    ['layers[0].annotations["containerd.io/snapshot/stargz/toc.digest"]', 'only-b', 'value', 'compression'],
    ['layers[0].annotations["io.containers.estargz.uncompressed-size"]', 'only-b', 'value', 'compression'],
    ['layer 1', 'both', 'compression', 'compression'],
  ]);
  assert.match(differences.at(-1)?.changes[0]?.b ?? '', /^estargz, \d+ bytes$/);
});

test('another order: contents are equal, however far apart', async () => {
  const members = Array.from({ length: 3000 }, (_, at) => file(`f${at}`, `text ${at}`));
  const { verdict, differences } = await compareImages(makeImage({ layers: [members] }), makeImage({ layers: [members.toReversed()] }));
  assert.is(verdict, 'repacked');
  assert.equal(rows(differences), [['layer 1', 'both', 'order of entries', 'order']]);
});

test('an entry more does not make the order another one', async () => {
  assert.equal(await changesOf([file('b'), file('c')], [file('a'), file('b'), file('c')]), [['/a', 'only-b', 'entry', 'only-one-side']]);
});

test('bytes that are no entry\'s are seen', async () => {
  const tar = writeTar([file('a')]);
  assert.equal(await changesOf(tar, Buffer.concat([tar, Buffer.alloc(512)])), [['layer 1', 'both', 'bytes between the entries', 'tar-header']]);
});

test('each field that differs is named', async () => {
  const change = async (a: Partial<TarInput>, b: Partial<TarInput>) => (await changesOf([{ path: 'x', ...a }], [{ path: 'x', ...b }])).map(([, , field, cause]) => [field, cause]);
  assert.equal(await change({ mode: 0o644 }, { mode: 0o600 }), [['mode', 'mode']]);
  assert.equal(await change({ mode: 0o644 }, { mode: 0o100644 }), [['type bits of the mode', 'tar-header']]);
  assert.equal(await change({ mtime: 1 }, { mtime: 2 }), [['modified', 'timestamp']]);
  assert.equal(await change({ content: 'a' }, { content: 'b', mtime: 1 }), [['content', 'content'], ['modified', 'timestamp']]);
  assert.equal(await change({ type: 'symlink', linkname: 'a' }, { type: 'symlink', linkname: 'b' }), [['link target', 'link']]);
  assert.equal(await change({ type: 'symlink', linkname: 'a' }, { type: 'directory', mode: 0o777 }), [['type', 'type'], ['path as written', 'tar-header']]);
  assert.equal(await change({ type: 'link', linkname: 'y', mode: 0o644 }, { content: 'x' }), [['type', 'hard-link']]);
  assert.equal(await change({ path: 'x' }, { path: './x' }), [['path as written', 'tar-header']]);
});

test('of entries that are there twice, each is compared with its like', async () => {
  assert.equal(await changesOf([file('a', '1'), file('a', '2')], [file('a', '1'), file('a', '3')]), [['/a', 'both', 'content', 'content']]);
  assert.equal(await changesOf([file('a', '1'), file('a', '2')], [file('a', '1')]), [['/a', 'only-a', 'entry', 'only-one-side']]);
});

test('a layer that is not what its diff ID says is an error, not a difference', async () => {
  const image = makeImage({ layers: [[file('a')]] });
  const other = makeImage({ layers: [[file('b')]] });
  const lying = { ...other, layers: [{ ...other.layers[0]!, entries: makeImage({ layers: [[file('c')]] }).layers[0]!.entries }] };
  assert.ok((await compareImages(image, lying)).verdict === 'different');
  const failing = { ...other, layers: [{ ...other.layers[0]!, entries: async function* () { yield []; throw new Error('broken'); } as never }] };
  await compareImages(image, failing).then(() => assert.unreachable(), (error: Error) => assert.is(error.message, 'broken'));
});

test('a package in another version: both versions, and the files that are its own', async () => {
  const layer = (version: string, text: string): TarInput[] => [
    file('usr/bin/tool', text), file('usr/share/other', text),
    file('var/lib/dpkg/info/tool.list', '/.\n/usr\n/usr/bin\n/usr/bin/tool\n'),
    file('var/lib/dpkg/status', `Package: tool\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n\nPackage: same\nArchitecture: all\nVersion: 1\n`),
  ];
  const { packages, differences } = await compareImages(makeImage({ layers: [layer('1.0', 'a')] }), makeImage({ layers: [layer('1.1', 'b')] }));
  assert.equal(packages, [{ system: 'dpkg', name: 'tool:amd64', a: '1.0', b: '1.1' }]);
  assert.equal(rows(differences).map(([subject, , , cause]) => [subject, cause]), [['/usr/bin/tool', 'package-version'], ['/usr/share/other', 'content'], ['/var/lib/dpkg/status', 'package-version']]);
});

test('the same with apk', async () => {
  const layer = (version: string, text: string): TarInput[] => [file('lib/apk/db/installed', `P:musl\nV:${version}\nF:lib\nR:ld-musl.so\n\nP:same\nV:1\n`), file('lib/ld-musl.so', text)];
  const { packages, differences } = await compareImages(makeImage({ layers: [layer('1.2.3-r0', 'a')] }), makeImage({ layers: [layer('1.2.4-r0', 'b')] }));
  assert.equal(packages, [{ system: 'apk', name: 'musl', a: '1.2.3-r0', b: '1.2.4-r0' }]);
  assert.equal(rows(differences).map(([, , , cause]) => cause), ['package-version', 'package-version']);
});

test('configs and manifests: each member, and mere spelling', async () => {
  const layers = [[file('a')]];
  const differ = async (a: object, b: object) => rows((await compareImages(makeImage({ layers, ...a }), makeImage({ layers, ...b }))).differences).map(([subject, presence, , cause]) => [subject, presence, cause]);
  assert.equal(await differ({ config: { created: '2020' } }, { config: { created: '2021' } }), [['created', 'both', 'timestamp']]);
  assert.equal(await differ({ config: { config: { Env: ['A=1'], Labels: { 'a.b': 'x', __proto__: 'y' } } } }, { config: { config: { Env: ['A=1', 'B=2'], Labels: { 'a.b': 'z' } } } }), [['config.Env[1]', 'only-b', 'config'], ['config.Labels["a.b"]', 'both', 'config']]);
  assert.equal(await differ({ createdBy: ['RUN a'] }, { createdBy: ['RUN b'] }), [['history[0].created_by', 'both', 'history']]);
  assert.equal(await differ({ manifest: { annotations: { x: '1', 'org.opencontainers.image.created': '2020' } } }, { manifest: { annotations: { x: '2', 'org.opencontainers.image.created': '2021' } } }), [['annotations.x', 'both', 'annotation'], ['annotations["org.opencontainers.image.created"]', 'both', 'timestamp']]);
  assert.equal(await differ({ manifest: { data: 1, config: {} } }, { manifest: { config: {}, data: 1 } }), [['encoding', 'both', 'json-encoding']]);
});

test('--ignore: causes and paths; what is left decides', async () => {
  const a = makeImage({ layers: [[file('var/log/x', 'a', 1), file('b', 'same', 1)]] });
  const b = makeImage({ layers: [[file('var/log/x', 'b', 2), file('b', 'same', 2)]] });
  const verdict = async (...ignored: string[]) => (await compareImages(a, b, { ignored })).verdict;
  assert.is(await verdict(), 'different');
  assert.is(await verdict('timestamp'), 'different');
  assert.is(await verdict('timestamp', 'log'), 'repacked');
  assert.is(await verdict('timestamp', '/var/log/**'), 'repacked');
  assert.is(await verdict('timestamp', '/var/*'), 'different');
  const { causes } = await compareImages(a, b, { ignored: ['timestamp'] });
  assert.equal(causes.map(({ cause, count, ignored }) => [cause, count, ignored]), [['timestamp', 0, 2], ['log', 1, 0]]);
  assert.throws(() => parseIgnoreRules([`*${'\\'.repeat(5)}`]), /more backslashes than two/);
  assert.ok(parseIgnoreRules(['/a\\\\', '/a\\\\\\\\\\b']));
  assert.throws(() => parseIgnoreRules(['timestamps']), /neither a path .* nor a cause \(timestamp, log/);
});

test('layers that are split elsewhere are compared for what they make together', async () => {
  const one = makeImage({ layers: [[file('base')], [file('a', '1'), file('b', '2')]], createdBy: ['FROM', 'RUN x'] });
  const two = makeImage({ layers: [[file('base')], [file('a', 'old'), file('gone')], [file('a', '1'), file('.wh.gone'), file('b', '2')]], createdBy: ['FROM', 'RUN y', 'RUN z'] });
  const { verdict, differences, layers } = await compareImages(one, two);
  assert.equal(layers.map(({ a, b }) => [a.map(({ index }) => index), b.map(({ index }) => index)]), [[[0], [0]], [[1], [1, 2]]]);
  assert.equal(rows(differences.filter(({ scope }) => scope !== 'config')), [['/.wh.gone', 'only-b', 'entry', 'only-one-side'], ['layer 2', 'both', 'layers', 'layer-split']]);
  assert.is(verdict, 'different');
});

test('what a layer above deletes or covers is not there', async () => {
  const dir = (path: string): TarInput => ({ path, type: 'directory' });
  const layered = makeImage({ layers: [[dir('d'), file('d/x'), dir('e'), file('e/y'), dir('f'), file('f/z')], [file('.wh.d'), dir('e'), file('e/.wh..wh..opq'), file('e/new'), file('f', 'now a file')], [file('late')]] });
  const folder = { layers: [{ packedSize: 0, entries: makeImage({ layers: [[dir('e'), file('e/new'), file('f', 'now a file'), file('late')]] }).layers[0]!.entries }] };
  const { differences } = await compareImages(layered, folder);
  assert.equal(rows(differences), []);
});

test('beside a folder, a hard link is the file that it names', async () => {
  const image = makeImage({ layers: [[file('b', 'text'), { path: 'a', type: 'link', linkname: 'b', mode: 0o644 }]] });
  const { entries } = makeImage({ layers: [[file('a', 'text'), { path: 'b', type: 'link', linkname: 'a', mode: 0o644 }]] }).layers[0]!;
  assert.equal(rows((await compareImages(image, { layers: [{ packedSize: 0, entries }] })).differences), []);
  const { entries: other } = makeImage({ layers: [[file('a', 'other'), { path: 'b', type: 'link', linkname: 'a', mode: 0o644 }]] }).layers[0]!;
  assert.equal(rows((await compareImages(image, { layers: [{ packedSize: 0, entries: other }] })).differences).map(([subject]) => subject), ['/b', '/a']);
});

test('layers are aligned by content, then by instruction, then by place', () => {
  const keys = (text: string) => text.split(' ').map((each) => ({ diffId: each.split('/')[0], createdBy: each.split('/')[1] ?? '' }));
  const show = (a: string, b: string) => alignLayers(keys(a), keys(b)).map((group) => `${group.a.join('+')}:${group.b.join('+')}`).join(' ');
  assert.is(show('1 2 3', '1 x 3'), '0:0 1:1 2:2');
  assert.is(show('1 2 3', '1 3'), '0:0 1: 2:1');
  assert.is(show('1 2 3', '1 x y 3'), '0:0 1:1+2 2:3');
  assert.is(show('1 2/RUN 3', '9 1 7/RUN 3'), ':0 0:1 1:2 2:3');
  assert.is(show('1/ADD 2/ADD', '3/ADD'), '0+1:0');
});

test('a layer of entries that never meet is refused before memory ends', async () => {
  const many = async function* () {
    const entry = { rawPath: '', type: 'file', mode: 0, uid: 0, gid: 0, userName: '', groupName: '', size: 0, modified: '0', accessed: '', changed: '', linkTarget: '', deviceMajor: 0, deviceMinor: 0, records: new Map(), format: 'ustar', contentDigest: '' } as const;
    for (let at = 0; ; at += 1000) yield Array.from({ length: 1000 }, (_, n) => ({ ...entry, path: `p${at + n}` }));
  };
  const layer = makeImage({ layers: [[file('a')]] }).layers[0]!;
  const sink = { difference: () => undefined, entry: () => undefined, wants: () => false, progress: () => undefined, effort: { left: 1 } };
  await compareLayers(layer, { ...layer, entries: many as never }, 0, sink, 5000).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, /more than 5000 entries of a layer have no counterpart/));
});

test.run();
