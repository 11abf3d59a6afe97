/** `diff` beside diffoci on the same pairs of images: every event of diffoci's is a difference of ours. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareAddresses } from '../../src/cmd/diff.ts';
import { makeProgress } from '../../src/cmd/progress.ts';
import type { Comparison, Difference } from '../../src/spec/difference.ts';
import { diffoci, diffociName } from '../diffoci/tool.ts';
import { writeVariants, type Variant } from '../diffoci/variants.ts';
import { cacheFolder } from '../support/cache.ts';
import { describeFailure, mustRun } from '../support/command.ts';
import { startEnvironment } from '../support/environment.ts';
import { writeLayout, type ImageInput } from '../support/layout.ts';
import { architecture } from '../support/registry.ts';
import { writeTar, type TarInput } from '../support/tar.ts';

const env = await startEnvironment();
test.after(() => env.stop());

/** diffoci's report: a tree of events. Go's names. */
interface Node {
  readonly context: string;
  readonly event: { readonly type?: string; readonly note?: string; readonly inputs: readonly [Input, Input] };
  readonly children?: readonly Node[];
}
interface Input {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly tarEntry?: { readonly index: number; readonly digest?: string; readonly header: Readonly<Record<string, unknown>> & { readonly Name: string } };
}

/** Which of our fields says what one of Go's tar.Header says. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Typeflag: ['type'], Name: ['path as written'], Linkname: ['link target', 'type'], Size: ['content', 'type'], Mode: ['mode', 'type bits of the mode'], Uid: ['owner'], Gid: ['owner'],
  Uname: ['owner names'], Gname: ['owner names'], ModTime: ['modified'], AccessTime: ['accessed'], ChangeTime: ['changed'], Devmajor: ['device'], Devminor: ['device'],
  Xattrs: ['attribute'], PAXRecords: ['attribute', 'record', 'modified', 'accessed', 'changed', 'link target', 'owner', 'owner names', 'path as written', 'header format'], Format: ['header format'], digest: ['content', 'type'],
};

interface Finding {
  readonly what: string;
  readonly isFound: (ours: Comparison) => boolean;
}

/** What diffoci found, a finding for each field of each entry, and how to see that we found it too. */
function findings(node: Node): Finding[] {
  const { type, note = '', inputs } = node.event;
  // The names under which the images were loaded.
  if (node.context === '/annotations') return [];
  const below = (node.children ?? []).flatMap(findings);
  const what = `${node.context} ${type ?? ''} ${note}`.trim();
  const layerOf = /^\/(?:manifests-\d+\/|manifest\/)?layers-(\d+)/.exec(node.context)?.[1];
  const layer = layerOf === undefined ? undefined : Number(layerOf);
  switch (type) {
    case undefined:
    case '':
      return below;
    case 'TarEntryMismatch': {
      const [a, b] = [inputs[0].tarEntry!, inputs[1].tarEntry!];
      const fields = Object.keys({ ...a.header, ...b.header }).filter((key) => JSON.stringify(a.header[key]) !== JSON.stringify(b.header[key]));
      if (a.digest !== b.digest) fields.push('digest');
      const found = fields.map((field): Finding => ({ what: `${what}: ${field}`, isFound: hasEntry(b.header.Name, layer, FIELDS[field] ?? assert.unreachable(`unknown field ${field}`)!) }));
      if (a.index !== b.index) found.push({ what: `${what}: index`, isFound: (ours) => changes(ours, layer).some(({ each, field }) => field === 'order of entries' || each.presence !== 'both') });
      return found;
    }
    case 'LayerBlobMismatch': {
      const name = /^name ("(?:[^"\\]|\\.)*") /.exec(note)?.[1];
      // Entries on one side only, or more of one name.
      if (name !== undefined) return [{ what, isFound: hasEntry(unquote(name), layer, ['entry', 'path as written']) }];
      if (note.startsWith('length mismatch')) return [{ what, isFound: (ours) => changes(ours, layer).some(({ each }) => each.presence !== 'both') }];
      return below;
    }
    case 'ConfigBlobMismatch': {
      const members = Object.keys({ ...inputs[0].config, ...inputs[1].config }).filter((key) => JSON.stringify(inputs[0].config?.[key]) !== JSON.stringify(inputs[1].config?.[key]));
      // The diff IDs are those of the layers.
      return members.map((member) => ({ what: `${what}: ${member}`, isFound: (ours) => (member === 'rootfs' ? hasOtherDiffIds(ours) : hasMember(ours, member)) }));
    }
    case 'ManifestBlobMismatch':
    case 'DescriptorMismatch':
    case 'IndexBlobMismatch':
      // The digests of what is below, or a member of its own (media type, annotation).
      return [{ what, isFound: (ours) => (ours.verdict !== 'equal' || inScope(ours, 'index')) && (ours.a.digest !== ours.b.digest || inScope(ours, 'manifest') || inScope(ours, 'index')) }, ...below];
    default:
      throw new Error(`diffoci has an event that is not known here: ${type}`);
  }
}

