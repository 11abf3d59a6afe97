import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { build } from '../../../src/build/build.ts';
import { openBridge } from '../../../src/gateway/bridge.ts';
import { GatewayError } from '../../../src/gateway/error.ts';
import { openGateway } from '../../../src/gateway/gateway.ts';
import type { Result } from '../../../src/gateway/result.ts';
import { toStatus } from '../../../src/gateway/status.ts';
import { openTransport } from '../../../src/gateway/transport.ts';
import { daemon, GATEWAY, identifierOf } from '../../support/fake-daemon.ts';
import type { Daemon } from '../../support/fake-daemon.ts';
import { decodeLoose, FakeStatus, startFakeGateway } from '../../support/fake-gateway.ts';
import type { FakeGateway, Handler, Loose } from '../../support/fake-gateway.ts';
import { makeKey, signWithKey } from '../../support/sigstore.ts';

interface Setup extends Daemon {
  readonly options?: Readonly<Record<string, string>>;
  readonly handlers?: Readonly<Record<string, Handler>>;
}

interface Outcome {
  readonly result?: Result;
  readonly error?: unknown;
  readonly fake: FakeGateway;
}

async function run(setup: Setup): Promise<Outcome> {
  const fake = await startFakeGateway({ ...daemon(setup), ...setup.handlers });
  const stream = fake.connect();
  try {
    const environment = { options: new Map(Object.entries(setup.options ?? {})), sessionId: 'session', product: 'buildkit', workers: [{ id: 'w', platforms: [{ os: 'linux', architecture: 'amd64' }] }] };
    const gateway = await openGateway(environment, openBridge(openTransport({ input: stream, output: stream })));
    try {
      const result = await build(gateway);
      await gateway.returnResult(result);
      return { result, fake };
    } catch (error) {
      return { error, fake };
    }
  } finally {
    stream.destroy();
    fake.stop();
  }
}

const OFF = { 'build-arg:REPRO': 'off' };
const text = (result: Result | undefined, key: string): string => Buffer.from(result?.metadata.get(key) ?? []).toString();

function solved(fake: FakeGateway): string[] {
  return fake.requests('Solve').map((request) => (request['Frontend'] === '' ? identifierOf(request['Definition']) : request['Frontend']));
}

function opsOf(fake: FakeGateway, index: number): Loose[] {
  return (fake.requests('Solve').at(index)!['Definition'].def as Uint8Array[]).map((bytes) => decodeLoose('pb.Op', bytes));
}

test('a Dockerfile becomes a result, with rewrites off as the reference asks for it', async () => {
  const { result, error, fake } = await run({ options: OFF, files: { 'dockerfile/Dockerfile': 'FROM busybox\nCOPY a /a\nRUN true\n', 'context/.dockerignore': '*.log\n# no\n' } });
  assert.is(error, undefined);
  assert.is(result?.ref?.id, 'r2');
  assert.equal(Object.keys(JSON.parse(text(result, 'containerimage.config'))), ['architecture', 'os', 'rootfs', 'history', 'config']);
  assert.is(text(result, 'refs.platforms'), '{"Platforms":[{"ID":"linux/amd64","Platform":{"architecture":"amd64","os":"linux"}}]}');
  assert.equal(solved(fake), ['local://dockerfile', 'local://context', 'exec']);
  assert.equal(fake.requests('Solve').map((request) => request['Evaluate']), [false, false, false]);
  assert.is(fake.requests('NewContainer').length, 0);
  const [dockerfile] = opsOf(fake, 0);
  assert.equal(dockerfile!['source'].attrs, {
    'local.differ': 'none', 'local.followpaths': '["Dockerfile","Dockerfile.dockerignore","dockerfile"]', 'local.session': 'session', 'local.sharedkeyhint': 'dockerfile',
  });
  const context = opsOf(fake, 2).find((op) => op['source']?.identifier === 'local://context');
  assert.equal(context!['source'].attrs, { 'local.excludepatterns': '["*.log"]', 'local.followpaths': '["a"]', 'local.session': 'session', 'local.sharedkeyhint': 'context' });
});

