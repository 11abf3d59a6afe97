/** RUN stays RUN: what a command can see of its surroundings, and what the user sees of the command, is as with the reference. */
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildRequest } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';
import { stepOutput } from '../support/progress.ts';
import { rootfs, textsBelow } from '../support/rootfs.ts';

const env = await startEnvironment();
test.after(() => env.stop());

/** Each writes what it sees into /out/NAME. */
const PROBES: readonly (readonly [string, string])[] = [
  ['environment', `RUN env > /out/environment`],
  ['exported', `RUN export -p > /out/exported`],
  ['all-variables', `RUN set | grep -v -e '^PPID=' -e '^_=' > /out/all-variables`],
  ['zero', `RUN echo "$0 $# $-" > /out/zero`],
  ['command-line', `RUN tr '\\0' '|' < /proc/$$/cmdline > /out/command-line`],
  ['exec-environment', `RUN ["cp", "/proc/self/environ", "/out/exec-environment"]`],
  ['exec-environment-of-shell', `RUN ["/bin/sh", "-c", "env > /out/exec-environment-of-shell"]`],
  ['exec-zero', `RUN ["/bin/sh", "-c", "echo $0 $# $- > /out/exec-zero", "me", "one"]`],
  ['directory', `RUN pwd > /out/directory; echo "$PWD $OLDPWD" >> /out/directory; readlink /proc/$$/cwd >> /out/directory`],
  ['umask', `RUN umask > /out/umask; touch /out/umask-file; stat -c %a /out/umask-file >> /out/umask`],
  ['stdin', `RUN readlink /proc/$$/fd/0 > /out/stdin; wc -c >> /out/stdin; read line; echo "status $? <$line>" >> /out/stdin`],
  ['descriptors', `RUN ls /proc/$$/fd > /out/descriptors`],
  ['terminal', `RUN (test -t 0; echo $?; test -t 1; echo $?; test -t 2; echo $?) > /out/terminal`],
  ['signals', `RUN while read line; do case $line in SigBlk*|SigIgn*) echo "$line";; esac; done < /proc/$$/status > /out/signals`],
  ['rights', `RUN grep -e ^Cap -e ^NoNewPrivs -e ^Seccomp: -e ^Groups -e ^Uid -e ^Gid /proc/$$/status > /out/rights`],
  ['limits', `RUN cat /proc/$$/limits > /out/limits`],
  ['identity', `RUN id > /out/identity; hostname >> /out/identity; cat /etc/hosts /etc/resolv.conf >> /out/identity`],
  ['session', `RUN set -- $(cat /proc/$$/stat); shift 4; echo "$([ "$1" -gt 0 ] && echo grouped) $([ "$2" -gt 0 ] && echo session) tty $3" > /out/session`],
  ['schedule', `RUN set -- $(cat /proc/$$/stat); shift 17; echo "$1 $2" > /out/schedule; cat /proc/$$/oom_score_adj >> /out/schedule`],
  ['status-of-children', `RUN (exit 5); echo $? > /out/status-of-children; sh -c 'kill -TERM $$'; echo $? >> /out/status-of-children; false | true; echo $? >> /out/status-of-children`],
  ['trap', `RUN trap 'echo left > /out/trap' EXIT; exit 0`],
  ['exec-in-shell', `RUN exec sh -c 'echo replaced > /out/exec-in-shell'`],
  ['closed', `RUN exec >&- 2>&- <&-; echo quiet > /out/closed`],
  ['shell-options', `RUN set -eu; false || true; set +eu; echo "$-" > /out/shell-options`],
];

