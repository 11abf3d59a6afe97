import { CAPS, LLB_CAPS, createCapSet } from '../../../src/llb/caps.ts';
import { customName, location, mergeConstraints } from '../../../src/llb/constraints.ts';
import { marshal } from '../../../src/llb/definition.ts';
import type { MarshalDefaults } from '../../../src/llb/definition.ts';
import { definitionVertex } from '../../../src/llb/definition-vertex.ts';
import { copy, mkdir, mkfile, ownerIds, parseOwner, rm, symlink } from '../../../src/llb/fileaction.ts';
import { git } from '../../../src/llb/git-source.ts';
import { diff, merge } from '../../../src/llb/layers.ts';
import { http, image, imageBlob, local, ociLayout } from '../../../src/llb/sources.ts';
import { newState, scratch } from '../../../src/llb/state.ts';
import type { RunOptions, State } from '../../../src/llb/state.ts';
import type { Constraints, Definition, SourceMap } from '../../../src/llb/types.ts';
import type { Digest } from '../../../src/spec/digest.ts';
import { parseImageConfig } from '../../../src/spec/config.ts';

/** Graphs whose definitions were compared, byte for byte, with those of BuildKit's client/llb v0.32.2. */

const amd64 = { os: 'linux', architecture: 'amd64' };
const arm = { os: 'linux', architecture: 'arm', variant: 'v7' };
const windows = { os: 'windows', architecture: 'amd64', osVersion: '10.0.1' };
const digest: Digest = `sha256:${'a'.repeat(64)}`;

const defaults: MarshalDefaults = { platform: amd64, localUniqueId: 'unique-default' };
const withCaps = (...ids: string[]): MarshalDefaults => ({ ...defaults, caps: createCapSet(ids.map((id) => ({ id, enabled: true }))) });
const allCaps = withCaps(...LLB_CAPS.keys());
const fewCaps = withCaps(CAPS.sourceImage);

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const busybox = image('busybox');
const context = local('context', { sessionId: 's' });
const alpine = image('alpine').withDir('/od');

const full: RunOptions = {
  args: ['a', ''],
  mounts: [
    { target: '/z', source: context.output, selector: '/s', readOnly: true },
    { target: '/b', source: busybox.output, noOutput: true },
    { target: '/c', source: undefined, cache: { id: 'ns//id', sharing: 'locked' } },
    { target: '/d', source: busybox.output, selector: '/cache', cache: { id: 'ns//id2', sharing: 'private' } },
    { target: '/dev/shm', source: undefined, tmpfs: { size: 64n } },
    { target: '/t', source: undefined, tmpfs: { size: 0n } },
    { target: '/out', source: context.output },
    { target: '-first', source: context.output },
    { target: '/b', source: context.output, contentCache: 'off' },
  ],
  secrets: [
    { id: 'id1', target: '/run/secrets/id1', uid: 1, gid: 2, mode: 0o400, optional: false },
    { id: 'id2', env: 'E', uid: 0, gid: 0, mode: 0o400, optional: true },
  ],
  ssh: [
    { id: 'default', target: '', uid: 0, gid: 0, mode: 0o600, optional: false },
    { id: 'x', target: '/sock', uid: 3, gid: 4, mode: 0o600, optional: true },
  ],
  proxy: { http: 'h', https: 'hs', ftp: 'f', no: 'n', all: 'a' },
  extraHosts: [{ host: 'host', ip: '1.2.3.4' }, { host: 'host6', ip: '2001:db8::1' }],
  ulimits: [{ name: 'nofile', soft: 10n, hard: -1n }],
  cgroupParent: 'cg',
  devices: [{ name: 'v/c=d', optional: true }],
  network: 'none',
  security: 'insecure',
  constraints: {
    ignoreCache: true,
    description: new Map([['com.docker.dockerfile.v1.command', 'RUN a'], ['a', 'b']]),
    linuxResources: { memory: 1n, memorySwap: -1n, cpuShares: 2n, cpuPeriod: 3n, cpuQuota: 4n, cpusetCpus: '0-1', cpusetMems: '0' },
    progressGroup: { id: 'pg', name: 'name', weak: true },
  },
};
const fullOnArm: RunOptions = { ...full, constraints: mergeConstraints(full.constraints ?? {}, { platform: arm }) };