test('bytes of the Dockerfile that are not UTF-8 go to the daemon as they are', async () => {
  const { error, fake } = await run({ options: OFF, files: { 'dockerfile/Dockerfile': Buffer.from('# syntax=other/\xff\nFROM busybox\n', 'latin1') } });
  assert.is(error, undefined);
  assert.is(fake.requests('Solve').at(-1)!['FrontendOpt'].source, 'other/\ufffd', 'as protobufjs reads it');
});

test('with rewrites on a RUN is wrapped, the result is built at once, and the secret is asked for', async () => {
  const files = { 'dockerfile/Dockerfile': 'FROM busybox\nRUN apt-get update\n' };
  const without = await run({ files });
  assert.is(without.error, undefined);
  assert.is(without.fake.requests('Solve').at(-1)!['Evaluate'], true);
  const asked = without.fake.requests('NewContainer');
  assert.equal(asked.map((request) => request['Mounts'].map(({ dest }: { dest: string }) => dest)), [['/secret', '/']], 'the daemon makes no root where there is no secret');
  assert.is(without.fake.requests('ReleaseContainer').length, 0);
  const exec = opsOf(without.fake, -1).find((op) => op['op'] === 'exec')!['exec'];
  assert.not.equal(exec.meta.args, ['/bin/sh', '-c', 'apt-get update']);
  assert.equal(exec.meta.args.slice(-3), ['/bin/sh', '-c', 'apt-get update']);
  const withSecret = await run({ files, secrets: ['enable-repro-sources-list'] });
  assert.is(withSecret.fake.requests('ReleaseContainer').length, 1);
  assert.not.equal(JSON.stringify(opsOf(withSecret.fake, -1)), JSON.stringify(opsOf(without.fake, -1)));
});

test('no secret is told from a container that cannot be made', async () => {
  const files = { 'dockerfile/Dockerfile': 'FROM busybox\nRUN true\n' };
  const fail = (message: string, code = 2) => ({ NewContainer: () => { throw new FakeStatus(code, message); } });
  const warnings = async (message: string, options: Record<string, string> = {}) => {
    const { error, fake } = await run({ files, options, handlers: fail(message) });
    assert.is(error, undefined);
    return [fake.requests('NewContainer').length, ...fake.requests('Warn').map((request) => Buffer.from(request['short']).toString()).filter((short) => short.includes('secret'))];
  };
  for (const absent of ['secret enable-repro-sources-list: not found', 'failed: secret enable-repro-sources-list not found: not found', 'no active sessions']) {
    assert.equal(await warnings(absent), [1], absent);
  }
  for (const other of ['mount: operation not permitted', 'snapshot x: not found', 'rpc error: code = Unavailable desc = gone']) {
    const [asked, warning] = await warnings(other); 
    assert.is(asked, 1);
    assert.match(String(warning), `whether the secret enable-repro-sources-list is given could not be found out (${other}): packages do not come from the snapshot; REPRO_SOURCES_LIST=1 or 0 settles it`);
    for (const value of ['0', '1']) assert.equal(await warnings(other, { 'build-arg:REPRO_SOURCES_LIST': value }), [0]);
  }
});

test('a daemon that starts no containers has no secret', async () => {
  const { error, fake } = await run({ files: { 'dockerfile/Dockerfile': 'FROM busybox\nRUN true\n' }, gatewayCaps: GATEWAY.filter((id) => id !== 'gateway.exec') });
  assert.is(error, undefined);
  assert.is(fake.requests('NewContainer').length, 0);
});

