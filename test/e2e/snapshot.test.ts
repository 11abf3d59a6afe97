/** The sources list rewrite against a snapshot server: which version is installed, what is refused, what is left in the image. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BETWEEN, FIRST, ONE_LINE, PACKAGES, SECOND, startAptWorld, toDate, type Sources } from '../support/apt-world.ts';
import type { BuildRequest, BuildResult } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';
import { rootfs } from '../support/rootfs.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const { server, bases } = await startAptWorld(env);
test.after(() => server.stop());
test.before.each(() => server.reset());

const FORMATS = ['deb822', 'one-line'] as const;
const INSTALL = `RUN apt-get update && apt-get install -y --no-install-recommends ${PACKAGES.join(' ')} && rm -rf /var/lib/apt/lists/*`;

const SECRET = { secrets: { 'enable-repro-sources-list': '' } };
/** Without the cache, so that every build asks the server. */
const SNAPSHOT_BASE = { SNAPSHOT_ARCHIVE_BASE: server.base, KEEP_CACHE: '0' };

function install(format: Sources, request: BuildRequest): Promise<BuildResult> {
  return env.build({ dockerfile: `FROM ${bases[format]}\n${INSTALL}\n`, noCache: true, ...request });
}

/** The one version of all that was installed. */
function installed(result: BuildResult): string {
  assert.ok(result.ok, result.log);
  const versions = PACKAGES.map((name) => result.image.layers.at(-1)?.text(`usr/share/${name}/version`).trim());
  assert.is(new Set(versions).size, 1, versions.join(' '));
  return versions[0] ?? '';
}

function assertSourcesUntouched(result: BuildResult): void {
  const touched = [...(result.image.layers.at(-1)?.entries().keys() ?? [])].filter((path) => /^(etc\/apt|etc\/apt\/.*|dev\/.+|.*repro-state.*|(?!var\/lib\/apt\/lists\/).*\.wh\..*)$/.test(path));
  assert.equal(touched, []);
}

for (const format of FORMATS) {
  test(`${format}: the current version without the secret, with both frontends`, async () => {
    assert.is(installed(await install(format, { frontend: 'reference' })), '3.0');
    assert.is(installed(await install(format, { buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: FIRST } })), '3.0');
    assert.is(server.log.some((entry) => entry.target.startsWith('/archive/')), false);
  });

  test(`${format}: the version of the date with the secret`, async () => {
    const result = await install(format, { ...SECRET, buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: SECOND } });
    assert.is(installed(result), '2.0');
    assertSourcesUntouched(result);
    assert.equal(server.log.filter((entry) => entry.target.startsWith('http://')), [], 'the live archive was asked');
  });

  test(`${format}: a date between two states gives the older`, async () => {
    const result = await install(format, { ...SECRET, buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: BETWEEN } });
    assert.is(installed(result), '1.0');
    assertSourcesUntouched(result);
  });

  test(`${format}: a date that the server lacks is an error`, async () => {
    const result = await install(format, { ...SECRET, output: 'none', buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: '20230101T000000Z' } });
    assert.is(result.ok, false);
    assert.match(result.log, '20230101T000000Z');
  });

  test(`${format}: a redirect to a newer date is an error`, async () => {
    server.reset({ kind: 'newer' });
    const result = await install(format, { ...SECRET, output: 'none', buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: FIRST } });
    assert.is(result.ok, false);
    assert.match(result.log, FIRST);
  });

  test(`${format}: the sources in the image are byte for byte the base's`, async () => {
    const dockerfile = `FROM ${bases[format]}\nRUN cp -a /etc/apt /seen-before\n${INSTALL}\nRUN cp -a /etc/apt /seen-after\n`;
    const plain = { dockerfile: `FROM ${bases[format]}\nRUN cp -a /etc/apt /seen-before\n`, noCache: true } as const;
    const base = rootfs((await env.mustBuild({ ...plain, frontend: 'reference' })).image);
    const built = rootfs((await env.mustBuild({ dockerfile, noCache: true, ...SECRET, buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: FIRST } })).image);
    const below = (files: typeof base) => [...files.values()].filter((entry) => entry.path.startsWith('etc/apt')).map((entry) => [entry.path, entry.mode, entry.uid, entry.gid, entry.mtime, entry.content.toString('latin1')]);
    assert.equal(below(built), below(base));
  });
}

test("Ubuntu's servers: the current version without the secret, that of the date with it", async () => {
  assert.is(installed(await install('ubuntu', { buildArgs: SNAPSHOT_BASE })), '3.0');
  const result = await install('ubuntu', { ...SECRET, buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: BETWEEN } });
  assert.is(installed(result), '1.0');
  assertSourcesUntouched(result);
  assert.ok(server.log.some((entry) => entry.target.startsWith(`/archive/ubuntu/${BETWEEN}/`)));
});