const all = {
  followSymlinks: true, copyDirContentsOnly: true, includePatterns: ['i'], requiredPaths: ['r'], attemptUnpack: true, createDestPath: true,
  allowWildcard: true, allowEmptyWildcard: true, alwaysReplaceExistingDestPaths: true, mode: 0o600, excludePatterns: ['e'],
};

const smDefinition = await marshal(local('dockerfile', { sessionId: 's' }).output, defaults);
const dockerfile: SourceMap = { filename: 'Dockerfile', language: 'Dockerfile', data: bytes('FROM x\nRUN a\n'), definition: smDefinition };
const otherFile: SourceMap = { filename: 'other', language: 'Go', data: bytes('') };
const at = (sourceMap: SourceMap, start: number, end: number): Constraints =>
  location(sourceMap, [{ start: { line: start, character: 0 }, end: { line: end, character: 7 } }]);
const describe = (...pairs: [string, string][]): Constraints => ({ description: new Map(pairs) });
const x1 = image('x', { constraints: mergeConstraints(at(dockerfile, 1, 1), describe(['k', '1'], ['a', '1'])) });
const x2 = image('x', { constraints: mergeConstraints(at(dockerfile, 3, 4), describe(['k', '2']), { ignoreCache: true }) });
const twice = x1.run({
  args: ['a'], mounts: [{ target: '/m', source: x2.output }], constraints: mergeConstraints(at(otherFile, 0, 0), at(dockerfile, 2, 2)),
});
const twiceState = newState(definitionVertex(await marshal(twice.output, defaults)));

const multi = busybox.run({ args: ['m'], mounts: [{ target: '/o1', source: undefined }, { target: '/o2', source: undefined }] });
const part = (index: number): State => multi.withOutput({ vertex: multi.output!.vertex, index });
const multiMerged = merge([part(1), part(2), multi]);
const multiState = newState(definitionVertex(await marshal(multiMerged.output, defaults)));

const imageConfig = parseImageConfig(
  '{"os":"linux","architecture":"x86_64","variant":"v3","config":{"Env":["A=b=c","D","=x"],"WorkingDir":"rel"}}');

