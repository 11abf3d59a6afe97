import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripRules } from '../../../src/rewrite/strip.ts';
import { wrapperScript } from '../../../src/runtime/wrapper.ts';
import { SHELLS } from './shells.ts';

const folder = mkdtempSync(join(tmpdir(), 'repro-databases-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));
let boxes = 0;

interface Setting {
  readonly epoch?: string;
  /** A folder with programs that the image has. */
  readonly tools?: string;
  /** How long it is till the RUN writes: busybox's find compares whole seconds. */
  readonly seconds?: number;
  /** What the RUN says. */
  readonly told?: string;
}

/** What the files are after a RUN that wrote `written` over `parent`. */
function after(shell: readonly string[], parent: Readonly<Record<string, string>>, written: Readonly<Record<string, string>>, { epoch, tools, seconds = 0, told = '' }: Setting = {}): Readonly<Record<string, string>> {
  const box = join(folder, `${++boxes}`);
  const [root, state, changes] = ['root', 'state', 'changes'].map((name) => join(box, name)) as [string, string, string];
  const write = (base: string, files: Readonly<Record<string, string>>): void => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(base + path), { recursive: true });
      writeFileSync(base + path, text);
    }
  };
  for (const each of [root, state, changes]) mkdirSync(each, { recursive: true });
  write(root, parent);
  write(changes, written);
  const script = wrapperScript({ strip: stripRules({ enabled: true, add: [], remove: [] }), sudo: false, root, state });
  writeFileSync(join(box, 'run'), tools === undefined ? script : script.replace(/^PATH=/m, `PATH=${tools}:`));
  // The clock of file times ticks every few milliseconds.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  const [program = '', ...args] = shell;
  const env = { PATH: process.env['PATH'], ...(epoch === undefined ? {} : { SOURCE_DATE_EPOCH: epoch }) };
  const result = spawnSync(program, [...args, join(box, 'run'), 'sh', '-c', `sleep ${seconds}; cp -r ${changes}/. ${root}/`], { env, encoding: 'utf8' });
  assert.is(result.stderr, told);
  assert.is(result.status, 0);
  return Object.fromEntries(Object.keys({ ...parent, ...written }).filter((path) => existsSync(root + path)).map((path) => [path, readFileSync(root + path, 'utf8')]));
}

function each(name: string, body: (shell: readonly string[]) => void): void {
  for (const shell of SHELLS) test(`${shell[0]}: ${name}`, () => body(shell));
}

const desc = (installed: string): string => `%NAME%\nhello\n\n%VERSION%\n1-1\n\n%DESC%\na \\n b  c\n\n%BUILDDATE%\n1600000000\n\n%INSTALLDATE%\n${installed}\n\n%PACKAGER%\nx\n\n`;
const DESC = '/var/lib/pacman/local/hello-1-1/desc';

each('pacman: the time of installation is the epoch, or the day on which the package was built', (shell) => {
  assert.is(after(shell, {}, { [DESC]: desc('1795000000') }, { epoch: '1700000000' })[DESC], desc('1700000000'));
  assert.is(after(shell, {}, { [DESC]: desc('1795000000') })[DESC], desc('1600000000'));
  const other = '/var/lib/pacman/local/parent-1-1/desc';
  assert.is(after(shell, { [other]: desc('1650000000') }, { [DESC]: desc('1795000000') }, { epoch: '1700000000' })[other], desc('1650000000'));
});

const real = 'C:Q1kKZ8vHq1vYb6vUe2kQ0cE7m3i5k=\nP:musl\nV:1.2.5-r0\nA:x86_64\nS:407278\nI:667648\nT:the musl c library (libc) implementation\nU:https://musl.libc.org/\nL:MIT\no:musl\nm:x\nt:1709833128\nc:abc\np:so:libc.musl-x86_64.so.1=1\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nZ:Q1abc=\n\n';
const virtual = (name: string, version: string, id: string): string => `C:Q1${id}=\nP:${name}\nV:${version}\nA:noarch\nS:0\nI:0\nT:virtual meta package\nU:\nL:\nD:gcc make>4\n\n`;
const DATABASE = '/lib/apk/db/installed', WORLD = '/etc/apk/world';