test('an error from a wrapped RUN is told without the wrapper, details and all', async () => {
  const detail = { type_url: 'github.com/moby/buildkit/errdefs.Solve+json', value: Buffer.from('{}') };
  let wrapper = '';
  const { error } = await run({
    files: { 'dockerfile/Dockerfile': 'FROM busybox\nRUN false\n' },
    handlers: {
      Solve: (request) => {
        const ops = request['Definition'].def.map((bytes: Uint8Array) => decodeLoose('pb.Op', bytes)) as Loose[];
        const exec = ops.find((op) => op['op'] === 'exec')?.['exec'];
        if (exec === undefined) return { result: { ref: { id: 'df' } } };
        wrapper = exec.meta.args.slice(0, -3).join(' ');
        throw new FakeStatus(2, `process "${exec.meta.args.join(' ')}" did not complete successfully: exit code: 1`, [detail]);
      },
      ReadFile: (request) => {
        if (request['FilePath'] !== 'Dockerfile') throw new FakeStatus(5, 'not found');
        return { Data: Buffer.from('FROM busybox\nRUN false\n') };
      },
    },
  });
  assert.not.equal(wrapper, '');
  assert.instance(error, GatewayError);
  assert.is((error as GatewayError).message, 'process "/bin/sh -c false" did not complete successfully: exit code: 1');
  assert.equal((error as GatewayError).details.map((each) => each.typeUrl), [detail.type_url]);
});

test('a syntax error carries the line and the file', async () => {
  const { error } = await run({ options: OFF, files: { 'dockerfile/Dockerfile': 'FROM busybox\nXYZZY x\n' } });
  const status = toStatus(error);
  assert.is(status.message, 'dockerfile parse error on line 2: unknown instruction: XYZZY');
  const source = status.details.find((detail) => detail.typeUrl.endsWith('errdefs.Source+json'));
  const parsed = JSON.parse(Buffer.from(source!.value).toString());
  assert.equal(parsed.ranges, [{ start: { line: 2 }, end: { line: 2 } }]);
  assert.is(Buffer.from(parsed.info.data, 'base64').toString(), 'FROM busybox\nXYZZY x\n');
});

test('the Dockerfile may be in small letters, and have its own ignore file', async () => {
  const files = { 'dockerfile/dockerfile': 'FROM scratch\nCOPY . /\n', 'dockerfile/Dockerfile.dockerignore': 'own\n', 'context/.dockerignore': 'other\n' };
  const { error, fake } = await run({ options: OFF, files });
  assert.is(error, undefined);
  const context = opsOf(fake, -1).find((op) => op['source']?.identifier === 'local://context');
  assert.is(context!['source'].attrs['local.excludepatterns'], '["own"]');
  const empty = await run({ options: OFF, files: { ...files, 'dockerfile/Dockerfile.dockerignore': '' } });
  const other = opsOf(empty.fake, -1).find((op) => op['source']?.identifier === 'local://context');
  assert.is(other!['source'].attrs['local.excludepatterns'], '["other"]', 'an empty one is none');
  const missing = await run({ options: OFF, files: {} });
  assert.is(toStatus(missing.error).message, 'open Dockerfile: no such file or directory');
  assert.is((missing.error as Error).message, 'failed to read dockerfile: NotFound: open Dockerfile: no such file or directory');
});

test('the scan of SBOMs asks for what its parts asked for before, and no more', async () => {
  const { error, fake } = await run({ options: { ...OFF, 'attest:sbom': 'generator=scanner' }, files: { 'dockerfile/Dockerfile': 'FROM busybox\nRUN true\nCOPY a /\nRUN false\n' } });
  assert.is(error, undefined);
  const { metadata, def } = fake.requests('Solve').at(-1)!['Definition'] as { metadata: Record<string, Loose>; def: Uint8Array[] };
  const capsOf = (argument: string): string[] => {
    const bytes = def.find((each) => decodeLoose('pb.Op', each)['exec']?.meta.args.includes(argument));
    return Object.keys(metadata[`sha256:${createHash('sha256').update(bytes!).digest('hex')}`]!['caps']).sort();
  };
  assert.equal(capsOf('true'), ['exec.meta.base', 'exec.meta.setsdefaultpath', 'exec.mount.bind']);
  assert.equal(capsOf('false'), ['exec.meta.base', 'exec.meta.setsdefaultpath', 'exec.mount.bind']);
  const all = Object.values(metadata).filter(({ caps }) => caps['exec.meta.setsdefaultpath'] === true);
  assert.is(all.length, 2, 'the scanner itself does not');
});