test('a newer state under the name of an older one is an error', async () => {
  server.reset({ kind: 'newest' });
  const result = await install('deb822', { ...SECRET, output: 'none', buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: FIRST } });
  assert.is(result.ok, false);
  assert.match(result.log, FIRST);
});

test('REPRO_SOURCES_LIST=1 does what the secret does', async () => {
  assert.is(installed(await install('deb822', { buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: FIRST, REPRO_SOURCES_LIST: '1' } })), '1.0');
});

test('buildx passes the secret on', async () => {
  assert.is(installed(await install('deb822', { ...SECRET, client: 'buildx', buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: FIRST } })), '1.0');
});

test('a secret that cannot be read is told from none: a warning, and the current version', async () => {
  const args = ['--secret', `id=enable-repro-sources-list,src=${env.tempFolder()}`];
  const result = await install('deb822', { args, buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: FIRST } });
  assert.is(installed(result), '3.0');
  const explained = await install('deb822', { args, output: 'none', opts: { requestid: 'frontend.repro' } });
  assert.match(explained.stdout, /warning: whether the secret enable-repro-sources-list is given could not be found out \(.*is a directory\): packages do not come from the snapshot/);
});

test('the snapshot time: seconds in REPRO_SNAPSHOT, else SOURCE_DATE_EPOCH', async () => {
  const seconds = toDate(SECOND).getTime() / 1000;
  assert.is(installed(await install('deb822', { ...SECRET, buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: String(seconds) } })), '2.0');
  assert.is(installed(await install('deb822', { ...SECRET, epoch: seconds - 1, buildArgs: SNAPSHOT_BASE })), '1.0');
  assert.is(installed(await install('deb822', { ...SECRET, epoch: seconds, buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: FIRST } })), '1.0');
});

test('a time that is none is an error that shows it', async () => {
  const result = await install('deb822', { ...SECRET, output: 'none', buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: 'last tuesday' } });
  assert.is(result.ok, false);
  assert.match(result.log, 'last tuesday');
});

test('a rate limit is waited for, and a broken server is an error', async () => {
  server.reset({ kind: 'limited', times: 2, retryAfter: 1 });
  assert.is(installed(await install('deb822', { ...SECRET, buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: FIRST } })), '1.0');
  assert.ok(server.log.some((entry) => entry.status === 429));
  server.reset({ kind: 'broken', status: 503 });
  const result = await install('deb822', { ...SECRET, output: 'none', buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: FIRST } });
  assert.is(result.ok, false);
  assert.match(result.log, '503');
  assert.ok(server.log.length < 200, `${server.log.length} requests`);
});

test('what was downloaded is in a cache mount: the next build asks for nothing, and the layers are the same as without', async () => {
  // With --no-cache the daemon gives a cache mount that is empty; so each build is another.
  let number = 0;
  const layer = async (format: Sources, args: Readonly<Record<string, string>> = {}): Promise<string | undefined> => {
    const dockerfile = `FROM ${bases[format]}\nRUN : ${server.base} ${number++}\n${INSTALL}\n`;
    const buildArgs = { SNAPSHOT_ARCHIVE_BASE: server.base, REPRO_SNAPSHOT: BETWEEN, ...args };
    const result = await env.build({ ...SECRET, dockerfile, epoch: toDate(SECOND).getTime() / 1000, rewriteTimestamp: true, buildArgs });
    assert.is(installed(result), '1.0');
    return result.image.layers.at(-1)?.diffId;
  };
  const [one] = await Promise.all([layer('deb822'), layer('one-line')]);
  assert.ok(server.log.some((entry) => entry.target.endsWith('.deb') && entry.status === 200));
  server.reset();
  assert.is(await layer('deb822'), one);
  assert.equal(server.log, []);
  assert.is(await layer('deb822', { KEEP_CACHE: '0' }), one);
  assert.ok(server.log.length > 0);
  // Any build may write the cache. What is wrong in it is fetched again.
  const spoil = `RUN : ${server.base}\nRUN --mount=type=cache,id=repro-sources-list,target=/c test -s /c/sha256/$(cat /c/release/*bookworm!InRelease | head -n 1) && for f in /c/sha256/*; do echo spoilt > $f; done; ! ls /c/new.*`;
  await env.mustBuild({ frontend: 'reference', dockerfile: `FROM ${bases.deb822}\n${spoil}\n`, output: 'none' });
  server.reset();
  assert.is(await layer('deb822'), one);
  assert.ok(server.log.length > 0);
});

