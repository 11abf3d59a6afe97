import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripRules } from '../../../src/rewrite/strip.ts';
import { wrapperFiles } from '../../../src/runtime/files.ts';
import type { SnapshotSettings } from '../../../src/runtime/snapshot.ts';
import { wrapperScript } from '../../../src/runtime/wrapper.ts';
import type { WrapperConfig } from '../../../src/runtime/wrapper.ts';
import { SHELLS } from './shells.ts';

const PRIVATE_KEY = '-----BEGIN RSA PRIVATE KEY-----';
const CERTIFICATE = '-----BEGIN CERTIFICATE-----';
/** A menu of Info with these entries. */
const infoMenu = (names: string): string => `This is the file dir, of all.\n* Menu:\n\nTitle\n${[...names].map((name) => `* ${name}: (${name}).\n`).join('')}`;

const STRIP = stripRules({ enabled: true, add: ['/var/my cache/*.tmp'], remove: [] });
const APT: SnapshotSettings = { time: '20240101T000000Z', debianBase: 'http://s/', ubuntuBase: 'http://u/', archBase: 'http://a/', backports: false, keepCache: false };

/** A root file system and a state folder of its own. */
class Box {
  readonly folder = mkdtempSync(join(tmpdir(), 'repro-wrapper-'));
  readonly root = join(this.folder, 'root');
  readonly state = join(this.folder, 'state');