/** Go's strconv.Quote undone. */
function unquote(text: string): string {
  return JSON.parse(text.replace(/\\x([0-9a-f]{2})/g, '\\u00$1').replace(/\\a/g, '\\u0007').replace(/\\v/g, '\\u000b')) as string;
}

function changes(ours: Comparison, layer: number | undefined): readonly { readonly each: Difference; readonly field: string }[] {
  return ours.platforms.flatMap(({ differences }) => differences).filter((each) => layer === undefined || each.layer === layer).flatMap((each) => each.changes.map(({ field }) => ({ each, field })));
}

function hasEntry(name: string, layer: number | undefined, fields: readonly string[]): (ours: Comparison) => boolean {
  const path = `/${name.replace(/^(\.?\/)+/, '').replace(/\/$/, '')}`;
  return (ours) => changes(ours, layer).some(({ each, field }) => each.subject === path && fields.some((known) => field === known || field.startsWith(`${known} `)));
}

function hasMember(ours: Comparison, member: string): boolean {
  return ours.platforms.flatMap(({ differences }) => differences).some(({ scope, subject }) => scope === 'config' && (subject === member || subject.startsWith(`${member}.`) || subject.startsWith(`${member}[`)));
}

function hasOtherDiffIds(ours: Comparison): boolean {
  return ours.platforms.flatMap(({ layers }) => layers).some(({ a, b }) => a.map(({ diffId }) => diffId).join(' ') !== b.map(({ diffId }) => diffId).join(' '));
}

function inScope(ours: Comparison, scope: string): boolean {
  return [...ours.differences, ...ours.platforms.flatMap(({ differences }) => differences)].some((each) => each.scope === scope);
}

interface Row {
  readonly name: string;
  readonly theirs: number;
  readonly missed: readonly string[];
  readonly ours: number;
  readonly causes: string;
}
const table: Row[] = [];

/** Compares two layouts with both programs. */
async function compare(name: string, layouts: readonly [string, string], args: readonly string[] = []): Promise<Row> {
  const folder = env.tempFolder();
  const names = [0, 1].map((at) => diffociName(`${name.replace(/\W+/g, '-').toLowerCase()}-${at}`));
  for (const [at, layout] of layouts.entries()) {
    const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as { manifests: { annotations?: object }[] };
    for (const each of index.manifests) each.annotations = { 'io.containerd.image.name': names[at], 'org.opencontainers.image.ref.name': '1' };
    writeFileSync(join(layout, 'index.json'), JSON.stringify(index));
    await mustRun('tar', ['-cf', join(folder, `${at}.tar`), '-C', layout, '.']);
    const loaded = await diffoci(join(folder, 'store'), ['load'], { input: readFileSync(join(folder, `${at}.tar`)) });
    assert.is(loaded.exitCode, 0, describeFailure(loaded));
  }
  const report = join(folder, 'report.json');
  const result = await diffoci(join(folder, 'store'), ['diff', '--pull', 'never', '--report-file', report, ...args, ...names]);
  assert.ok(result.exitCode === 0 || result.exitCode === 1, describeFailure(result));
  const ours = await compareAddresses(join(folder, '0.tar'), join(folder, '1.tar'), { ignore: [], plainHttp: false }, makeProgress(undefined));
  const found = findings(JSON.parse(readFileSync(report, 'utf8')) as Node);
  rmSync(folder, { recursive: true });
  const row: Row = {
    name, theirs: found.length, missed: found.filter(({ isFound }) => !isFound(ours)).map(({ what }) => what),
    ours: ours.causes.reduce((sum, { count }) => sum + count, 0), causes: ours.causes.map(({ cause, count }) => `${cause} ${count}`).join(', '),
  };
  table.push(row);
  assert.equal(row.missed, [], name);
  assert.is(found.length === 0, ours.verdict === 'equal' && ours.differences.length === 0, `${name}: both say whether there is a difference`);
  return row;
}