each('apk: packages of --virtual have the epoch\'s version, and an id of their number', (shell) => {
  const made = (version: string, id: string) => ({
    [DATABASE]: virtual('.build-deps', version, `A${id}`) + real + virtual('.named', '1.0', `B${id}`) + virtual('.run-deps', version, `C${id}`),
    [WORLD]: `.build-deps=${version}\n.named=1.0\n.run-deps=${version}\nmusl\npython3=20261123.101500\n`,
  });
  const one = after(shell, {}, made('20261123.101500', 'kKZ8vHq1vYb6vUe2kQ0cE7m3i'), { epoch: '1700000000' });
  const two = after(shell, {}, made('20270105.235959', 'zzzzvHq1vYb6vUe2kQ0cE7m3i'), { epoch: '1700000000' });
  assert.equal(one[DATABASE], two[DATABASE]);
  assert.is(one[WORLD], '.build-deps=20231114.221320\n.named=1.0\n.run-deps=20231114.221320\nmusl\npython3=20261123.101500\n');
  assert.is(two[WORLD], '.build-deps=20231114.221320\n.named=1.0\n.run-deps=20231114.221320\nmusl\npython3=20261123.101500\n');
  const id = (number: number): string => `${String(number).padStart(26, '0')}A`;
  assert.is(one[DATABASE], virtual('.build-deps', '20231114.221320', id(1)) + real + virtual('.named', '1.0', id(2)) + virtual('.run-deps', '20231114.221320', id(3)));
  for (const number of [1, 2, 99]) assert.is(Buffer.from(`${id(number)}=`, 'base64').length, 20);
  assert.match(after(shell, {}, made('20261123.101500', 'kKZ8vHq1vYb6vUe2kQ0cE7m3i'))[WORLD] ?? '', '.build-deps=19700101.000000\n');
});

each('apk: a database without them stays as it is', (shell) => {
  const files = { [DATABASE]: real + real.replace('P:musl', 'P:zlib'), [WORLD]: 'musl\nzlib=20261123.101500\n' };
  assert.equal(after(shell, {}, files, { epoch: '1700000000' }), files);
});

const CACHE = '/var/lib/ghc/package.conf.d/package.cache';

each('ghc: the cache of packages is made again of the same files', (shell) => {
  const tools = join(folder, 'tools');
  mkdirSync(tools, { recursive: true });
  const program = (text: string): void => {
    writeFileSync(join(tools, 'ghc-pkg'), `#!/bin/sh\n${text}\n`);
    chmodSync(join(tools, 'ghc-pkg'), 0o755);
  };
  const written = { [CACHE]: 'b a', [CACHE.replace('package.cache', 'a.conf')]: 'A\n', [CACHE.replace('package.cache', 'b.conf')]: 'B\n' };
  program('[ "$1" = recache ] && cd "${2#--package-db=}" && cat *.conf > package.cache');
  assert.is(after(shell, {}, written, { tools })[CACHE], 'A\nB\n');
  assert.is(after(shell, written, {}, { tools })[CACHE], 'b a');
  program('exit 1');
  assert.is(after(shell, {}, written, { tools, told: `repro: ${CACHE}: its entries come in the order of the directory, and ghc-pkg could not make it again\n` })[CACHE], 'b a');
});

each('the build cache of Go: times are the epoch, in what is new', (shell) => {
  const entry = (time: string): string => `v1 ${'0a'.repeat(32)} ${'1b'.repeat(32)} ${'2653'.padStart(20)} ${time.padStart(20)}\n`;
  const [made, old] = ['/root/.cache/go-build/0a/0a11-a', '/root/.cache/go-build/1b/1b11-a'];
  const other = { '/root/.cache/go-build/0a/0a11-d': entry('1795787831634344550'), '/root/.cache/go-build/0a/0a12-a': 'text 1795787831634344550\n' };
  const files = after(shell, { [old]: entry('1750000000000000000') }, { [made]: entry('1795787831634344550'), ...other }, { epoch: '1700000000', seconds: 1.1 });
  assert.equal(files, { [old]: entry('1750000000000000000'), [made]: entry('1700000000000000000'), ...other });
  assert.is(after(shell, {}, { [made]: entry('1795787831634344550') }, { seconds: 1.1 })[made], entry('0'.repeat(19)));
  const index = `/root/.cache/go-build/1b/${'1b'.repeat(32)}-d`;
  assert.equal(after(shell, {}, { [made]: entry('1795787831634344550'), [index]: 'go index v2\nx' }, { seconds: 1.1 }), { [index]: 'go index v2\nx' });
});

test.run();
