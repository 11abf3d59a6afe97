/** The sources list rewrite with the apt and the lists of every release of Debian and Ubuntu that it is for. Run by `make suites`. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeArchive } from '../support/apt-archive.ts';
import type { PackageSpec } from '../support/apt-archive.ts';
import { BETWEEN, FIRST, SECOND, toDate } from '../support/apt-world.ts';
import type { BuildRequest, BuildResult } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';
import { writeLayout } from '../support/layout.ts';
import type { LayerView } from '../support/layout.ts';
import { architecture, registryClient } from '../support/registry.ts';
import { rootfs } from '../support/rootfs.ts';
import { startSnapshotServer } from '../support/snapshot-server.ts';
import { KEYRING_PATHS, RELEASES } from './releases.ts';
import type { Release } from './releases.ts';
import { systemTar } from './systems.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const suites = [...new Map(RELEASES.flatMap((release) => release.suites).map((suite) => [`${suite.archive} ${suite.suite}`, suite])).values()];
/** What a release's archives have, in one version: a package in each of its suites. */
const NAMES = ['repro-base', 'repro-updates', 'repro-backports', 'repro-security'];
const packages = (version: string): PackageSpec[] => RELEASES.flatMap((release) => release.suites.map((suite, index) => ({ name: NAMES[index] ?? '', version, suite: suite.suite })));
const archive = await makeArchive([
  { date: toDate(FIRST), packages: packages('1.0') }, { date: toDate(SECOND), packages: packages('2.0') }, { date: new Date(Date.now() - 3_600_000), packages: packages('3.0') },
], suites);
const [first, second, current] = archive.states;
if (first === undefined || second === undefined || current === undefined) throw new Error('a state is missing');
const HOSTS = ['deb.debian.org', 'security.debian.org', 'archive.debian.org', 'archive.ubuntu.com', 'security.ubuntu.com'];
const server = await startSnapshotServer({ states: [first, second], publicHosts: new Map(HOSTS.map((host) => [host, current.files])) });
test.after(() => server.stop());

const PROXIES = HOSTS.map((host) => `Acquire::http::Proxy::${host} "${server.proxy}";\n`).join('');
/** Where apt's own snapshots are, for those that know them: first by host, and once the Release file is there by what that says. */
const NATIVE = [
  ...HOSTS.map((host) => [`Host::${host}`, '@PATH@']), ['Origin::Debian', 'debian'], ['Origin::Ubuntu', 'ubuntu'], ['Override::Label::Debian-Security', 'debian-security'],
].map(([key, path]) => `Acquire::Snapshots::URI::${key} "${server.base}${path}/@SNAPSHOTID@/";\n`).join('');

async function base(release: Release): Promise<string> {
  const name = (release.name.match(/\w+/g) ?? []).join('-');
  const folder = join(env.folder, 'layouts', name);
  writeLayout(folder, { layers: [readFileSync(await systemTar(release))], config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['sh'] }, architecture: architecture(), created: '2023-10-11T00:00:00Z' });
  const plain = env.image(`system-${name}`);
  await registryClient.pushLayout(folder, plain);
  rmSync(folder, { recursive: true });
  const files = { ...release.files, ...Object.fromEntries([...KEYRING_PATHS, 'etc/apt/trusted.gpg.d/test-archive.gpg'].map((path) => [path, archive.keyring])), 'etc/apt/apt.conf.d/99test': PROXIES + NATIVE };
  const reference = env.image(name);
  await env.mustBuild({ frontend: 'reference', dockerfile: `FROM ${plain}\nRUN rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/os-release /usr/lib/os-release\nCOPY . /\n`, files, output: { push: reference } });
  return reference;
}

const versions = (result: BuildResult, names: readonly string[]): readonly (string | undefined)[] => {
  assert.ok(result.ok, result.log);
  const files = rootfs(result.image);
  return names.map((name) => files.get(`usr/share/${name}/version`)?.content.toString().trim());
};
const ON = { SNAPSHOT_ARCHIVE_BASE: server.base, REPRO_SOURCES_LIST: '1' };

/** RELEASES: those whose names match. */
const chosen = RELEASES.filter(({ name }) => new RegExp(process.env['RELEASES'] ?? '').test(name));