const layoutOf = (input: Partial<ImageInput> & { readonly members?: readonly TarInput[] }): string => {
  const folder = join(env.tempFolder(), 'layout');
  writeLayout(folder, { layers: [writeTar(input.members ?? [])], config: {}, architecture: architecture(), created: '2020-01-01T00:00:00Z', ...input });
  return folder;
};

/** One pair for each thing that a tar header can say. */
const FILE: TarInput = { path: 'f', content: 'text', mtime: 1700000000, uid: 1, gid: 2, userName: 'a', groupName: 'b' };
const HEADERS: Readonly<Record<string, readonly [readonly TarInput[], readonly TarInput[]]>> = {
  'content of one length': [[FILE], [{ ...FILE, content: 'TEXT' }]],
  'content of another length': [[FILE], [{ ...FILE, content: 'longer text' }]],
  'mode': [[FILE], [{ ...FILE, mode: 0o600 }]],
  'type bits in the mode': [[FILE], [{ ...FILE, mode: 0o100644 }]],
  'owner and group': [[FILE], [{ ...FILE, uid: 1000, gid: 1000 }]],
  'names of owner and group': [[FILE], [{ ...FILE, userName: 'x', groupName: 'y' }]],
  'times': [[FILE], [{ ...FILE, mtime: 1700000001 }]],
  'fraction of a time': [[FILE], [{ ...FILE, records: { mtime: '1700000000.5' } }]],
  'access and change time': [[{ ...FILE, records: { atime: '1', ctime: '2' } }], [{ ...FILE, records: { atime: '3', ctime: '4' } }]],
  'extended attribute': [[{ ...FILE, records: { 'SCHILY.xattr.user.k': 'a' } }], [{ ...FILE, records: { 'SCHILY.xattr.user.k': 'b' } }]],
  'another PAX record': [[{ ...FILE, records: { 'VENDOR.k': 'a' } }], [FILE]],
  'format of the header': [[FILE], [{ ...FILE, isGnu: true }]],
  'PAX header that changes nothing': [[FILE], [{ ...FILE, records: { path: 'f' } }]],
  'target of a link': [[{ path: 'l', type: 'symlink', linkname: 'a' }], [{ path: 'l', type: 'symlink', linkname: 'b' }]],
  'target of a hard link': [[FILE, { ...FILE, path: 'g' }, { path: 'h', type: 'link', linkname: 'f' }], [FILE, { ...FILE, path: 'g' }, { path: 'h', type: 'link', linkname: 'g' }]],
  'device numbers': [[{ path: 'd', type: 'char', device: [1, 3] }], [{ path: 'd', type: 'char', device: [1, 5] }]],
  'type': [[{ path: 'x', type: 'fifo' }], [{ path: 'x', type: 'char', device: [1, 3] }]],
  'hard link or file': [[FILE, { path: 'h', type: 'link', linkname: 'f' }], [FILE, { ...FILE, path: 'h' }]],
  'file on one side': [[FILE, { path: 'only-a' }], [{ path: 'only-b' }, FILE, { path: 'more' }]],
  'order': [[FILE, { path: 'a' }, { path: 'b' }], [{ path: 'b' }, FILE, { path: 'a' }]],
  'one name twice': [[FILE, { ...FILE, content: 'x' }], [FILE]],
  'whiteout': [[FILE], [FILE, { path: '.wh.g' }]],
  'form of the path': [[FILE], [{ ...FILE, path: './f' }]],
  'hostile names': [[{ path: '../../etc/passwd' }, { path: '/abs' }, { path: '__proto__' }, { path: 'a\u001b[31m"\\' }], [{ path: '/abs', content: 'x' }]],
  'setuid, setgid and sticky bits': [[FILE], [{ ...FILE, mode: 0o7644 }]],
  'mode of a folder': [[{ path: 'd', type: 'directory', mode: 0o755 }], [{ path: 'd', type: 'directory', mode: 0o1777 }]],
  'folder or file': [[{ path: 'd', type: 'directory' }], [{ ...FILE, path: 'd' }]],
  'link or folder': [[{ path: 'lib', type: 'symlink', linkname: 'usr/lib' }], [{ path: 'lib', type: 'directory' }]],
  'group alone': [[FILE], [{ ...FILE, gid: 3 }]],
  'owner of a link': [[{ path: 'l', type: 'symlink', linkname: 'a' }], [{ path: 'l', type: 'symlink', linkname: 'a', uid: 7 }]],
  'numbers beyond octal digits': [[{ ...FILE, records: { uid: '4000000000', size: '4' } }], [{ ...FILE, records: { uid: '4000000001', size: '4' } }]],
  'time before 1970': [[{ ...FILE, records: { mtime: '-1' } }], [{ ...FILE, records: { mtime: '-2.5' } }]],
  'capability on one side': [[{ ...FILE, records: { 'SCHILY.xattr.security.capability': '\u0001\u0000' } }], [FILE]],
  'one more of several attributes': [[{ ...FILE, records: { 'SCHILY.xattr.user.a': '1' } }], [{ ...FILE, records: { 'SCHILY.xattr.user.a': '1', 'SCHILY.xattr.user.b': '2' } }]],
  'long target in a record': [[{ path: 'l', type: 'symlink', linkname: 'x', records: { linkpath: `${'a/'.repeat(80)}b` } }], [{ path: 'l', type: 'symlink', linkname: 'x', records: { linkpath: `${'a/'.repeat(80)}c` } }]],
  'long path in a record': [[{ ...FILE, records: { path: `${'a/'.repeat(80)}b` } }], [{ ...FILE, records: { path: `${'a/'.repeat(80)}c` } }]],
  'opaque folder': [[{ path: 'd', type: 'directory' }], [{ path: 'd', type: 'directory' }, { path: 'd/.wh..wh..opq' }]],
  'an empty layer': [[FILE], []],
  'hard link before its file': [[FILE, { path: 'h', type: 'link', linkname: 'f' }], [{ path: 'h', type: 'link', linkname: 'f' }, FILE]],
};

