import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { parseConfig } from '../../../src/build/config.ts';
import { checkFrontendCaps } from '../../../src/build/frontend-caps.ts';
import { messageOf } from '../../../src/diag/error.ts';

interface Case {
  readonly options: Readonly<Record<string, string>>;
  /** What the reference said; null when it took them. */
  readonly error: string | null;
}

const cases = JSON.parse(readFileSync(new URL('fixtures/options.json', import.meta.url), 'utf8')) as readonly Case[];
const caps = { missing: () => undefined, supports: () => true };
const workers = [{ id: 'w', platforms: [{ os: 'linux', architecture: 'amd64' }] }];
const config = (options: Readonly<Record<string, string>>) => parseConfig({ options: new Map(Object.entries(options)), sessionId: 's', product: 'buildkit', workers }, caps);

function errorOf(options: Readonly<Record<string, string>>): string | null {
  try {
    config(options);
    const verdict = checkFrontendCaps(options['frontend.caps'] ?? '');
    return verdict.error?.message ?? null;
  } catch (error) {
    return messageOf(error);
  }
}

test('options are taken and refused as by the reference', () => {
  assert.ok(cases.length > 180);
  for (const { options, error } of cases) assert.is(errorOf(options), error, JSON.stringify(options));
});

test('the values of options', () => {
  const { build } = config({
    'add-hosts': 'A.B=FE80::1,c=::ffff:1.2.3.4,d=1:0:0:2:0:0:0:3,e=::,f=1:0:3:4:5:6:7:8', ulimit: 'nofile=1:2,core=-1', 'shm-size': '64', memory: '5', memswap: '-1', cpusetcpus: '0-3',
    platform: 'linux/arm64/v8,windows(10.0.1)/amd64', 'build-arg:A': '1', 'build-arg:__proto__': 'x', 'label:l': 'v', target: 't', hostname: 'h', 'build-arg:BUILDKIT_SANDBOX_HOSTNAME': 'h2',
    'force-network-mode': 'none', 'image-resolve-mode': 'pull', 'build-arg:BUILDKIT_CACHE_MOUNT_NS': 'ns', 'cgroup-parent': 'c',
  });
  assert.equal(build.extraHosts.map(({ host, ip }) => `${host}=${ip}`), ['a.b=fe80::1', 'c=1.2.3.4', 'd=1:0:0:2::3', 'e=::', 'f=1:0:3:4:5:6:7:8']);
  assert.equal(build.ulimits, [{ name: 'nofile', soft: 1n, hard: 2n }, { name: 'core', soft: -1n, hard: -1n }]);
  assert.equal(build.linuxResources, { memory: 5n, memorySwap: -1n, cpuShares: 0n, cpuPeriod: 0n, cpuQuota: 0n, cpusetCpus: '0-3', cpusetMems: '' });
  assert.equal(build.targetPlatforms, [{ os: 'linux', architecture: 'arm64' }, { os: 'windows', architecture: 'amd64', osVersion: '10.0.1' }]);
  assert.equal([build.shmSize, build.target, build.hostname, build.networkMode, build.imageResolveMode, build.cacheIdNamespace, build.cgroupParent], [64n, 't', 'h2', 'none', 'pull', 'ns', 'c']);
  assert.is(build.multiPlatformRequested, true);
  assert.is(build.buildArgs.get('__proto__'), 'x');
  assert.equal([...build.labels], [['l', 'v']]);
});

test('what goes on to another frontend has what build args stand in for', () => {
  const { options } = config({ 'build-arg:BUILDKIT_MULTI_PLATFORM': '1', 'build-arg:BUILDKIT_SANDBOX_HOSTNAME': 'h' });
  assert.equal([options.get('multi-platform'), options.get('hostname')], ['1', 'h']);
});

test('caches, sbom, no-cache and sessions', () => {
  const all = config({
    'cache-imports': '[{"Type":"gha","Attrs":{"scope":"x"}},null]', 'cache-from': 'a,b', 'attest:sbom': 'generator=scanner,x=y', 'no-cache': 'a,B', 'local-sessionid:context': 's2',
  });
  assert.equal(all.cacheImports.map(({ type, attrs }) => [type, ...attrs]), [['gha', ['scope', 'x']], [''], ['registry', ['ref', 'a']], ['registry', ['ref', 'b']]]);
  assert.equal(all.sbom, { generator: 'docker.io/library/scanner:latest', parameters: new Map([['x', 'y']]) });
  assert.equal(all.noCache, ['a', 'B']);
  assert.equal(config({ 'no-cache': '' }).noCache, []);
  assert.is(config({}).noCache, undefined);
  assert.is(all.localSessionIds.get('context'), 's2');
  assert.is(config({ 'attest:sbom': '' }).sbom?.generator, 'docker.io/docker/buildkit-syft-scanner:stable-1');
});

test('a daemon without file operations is too old', () => {
  const missing = { missing: () => new Error('missing'), supports: () => false };
  assert.throws(() => parseConfig({ options: new Map(), sessionId: '', product: '', workers }, missing), /^needs BuildKit 0.5 or later: missing$/);
});

test('forwarding stands in for a capability that is marked so', () => {
  assert.is(checkFrontendCaps('a+forward').forward, true);
  assert.is(checkFrontendCaps('a+forward,b').forward, false);
  assert.is(checkFrontendCaps('moby.buildkit.frontend.contexts+forward').error, undefined);
});

test.run();