test('several platforms give several references', async () => {
  const options = { ...OFF, platform: 'linux/amd64,linux/arm64', 'build-arg:SOURCE_DATE_EPOCH': '12' };
  const { result, error } = await run({ options, files: { 'dockerfile/Dockerfile': 'FROM busybox\nRUN true\n' } });
  assert.is(error, undefined);
  assert.equal([...(result?.refs?.keys() ?? [])], ['linux/amd64', 'linux/arm64']);
  assert.equal([...(result?.metadata.keys() ?? [])].sort(), [
    'containerimage.base.config/linux/amd64', 'containerimage.base.config/linux/arm64', 'containerimage.config/linux/amd64', 'containerimage.config/linux/arm64', 'refs.platforms',
    'source.date.epoch/linux/amd64', 'source.date.epoch/linux/arm64',
  ]);
  assert.is(text(result, 'source.date.epoch/linux/arm64'), '12');
});

test('frontend.repro tells what is rewritten, for each platform, and builds nothing', async () => {
  const options = { requestid: 'frontend.repro', platform: 'linux/amd64,linux/riscv64', target: 'a', 'build-arg:SOURCE_DATE_EPOCH': '12' };
  const files = { 'dockerfile/Dockerfile': 'FROM busybox AS a\nRUN ["true"]\nFROM a\nRUN not reached\n' };
  const { result, error, fake } = await run({ options, files });
  assert.is(error, undefined);
  assert.equal(solved(fake), ['local://dockerfile', 'local://context']);
  assert.is(text(result, 'version'), '1.0.0');
  const changes = (platform: { changes: Loose[] }) => platform.changes.map(({ rule, line, warning }) => [rule, line, warning]);
  const answer = JSON.parse(text(result, 'result.json'));
  assert.equal(answer.platforms.map(({ platform }: Loose) => platform), ['linux/amd64', 'linux/riscv64']);
  assert.equal(answer.platforms.map(changes), [[['strip', 2, undefined], ['epoch', 2, undefined]], [['strip', 2, true], ['epoch', 2, undefined]]]);
  assert.match(text(result, 'result.txt'), 'Dockerfile:2  RUN ["true"]');
});

test('with rewrites off there is no frontend.repro, and describe does not name it', async () => {
  const files = { 'dockerfile/Dockerfile': 'FROM scratch\n' };
  const { error } = await run({ options: { ...OFF, requestid: 'frontend.repro' }, files });
  assert.is(toStatus(error).message, 'unsupported request frontend.repro');
  const names = async (options: Readonly<Record<string, string>>): Promise<string[]> => {
    const { result } = await run({ options: { ...options, requestid: 'frontend.subrequests.describe' }, files });
    return JSON.parse(text(result, 'result.json')).map(({ name }: Loose) => name);
  };
  assert.equal(await names(OFF), ['frontend.outline', 'frontend.targets', 'frontend.subrequests.describe']);
  assert.equal(await names({}), ['frontend.outline', 'frontend.targets', 'frontend.repro', 'frontend.subrequests.describe']);
});

test('a syntax line and BUILDKIT_SYNTAX hand the request on, once', async () => {
  const files = { 'dockerfile/Dockerfile': '# syntax=example.com/other:1 extra\nFROM scratch\n' };
  const forwarded = await run({ options: { ...OFF, target: 't' }, files });
  assert.is(forwarded.error, undefined);
  const request = forwarded.fake.requests('Solve').at(-1)!;
  assert.equal([request['Frontend'], request['FrontendOpt'].source, request['FrontendOpt'].cmdline, request['FrontendOpt'].target], ['gateway.v0', 'example.com/other:1', 'example.com/other:1 extra', 't']);
  const byArgument = await run({ options: { ...OFF, 'build-arg:BUILDKIT_SYNTAX': 'a/b c' }, files });
  assert.equal([byArgument.fake.requests('Solve').at(-1)!['FrontendOpt'].source, byArgument.fake.requests('Solve').at(-1)!['FrontendOpt'].cmdline], ['a/b', 'a/b c']);
  const once = await run({ options: { ...OFF, cmdline: 'x', 'build-arg:BUILDKIT_SYNTAX': 'a/b' }, files });
  assert.not.ok(solved(once.fake).includes('gateway.v0'));
});