test('each field of a tar header', async () => {
  for (const [name, [a, b]] of Object.entries(HEADERS)) await compare(name, [layoutOf({ members: a }), layoutOf({ members: b })]);
});

test('configs, annotations, numbers of layers', async () => {
  const layers = [writeTar([FILE]), writeTar([{ path: 'g' }])];
  await compare('nothing', [layoutOf({ layers }), layoutOf({ layers })]);
  await compare('time of the image', [layoutOf({ layers }), layoutOf({ layers, created: '2021-01-01T00:00:00Z' })]);
  await compare('environment and labels', [layoutOf({ layers, config: { Env: ['A=1'], Labels: { a: 'b' } } }), layoutOf({ layers, config: { Env: ['A=2'] } })]);
  await compare('layers squashed', [layoutOf({ layers }), layoutOf({ members: [FILE, { path: 'g', mtime: 1 }] })]);
});

const ONE = writeTar([FILE]);
const TWO = writeTar([{ path: 'g' }, { path: 'h', content: 'text' }]);
const BASE: Variant = { layers: [ONE, TWO] };
const of = (change: Partial<Variant>): string => writeVariants(join(env.tempFolder(), 'layout'), [{ ...BASE, ...change }]);
const config = (members: object): Partial<Variant> => ({ config: { config: members } });