/** Every graph by name, with what it is marshalled with. */
export const GRAPHS: Readonly<Record<string, readonly [state: State, defaults?: MarshalDefaults]>> = {
  'scratch': [scratch()],
  'image': [busybox],
  'image-options': [image(`busybox:1@${digest}`, {
    resolveMode: 'pull', recordType: 'internal', layerLimit: 3, checksum: digest,
    constraints: mergeConstraints({ platform: arm, ignoreCache: true }, customName('x')),
  })],
  'image-local': [image('localhost:5000/a/b:c', { resolveMode: 'local' })],
  'image-invalid': [image('Foo bar')],
  'image-invalid2': [image('foo/Bar')],
  'image-windows': [image('x', { constraints: { platform: windows } })],
  'local': [local('context', {
    sessionId: 's1', excludePatterns: ['a<b', 'c'], followPaths: ['x\u2028é\x01'], includePatterns: ['i'], sharedKeyHint: 'h',
    differ: { type: 'none', required: false }, constraints: customName('load'),
  })],
  'local-unique': [local('context', { uniqueId: 'u1', differ: { type: 'metadata', required: true } })],
  'local-default': [local('context', { metadataOnly: { exceptions: ['e'] } })],
  'http': [http('https://example.com/a', {
    checksum: digest, filename: 'f', mode: 0o755, uid: 1, gid: 2, authHeaderSecret: 'sec', header: { accept: 'a', userAgent: 'b' },
  })],
  'http-plain': [http('https://example.com/a')],
  'git': [git('https://github.com/moby/buildkit.git', 'v1:sub/../dir')],
  'git-options': [git('http://user:p%40@example.com:80/a/../b?x=1#y', '', {
    ref: 'main', subdir: 'd', keepGitDir: true, checksum: 'abc', skipSubmodules: true, mtime: 'commit', fetchByCommit: true,
    authTokenSecret: 'T', authHeaderSecret: 'H',
  })],
  'git-noproto': [git('github.com/moby/buildkit', 'x')],
  'git-badproto': [git('ftp://github.com/moby/buildkit', 'x')],
  'git-bad': [git('https://exa mple.com/x', 'x')],
  'git-scp': [git('git@localhost.invalid:moby/buildkit.git', 'x', { knownSshHosts: 'k\n', mountSshSock: 'id' })],
  'oci': [ociLayout(`r@${digest}`, { sessionId: 's', storeId: 'st', layerLimit: 2, constraints: { platform: arm } })],
  'blob': [imageBlob(`busybox@${digest}`, { filename: 'f' })],
  'blob-tag': [imageBlob(`busybox:1@${digest}`)],
  'blob-none': [imageBlob('busybox')],
  'run': [runWithSettings()],
  'run-caps': [runWithSettings(), allCaps],
  'run-nocaps': [busybox.run({ args: ['a'] }), fewCaps],
  'run-nocaps-path': [busybox.addEnv('PATH', '/x').run({ args: ['a'] }), fewCaps],
  'run-nocaps-windows': [busybox.run({ args: ['a'] }), { ...fewCaps, platform: windows }],
  'run-noargs': [busybox.run({ args: [] })],
  'run-scratch': [scratch().run({ args: ['a'] })],
  'run-full': [busybox.run(full)],
  'run-full-caps': [busybox.run(fullOnArm), allCaps],
  'run-after-platform': [busybox.run(fullOnArm).run({ args: ['b'] })],
  'run-host': [busybox.withNetwork('host').withSecurity('sandbox').run({ args: ['b'], env: [['K', 'v']] })],
  'image-config': [image('x').withImageConfig(imageConfig).run({ args: ['b'] })],
  'mkdir': [scratch().withDir('/a/b').file([
    mkdir('c/../d/', 0o1777, { makeParents: true, owner: parseOwner('root:12'), createdTime: 5_000_000_006n }),
  ])],
  'mkfile': [busybox.withDir('rel').file([
    mkfile('./f', 0o644, bytes('hi\0'), { owner: parseOwner('bob:staff') }),
    mkdir('/x', 0o700),
    rm('y', { allowNotFound: true, allowWildcard: true }),
    symlink('a', 'b', { owner: ownerIds(1, -1) }),
  ], customName('f'))],
  'mkfile-empty': [scratch().file([mkfile('/f', 0, bytes(''), { owner: parseOwner('') })])],
  'mkfile-user': [scratch().file(['-5:+7', '2147483648', 'u:', 'a:b:c'].map((owner, index) =>
    mkfile(`/${'fghi'.charAt(index)}`, 0, bytes(''), { owner: parseOwner(owner) })))],
  'copy': [busybox.withDir('/wd').file([
    copy(context, '/src', 'dst/', { mode: 0 }),
    copy(alpine, 'rel/./p', '/dst/.', all),
    copy(busybox, '', '.', { modeString: 'u+x', owner: parseOwner('bob'), createdTime: -1_000_000_000n }),
    copy(scratch(), '/x', '/./'),
    copy(context, '../..', '..'),
  ], { ignoreCache: true, platform: arm })],
  'copy-link': [merge([
    busybox, scratch().file([copy(context, 'a', '/')], { progressGroup: { id: 'p', name: 'n', weak: true } }), scratch(), busybox,
  ], mergeConstraints(customName('LINK'), { progressGroup: { id: 'p', name: 'n', weak: false } })).run({ args: ['x'] })],
  'merge-one': [merge([scratch(), busybox])],
  'merge-none': [merge([scratch(), scratch()])],
  'diff': [diff(busybox, alpine)],
  'diff-lower': [diff(busybox, scratch())],
  'diff-upper': [diff(scratch(), alpine)],
  'twice': [twice],
  'definition': [twiceState],
  'definition-run': [twiceState.run({ args: ['q'], mounts: [{ target: '/k', source: x2.output }], constraints: at(dockerfile, 9, 9) })],
  'multi': [multiMerged],
  'definition-multi': [multiState.file([mkdir('/x', 0o755)])],
};

function runWithSettings(): State {
  return busybox.addEnv('A', '1').addEnv('B', '2').addEnv('A', '3').withDir('/w').withDir('x/../y').withUser('u:g').withHostname('h')
    .run({ args: ['sh', '-c', 'x'], constraints: customName('n') });
}

/** The definition of a graph. */
export async function marshalGraph(name: string): Promise<Definition> {
  const graph = GRAPHS[name];
  if (graph === undefined) throw new Error(`no graph ${name}`);
  return marshal(graph[0].output, graph[1] ?? defaults);
}
