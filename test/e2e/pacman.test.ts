/** The sources list rewrite with pacman, from Debian's archive, against an Arch Linux Archive of two days. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildRequest, BuildResult } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';
import { pacmanRepository } from '../support/pacman-archive.ts';
import { rootfs } from '../support/rootfs.ts';
import { startSnapshotServer } from '../support/snapshot-server.ts';

const env = await startEnvironment();
test.after(() => env.stop());

/** Two repositories of the distribution in one version. */
const state = (version: string): Map<string, Uint8Array> => new Map([
  ...pacmanRepository('core', [{ name: 'repro-hello', version }]),
  ...pacmanRepository('extra', [{ name: 'repro-extra', version }]),
]);
const server = await startSnapshotServer({
  states: [],
  days: new Map([['2024/01/10', state('1.0')], ['2024/02/20', state('2.0')]]),
  publicHosts: new Map([['geo.mirror.pkgbuild.com', state('3.0')], ['packages.third.invalid', pacmanRepository('custom', [{ name: 'third-party', version: '7.0' }])]]),
});
test.after(() => server.stop());
test.before.each(() => server.reset());

const CONFIGURATION = `[options]
HoldPkg = pacman
Architecture = x86_64
#Color
SigLevel = Never

[core]
Include = /etc/pacman.d/mirrorlist

#[extra]
#Include = /etc/pacman.d/mirrorlist

[custom]
Server = http://packages.third.invalid/custom/os/$arch`;

const base = env.image('arch');
await env.mustBuild({
  frontend: 'reference',
  dockerfile: `FROM ${env.bases.debian}\nRUN apt-get update && apt-get install -y --no-install-recommends pacman-package-manager curl && rm -rf /var/lib/apt/lists/*\nENV http_proxy=${server.proxy} no_proxy=127.0.0.1\nCOPY . /\n`,
  files: { 'etc/pacman.conf': CONFIGURATION, 'etc/pacman.d/mirrorlist': 'Server = http://geo.mirror.pkgbuild.com/$repo/os/$arch\n' },
  output: { push: base },
});

const ON = { SNAPSHOT_ARCHIVE_BASE: server.base, REPRO_SOURCES_LIST: '1' };
const FIRST = '20240110T031500Z';
const INSTALL = 'RUN pacman -Sy --noconfirm repro-hello';

const build = (run: string, request: BuildRequest): Promise<BuildResult> => env.build({ dockerfile: `FROM ${base}\n${run}\n`, noCache: true, ...request });
const version = (result: BuildResult, name: string): string | undefined => (assert.ok(result.ok, result.log), rootfs(result.image).get(`usr/share/${name}/version`)?.content.toString());

test('without the sources list the mirror\'s version, with it that of the day, and the layer shows nothing of it', async () => {
  assert.is(version(await build(INSTALL, { frontend: 'reference' }), 'repro-hello'), '3.0\n');
  const plain = await build(INSTALL, {});
  server.reset();
  for (const [snapshot, expected] of [[FIRST, '1.0\n'], ['20240220T235959Z', '2.0\n']] as const) {
    const result = await build(INSTALL, { buildArgs: { ...ON, REPRO_SNAPSHOT: snapshot } });
    assert.is(version(result, 'repro-hello'), expected);
    const paths = (each: BuildResult) => [...(each.image.layers.at(-1)?.entries().keys() ?? [])].map((path) => path.replace(/-\d\.0-1/, '')).filter((path) => !path.startsWith('var/log')).sort();
    assert.equal(paths(result), paths(plain));
    assert.is(result.image.config.history?.at(-1)?.created_by, `RUN /bin/sh -c ${INSTALL.slice(4)} # buildkit`);
    assert.match(result.log, 'repro: not from the snapshot, left as it is: http://packages.third.invalid/custom/os/x86_64');
  }
  assert.equal(server.log.filter(({ target }) => target.includes('geo.mirror')), [], 'the mirror was asked');
});

test('what the RUN changes in pacman.conf stays, and holds for it; so does a mirror that it names', async () => {
  const run = `RUN sed -i -e 's/^#Color/Color/' -e '/^.*extra/,+1s/^#//' /etc/pacman.conf && echo 'Server = http://geo.mirror.pkgbuild.com/$repo/os/$arch' > /etc/pacman.d/mirrorlist \\
 && pacman -Sy --noconfirm repro-extra && pacman -S --noconfirm third-party`;
  const result = await build(run, { buildArgs: { ...ON, REPRO_SNAPSHOT: FIRST } });
  assert.is(version(result, 'repro-extra'), '1.0\n');
  assert.is(version(result, 'third-party'), '7.0\n');
  assert.is(rootfs(result.image).get('etc/pacman.conf')?.content.toString(), `${CONFIGURATION.replace('#Color', 'Color').replaceAll(/^#(?=\[extra|Include)/gm, '')}\n`);
});

test('a server that is busy is waited for', async () => {
  server.reset({ kind: 'limited', times: 2, retryAfter: 1, status: 503 });
  assert.is(version(await build(INSTALL, { buildArgs: { ...ON, REPRO_SNAPSHOT: FIRST } }), 'repro-hello'), '1.0\n');
  assert.is(server.log.filter(({ status }) => status === 503).length, 2);
});

test('a day that the server lacks, and one that it leads elsewhere, are errors', async () => {
  const lacking = await build(INSTALL, { output: 'none', buildArgs: { ...ON, REPRO_SNAPSHOT: '20230101T000000Z' } });
  assert.is(lacking.ok, false);
  assert.match(lacking.log, `repro: no answer from the snapshot as of 2023/01/01: ${server.base}repos/2023/01/01/core/os/x86_64/core.db`);
  server.reset({ kind: 'newer' });
  const newer = await build(INSTALL, { output: 'none', buildArgs: { ...ON, REPRO_SNAPSHOT: FIRST } });
  assert.is(newer.ok, false);
  assert.match(newer.log, `repro: the snapshot server leads to another day than 2024/01/10: ${server.base}repos/2024/02/20/core/os/x86_64/core.db`);
});

test.run();
