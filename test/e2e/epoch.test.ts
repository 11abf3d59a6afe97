/** Tools that honour SOURCE_DATE_EPOCH see it in RUN, whatever the day, and the image config does not show it. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildRequest } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';
import { unpackedPackage } from '../support/packages.ts';
import { rootfs } from '../support/rootfs.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const EPOCH = 1_700_000_000;
const PYTHON = env.image('python');
await env.mustBuild({ frontend: 'reference', dockerfile: `FROM ${env.bases.debian}\nRUN apt-get update && apt-get install -y --no-install-recommends python3-minimal && rm -rf /var/lib/apt/lists/*\n`, output: { push: PYTHON } });

const package_ = await unpackedPackage('libfaketime');
const library = readdirSync(package_, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('/libfaketime.so.1')) ?? '';
const CLOCK = { 'libfaketime.so.1': readFileSync(join(package_, library)) };

/** The tools, as Dockerfiles use them; what they make is below /out, and /etc/shadow. */
const COMMANDS = `mkdir /out && cd /out
useradd -m someone && chage -l someone > chage
echo 'x = 1' > module.py && python3 -m py_compile module.py
echo text > file && gzip -k file
tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -cf file.tar file
date -u -d "@$SOURCE_DATE_EPOCH" > date
perl -e 'print "$ENV{SOURCE_DATE_EPOCH}\\n"' > perl
touch -d "@$SOURCE_DATE_EPOCH" file module.py`;

/** The same commands on a day that is \`days\` ahead, as programs see it. */
function dockerfile(days: number): string {
  return `FROM ${PYTHON}\nRUN --mount=target=/dev/clock LD_PRELOAD=/dev/clock/libfaketime.so.1 FAKETIME=+${days}d NO_FAKE_STAT=1 sh -euc '${COMMANDS.replaceAll('\n', '; ').replaceAll("'", `'\\''`)}'\n`;
}

async function made(days: number, request: BuildRequest = {}): Promise<ReadonlyMap<string, string>> {
  const { image } = await env.mustBuild({ dockerfile: dockerfile(days), files: CLOCK, epoch: EPOCH, noCache: true, ...request });
  const files = [...rootfs(image, 2)].filter(([path, entry]) => entry.type === 'file' && (path.startsWith('out/') || path === 'etc/shadow'));
  return new Map(files.map(([path, entry]) => [path, entry.content.toString('latin1')]));
}

test('on any day they make the same', async () => {
  const [now, later] = await Promise.all([made(0), made(400)]);
  assert.equal([...now.keys()].sort(), [...later.keys()].sort());
  for (const [path, text] of now) assert.is(later.get(path), text, path);
  // Days since 1970.
  assert.match(now.get('etc/shadow') ?? '', `someone:!:${Math.floor(EPOCH / 86_400)}:`);
  assert.is(now.get('out/date'), 'Tue Nov 14 22:13:20 UTC 2023\n');
  assert.is(now.get('out/perl'), `${EPOCH}\n`);
  // With an epoch, byte code is checked by its source's hash and not by its time: flags 3 (PEP 552).
  const code = [...now].find(([path]) => path.endsWith('.pyc'))?.[1] ?? '';
  assert.is(code.charCodeAt(4), 3);
});

test('the reference\'s useradd writes the day, so that the clock of this test is seen to work', async () => {
  const plain = (days: number) => `FROM ${PYTHON}\nRUN --mount=target=/dev/clock LD_PRELOAD=/dev/clock/libfaketime.so.1 FAKETIME=+${days}d NO_FAKE_STAT=1 useradd someone\n`;
  const [now, later] = await Promise.all([0, 400].map((days) => made(0, { frontend: 'reference', dockerfile: plain(days) })));
  assert.is.not(now?.get('etc/shadow'), later?.get('etc/shadow'));
});

test('image config and history do not show it', async () => {
  const { image } = await env.mustBuild({ dockerfile: dockerfile(0), files: CLOCK, epoch: EPOCH });
  assert.not.match(JSON.stringify(image.config.config), /SOURCE_DATE_EPOCH/);
  assert.equal(image.config.history?.filter(({ created_by = '' }) => /SOURCE_DATE_EPOCH=/.test(created_by)), []);
});

test('without an epoch the build says that it cannot be reproduced, and what helps', async () => {
  const { log } = await env.mustBuild({ client: 'buildx', dockerfile: `FROM ${PYTHON}\nRUN true\n`, output: 'none' });
  assert.match(log, /Not reproducible in full: .*No SOURCE_DATE_EPOCH is given: .*--build-arg SOURCE_DATE_EPOCH=SECONDS/);
  assert.is(log.split('Not reproducible in full').length, 2);
});

test('a shell that is python3', async () => {
  const text = `FROM ${PYTHON}\nSHELL ["python3", "-c"]\nRUN import os, sys; os.mkdir("/out"); open("/out/seen", "w").write(repr((sys.argv, os.environ.get("SHLVL"), os.getcwd(), os.environ["HOME"])))\nRUN raise SystemExit(0)\n`;
  const [theirs, ours] = await Promise.all((['reference', 'ours'] as const).map((frontend) => env.mustBuild({ frontend, dockerfile: text, epoch: EPOCH, noCache: true })));
  assert.is(rootfs(ours!.image, 2).get('out/seen')?.content.toString(), rootfs(theirs!.image, 2).get('out/seen')?.content.toString());
  assert.equal(ours!.image.config.history, theirs!.image.config.history);
  const failing = await env.build({ dockerfile: text.replace('SystemExit(0)', 'SystemExit(7)'), epoch: EPOCH, output: 'none' });
  assert.match(failing.log, 'process "python3 -c raise SystemExit(7)" did not complete successfully: exit code: 7');
});

test.run();