  constructor(files: Readonly<Record<string, string>> = {}) {
    mkdirSync(this.root);
    mkdirSync(this.state);
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.root + path), { recursive: true });
    writeFileSync(this.root + path, text);
    utimesSync(this.root + path, 1_700_000_000.25, 1_700_000_000.25);
  }

  read(path: string): string | undefined {
    return existsSync(this.root + path) ? readFileSync(this.root + path, 'utf8') : undefined;
  }

  run(shell: readonly string[], command: readonly string[], config: Partial<WrapperConfig> = {}, options: { env?: NodeJS.ProcessEnv; input?: string; edit?: (script: string) => string } = {}) {
    const script = join(this.folder, 'run');
    for (const file of wrapperFiles({ strip: STRIP, sudo: false, root: this.root, state: this.state, ...config })) writeFileSync(join(this.folder, file.name), file.data);
    if (options.edit !== undefined) writeFileSync(script, options.edit(readFileSync(script, 'utf8')));
    const [program = '', ...args] = shell;
    // The clock of file times ticks every few milliseconds: what the parent has is older than the RUN.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    const env = options.env ?? { PATH: process.env['PATH'], R: this.root };
    return spawnSync(program, [...args, script, ...command], { env, input: options.input ?? '', encoding: 'utf8', cwd: this.root });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function each(name: string, body: (shell: readonly string[]) => void): void {
  for (const shell of SHELLS) test(`${shell[0]}: ${name}`, () => body(shell));
}

function withBox(files: Readonly<Record<string, string>>, body: (box: Box) => void): void {
  const box = new Box(files);
  try {
    body(box);
  } finally {
    box.remove();
  }
}

const sh = (text: string): readonly string[] => ['/bin/sh', '-c', text];

/** Long enough for a later file to be newer: busybox's find compares whole seconds. */
const pause = ([program]: readonly string[]): string => `sleep ${program === 'busybox' ? 1.1 : 0.02}`;

test('there are shells to test with', () => assert.ok(SHELLS.length >= 2));

each('what the parent had comes back with content, mode and time; what it had not goes', (shell) => withBox({
  '/var/log/dpkg.log': 'parent\n', '/etc/shadow-': 'parent\n', '/var/cache/ldconfig/aux-cache': 'parent', '/var/log/other.log': 'parent\n',
}, (box) => {
  chmodSync(`${box.root}/etc/shadow-`, 0o600);
  const result = box.run(shell, sh('cd $R; echo more >> var/log/dpkg.log; rm etc/shadow-; echo new > etc/shadow-; echo x > etc/passwd-; echo more >> var/log/other.log; mkdir "var/my cache"; echo x > "var/my cache/a b.tmp"'));
  assert.is(result.stderr, '');
  assert.is(result.status, 0);
  assert.is(box.read('/var/log/dpkg.log'), 'parent\n');
  assert.is(box.read('/etc/shadow-'), 'parent\n');
  assert.is(statSync(`${box.root}/etc/shadow-`).mode & 0o777, 0o600);
  assert.is(Math.floor(statSync(`${box.root}/etc/shadow-`).mtimeMs / 1000), 1_700_000_000);
  assert.is(box.read('/etc/passwd-'), undefined);
  assert.is(box.read('/var/log/other.log'), 'parent\nmore\n');
  assert.is(box.read('/var/my cache/a b.tmp'), undefined);
}));

each('a file with the time of the one before is noticed', (shell) => withBox({ '/etc/passwd-': 'parent\n' }, (box) => {
  box.run(shell, sh('cd $R/etc; echo other > new; touch -r passwd- new; mv new passwd-'));
  assert.is(box.read('/etc/passwd-'), 'parent\n');
}));

each('what was not touched keeps its inode and its fraction of a second', (shell) => withBox({ '/etc/passwd-': 'parent\n' }, (box) => {
  const before = statSync(`${box.root}/etc/passwd-`, { bigint: true });
  box.run(shell, sh('true'));
  const after = statSync(`${box.root}/etc/passwd-`, { bigint: true });
  assert.is(after.ino, before.ino);
  assert.is(after.mtimeNs, before.mtimeNs);
}));

each('what the RUN deleted stays deleted', (shell) => withBox({ '/var/log/dpkg.log': 'parent\n' }, (box) => {
  box.run(shell, sh('rm -rf $R/var/log/*'));
  assert.is(box.read('/var/log/dpkg.log'), undefined);
  assert.ok(existsSync(`${box.root}/var/log`));
}));

each('symbolic links and folders are left alone', (shell) => withBox({}, (box) => {
  const result = box.run(shell, sh('mkdir -p $R/var/log/dpkg.log $R/etc; echo x > $R/etc/target; ln -s target $R/etc/passwd-'));
  assert.is(result.status, 0);
  assert.ok(statSync(`${box.root}/var/log/dpkg.log`).isDirectory());
  assert.ok(lstatSync(`${box.root}/etc/passwd-`).isSymbolicLink());
  assert.is(box.read('/etc/target'), 'x\n');
}));

each('machine ids: empty where there was none, as before where there was one', (shell) => {
  withBox({}, (box) => {
    box.run(shell, sh('mkdir -p $R/etc $R/var/lib/dbus; echo 1 > $R/etc/machine-id; echo 1 > $R/var/lib/dbus/machine-id'));
    assert.is(box.read('/etc/machine-id'), '');
    assert.is(box.read('/var/lib/dbus/machine-id'), undefined);
  });
  withBox({ '/etc/machine-id': 'uninitialized\n', '/var/lib/dbus/machine-id': 'other\n' }, (box) => {
    box.run(shell, sh('echo 1 > $R/etc/machine-id; echo 1 > $R/var/lib/dbus/machine-id'));
    assert.is(box.read('/etc/machine-id'), 'uninitialized\n');
    assert.is(box.read('/var/lib/dbus/machine-id'), 'other\n');
  });
});

each('files that mktemp made and nobody removed go, folders and other files stay', (shell) => withBox({ '/tmp/tmp.abcdefghij': 'parent' }, (box) => {
  box.run(shell, sh('cd $R/tmp; echo x > tmp.0123456789; echo x >> tmp.abcdefghij; mkdir tmp.9876543210; echo x > tmp.mine'));
  assert.equal(['0123456789', 'abcdefghij', 'mine'].map((name) => box.read(`/tmp/tmp.${name}`)), [undefined, 'parent', 'x\n']);
  assert.ok(existsSync(`${box.root}/tmp/tmp.9876543210`));
}));

each('large caches are removed when they changed, and kept when not', (shell) => withBox({ '/var/cache/apt/pkgcache.bin': 'parent', '/var/cache/apt/srcpkgcache.bin': 'parent' }, (box) => {
  box.run(shell, sh('echo x > $R/var/cache/apt/pkgcache.bin'));
  assert.is(box.read('/var/cache/apt/pkgcache.bin'), undefined);
  assert.is(box.read('/var/cache/apt/srcpkgcache.bin'), 'parent');
}));

const NPM = '/root/.npm/_cacache/index-v5/00/00';
/** As where there is no program stat, or one that tells whole seconds. */
const WITHOUT_TIMES: readonly ((script: string) => string)[] = [
  (script) => script.replaceAll("$(stat -c '%z %n'", "$(no-such-program"),
  (script) => script.replaceAll('start=${start% *}', 'start=${start%.*}'),
];

each('a cache that is too big to keep: what is new in it goes, what was there stays, in thousands of files and where times tell little', (shell) => {
  const names = (letter: string, count: number): readonly string[] => Array.from({ length: count }, (_, index) => `${NPM}/${letter}${String(index).padStart(4, '0')}`);
  for (const [edit, count] of [[(script: string) => script, 1050], [WITHOUT_TIMES[0]!, 250], [WITHOUT_TIMES[1]!, 250]] as const) {
    withBox(Object.fromEntries([...names('b', count), ...names('y', count)].map((path) => [path, 'parent'])), (box) => {
      const made = box.run(shell, sh(`${pause(shell)}; cd $R${NPM}; for i in $(seq ${count}); do echo x > "a $i"; echo x > x$i; done; echo x > old; touch -r b0000 old; echo more >> y0000; echo more >> b0007; rm y0001 y0002`), {}, { edit });
      assert.is(made.stderr, '');
      const stays = [...names('b', count), ...names('y', count)].filter((path) => !/b0007|y000[012]/.test(path)).map((path) => path.slice(NPM.length + 1));
      assert.equal(readdirSync(box.root + NPM).sort(), stays);
    });
  }
});

each('what differs in a file is taken out of it when the RUN wrote it', (shell) => withBox({ '/usr/share/info/dir': infoMenu('ba') }, (box) => {
  box.run(shell, sh('true'));
  assert.is(box.read('/usr/share/info/dir'), infoMenu('ba'));
  const result = box.run(shell, sh('cd $R/usr/share/info; cat dir > new; echo "* a: (a)." >> new; mv new dir'));
  assert.is(result.stderr, '');
  assert.is(box.read('/usr/share/info/dir'), infoMenu('aab'));
}));

each('what has to differ is named, once it is new', (shell) => withBox({ '/etc/ssl/old.key': `${PRIVATE_KEY}\n`, '/etc/bind/rndc.key': 'parent', '/var/lib/mysql/ibdata1': 'parent' }, (box) => {
  assert.is(box.run(shell, sh('true')).stderr, '');
  const made = box.run(shell, sh(`${pause(shell)}; cd $R; mkdir -p etc/ssh var/lib/postgresql/15/main/global; echo '${PRIVATE_KEY}' | tee 'etc/ssl/new one.key' > etc/ssh/host_key; echo x > etc/ssh/host_key.pub; echo '${CERTIFICATE}' | tee -a etc/ssl/one.pem etc/ssl/all.crt >> etc/ssl/all.crt; echo x > var/lib/postgresql/15/main/global/pg_control; echo x > etc/bind/rndc.key; mkdir etc/mail; echo '-----BEGIN CERTIFICATE REQUEST-----' > etc/mail/one.csr; echo '-----BEGIN DH PARAMETERS-----' > etc/mail/dh`));
  assert.equal([...made.stderr.matchAll(/^repro: (.*?): it /gm)].map((match) => match[1]).sort(), [
    '/etc/bind/rndc.key', '/etc/mail/dh', '/etc/mail/one.csr', '/etc/ssh/host_key', '/etc/ssh/host_key.pub', '/etc/ssl/new one.key', '/etc/ssl/one.pem', '/var/lib/postgresql/15/main',
  ]);
  assert.is(box.read('/etc/ssl/new one.key'), `${PRIVATE_KEY}\n`);
  assert.is(box.run(shell, sh(`${pause(shell)}; echo '${CERTIFICATE}' > $R/etc/ssl/another.pem`)).stderr, '', 'a certificate that came without a key');
}));

each('a secret that is no PEM file is told by its looks, but not twice, nor what is for all to read', (shell) => withBox({ '/var/lib/mysql/old': 'parent' }, (box) => {
  const made = box.run(shell, sh(`${pause(shell)}; umask 077; cd $R; mkdir -p etc/tool etc/bind; echo 'password = k3Jx9Qa0LmZ7' > etc/tool/debian.cnf; printf 'a\\001\\377b' > etc/tool/store; printf 'USER=1\\nX_PASSWORD="1d9f47c0"\\n' > etc/tool/short; printf 'password = changeme\\npassthrough=a1b2c3d4\\n' > etc/tool/known; echo x > var/lib/mysql/ibdata1; printf 'a\\001b' > var/lib/mysql/log;
    echo 'no secret at all, see configuration123456' > etc/tool/text; echo 'root:x7Gh2Kl9Qw3e:19000' > etc/shadow; : > etc/tool/lock; umask 022; echo 'k3Jx9Qa0LmZ7' > etc/tool/public; echo k3Jx9Qa0LmZ7 > etc/bind/rndc.key; chmod 600 etc/bind/rndc.key`));
  assert.equal([...made.stderr.matchAll(/^repro: (.*?): it is not for everyone/gm)].map((match) => match[1]).sort(), ['/etc/tool/debian.cnf', '/etc/tool/short', '/etc/tool/store']);
  assert.match(made.stderr, 'repro: /var/lib/mysql: it is a database');
  assert.match(made.stderr, 'repro: /etc/bind/rndc.key: it is a secret');
}));

const HASH = '$y$j9T$abcdefghijklmnop$ABCDEFGHIJKLMNOPQRSTUVWXYZ';

each('the hash of a password is told of when it is new', (shell) => withBox({ '/etc/shadow': `root:*:1:0:::::\nold:${HASH}:1:0:::::\n` }, (box) => {
  assert.is(box.run(shell, sh('echo "service:!:1::::::" >> $R/etc/shadow')).stderr, '');
  const made = box.run(shell, sh(`${pause(shell)}; cd $R/etc; echo 'new:${HASH}1:1:0:::::' >> shadow; mkdir web; echo 'me:$apr1$saltsalt$abcdefghijklmnopqrstuv' > web/users; echo '$6$ and $1$2 are no hashes' > web/text`));
  assert.equal(made.stderr.trim().split('\n'), [
    'repro: /etc/shadow: it has the hash of a password, whose salt is random: every build has another one',
    'repro: /etc/web/users: it has the hash of a password, whose salt is random, that the RUN wrote: one made in the build differs in every build',
  ]);
}));

each('another file of the name of the list of passwords is not taken for it', (shell) => withBox({ '/etc/shadow': `old:${HASH}:1:0:::::\n`, '/opt/shadow': 'parent\n' }, (box) => {
  const made = box.run(shell, sh('echo "service:!:1::::::" >> $R/etc/shadow; echo x >> $R/opt/shadow'), { strip: stripRules({ enabled: true, add: ['/opt/shadow'], remove: [] }) });
  assert.is(made.stderr, '');
  assert.is(box.read('/opt/shadow'), 'parent\n');
}));

each('comments with a time, in what a program wrote in a folder of configuration', (shell) => withBox({ '/etc/old': '# on Fri Nov 27 12:33:47 UTC 2026\n' }, (box) => {
  const env = { PATH: process.env['PATH'], R: box.root, SOURCE_DATE_EPOCH: '1700000000' };
  const made = box.run(shell, sh(`${pause(shell)}; cd $R; mkdir -p "etc/a b" opt; for each in "etc/a b/new" opt/other; do printf '# on Fri Nov 27 12:33:47 UTC 2026\nx\n' > "$each"; done`), {}, { env });
  assert.is(made.stderr, '');
  assert.equal(['/etc/a b/new', '/etc/old', '/opt/other'].map((path) => box.read(path)), ['# on Tue Nov 14 22:13:20 UTC 2023\nx\n', '# on Fri Nov 27 12:33:47 UTC 2026\n', '# on Fri Nov 27 12:33:47 UTC 2026\nx\n']);
}));

each('what differs in a file is told of where there is no Perl to take it out, and nothing else is', (shell) => withBox({}, (box) => {
  const env = { PATH: process.env['PATH'], R: box.root, SOURCE_DATE_EPOCH: '1700000000' };
  const edit = (script: string): string => script.replaceAll('! perl ', '! no-such-program ');
  const made = box.run(shell, sh(`${pause(shell)}; cd $R; mkdir -p etc/a usr/share/info root/.gnupg; echo '# on Fri Nov 27 12:33:47 UTC 2026' > "etc/a/b c"; echo '# 12:33:47' > etc/a/other; echo x > usr/share/info/dir; echo x > root/.gnupg/trustdb.gpg`), {}, { env, edit });
  assert.is(made.status, 0);
  assert.equal(made.stderr.trim().split('\n').sort(), [
    'repro: /etc/a/b c: a comment in it may have the time of the RUN, and there is no Perl to take that out',
    ...['/root/.gnupg/trustdb.gpg', '/usr/share/info/dir'].map((path) => `repro: ${path}: it may have what differs from build to build, and there is no Perl to take that out`),
  ]);
}));

const reflog = (time: number, action: string): string => `${'0'.repeat(40)} ${'1'.repeat(40)} me <me@example.org> ${time} +0000\t${action}\n`;

each('a clone of git in any folder: times of its logs, and commits that the RUN made are told of', (shell) => withBox({ '/old/.git/logs/HEAD': reflog(1_800_000_000, 'commit: of the parent') }, (box) => {
  const strip: WrapperConfig['strip'] = [{ path: '/**/.git', action: 'normalise-git', why: 'x' }];
  const env = { PATH: process.env['PATH'], R: box.root, SOURCE_DATE_EPOCH: '1700000000', CLONE: reflog(1_800_000_000, 'clone: from a') + reflog(1_600_000_000, 'commit: old'), COMMIT: reflog(1_800_000_000, 'commit (initial): x') };
  const made = box.run(shell, sh(`${pause(shell)}; cd $R; for each in "opt/a b" opt/c; do mkdir -p "$each/.git/logs/refs/heads"; done; printf %s "$CLONE" > "opt/a b/.git/logs/HEAD"; printf %s "$COMMIT" | tee opt/c/.git/logs/HEAD > opt/c/.git/logs/refs/heads/main`), { strip }, { env });
  assert.is(made.stderr, 'repro: /opt/c/.git: it has a commit with the time at which the RUN made it: every build has another one\n');
  assert.is(box.read('/opt/a b/.git/logs/HEAD'), reflog(1_700_000_000, 'clone: from a') + reflog(1_600_000_000, 'commit: old'));
  assert.is(box.read('/opt/c/.git/logs/refs/heads/main'), reflog(1_700_000_000, 'commit (initial): x'));
  assert.is(box.read('/old/.git/logs/HEAD'), reflog(1_800_000_000, 'commit: of the parent'));
}));

each('what tools leave in any folder: removed, or told of, where the RUN wrote it', (shell) => withBox({ '/old/CMakeFiles/Log': 'x', '/old/.deps': 'x' }, (box) => {
  const rule = (name: string, action: 'remove' | 'report'): WrapperConfig['strip'][number] => ({ path: `/**/${name}`, tools: ['x'], action, why: `it's ${name}` });
  const strip = [rule('CMakeFiles/Log', 'remove'), rule('CMakeFiles/Other', 'remove'), rule('.de*s', 'report'), { path: '/Log', action: 'restore', why: 'x' } as const];
  const env = { PATH: process.env['PATH'], R: box.root };
  const made = box.run(shell, sh(`${pause(shell)}; cd $R; for each in "opt/a b" opt/c; do mkdir -p "$each/CMakeFiles"; for name in CMakeFiles/Log CMakeFiles/Other CMakeFiles/Kept Log .deps; do echo x > "$each/$name"; done; done`), { strip }, { env });
  assert.equal(made.stderr.split('\n').sort(), ['', "repro: /opt/a b/.deps: it's .de*s", "repro: /opt/c/.deps: it's .de*s"]);
  for (const folder of ['/opt/a b', '/opt/c']) assert.equal(['CMakeFiles/Log', 'CMakeFiles/Other', 'CMakeFiles/Kept', 'Log', '.deps'].map((name) => box.read(`${folder}/${name}`)), [undefined, undefined, 'x\n', 'x\n', 'x\n']);
  assert.is(box.read('/old/CMakeFiles/Log'), 'x');
}));

each('files of a tool in any folder: keyrings of GnuPG, times of pnpm and Maven, names of Composer', (shell) => withBox({ '/app/node_modules/.modules.yaml': 'prunedAt: Fri, 27 Nov 2026 17:31:51 GMT\n' }, (box) => {
  const strip = STRIP.filter(({ tools = [] }) => ['gpg', 'pnpm', 'mvn', 'composer'].some((tool) => tools.includes(tool)));
  const index = (time: string): string => `{"files":{"a":{"checkedAt":${time},"size":1234567890123},"b":{"size":1,"checkedAt":${time}}}}`;
  const composer = (part: string, name: string): string => `// ${part}\nclass ComposerAutoloaderInit${name.repeat(16)}\nComposerStaticInit${name.repeat(16)}::$files\nfunction composerRequire${name.repeat(16)}\nreturn ComposerAutoloaderInit${name.repeat(16)}::getLoader();\n`;
  const texts: Readonly<Record<string, readonly [string, string]>> = {
    'opt/a b/trustdb.gpg': [`\x01gpg\x03${'x'.repeat(7)}\x7a\x12\x00\x00${'x'.repeat(24)}`, `\x01gpg\x03${'x'.repeat(7)}e\x53\xf1\x00${'x'.repeat(24)}`],
    'app two/node_modules/.modules.yaml': ['registries:\n  default: x\nprunedAt: Fri, 27 Nov 2026 17:31:51 GMT\n', 'registries:\n  default: x\nprunedAt: Tue, 14 Nov 2023 22:13:20 GMT\n'],
    'three/node_modules/.modules.yaml': ['{\n  "prunedAt": "Fri, 27 Nov 2026 17:31:51 GMT",\n}', '{\n  "prunedAt": "Tue, 14 Nov 2023 22:13:20 GMT",\n}'],
    'three/node_modules/.pnpm-workspace-state-v1.json': ['{\n  "lastValidatedTimestamp": 1795800705225,\n}', '{\n  "lastValidatedTimestamp": 1700000000000,\n}'],
    'root/.cache/pnpm/metadata-v1.3/registry/@a/b.json': ['{"name":"b","cachedAt":1795800705225}', '{"name":"b","cachedAt":1700000000000}'],
    'data/store/v3/files/04/x-index.json': [index('1795800705225'), index('1700000000000')],
    'data/store/v10/index/04/x.json': [index('1795800705225'), index('1700000000000')],
    'root/.m2/repository/me/x/maven-metadata-local.xml': ['<lastUpdated>20261127175012</lastUpdated>', '<lastUpdated>20231114221320</lastUpdated>'],
    'srv/composer.lock': [`    "content-hash": "${'d5'.repeat(16)}",\n`, `    "content-hash": "${'d5'.repeat(16)}",\n`],
    'srv/vendor/autoload.php': [composer('autoload', '0a'), composer('autoload', 'd5')],
    'srv/vendor/composer/autoload_real.php': [composer('real', '0a'), composer('real', 'd5')],
    'srv/vendor/composer/autoload_static.php': [composer('static', '0a'), composer('static', 'd5')],
    'no/lock/vendor/autoload.php': [composer('autoload', '0a'), composer('autoload', '0a')],
    'data/store/x-index.json': [index('1795800705225'), index('1795800705225')],
  };
  mkdirSync(join(box.folder, 'new'));
  for (const [path, [before]] of Object.entries(texts)) writeFileSync(join(box.folder, 'new', path.replaceAll('/', '!')), before, 'latin1');
  const env = { PATH: process.env['PATH'], R: box.root, SOURCE_DATE_EPOCH: '1700000000' };
  const made = box.run(shell, ['/bin/bash', '--norc', '-c', `${pause(shell)}; cd ${join(box.folder, 'new')}; for f in *; do p="$R/\${f//!//}"; mkdir -p "\${p%/*}"; cat "$f" > "$p"; done`], { strip }, { env });
  const told = ['autoload.php', 'composer/autoload_real.php', 'composer/autoload_static.php'].map((path) => `repro: /no/lock/vendor/${path}: without composer.lock the name of Composer's class loader is random: every build has another one`);
  assert.equal([made.stderr.trim().split('\n'), made.status], [told, 0]);
  for (const [path, [, after]] of Object.entries(texts)) assert.is(readFileSync(join(box.root, path), 'latin1'), after, path);
  assert.match(box.read('/app/node_modules/.modules.yaml') ?? '', '2026');
}));

each('copies that the RUN finds and deletes are no harm', (shell) => withBox({ '/var/log/dpkg.log': 'parent\n' }, (box) => {
  const result = box.run(shell, sh(`find ${box.folder} -name "*.log" -exec rm {} +; echo new > $R/var/log/dpkg.log`));
  assert.is(result.status, 0);
  assert.is(box.read('/var/log/dpkg.log'), undefined);
}));

each('exit status and signals are the command\'s', (shell) => withBox({}, (box) => {
  for (const [command, status] of [['exit 7', 7], ['exit 125', 125], ['kill -TERM $$', 143], ['kill -KILL $$', 137], ['true', 0]] as const) {
    const result = box.run(shell, sh(command));
    assert.is(result.status, status, command);
    assert.is(result.stderr, '', command);
  }
}));

each('a command that failed gets no clean-up', (shell) => withBox({}, (box) => {
  box.run(shell, sh('mkdir -p $R/etc; echo x > $R/etc/passwd-; exit 3'));
  assert.is(box.read('/etc/passwd-'), 'x\n');
}));

each('stdin, stdout, stderr, arguments and folder are untouched', (shell) => withBox({}, (box) => {
  const result = box.run(shell, ['/bin/sh', '-c', 'cat; echo "$0|$1|$2"; echo e >&2; pwd', 'a b', '', '*'], {}, { input: 'in\n' });
  assert.is(result.stdout, `in\na b||*\n${box.root}\n`);
  assert.is(result.stderr, 'e\n');
}));

each('the environment is what it is without the wrapper', (shell) => withBox({ '/etc/passwd-': 'x' }, (box) => {
  for (const env of [{ PATH: process.env['PATH'] ?? '' }, { PATH: '' }, {}, { PATH: '/bin', SHLVL: '5', S: 's', R: 'r', time: 't', copies: 'c', f: 'f', IFS: 'x' }] as NodeJS.ProcessEnv[]) {
    const [program = '', ...args] = shell;
    const inner = [`/bin/${program}`, ...args, '-c', '/usr/bin/env; umask; ls /proc/self/fd | wc -l'];
    const plain = spawnSync(inner[0]!, inner.slice(1), { env, encoding: 'utf8', cwd: box.root });
    const wrapped = spawnSyncResolved(box, shell, inner, env);
    assert.is(sorted(wrapped), sorted(plain.stdout), JSON.stringify(env));
  }
}));

function spawnSyncResolved(box: Box, shell: readonly string[], inner: readonly string[], env: NodeJS.ProcessEnv): string {
  const [program = '', ...args] = shell;
  const config = env['SHLVL'] === undefined ? {} : { shellLevel: env['SHLVL'] };
  return box.run([`/bin/${program}`, ...args], inner, config, { env }).stdout;
}

const sorted = (text: string): string => text.split('\n').sort().join('\n');

each('with nothing to keep the state in, the command runs alone', (shell) => withBox({}, (box) => {
  rmSync(box.state, { recursive: true });
  const result = box.run(shell, sh('echo x > $R/out; mkdir $R/etc; echo y > $R/etc/passwd-'));
  assert.is(result.status, 0);
  assert.is(result.stderr, '');
  assert.is(box.read('/etc/passwd-'), 'y\n');
}));

const APT_FILES = {
  '/etc/apt/apt.conf.d/docker-clean': 'clean', '/etc/apt/sources.list': 'deb http://deb.debian.org/debian bookworm main\n',
  '/etc/os-release': 'ID=debian\nVERSION_CODENAME=bookworm\n', '/usr/share/keyrings/debian-archive-keyring.gpg': 'key',
  '/usr/lib/apt/methods/http': '', '/usr/lib/apt/methods/https': '', '/usr/lib/apt/methods/gpgv': '', '/etc/apt/sources.list.d/x.list': '',
};

each('apt is told of the methods for the length of the command', (shell) => withBox(APT_FILES, (box) => {
  const result = box.run(shell, sh(`cat $R/etc/apt/apt.conf.d/zzzz-repro; ls -l ${box.state}/.methods; ls $R/etc/apt/sources.list.d; ls $R/etc/apt/apt.conf.d; cat ${box.state}/.time`), { snapshot: APT });
  assert.is(result.stderr, '');
  assert.match(result.stdout, '#include "/dev/.repro/apt.conf";');
  assert.match(result.stdout, /http -> \/dev\/\.repro\/apt-method\n/);
  assert.match(result.stdout, /https -> \/dev\/\.repro\/apt-method\n/);
  assert.match(result.stdout, `gpgv -> ${box.root}/usr/lib/apt/methods/gpgv`);
  assert.match(result.stdout, 'docker-clean\n');
  assert.match(result.stdout, '20240101T000000Z\n');
  assert.not.match(result.stdout, 'zzzz-repro.list');
  assert.is(box.read('/etc/apt/apt.conf.d/zzzz-repro'), undefined);
  assert.is(box.read('/etc/apt/sources.list'), APT_FILES['/etc/apt/sources.list']);
}));

each('BACKPORTS holds for the command only', (shell) => withBox(APT_FILES, (box) => {
  const result = box.run(shell, sh('cat $R/etc/apt/sources.list.d/zzzz-repro.list'), { snapshot: { ...APT, backports: true } });
  assert.is(result.stdout, 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm-backports main\n');
  assert.is(box.read('/etc/apt/sources.list.d/zzzz-repro.list'), undefined);
}));

each('the snapshot time can be that of the image\'s list', (shell) => {
  const { time: _, ...untimed } = APT;
  withBox(APT_FILES, (box) => {
    assert.is(box.run(shell, sh(`cat ${box.state}/.time`), { snapshot: untimed }).stdout, '20231114T221320Z\n');
  });
  withBox({ ...APT_FILES, '/etc/apt/sources.list': '' }, (box) => {
    const result = box.run(shell, sh('echo ran'), { snapshot: untimed });
    assert.is(result.stdout, '');
    assert.is(result.stderr, 'repro: no snapshot time: set REPRO_SNAPSHOT or SOURCE_DATE_EPOCH\n');
    assert.is(result.status, 1);
    rmSync(box.state, { recursive: true });
    mkdirSync(box.state);
    assert.is(box.run(shell, ['--before'], { snapshot: untimed }).status, 125);
  });
});

each('pacman gets a section of options for the length of the command', (shell) => {
  const files = { '/etc/pacman.conf': '[options]\n#Color', '/usr/bin/pacman': '' };
  const box = (body: (box: Box) => void) => withBox(files, (each) => (chmodSync(`${each.root}/usr/bin/pacman`, 0o755), body(each)));
  box((each) => {
    const before = statSync(`${each.root}/etc/pacman.conf`, { bigint: true });
    const result = each.run(shell, sh('cat $R/etc/pacman.conf'), { snapshot: APT });
    assert.is(result.stdout, `[options]\n#Color\n# repro-dockerfile\n[options]\nXferCommand = /dev/.repro/pacman-fetch %u %o\n# repro-dockerfile\n`);
    assert.is(each.read('/etc/pacman.conf'), files['/etc/pacman.conf']);
    assert.is(statSync(`${each.root}/etc/pacman.conf`, { bigint: true }).mtimeNs, before.mtimeNs);
  });
  box((each) => {
    each.run(shell, sh('sed -i s/#Color/Color/ $R/etc/pacman.conf; printf "[new]\n" >> $R/etc/pacman.conf; touch -d @1600000000 $R/etc/pacman.conf'), { snapshot: APT });
    assert.is(each.read('/etc/pacman.conf'), '[options]\nColor\n[new]\n');
    assert.is(statSync(`${each.root}/etc/pacman.conf`).mtimeMs, 1_600_000_000_000);
  });
  box((each) => {
    each.run(shell, sh('rm $R/etc/pacman.conf'), { snapshot: APT });
    assert.is(each.read('/etc/pacman.conf'), undefined);
  });
});

each('an image without apt is left alone', (shell) => withBox({}, (box) => {
  const result = box.run(shell, sh('echo ran'), { snapshot: APT });
  assert.is(result.stdout + result.stderr, 'ran\n');
}));

each('what is worth a line is told once', (shell) => withBox(APT_FILES, (box) => {
  const result = box.run(shell, sh(`printf 'from https://a/x\\nfrom https://b\\nfrom https://a/x\\n' >> ${box.state}/.notes`), { snapshot: APT });
  assert.is(result.stderr, 'repro: from https://a/x\nrepro: from https://b\n');
}));

test('the text changes with every setting', () => {
  const texts = [{}, { strip: [] }, { snapshot: APT }, { snapshot: { ...APT, time: '20240102T000000Z' } }, { snapshot: { ...APT, keepCache: true } }, { snapshot: { ...APT, backports: true } }, { sudo: true }, { shellLevel: '3' }]
    .map((change) => wrapperScript({ strip: STRIP, sudo: false, ...change }));
  assert.is(new Set(texts).size, texts.length);
});

const FIND = spawnSync('find', ['--version']).status === 0;

if (FIND) each('times later than the epoch are brought back, of what the command changed', (shell) => withBox({ '/old': 'x', '/etc/hosts': 'x', '/mount/x': 'x', '/sub/keep': 'x' }, (box) => {
  mkdirSync(`${box.root}/dev/pts`, { recursive: true });
  // The base may have files that are later than the epoch.
  utimesSync(`${box.root}/sub/keep`, 1_800_000_000, 1_800_000_000);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
  utimesSync(`${box.root}/dev/pts`, Date.now() / 1000, Date.now() / 1000);
  const clamp = { epoch: 1_700_000_001n, mounts: ['/mount/'] };
  const result = box.run(shell, sh('cd $R; touch new "a b" mount/x; ln -s nowhere link; mkdir dir; touch -d @1600000000 dir/early; touch etc/hosts; touch sub/x; rm sub/x'), { strip: [], clamp });
  assert.is(result.stderr, '');
  assert.is(result.status, 0);
  const seconds = (path: string): number => Math.floor(lstatSync(`${box.root}/${path}`).mtimeMs / 1000);
  for (const path of ['new', 'a b', 'link', 'dir', 'sub']) assert.is(seconds(path), 1_700_000_001, path);
  assert.is(seconds('dir/early'), 1_600_000_000);
  assert.is(seconds('old'), 1_700_000_000);
  assert.is(seconds('sub/keep'), 1_800_000_000);
  for (const path of ['mount/x', 'etc/hosts']) assert.ok(seconds(path) > 1_700_000_001, path);
}));

each('without the tools for it, times stay and the user is told', (shell) => withBox({}, (box) => {
  const tools = join(box.folder, 'tools');
  mkdirSync(tools);
  const script = wrapperScript({ strip: [], sudo: false, root: box.root, state: box.state, clamp: { epoch: 1n, mounts: [] } }).replace(/^PATH=.*$/m, `PATH=${tools}`);
  writeFileSync(join(box.folder, 'run'), script);
  const [program = '', ...args] = shell;
  const result = spawnSync(program, [...args, join(box.folder, 'run'), '/bin/sh', '-c', ': > $R/x'], { env: { R: box.root, PATH: process.env['PATH'] }, encoding: 'utf8' });
  const isBuiltIn = /busybox/.test(shell.join(' '));
  assert.is(result.status, 0);
  if (!isBuiltIn) assert.is(result.stderr, 'repro: no find or no touch in the image: file times stay as they are\n');
}));

test.run();