test('an error of another frontend keeps its lines, or gets the syntax line', async () => {
  const files = { 'dockerfile/Dockerfile': '# syntax=example.com/other:1\nFROM scratch\n' };
  const failing = (details: FakeStatus['details']): Handler => (request) => {
    if (request['Frontend'] !== '') throw new FakeStatus(2, 'no luck', details);
    return { result: { ref: { id: 'r' } } };
  };
  const read: Handler = (request) => {
    if (request['FilePath'] !== 'Dockerfile') throw new FakeStatus(5, 'not found');
    return { Data: Buffer.from(files['dockerfile/Dockerfile']) };
  };
  const plain = await run({ options: OFF, handlers: { Solve: failing([]), ReadFile: read } });
  assert.equal(toStatus(plain.error).details.filter((detail) => detail.typeUrl.includes('Source')).length, 1);
  const located = await run({ options: OFF, handlers: { Solve: failing([{ type_url: 'github.com/moby/buildkit/errdefs.Source+json', value: Buffer.from('{}') }]), ReadFile: read } });
  const details = toStatus(located.error).details.filter((detail) => detail.typeUrl.includes('Source'));
  assert.equal(details.map((detail) => Buffer.from(detail.value).toString()), ['{}']);
});

test('a main context from git is read from there', async () => {
  const { fake, error } = await run({
    options: { ...OFF, context: 'https://example.com/a.git#main:sub', 'build-arg:SOURCE_DATE_EPOCH': '1', 'build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR': '1' },
    files: { 'git://example.com/a.git#main:sub/Dockerfile': 'FROM scratch\nCOPY a /\n' },
  });
  assert.is(error, undefined);
  assert.equal(solved(fake), ['git://example.com/a.git#main:sub', 'file']);
  const [source] = opsOf(fake, 0);
  assert.equal(source!['source'].attrs, {
    'git.authheadersecret': 'GIT_AUTH_HEADER', 'git.authtokensecret': 'GIT_AUTH_TOKEN', 'git.fullurl': 'https://example.com/a.git', 'git.keepgitdir': 'true', 'git.mtime': 'commit',
  });
});

test('a download is a Dockerfile, or an archive to unpack', async () => {
  const url = 'https://example.com/x';
  const plain = await run({ options: { ...OFF, context: url }, files: { [`${url}/context`]: 'FROM scratch\nENV a=b\n' } });
  assert.is(plain.error, undefined);
  assert.equal(plain.fake.requests('ReadFile').map((request) => [request['FilePath'], request['Range']?.Length]), [['context', '1024'], ['context', undefined], ['context.dockerignore', undefined]]);
  const archive = await run({ options: { ...OFF, context: url }, files: { [`${url}/context`]: '\u001f\u008b\u0008' }, handlers: {
    ReadFile: (request) => (request['FilePath'] === 'context' ? { Data: Buffer.from([0x1f, 0x8b, 0x08, 0]) } : { Data: Buffer.from('FROM scratch\nENV a=b\n') }),
  } });
  assert.is(archive.error, undefined);
  assert.equal(solved(archive.fake).slice(0, 2), [url, 'file']);
  const unpack = opsOf(archive.fake, 1).find((op) => op['op'] === 'file')!['file'].actions[0];
  assert.equal([unpack.copy.src, unpack.copy.dest, unpack.copy.attemptUnpackDockerCompatibility], ['/context', '/', true]);
});