/** Pairs of what is around the members. */
const AROUND: Readonly<Record<string, readonly [Partial<Variant>, Partial<Variant>]>> = {
  'entrypoint': [config({ Entrypoint: ['/a'] }), config({ Entrypoint: ['/b'] })],
  'user, folder, signal': [config({ User: 'a', WorkingDir: '/a', StopSignal: 'SIGTERM' }), config({ User: 'b', WorkingDir: '/b' })],
  'ports and volumes': [config({ ExposedPorts: { '80/tcp': {} }, Volumes: { '/v': {} } }), config({ ExposedPorts: { '81/tcp': {} } })],
  'order of the environment': [config({ Env: ['A=1', 'B=2'] }), config({ Env: ['B=2', 'A=1'] })],
  'author': [{ config: { author: 'a' } }, { config: { author: 'b' } }],
  'history': [{ config: { history: [{ created_by: 'a' }, { created_by: 'b' }] } }, { config: { history: [{ created_by: 'a' }, { created_by: 'c' }] } }],
  'empty layers in the history': [{ config: { history: [{ created_by: 'a' }, { created_by: 'b' }] } }, { config: { history: [{ created_by: 'a' }, { created_by: 'ENV', empty_layer: true }, { created_by: 'b' }] } }],
  'annotations of the manifest': [{ manifest: { annotations: { a: '1' } } }, { manifest: { annotations: { a: '2', b: '3' } } }],
  'annotations of layers': [{}, { layerAnnotations: { a: '1' } }],
  'level of compression': [{ level: 9 }, { level: 1 }],
  'no compression': [{}, { level: 'none' }],
  'media types': [{}, { isDocker: true }],
  'a layer more': [{}, { layers: [ONE, TWO, writeTar([{ path: 'i' }])] }],
  'layers merged': [{}, { layers: [writeTar([FILE, { path: 'g' }, { path: 'h', content: 'text' }])] }],
  'layers in another order': [{}, { layers: [TWO, ONE] }],
  'bytes after the end of the archive': [{}, { layers: [ONE, Buffer.concat([TWO, Buffer.alloc(1024)])] }],
};

test('what is around the members of layers', async () => {
  for (const [name, [a, b]] of Object.entries(AROUND)) await compare(name, [of(a), of(b)]);
});

test('images for several platforms', async () => {
  const both = (change: Partial<Variant>, members = {}): string =>
    writeVariants(join(env.tempFolder(), 'layout'), [{ ...BASE, architecture: 'amd64' }, { ...BASE, ...change, architecture: 'arm64' }], members);
  // Its --all-platforms finds none in its own store.
  const platforms = ['--platform', 'linux/amd64,linux/arm64'];
  await compare('one of two platforms differs', [both({}), both({ layers: [ONE, writeTar([{ path: 'g', content: 'x' }])] })], platforms);
  await compare('annotations of an index', [both({}, { annotations: { a: '1' } }), both({}, { annotations: { a: '2' } })], platforms);
  await compare('two platforms, equal', [both({}), both({})], platforms);
  const three = writeVariants(join(env.tempFolder(), 'layout'), ['amd64', 'arm64', 's390x'].map((each) => ({ ...BASE, architecture: each })));
  await compare('a platform on one side', [both({}), three], platforms);
});

test('two builds of a Debian image as they are, and with a package more', async () => {
  const dockerfile = `FROM ${env.bases.debian}\nRUN date +%s%N > /etc/built && ldconfig && useradd -m user && echo x >> /var/log/dpkg.log\n`;
  const build = async (text: string, epoch: number) => (await env.mustBuild({ frontend: 'reference', dockerfile: text, epoch, noCache: true })).layout.folder;
  const one = await build(dockerfile, 1700000000);
  const two = await build(dockerfile, 1700086400);
  const { theirs } = await compare('a Debian build, twice', [one, two]);
  assert.ok(theirs > 5);
  const other = await build(`${dockerfile}RUN sed -i 's/^Version: .*/&+1/' /var/lib/dpkg/status && rm -rf /usr/share/doc\n`, 1700000000);
  await compare('a Debian build, and one with more', [await build(dockerfile, 1700000000), other]);
});

test('the table', () => {
  const lines = ['| pair | diffoci finds | of them we miss | we find | our causes |', '| --- | --- | --- | --- | --- |', ...table.map((row) => `| ${row.name} | ${row.theirs} | ${row.missed.length} | ${row.ours} | ${row.causes} |`)];
  mkdirSync(join(cacheFolder, 'output'), { recursive: true });
  writeFileSync(join(cacheFolder, 'output/diff-and-diffoci.md'), `${lines.join('\n')}\n`);
  assert.ok(table.length > 60);
});

test.run();
