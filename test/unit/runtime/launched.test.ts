/** The launcher with the wrapper at their places below /dev, in a mount namespace: what it copies, and when it leaves out the second half. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripRules, stripRulesFor } from '../../../src/rewrite/strip.ts';
import { wrapperFiles } from '../../../src/runtime/files.ts';
import { launcher } from '../../../src/runtime/launcher.ts';
import { stripLines } from '../../../src/runtime/strip-script.ts';
import type { StripPath } from '../../../src/runtime/strip-script.ts';
import type { WrapperConfig } from '../../../src/runtime/wrapper.ts';
import { SHELLS } from './shells.ts';

/** As for a RUN that does not name git. */
const STRIP = stripRulesFor(stripRules({ enabled: true, add: ['/opt/*/log'], remove: [] }), { mountTargets: [], tools: [] });
const UNSHARE = ['unshare', '--mount', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])];
const isPossible = spawnSync(UNSHARE[0]!, [...UNSHARE.slice(1), 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
/** The launchers that this machine can run, each with the program that it is started by. */
const LAUNCHERS = ([['amd64', 'x64', 'qemu-x86_64-static'], ['arm64', 'arm64', 'qemu-aarch64-static']] as const).flatMap(([architecture, node, emulator]) => {
  if (process.arch === node) return [{ architecture, emulator: '' }];
  const { status, stdout } = spawnSync('/bin/sh', ['-c', `command -v ${emulator}`], { encoding: 'utf8' });
  return status === 0 ? [{ architecture, emulator: stdout.trim() }] : [];
});

/** Puts a /dev with the folder's files in place of the real one, and the shell in place of /bin/sh. */
const PREPARE = `set -e
box=$1 shell=$2
shift 2
mkdir "$box/dev"
mount -t tmpfs none "$box/dev"
mkdir "$box/dev/.repro" "$box/dev/.repro-state"
: > "$box/dev/null"
mount --bind /dev/null "$box/dev/null"
cp -p "$box/wrapper/"* "$box/dev/.repro/"
mount --bind "$shell" /bin/sh
mount --rbind "$box/dev" /dev
cd "$box/root"
exec "$@"
`;

interface Launched {
  readonly status: number | null;
  readonly stdout: string;
  /** Whether there was a second half. */
  readonly second: boolean;
  readonly stderr: string;
}

type RunArguments = readonly [command: string, config?: Partial<WrapperConfig>, edit?: (script: string) => string];

class Box {
  readonly folder = mkdtempSync(join(tmpdir(), 'repro-launched-'));

  constructor(files: Readonly<Record<string, string>>) {
    mkdirSync(this.path('wrapper'));
    for (const [path, text] of Object.entries({ '/etc/hosts': '', ...files })) {
      mkdirSync(dirname(this.root(path)), { recursive: true });
      writeFileSync(this.root(path), text);
      utimesSync(this.root(path), 1_700_000_000.25, 1_700_000_000.25);
    }
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  root(path: string): string {
    return join(this.folder, 'root', path);
  }

  run(shell: string, { architecture, emulator }: (typeof LAUNCHERS)[number], command: string, config: Partial<WrapperConfig> = {}, edit: (script: string) => string = (script) => script): Launched {
    const files = wrapperFiles({ strip: STRIP, sudo: false, root: this.root(''), ...config });
    for (const { name, mode, data } of [...files, { name: 'exec', mode: 0o755, data: launcher(architecture)! }]) {
      const text = Buffer.from(data).toString('latin1');
      // What the second half does first is said.
      writeFileSync(this.path(`wrapper/${name}`), name === 'run' ? edit(text.replace('\nafter() {\n', '\nafter() {\n  echo second >&2\n')) : text, 'latin1');
      chmodSync(this.path(`wrapper/${name}`), mode);
    }
    // The clock of file times ticks every few milliseconds: what the parent has is older than the RUN.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    const start = emulator === '' ? ['/dev/.repro/exec'] : [emulator, '/dev/.repro/exec'];
    const { status, stdout, stderr } = spawnSync(UNSHARE[0]!, [...UNSHARE.slice(1), '/bin/bash', '-c', PREPARE, 'prepare', this.folder, shell, ...start, '/bin/bash', '-c', command], { encoding: 'utf8' });
    rmSync(this.path('dev'), { recursive: true, force: true });
    return { status, stdout, second: stderr.includes('second\n'), stderr: stderr.replace('second\n', '') };
  }
}

function each(name: string, files: Readonly<Record<string, string>>, body: (box: Box, run: (...args: RunArguments) => Launched) => void): void {
  for (const launcherOf of isPossible ? LAUNCHERS : []) {
    // An emulated launcher makes no difference to shells.
    for (const [program = ''] of launcherOf.emulator === '' ? SHELLS : SHELLS.slice(0, 1)) {
      const shell = spawnSync('/bin/sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
      test(`${launcherOf.architecture}, ${program}: ${name}`, () => {
        const box = new Box(files);
        try {
          body(box, (...args) => box.run(shell, launcherOf, ...args));
        } finally {
          rmSync(box.folder, { recursive: true, force: true });
        }
      });
    }
  }
}

const LARGE = 'x'.repeat(3 * 65_536), LARGER = `${LARGE}y`;

each('what the parent had comes back from the launcher\'s copies with content, mode, owner and time', {
  '/etc/passwd-': 'parent\n', '/etc/shadow-': '', '/var/lib/dpkg/status-old': LARGE, '/var/cache/debconf/templates.dat-old': LARGER, '/opt/a b/log': 'a', '/opt/c/log': 'c',
}, (box, run) => {
  chmodSync(box.root('/etc/passwd-'), 0o640);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(box.root('/etc/passwd-'), 12, 34);
  const times = statSync(box.root('/etc/passwd-'), { bigint: true });
  const result = run('for f in etc/passwd- etc/shadow- var/lib/dpkg/status-old var/cache/debconf/templates.dat-old "opt/a b/log" opt/c/log etc/group-; do rm -f "$f"; echo new > "$f"; done; umask; stat -c "%a %s" /dev/.repro-state/passwd-');
  assert.equal(result, { status: 0, stdout: `0022\n640 7\n`, second: true, stderr: '' });
  const { mode, uid, gid, mtimeNs } = statSync(box.root('/etc/passwd-'), { bigint: true });
  assert.equal([mode, uid, gid, mtimeNs], [times.mode, times.uid, times.gid, times.mtimeNs]);
  const texts = ['/etc/passwd-', '/etc/shadow-', '/var/lib/dpkg/status-old', '/var/cache/debconf/templates.dat-old'].map((path) => readFileSync(box.root(path), 'utf8'));
  assert.ok(texts[0] === 'parent\n' && texts[1] === '' && texts[2] === LARGE && texts[3] === LARGER);
  assert.is(existsSync(box.root('/etc/group-')), false);
});

/** Commands, and whether there is something for the second half to do. */
const COMMANDS: readonly (readonly [string, boolean])[] = [
  ['true', false],
  ['cat etc/passwd-; mkdir srv; echo x > srv/x; echo y >> usr/lib/x', false],
  ['echo more >> var/log/dpkg.log', true],
  ['echo more >> var/log/dpkg.log; touch -d @1600000000 var/log/dpkg.log var/log var /dev/.repro-state/.mark', true],
  ['echo x > srv-new; touch -r etc/passwd- srv-new; mv srv-new etc/passwd-', true],
  ['echo x > etc/group-', true],
  ['mkdir -p var/log/munin; echo x > var/log/munin/munin-node-configure.log', true],
  ['mkdir -p root/.npm/_logs', true],
  ['echo x > home/user/.wget-hsts', true],
  ['echo x >> home/user/two/three', false],
  ['echo x >> var/lib/rabbitmq/.erlang.cookie', true],
  ['echo x > var/lib/rabbitmq/deep/new', true],
  ['echo x > etc/one/two/new', true],
  ['mkdir etc/one/new', true],
  ['echo x >> etc/one/two/old', false],
  ['echo x > etc/one/two/three/new', false],
  ['echo x >> etc/shadow', true],
  ['rm -rf /dev/.repro-state/..?* /dev/.repro-state/.[!.]*', false],
  [': > /dev/.repro-state/.watched', false],
  ['rm var/log/dpkg.log', false],
  ['mkdir -p root/.cache/go-build/00', true],
];

each('there is a second half when the command touched what it looks after, by change time', {
  '/etc/passwd-': 'x', '/var/log/dpkg.log': 'x', '/home/user/two/three': '', '/var/lib/rabbitmq/.erlang.cookie': 'x', '/var/lib/rabbitmq/deep/x': '', '/etc/one/two/old': '', '/etc/one/two/three/x': '', '/usr/lib/x': '', '/root/x': '', '/var/lib/texmf': 'no folder',
}, (_, run) => {
  for (const [command, expected] of COMMANDS) {
    const { status, second } = run(command);
    assert.equal([command, status, second], [command, 0, expected]);
  }
  assert.equal([run('echo x >> var/log/dpkg.log; exit 3')].map(({ status, second }) => [status, second]), [[3, false]]);
});

each('there is one in any case where packages come from the snapshot or file times are brought back, for git, and for a build cache of Go', { '/etc/hostname': '' }, (box, run) => {
  const snapshot = { time: '20240101T000000Z', debianBase: 'http://s/', ubuntuBase: 'http://u/', archBase: 'http://a/', backports: false, keepCache: false };
  assert.is(run('true', { snapshot }).second, true);
  assert.is(run('true', { clamp: { epoch: 1n, mounts: [] } }).second, true);
  assert.is(run('true', { strip: [] }).second, true);
  assert.is(run('true').second, false);
  assert.is(run('true', { strip: [...STRIP, { path: '/**/.git', action: 'normalise-git', why: 'x' }] }).second, true);
  mkdirSync(box.root('/root/.cache/go-build/00'), { recursive: true });
  assert.is(run('true').second, true);
});

each('a shell that has no printf leaves no lists: cp copies, and there is a second half', { '/etc/passwd-': 'parent\n' }, (box, run) => {
  const without = (text: string): string => text.replaceAll('printf', 'no-such-program 2>/dev/null');
  assert.is(run('true', {}, without).second, true);
  assert.is(run('echo x > etc/passwd-; echo x > etc/group-', {}, without).second, true);
  assert.is(readFileSync(box.root('/etc/passwd-'), 'utf8'), 'parent\n');
  assert.is(existsSync(box.root('/etc/group-')), false);
});

test('paths of one function with the same arguments are one call, so that what is removed is one list', () => {
  const rules = stripLines([
    { path: '/a/*/b', action: 'restore', why: 'x' }, { path: '/c', action: 'restore', why: 'x' }, { path: '/d/c', action: 'empty', why: 'x' }, { path: '/e*', action: 'remove', why: 'x' },
    { path: '/f', action: 'report', why: 'y' }, { path: '/g', marker: 'h', action: 'report', why: 'y' }, { path: '/etc/shadow', action: 'report-passwords', why: 'z' },
  ]).rules;
  assert.is(rules, "$1 put_back d/c . empty\n$1 put_back 'a/*/b\ne*' x remove\n$1 put_back c 1 restore\n$1 report f '' y\n$1 report g/h /h y\n$1 report_passwords etc/shadow .\n");
});

test('what is watched: files, what patterns match, and the folders in which more could come up', () => {
  const path = (path: string, more: Partial<StripPath> = {}): StripPath => ({ path, action: 'restore', why: 'x', ...more });
  const watch = (...paths: readonly StripPath[]): string => stripLines(paths).watch;
  assert.is(watch(), '');
  assert.is(watch(path('/a/b'), path('/a/b')), "watch ''\n");
  assert.is(watch(path('/a/b/*.db')), 'watch a/b\n');
  assert.is(watch(path('/a/http*/?/x/[ab]c', { action: 'remove' })), "watch 'a\na/http*/\na/http*/?/\na/http*/?/x/'\n");
  assert.is(watch(path('/*/x')), "watch './\n./*/'\n");
  assert.is(watch(path('/a/*', { action: 'report', marker: 'm/n' })), "watch 'a\na/*/\na/*/m/'\n");
  assert.is(watch(path('/a'), path('/**/.git', { action: 'normalise-git' })), '');
  assert.is(watch(path('/a/b', { action: 'normalise-go' }), path('/c')), "[ -d a/b ] || watch ''\n");
  assert.is(watch(path('/etc', { action: 'report-keys' }), path('/etc/*/x')), "watch 'etc/*/\netc/*/*/'\n");
});

test.run();