test('warnings have the short form, the rule and the lines', async () => {
  const { fake } = await run({ options: OFF, files: { 'dockerfile/Dockerfile': 'FROM scratch\nMAINTAINER me\n' } });
  const warnings = fake.requests('Warn').map((request) => [request['short'].toString(), request['detail'].map(String).join(), request['url'], request['ranges'].map((range: Loose) => range['start'].line)]);
  assert.equal(warnings, [[
    'MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label (line 2)', 'The MAINTAINER instruction is deprecated, use a label instead to define an image author',
    'https://docs.docker.com/go/dockerfile/rule/maintainer-deprecated/', [2],
  ]]);
});

test('an unknown subrequest is a typed error', async () => {
  const { error } = await run({ options: { ...OFF, requestid: 'frontend.nope' }, files: { 'dockerfile/Dockerfile': 'FROM scratch\n' } });
  assert.equal(toStatus(error).details.map((detail) => detail.typeUrl), ['github.com/moby/buildkit/errdefs.Subrequest+json']);
});

test('provenance in a folder pins the base; a folder with several files is refused by name', async () => {
  const digest = 'a'.repeat(64);
  const provenance = JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1', predicateType: 'https://slsa.dev/provenance/v1', subject: [],
    predicate: {
      buildDefinition: {
        buildType: 'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md', externalParameters: { configSource: {}, request: { frontend: 'dockerfile.v0' } }, internalParameters: {},
        resolvedDependencies: [{ uri: 'pkg:docker/busybox@latest?platform=linux%2Famd64', digest: { sha256: digest } }],
      },
      runDetails: { builder: { id: '' }, metadata: { invocationId: 'x', startedOn: '2024-01-01T00:00:00Z', finishedOn: '2024-01-01T00:01:00Z' } },
    },
  });
  const files = { 'dockerfile/Dockerfile': 'FROM busybox\n', 'prov/provenance.json': provenance };
  const options = { 'context:repro-provenance': 'local:prov' };
  const { error, fake } = await run({ options, files });
  assert.is(error, undefined);
  assert.ok(fake.requests('ResolveSourceMeta').some((request) => request['Source'].identifier.endsWith(`busybox:latest@sha256:${digest}`) || request['Source'].identifier.endsWith(`busybox@sha256:${digest}`)));
  const two = await run({ options, files: { 'dockerfile/Dockerfile': 'FROM busybox\n', 'prov/a.json': '{}', 'prov/b.json': '{}' } });
  assert.is(toStatus(two.error).message, 'failed to load the provenance of context repro-provenance: expected provenance.json or a single JSON file at the top, found 2 JSON files (a.json, b.json)');
  const named = await run({ options: { ...options, 'context:base': 'docker-image://busybox' }, files: { ...files, 'dockerfile/Dockerfile': 'FROM base\n' } });
  assert.is(named.error, undefined);
  assert.equal(named.fake.requests('ResolveSourceMeta').map((request) => request['Source'].identifier), [`docker-image://docker.io/library/busybox:latest@sha256:${digest}`]);
  const lacking = await run({ options: { ...options, 'context:base': 'https://example.com/a.git' }, files: { ...files, 'dockerfile/Dockerfile': 'FROM base\n' } });
  assert.match(toStatus(lacking.error).message, /^provenance\.json does not tell what these were:\n {2}line 1: https:\/\/example\.com\/a\.git; of this kind it has: none\nWith REPRO_PIN=lax/);
  const off = await run({ options: { ...options, ...OFF }, files });
  assert.not.ok(solved(off.fake).includes('local://prov'));
});