async function probe(base: string, frontend: 'ours' | 'reference', extra: BuildRequest, lines: string): Promise<Record<string, string>> {
  const dockerfile = `FROM ${base}\nENV A=1 B="two words" EMPTY= odd.name=3 x-y=4\nRUN mkdir -m 777 /out /work\n${lines}${PROBES.map(([, line]) => `${line}\n`).join('')}`;
  const result = await env.mustBuild({ frontend, dockerfile, noCache: true, ...extra });
  const texts = textsBelow(rootfs(result.image, 1), 'out');
  // A trace and a pipe have new ids in every build.
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, text.replaceAll(/TRACEPARENT=['"]?[-0-9a-f]+/g, 'TRACEPARENT=').replaceAll(/pipe:\[\d+\]/g, 'pipe:[]')]));
}

const SETTINGS: readonly (readonly [string, string, string, BuildRequest])[] = [
  ['debian', env.bases.debian, '', {}],
  ['busybox', env.bases.busybox, '', {}],
  ['debian, as another user in a folder', env.bases.debian, 'WORKDIR /work\nUSER 1234:5678\n', {}],
  ['busybox, as another user in a folder', env.bases.busybox, 'WORKDIR /work\nUSER 1234:5678\n', {}],
  ['debian, by bash', env.bases.debian, 'SHELL ["/bin/bash", "-c"]\n', {}],
  ['busybox, with limits and hosts', env.bases.busybox, '', { opts: { ulimit: 'nofile=512:1024,core=0:0', 'add-hosts': 'somewhere=10.1.2.3', hostname: 'named', 'shm-size': '1048576' } }],
];

for (const [name, base, lines, extra] of SETTINGS) {
  test(`a command sees the same: ${name}`, async () => {
    const [theirs, ours] = await Promise.all([probe(base, 'reference', extra, lines), probe(base, 'ours', extra, lines)]);
    assert.equal(Object.keys(theirs).filter((key) => key !== 'umask-file').sort(), PROBES.map(([key]) => key).sort());
    for (const key of Object.keys(theirs)) assert.is(ours[key], theirs[key], key);
  });
}

test('with an epoch, the environment has SOURCE_DATE_EPOCH, what TeX and Perl want with it, and nothing else more', async () => {
  const more = ['SOURCE_DATE_EPOCH=1700000000', 'FORCE_SOURCE_DATE=1', 'PERL_HASH_SEED=0'];
  const [theirs, ours] = await Promise.all([probe(env.bases.debian, 'reference', { epoch: 1700000000 }, ''), probe(env.bases.debian, 'ours', { epoch: 1700000000 }, '')]);
  for (const key of ['environment', 'exec-environment', 'exec-environment-of-shell']) {
    const lines = ours[key]?.split(/[\n\0]/) ?? [];
    for (const line of more) assert.ok(lines.includes(line), key);
    assert.equal(lines.filter((line) => !more.includes(line)).sort(), theirs[key]?.split(/[\n\0]/).sort(), key);
  }
  assert.is(ours['command-line'], theirs['command-line']);
});

test('a stage that declares SOURCE_DATE_EPOCH sees the value once', async () => {
  const dockerfile = `FROM ${env.bases.busybox}\nARG SOURCE_DATE_EPOCH\nRUN env | grep -c SOURCE_DATE_EPOCH > /count\nRUN ["cp", "/proc/self/environ", "/raw"]\n`;
  const result = await env.mustBuild({ dockerfile, epoch: 1700000000, noCache: true });
  assert.is(result.image.layers.at(-2)?.text('count'), '1\n');
  assert.is(result.image.layers.at(-1)?.text('raw').split('SOURCE_DATE_EPOCH=1700000000').length, 2);
});

test('each stream comes out whole and in order', async () => {
  const dockerfile = `FROM ${env.bases.busybox}\nRUN for i in $(seq 1 300); do echo "line $i"; done 2>&1\nRUN for i in $(seq 1 300); do echo "error $i" >&2; done\nRUN printf 'no newline'\nRUN printf 'a\\r\\nb\\tc\\n'\n`;
  const request: BuildRequest = { dockerfile, noCache: true, output: 'none' };
  const [theirs, ours] = await Promise.all([env.mustBuild({ ...request, frontend: 'reference' }), env.mustBuild({ ...request, frontend: 'ours' })]);
  assert.equal(stepOutput(ours.log).filter((line) => /^(line|error) /.test(line)), [...range('line'), ...range('error')]);
  assert.equal(stepOutput(ours.log), stepOutput(theirs.log));
});

function range(word: string): string[] {
  return Array.from({ length: 300 }, (_, index) => `${word} ${index + 1}`);
}

test('a process left in the background does not hold the build up', async () => {
  const dockerfile = `FROM ${env.bases.debian}\nRUN sleep 300 & echo started > /one\nRUN (trap '' TERM HUP; sleep 300) > /dev/null 2>&1 & echo started > /two\nRUN setsid sleep 300 < /dev/null > /dev/null 2>&1 & true\n`;
  const result = await env.mustBuild({ dockerfile, noCache: true, output: 'none' });
  assert.ok(result.milliseconds < 60_000, `${result.milliseconds} ms`);
});

test('a process left in the background ends with the command: it cannot change again what is put back', async () => {
  const dockerfile = `FROM ${env.bases.debian}\nRUN (while :; do echo x >> /var/log/dpkg.log; echo y > /var/log/dnf.log; done) > /dev/null 2>&1 & sleep 0.3\n`;
  const files = rootfs((await env.mustBuild({ dockerfile, noCache: true })).image);
  assert.is(files.get('var/log/dpkg.log')?.content.toString(), '');
  assert.is(files.has('var/log/dnf.log'), false);
});

test('a cancelled build ends the command at once', async () => {
  const marker = `300.${process.pid}`;
  const stop = new AbortController();
  const build = env.build({ dockerfile: `FROM ${env.bases.busybox}\nRUN trap '' TERM INT HUP; sleep ${marker}; sleep ${marker}1\n`, noCache: true, output: 'none', signal: stop.signal });
  const seen = await waitFor(() => running(marker), 20_000);
  const started = performance.now();
  stop.abort();
  const result = await build;
  assert.is(result.ok, false);
  assert.ok(performance.now() - started < 10_000, 'the client ended late');
  if (seen) assert.ok(await waitFor(() => !running(marker), 10_000), 'the command goes on');
});

/** Whether this machine runs `sleep MARKER…` (a daemon elsewhere: never seen). */
function running(marker: string): boolean {
  return readdirSync('/proc').some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith(`sleep\0${marker}`);
    } catch {
      return false;
    }
  });
}

async function waitFor(condition: () => boolean, milliseconds: number): Promise<boolean> {
  for (const end = performance.now() + milliseconds; performance.now() < end; ) {
    if (condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return condition();
}

test.run();