for (const release of chosen) {
  let image = '';
  const build = (run: string, request: BuildRequest): Promise<BuildResult> => env.build({ dockerfile: `FROM ${image}\nRUN ${run}\n`, noCache: true, ...request });
  const isDebian = release.files['etc/os-release']?.startsWith('ID=debian') === true;
  /** Debian's images have no backports; BACKPORTS adds them. */
  const names = NAMES.filter((name) => !isDebian || name !== 'repro-backports');
  const install = (which: readonly string[] = names): string => `apt-get update && apt-get install -y ${which.join(' ')} && rm -rf /var/lib/apt/lists/*`;

  test(`${release.name}: apt ${release.apt} is there, and without the sources list installs what is current`, async () => {
    image = await base(release);
    server.reset();
    const result = await build(`apt-get --version > /apt-version && ${install()}`, { buildArgs: { REPRO_SNAPSHOT: FIRST } });
    assert.equal(versions(result, names), names.map(() => '3.0'));
    assert.match(rootfs(result.image).get('apt-version')?.content.toString() ?? '', new RegExp(`^apt ${release.apt.replaceAll('.', '\\.')}`));
  });

  test(`${release.name}: the version of the date, from the snapshot alone, and nothing of it in the layer; the second time nothing is fetched`, async () => {
    // With --no-cache the daemon gives a cache mount that is empty; so each build is another.
    const layer = async (number: number, args: Readonly<Record<string, string>> = {}): Promise<LayerView | undefined> => {
      const dockerfile = `FROM ${image}\nRUN : ${number}\nRUN ${install()}\n`;
      const result = await env.build({ dockerfile, epoch: 1_700_000_000, rewriteTimestamp: true, buildArgs: { ...ON, REPRO_SNAPSHOT: BETWEEN, ...args } });
      assert.equal(versions(result, names), names.map(() => '1.0'));
      return result.image.layers.at(-1);
    };
    server.reset();
    const one = await layer(1);
    assert.equal(server.log.filter(({ target }) => !target.startsWith('/archive/')), []);
    assert.ok(server.log.length > 0);
    assert.equal([...(one?.entries().keys() ?? [])].filter((path) => /^(etc\/apt|etc\/apt\/.*|dev\/.+|.*repro-state.*)$/.test(path)), []);
    server.reset();
    const two = await layer(2);
    assert.equal(server.log, []);
    assert.is(two?.diffId, one?.diffId);
    const without = await layer(3, { KEEP_CACHE: '0' });
    assert.ok(server.log.length > 0);
    assert.is(without?.diffId, one?.diffId);
  });

  test(`${release.name}: a busy server is waited for as it says, for two architectures`, async () => {
    server.reset({ kind: 'limited', times: 3, retryAfter: 2, status: 503 });
    const started = performance.now();
    const result = await build(`dpkg --add-architecture arm64 && ${install()}`, { buildArgs: { ...ON, REPRO_SNAPSHOT: FIRST, KEEP_CACHE: '0' } });
    assert.equal(versions(result, names), names.map(() => '1.0'));
    assert.is(server.log.filter(({ status }) => status === 503).length, 3);
    assert.ok(performance.now() - started > 2000);
    assert.ok(server.log.some(({ target, status }) => target.includes('binary-arm64') && status === 200));
  });

  test(`${release.name}: a time before its first snapshot, and a later state, are errors`, async () => {
    const before = await build(install(), { output: 'none', buildArgs: { ...ON, REPRO_SNAPSHOT: '20230101T000000Z' } });
    assert.is(before.ok, false);
    assert.match(before.log, 'the snapshot server has no such suite as of 20230101T000000Z');
    server.reset({ kind: 'newer' });
    const newer = await build(install(), { output: 'none', buildArgs: { ...ON, REPRO_SNAPSHOT: FIRST, KEEP_CACHE: '0' } });
    assert.is(newer.ok, false);
    assert.match(newer.log, `the snapshot server leads to a later snapshot than ${FIRST}`);
  });

  if (isDebian && release.name !== 'debian:10 (archive)') {
    test(`${release.name}: BACKPORTS adds the suite for the RUN`, async () => {
      server.reset();
      const result = await build(install(['repro-backports']), { buildArgs: { ...ON, REPRO_SNAPSHOT: FIRST, BACKPORTS: '1' } });
      assert.equal(versions(result, ['repro-backports']), ['1.0']);
      assert.equal([...(result.image.layers.at(-1)?.entries().keys() ?? [])].filter((path) => path.startsWith('etc/apt')), []);
    });
  }

  if (release.native) {
    test(`${release.name}: apt's own snapshots are the Dockerfile's matter`, async () => {
      server.reset();
      const result = await build(`apt-get update --snapshot ${SECOND} && apt-get install -y --snapshot ${SECOND} repro-base && rm -rf /var/lib/apt/lists/*`, { buildArgs: { ...ON, REPRO_SNAPSHOT: FIRST, KEEP_CACHE: '0' } });
      assert.equal(versions(result, ['repro-base']), ['2.0']);
      assert.equal(server.log.filter(({ target }) => !target.startsWith('/archive/')), []);
    });
  }
}

test('aptitude, and Python with apt\'s library', async () => {
  const image = env.image('aptitude');
  const files = { 'etc/apt/sources.list': 'deb http://deb.debian.org/debian bookworm main\n', 'etc/apt/apt.conf.d/99test': PROXIES, 'etc/apt/trusted.gpg.d/test-archive.gpg': archive.keyring };
  const setup = 'RUN apt-get update && apt-get install -y --no-install-recommends aptitude python3-apt && rm -rf /var/lib/apt/lists/* /etc/apt/sources.list.d/*';
  await env.mustBuild({ frontend: 'reference', dockerfile: `FROM ${env.bases.debian}\n${setup}\nCOPY . /\n`, files, output: { push: image } });
  const python = 'import apt; c = apt.Cache(); c.update(); c.open(); c["repro-base"].mark_install(); c.commit()';
  for (const command of ['aptitude update && aptitude install -y repro-base', `python3 -c '${python}'`]) {
    server.reset();
    const result = await env.build({ dockerfile: `FROM ${image}\nRUN ${command}\n`, noCache: true, buildArgs: { ...ON, REPRO_SNAPSHOT: FIRST } });
    assert.equal(versions(result, ['repro-base']), ['1.0']);
    assert.equal(server.log.filter(({ target }) => !target.startsWith('/archive/')), []);
  }
});

test.run();