test('a big provenance is read in parts, a huge one not at all', async () => {
  const policy = (padding: number): string => `{"rules":[],"x":"${' '.repeat(padding)}"}`;
  const options = { 'context:repro-provenance': 'local:prov', 'build-arg:REPRO_PIN': 'lax' };
  const { error, fake } = await run({ options, files: { 'dockerfile/Dockerfile': 'FROM scratch\nCOPY a /\n', 'prov/provenance.json': policy(9 << 20) } });
  assert.is(error, undefined);
  assert.equal(fake.requests('ReadFile').filter((request) => request['FilePath'] === 'provenance.json').map((request) => [Number(request['Range'].Offset), Number(request['Range'].Length)]), [
    [0, 4 << 20], [4 << 20, 4 << 20], [8 << 20, policy(9 << 20).length - (8 << 20)],
  ]);
  const huge = await run({
    options, files: { 'dockerfile/Dockerfile': 'FROM scratch\n', 'prov/provenance.json': '{}' },
    handlers: { StatFile: () => ({ stat: { path: 'provenance.json', size: 1e12 } }) },
  });
  assert.match(toStatus(huge.error).message, /provenance\.json is too large: 1000000000000 bytes, of at most 67108864$/);
  assert.not.ok(huge.fake.requests('ReadFile').some((request) => request['FilePath'] === 'provenance.json'));
});

test('what is pinned goes with a policy that denies the rest, on every solve of the build alone', async () => {
  const files = { 'dockerfile/Dockerfile': 'FROM busybox\nCOPY a /\n', 'prov/provenance.json': JSON.stringify({ buildDefinition: { resolvedDependencies: [{ uri: 'pkg:docker/busybox@latest', digest: { sha256: 'a'.repeat(64) } }] } }) };
  const policies = (fake: FakeGateway) => fake.requests('Solve').map((request) => request['SourcePolicies'].map((policy: Loose) => policy['rules'].map((rule: Loose) => [rule['action'], rule['selector'].identifier])));
  const { fake, error } = await run({ options: { 'context:repro-provenance': 'local:prov' }, files });
  assert.is(error, undefined);
  assert.equal(policies(fake).flat(), [[
    ['DENY', '*'], ['ALLOW', 'local://*'], ['ALLOW', `docker-image://*@sha256:${'a'.repeat(64)}`], ['ALLOW', `oci-layout://*@sha256:${'a'.repeat(64)}`],
  ]]);
  assert.is(policies(fake).at(-1)?.length, 1);
  const lax = await run({ options: { 'context:repro-provenance': 'local:prov', 'build-arg:REPRO_PIN': 'lax' }, files });
  assert.equal(policies(lax.fake).flat(), []);
});

test('a frontend that the Dockerfile names is pinned, with a warning of what is not', async () => {
  const files = { 'dockerfile/Dockerfile': '# syntax=docker/dockerfile:1\nFROM scratch\n', 'prov/provenance.json': JSON.stringify({ buildDefinition: { resolvedDependencies: [{ uri: 'pkg:docker/docker/dockerfile@1', digest: { sha256: 'a'.repeat(64) } }] } }) };
  const { fake, error } = await run({ options: { 'context:repro-provenance': 'local:prov' }, files });
  assert.is(error, undefined);
  assert.is(fake.requests('Solve').at(-1)?.['FrontendOpt']['source'], `docker.io/docker/dockerfile:1@sha256:${'a'.repeat(64)}`);
  assert.match(String(fake.requests('Warn')[0]?.['short']), /the build is passed on to the frontend docker\/dockerfile:1, which pins nothing unless it is this one$/);
  const plain = await run({ files });
  assert.is(plain.fake.requests('Solve').at(-1)?.['FrontendOpt']['source'], 'docker/dockerfile:1');
  assert.equal(plain.fake.requests('Warn'), []);
  const lacking = await run({ options: { 'context:repro-provenance': 'local:prov' }, files: { ...files, 'prov/provenance.json': '{"buildDefinition":{}}' } });
  assert.match(toStatus(lacking.error).message, /does not tell what these were:\n {2}line 1: the image docker\/dockerfile:1 on linux\/amd64; of this kind it has: none\n/);
});