test('APT_CONFIG may move the folder of configuration, or leave none', async () => {
  for (const [folder, expected] of [['/etc/other.d', '1.0\n'], ['/none', '1.0\n']] as const) {
    const dockerfile = `FROM ${bases.deb822}\nRUN mkdir /etc/other.d && cp /etc/apt/apt.conf.d/99test-world /etc/other.d/ && echo 'Dir::Etc::parts "${folder}";' > /my.conf\n` +
      (folder === '/none' ? 'RUN cat /etc/apt/apt.conf.d/99test-world >> /my.conf\n' : '') + 'ENV APT_CONFIG=/my.conf\nRUN apt-get update && apt-get install -y repro-hello && rm -rf /var/lib/apt/lists/*\n';
    const result = await env.mustBuild({ dockerfile, noCache: true, ...SECRET, buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: FIRST } });
    const layer = result.image.layers.at(-1);
    assert.is(layer?.text('usr/share/repro-hello/version'), expected);
    assert.equal([...(layer?.entries().keys() ?? [])].filter((path) => path.startsWith('etc/apt') || path.startsWith('etc/other.d')), []);
  }
});

test('all commands of a RUN are covered: a script in a file, apt, two installations, a download', async () => {
  const script = '#!/bin/sh -e\napt-get update\napt-get install -y repro-hello\napt install -y repro-fix\ncd /tmp && apt-get download repro-late && dpkg -i repro-late_*.deb\nrm -rf /var/lib/apt/lists/*\n';
  const dockerfile = `FROM ${bases['one-line']}\nCOPY --chmod=755 install.sh /\nRUN /install.sh\n`;
  const result = await env.mustBuild({ dockerfile, files: { 'install.sh': script }, noCache: true, ...SECRET, buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: FIRST } });
  for (const name of ['repro-hello', 'repro-fix', 'repro-late']) assert.is(result.image.layers.at(-1)?.text(`usr/share/${name}/version`), '1.0\n');
  assert.equal(server.log.filter((entry) => entry.target.startsWith('http://')), []);
});

test('toggling the secret rebuilds although everything else is cached', async () => {
  const request: BuildRequest = { buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: FIRST }, noCache: false };
  assert.is(installed(await install('deb822', request)), '3.0');
  assert.is(installed(await install('deb822', { ...request, ...SECRET })), '1.0');
  assert.is(installed(await install('deb822', request)), '3.0');
  server.reset();
  assert.is(installed(await install('deb822', { ...request, ...SECRET })), '1.0');
  assert.equal(server.log, [], 'a cached build asks the server nothing');
});

test('a third-party repository is left alone and named', async () => {
  const dockerfile = `FROM ${bases.mixed}\nRUN apt-get update && apt-get install -y repro-hello third-party && rm -rf /var/lib/apt/lists/*\n`;
  const result = await env.mustBuild({ dockerfile, noCache: true, ...SECRET, buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: FIRST } });
  const layer = result.image.layers.at(-1);
  assert.is(layer?.text('usr/share/repro-hello/version'), '1.0\n');
  assert.is(layer?.text('usr/share/third-party/version'), '7.0\n');
  assert.match(result.log, 'packages.third.invalid');
  assertSourcesUntouched(result);
});

test('a RUN that writes its own sources gets the snapshot, and its lines as it wrote them', async () => {
  const line = 'deb http://deb.debian.org/debian bookworm contrib';
  const dockerfile = `FROM ${bases['one-line']}\nRUN echo '${line}' >> /etc/apt/sources.list && apt-get update && apt-get install -y repro-hello && rm -rf /var/lib/apt/lists/*\nRUN apt-get update && apt-get install -y repro-extra && rm -rf /var/lib/apt/lists/*\n`;
  const result = await env.mustBuild({ dockerfile, noCache: true, ...SECRET, buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: FIRST } });
  const files = rootfs(result.image, result.image.layers.length - 2);
  assert.is(files.get('etc/apt/sources.list')?.content.toString(), `${ONE_LINE}${line}\n`);
  assert.is(files.get('usr/share/repro-extra/version')?.content.toString(), '1.0\n');
});

test('an apt that runs as part of an exec form, and one below sudo or env -i, use the snapshot too', async () => {
  const dockerfile = `FROM ${bases.deb822}\nRUN ["apt-get", "update"]\nRUN env -i PATH="$PATH" apt-get install -y repro-hello\nRUN ["apt-get", "install", "-y", "repro-fix"]\n`;
  const result = await env.mustBuild({ dockerfile, noCache: true, ...SECRET, buildArgs: { ...SNAPSHOT_BASE, REPRO_SNAPSHOT: FIRST } });
  const files = rootfs(result.image, result.image.layers.length - 3);
  for (const name of ['repro-hello', 'repro-fix']) assert.is(files.get(`usr/share/${name}/version`)?.content.toString(), '1.0\n');
});

test('the same date gives the same image twice, and the history shows the plain RUN', async () => {
  const request: BuildRequest = { ...SECRET, epoch: toDate(SECOND).getTime() / 1000, rewriteTimestamp: true, buildArgs: SNAPSHOT_BASE };
  const [one, two] = [await install('deb822', request), await install('deb822', request)];
  assert.is(installed(one), '2.0');
  assert.is(two.manifestDigest, one.manifestDigest);
  assert.is(one.image.config.history?.at(-1)?.created_by, `RUN /bin/sh -c ${INSTALL.slice(4)} # buildkit`);
});

test.run();