test('with REPRO_TRUST a Dockerfile cannot hand the build to a frontend that checks nothing', async () => {
  const key = makeKey();
  const statement = JSON.stringify({ _type: 'https://in-toto.io/Statement/v0.1', predicateType: 'https://slsa.dev/provenance/v1', subject: [], predicate: { buildDefinition: { resolvedDependencies: [{ uri: 'pkg:docker/docker/dockerfile@1', digest: { sha256: 'a'.repeat(64) } }] } } });
  const files = { 'dockerfile/Dockerfile': '# syntax=docker/dockerfile:1\nFROM evil\n', 'prov/provenance.json': await signWithKey(key, { statement }) };
  const options = { 'context:repro-provenance': 'local:prov', 'build-arg:REPRO_TRUST': `key=${Buffer.from(key.pem).toString('base64')}` };
  const { error, fake } = await run({ options, files });
  assert.match(toStatus(error).message, /REPRO_TRUST is given, and the build would be passed on to the frontend docker\/dockerfile:1, which checks no signature/);
  assert.not.ok(fake.requests('Solve').some((request) => request['Frontend'] !== ''));
  const lax = await run({ options: { ...options, 'build-arg:REPRO_PIN': 'lax' }, files });
  assert.is(lax.error, undefined);
  const chosen = await run({ options: { ...options, cmdline: 'this one' }, files: { ...files, 'dockerfile/Dockerfile': '# syntax=docker/dockerfile:1\nFROM scratch\nCOPY a /\n' } });
  assert.is(chosen.error, undefined);
});

const LOOSE = 'FROM busybox:1\nRUN apk add curl\n';
const lintNames = (result: Result | undefined): string[] => (JSON.parse(text(result, 'result.json')).warnings ?? []).map((warning: { ruleName: string }) => warning.ruleName);

test('lint shows the rules of this project after the others, and not with REPRO=off', async () => {
  const files = { 'dockerfile/Dockerfile': 'FROM busybox:1 as a\nRUN apk add curl\n' };
  const lint = { requestid: 'frontend.lint' };
  assert.equal(lintNames((await run({ options: lint, files })).result), ['FromAsCasing', 'ReproNoEpoch', 'ReproUnpinnedImage', 'ReproLivePackages']);
  assert.equal(lintNames((await run({ options: { ...lint, ...OFF }, files })).result), ['FromAsCasing']);
  const skipped = { ...lint, 'build-arg:SOURCE_DATE_EPOCH': '1', 'build-arg:BUILDKIT_DOCKERFILE_CHECK': 'skip=FromAsCasing,ReproLivePackages' };
  assert.equal(lintNames((await run({ options: skipped, files })).result), ['ReproUnpinnedImage']);
});

test('lint tells what cannot be pinned as the error of the build', async () => {
  const provenance = JSON.stringify({ version: 1, rules: [{ action: 'CONVERT', selector: { identifier: 'docker-image://docker.io/library/alpine:3' }, updates: { identifier: `docker-image://docker.io/library/alpine:3@sha256:${'a'.repeat(64)}` } }] });
  const { result } = await run({
    options: { requestid: 'frontend.lint', 'context:repro-provenance': 'local:prov' }, files: { 'dockerfile/Dockerfile': LOOSE, 'prov/policy.json': provenance },
  });
  assert.match(JSON.parse(text(result, 'result.json')).buildError.message, /does not tell what these were:\n {2}line 1: the image busybox:1/);
});

test('a build sums up its findings in one warning, and no rule of this project is an error', async () => {
  const files = { 'dockerfile/Dockerfile': LOOSE };
  const { error, fake } = await run({ files, options: { 'build-arg:SOURCE_DATE_EPOCH': '1', 'build-arg:BUILDKIT_DOCKERFILE_CHECK': 'error=true' } });
  assert.is(error, undefined);
  assert.equal(fake.requests('Warn').map((request) => request['short'].toString()), [
    'Not reproducible in full: ReproUnpinnedImage: Image busybox:1 has no digest, and no provenance pins it: its tag can move (line 1) (and 1 more)',
  ]);
  assert.equal((await run({ files, options: OFF })).fake.requests('Warn').length, 0);
  assert.equal((await run({ files, options: { 'build-arg:BUILDKIT_DOCKERFILE_CHECK': 'skip=all', 'build-arg:SOURCE_DATE_EPOCH': '1' } })).fake.requests('Warn').length, 0);
});

test.run();
