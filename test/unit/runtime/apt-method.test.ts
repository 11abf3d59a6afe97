import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aptMethod } from '../../../src/runtime/apt-method.ts';
import { aptConfiguration } from '../../../src/runtime/apt-script.ts';
import type { SnapshotSettings } from '../../../src/runtime/snapshot.ts';
import { SHELLS } from './shells.ts';

const SETTINGS: SnapshotSettings = { time: '20240110T031500Z', debianBase: 'http://s/archive/', ubuntuBase: 'http://u/', archBase: 'http://a/', backports: false, keepCache: false };
const T = SETTINGS.time;

/** Talks to the program as apt does, with a method behind it that logs what it is asked and answers what `answers` says. */
function talk(shell: readonly string[], questions: string, answers = '', files: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'repro-method-'));
  try {
    mkdirSync(join(folder, 'methods'));
    writeFileSync(join(folder, '.time'), `${T}\n`);
    writeFileSync(join(folder, 'answers'), answers.replaceAll('@', folder));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, 'methods/http'), `#!/bin/sh\ncat > ${folder}/asked\ncat ${folder}/answers\n`);
    chmodSync(join(folder, 'methods/http'), 0o755);
    writeFileSync(join(folder, 'http'), aptMethod(SETTINGS, { state: folder, methods: join(folder, 'methods') }));
    const [program = '', ...args] = shell;
    const result = spawnSync(program, [...args, join(folder, 'http')], { input: questions, encoding: 'utf8' });
    const notes = join(folder, '.notes');
    return { asked: readFileSync(join(folder, 'asked'), 'utf8'), told: result.stdout.replaceAll(folder, '@'), stderr: result.stderr, notes: existsSync(notes) ? readFileSync(notes, 'utf8') : '' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ask = (uri: string): string => `600 URI Acquire\nURI: ${uri}\nFilename: /tmp/x\n\n`;

const COUNTERPARTS: readonly (readonly [uri: string, snapshot: string])[] = [
  ['http://deb.debian.org/debian/dists/bookworm/InRelease', `http://s/archive/debian/${T}/dists/bookworm/InRelease`],
  ['https://deb.debian.org/debian/pool/a%2b.deb', `http://s/archive/debian/${T}/pool/a%2b.deb`],
  ['http://deb.debian.org:80/debian/x', `http://s/archive/debian/${T}/x`],
  ['http://deb.debian.org//debian/x', `http://s/archive/debian/${T}/x`],
  ['http://deb.debian.org/debian-security/dists/x/InRelease', `http://s/archive/debian-security/${T}/dists/x/InRelease`],
  ['http://security.debian.org/debian-security/dists/x/InRelease', `http://s/archive/debian-security/${T}/dists/x/InRelease`],
  ['http://security.debian.org/dists/x/updates/InRelease', `http://s/archive/debian-security/${T}/dists/x/updates/InRelease`],
  ['http://ftp.debian.org/debian/x', `http://s/archive/debian/${T}/x`],
  ['http://ftp.de.debian.org/debian/x', `http://s/archive/debian/${T}/x`],
  ['http://httpredir.debian.org/debian/x', `http://s/archive/debian/${T}/x`],
  ['http://archive.debian.org/debian/dists/buster/InRelease', `http://s/archive/debian-archive/${T}/debian/dists/buster/InRelease`],
  ['http://archive.debian.org/debian-security/x', `http://s/archive/debian-archive/${T}/debian-security/x`],
  ['http://archive.ubuntu.com/ubuntu/dists/noble/InRelease', `http://u/ubuntu/${T}/dists/noble/InRelease`],
  ['http://de.archive.ubuntu.com/ubuntu/x', `http://u/ubuntu/${T}/x`],
  ['http://security.ubuntu.com/ubuntu/x', `http://u/ubuntu/${T}/x`],
  ['http://ports.ubuntu.com/ubuntu-ports/x', `http://u/ubuntu/${T}/x`],
];

const LEFT_ALONE: readonly (readonly [uri: string, named: string])[] = [
  ['https://deb.nodesource.com/node_20.x/dists/nodistro/InRelease', 'https://deb.nodesource.com/node_20.x\n'],
  ['http://deb.debian.org.evil.example/debian/dists/x/InRelease', 'http://deb.debian.org.evil.example/debian\n'],
  ['https://me:secret@example.org/apt/dists/x/InRelease', 'https://example.org/apt\n'],
  ['http://example.org/flat/Release', 'http://example.org/flat\n'],
  ['http://example.org/debian/pool/x.deb', ''],
  [`http://s/archive/debian/20200101T000000Z/dists/x/InRelease`, ''],
  ['http://snapshot.debian.org/archive/debian/20200101T000000Z/dists/x/InRelease', ''],
  ['http://deb.debian.org/unknown/dists/x/InRelease', 'http://deb.debian.org/unknown\n'],
  [`http://deb.debian.org/${'/'.repeat(3000)}debian/dists/x/InRelease`, 'a URL of 3046 characters\n'],
];

for (const shell of SHELLS) {
  test(`${shell[0]}: the snapshot's counterpart is fetched in place of the distribution's URL, and apt does not see it`, () => {
    for (const [uri, snapshot] of COUNTERPARTS) {
      const { asked, told, stderr, notes } = talk(shell, ask(uri), `100 Capabilities\nVersion: 1.2\n\n200 URI Start\nURI: ${snapshot}\nSize: 3\n\n201 URI Done\nURI: ${snapshot}\n\n`);
      assert.is(asked, ask(snapshot));
      assert.is(told, `100 Capabilities\nVersion: 1.2\n\n200 URI Start\nURI: ${uri}\nSize: 3\n\n201 URI Done\nURI: ${uri}\n\n`);
      assert.is(stderr + notes, '');
    }
  });
}

const SHELL = SHELLS[0] ?? ['sh'];

test('other sources are left alone, and named', () => {
  for (const [uri, named] of LEFT_ALONE) {
    const { asked, told, notes } = talk(SHELL, ask(uri), `200 URI Start\nURI: ${uri}\n\n`);
    assert.is(asked, ask(uri));
    assert.is(told, `200 URI Start\nURI: ${uri}\n\n`);
    assert.is(notes, named === '' ? '' : `not from the snapshot, left as it is: ${named}`);
  }
});

test('a proxy for the distribution\'s server is not one for the snapshot\'s', () => {
  const other = 'http://example.org/pool/x.deb';
  const question = (uri: string): string => `600 URI Acquire\nURI: ${uri}\nFilename: x\nProxy: http://p:1\nExpected-SHA256: y\n\n`;
  assert.is(talk(SHELL, question('http://deb.debian.org/debian/a') + question(other)).asked,
    question(`http://s/archive/debian/${T}/a`).replace('Proxy: http://p:1\n', '') + question(other));
});

test('each answer goes back to the URL that was asked', () => {
  const { told } = talk(SHELL, ask('http://deb.debian.org/debian/a') + ask('http://deb.debian.org/debian-security/b'),
    `201 URI Done\nURI: http://s/archive/debian-security/${T}/b\n\n201 URI Done\nURI: http://s/archive/debian/${T}/a\n\n`);
  assert.is(told, '201 URI Done\nURI: http://deb.debian.org/debian-security/b\n\n201 URI Done\nURI: http://deb.debian.org/debian/a\n\n');
});

test('messages, configuration and odd lines pass as they are', () => {
  // The method's debug output is where old versions of it tell of Retry-After.
  const configuration = '601 Configuration\nConfig-Item: A::B=c%20d\nConfig-Item: X=\\n\\t  two  \n';
  assert.is(talk(SHELL, `${configuration}\n`).asked, `${configuration}Config-Item: Debug::Acquire::http=true\n\n`);
  const status = '102 Status\nMessage: Connecting to  s \\n\nURI: http://elsewhere/x\n\n';
  assert.is(talk(SHELL, '', status).told, '102 Status\nURI: http://elsewhere/x\nMessage: Connecting to  s \\n\n\n');
});

const URI = 'http://deb.debian.org/debian/dists/x/InRelease';
const SNAPSHOT = `http://s/archive/debian/${T}/dists/x/InRelease`;

test('a failure tells the snapshot URL, wherever its fields are', () => {
  const why = '404  Not Found, the snapshot server has no such suite as of';
  for (const answer of [`400 URI Failure\nURI: ${SNAPSHOT}\nMessage: 404  Not Found\n\n`, `400 URI Failure\nMessage: 404  Not Found\nURI: ${SNAPSHOT}\n\n`]) {
    assert.is(talk(SHELL, ask(URI), answer).told, `400 URI Failure\nURI: ${URI}\nMessage: ${why} ${T} (${SNAPSHOT})\n\n`);
  }
  const [deb, there] = ['http://deb.debian.org/debian/pool/x.deb', `http://s/archive/debian/${T}/pool/x.deb`];
  assert.is(talk(SHELL, ask(deb), `400 URI Failure\nURI: ${there}\nMessage: 404  Not Found\n\n`).told, `400 URI Failure\nURI: ${deb}\nMessage: 404  Not Found (${there})\n\n`);
});

interface Conversation {
  readonly told: string;
  /** What the method was asked, and the arguments of `sleep`. */
  readonly asked: readonly string[];
  readonly slept: readonly string[];
}

/** A conversation in which apt waits for `count` ends. The method's n-th answer is the n-th of `replies`; `log` is what it writes before them. */
async function converse(shell: readonly string[], questions: string, replies: readonly string[], options: { log?: string; now?: readonly number[]; count?: number } = {}): Promise<Conversation> {
  const folder = mkdtempSync(join(tmpdir(), 'repro-method-'));
  const program = (name: string, text: string): void => writeFileSync(join(folder, name), `#!/bin/sh\n${text}`, { mode: 0o755 });
  try {
    for (const name of ['methods', 'bin']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, '.time'), `${T}\n`);
    writeFileSync(join(folder, 'log'), options.log ?? '');
    replies.forEach((reply, index) => writeFileSync(join(folder, `reply.${index + 1}`), reply));
    program('bin/sleep', `echo "$1" >> ${folder}/slept\n`);
    program('methods/http', `cat ${folder}/log >&2\nn=0\nwhile IFS= read -r line; do case $line in URI:*) echo "$line" >> ${folder}/asked ;; '') n=$((n + 1)); cat ${folder}/reply.$n ;; esac; done\n`);
    writeFileSync(join(folder, 'http'), aptMethod(SETTINGS, { state: folder, methods: join(folder, 'methods') }));
    const [first = '', ...args] = shell;
    const child = spawn(first, [...args, join(folder, 'http')], { env: { PATH: `${folder}/bin:${process.env['PATH']}` }, stdio: ['pipe', 'pipe', 'inherit'] });
    let told = '';
    child.stdin.write(questions);
    const guard = setTimeout(() => child.stdin.end(), 20_000);
    child.stdout.on('data', (data: Buffer) => {
      told += data.toString();
      if (told.split(/^(?:201|400) .*$/m).length - 1 >= (options.count ?? 1) && told.endsWith('\n\n')) child.stdin.end();
    });
    await once(child, 'close');
    clearTimeout(guard);
    const lines = (name: string): string[] => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1) : []);
    return { told, asked: lines('asked'), slept: lines('slept') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const failure = (status: string, more = '', uri = SNAPSHOT): string => `400 URI Failure\n${more}URI: ${uri}\nMessage: ${status}\n\n`;
const done = (uri: string): string => `201 URI Done\nURI: ${uri}\nFilename: /tmp/none\n\n`;

for (const shell of SHELLS) {
  test(`${shell[0]}: what the server cannot do for the moment is asked again, with growing pauses`, async () => {
    const { told, asked, slept } = await converse(shell, ask(URI), [failure('503  Service Unavailable'), failure('429  Too Many Requests'), failure('500  x'), done(SNAPSHOT)]);
    assert.is(told, done(URI));
    assert.equal(asked, Array(4).fill(`URI: ${SNAPSHOT}`));
    assert.equal(slept, ['1', '2', '4']);
  });

  test(`${shell[0]}: the server's own pause counts, as apt tells it or in the method's log`, async () => {
    assert.equal((await converse(shell, ask(URI), [failure('429  x', 'Retry-After: 7\n'), done(SNAPSHOT)])).slept, ['7']);
    const log = `GET /x HTTP/1.1\nAnswer for: http://s/other\nHTTP/1.1 429 x\r\nRetry-After: 99\r\nAnswer for: ${SNAPSHOT}\nHTTP/1.1 429 x\r\nretry-after: 5\r\nX: y\r\n`;
    assert.equal((await converse(shell, ask(URI), [failure('429  x'), done(SNAPSHOT)], { log })).slept, ['5']);
  });
}

test('a server that goes on failing is given up, and then apt does not try again either', async () => {
  const { told, asked, slept } = await converse(SHELL, ask(URI), Array<string>(6).fill(failure('503  Down', 'Transient-Failure: true\nFailReason: HttpError503\n')));
  assert.match(told, new RegExp(`^400 URI Failure\nFailReason: HttpError503\nURI: ${URI}\nMessage: 503  Down, asked 6 times in \\d+ s \\(${SNAPSHOT}\\)\n\n$`));
  assert.is(asked.length, 6);
  assert.equal(slept, ['1', '2', '4', '8', '16']);
});

test('a connection that breaks is tried again', async () => {
  const { told, slept } = await converse(SHELL, ask(URI), [failure('Connection reset by peer', 'Transient-Failure: true\n'), failure('Could not connect'), done(SNAPSHOT)]);
  assert.is(told, failure(`Could not connect (${SNAPSHOT})`, '', URI));
  assert.equal(slept, ['1']);
});

test('a pause beyond patience is none, and others then do not wait either', async () => {
  const second = 'http://deb.debian.org/debian/dists/y/InRelease';
  const other = failure('503  Down', '', SNAPSHOT.replace('/x/', '/y/'));
  const { told, slept } = await converse(SHELL, ask(URI) + ask(second), [failure('429  x', 'Retry-After: 3600\n'), other], { count: 2 });
  assert.match(told, `Message: 429  x, asked 1 times in 0 s, the server wants to be asked again after 3600 s (${SNAPSHOT})`);
  assert.match(told, 'Message: 503  Down (');
  assert.equal(slept, []);
});

test('other servers, and failures for good, are apt\'s matter', async () => {
  const other = 'http://example.org/x';
  for (const [uri, message] of [[other, failure('429  x', 'Transient-Failure: true\n', other)], [other, failure('503  x', '', other)]] as const) {
    const { told, slept } = await converse(SHELL, ask(uri), [message]);
    assert.is(told, message);
    assert.equal(slept, []);
  }
  assert.equal((await converse(SHELL, ask(URI), [failure('403  Forbidden')])).slept, []);
});

test('a redirection to an earlier snapshot is followed, one to a later is a failure', () => {
  const redirect = (to: string): string => talk(SHELL, ask(URI), `103 Redirect\nNew-URI: ${to}\nURI: ${SNAPSHOT}\n\n`).told;
  const earlier = 'http://s/archive/debian/20240109T235959Z/dists/x/InRelease';
  const later = 'http://s/archive/debian/20240110T031501Z/dists/x/InRelease';
  assert.is(redirect(earlier), `103 Redirect\nNew-URI: ${earlier}\nURI: ${URI}\n\n`);
  assert.is(talk(SHELL, ask(URI), `103 Redirect\nNew-URI: ${earlier}\nURI: ${SNAPSHOT}\n\n`).notes, '');
  const old = 'https://s/archive/debian/20240102T235959Z/dists/x/InRelease';
  assert.is(talk(SHELL, ask(URI), `103 Redirect\nNew-URI: ${old}\nURI: ${SNAPSHOT}\n\n`).notes, `the snapshot server has no snapshot of ${T}: it leads to 20240102T235959Z\n`);
  assert.is(redirect('https://cdn/file/1'), `103 Redirect\nNew-URI: https://cdn/file/1\nURI: ${URI}\n\n`);
  assert.is(redirect(later), `400 URI Failure\nURI: ${URI}\nMessage: the snapshot server leads to a later snapshot than ${T}: ${later} (${SNAPSHOT})\n\n`);
});

test('a redirection hides no later snapshot behind another name of one, nor in a URL without end', () => {
  const told = (shell: readonly string[], to: string) => talk(shell, ask(URI), `103 Redirect\nNew-URI: ${to}\nURI: ${SNAPSHOT}\n\n`);
  for (const shell of SHELLS) {
    const [before, between, old] = ['http://s/20240109T000000Z/20250101T000000Z/dists/x/InRelease', 'http://s/aT000000Z/20250101T000000Z/dists/x/InRelease', 'http://s/00990801T000000Z/x/InRelease'];
    for (const to of [before, between]) {
      assert.is(told(shell, to).told, `400 URI Failure\nURI: ${URI}\nMessage: the snapshot server leads to a later snapshot than ${T}: ${to} (${SNAPSHOT})\n\n`);
    }
    const long = `http://s/20250101T000000Z/${'x/'.repeat(2000)}InRelease`;
    assert.is(told(shell, long).told, `400 URI Failure\nURI: ${URI}\nMessage: the snapshot server leads to a URL of ${long.length} characters (${SNAPSHOT})\n\n`);
    const { stderr, notes } = told(shell, old);
    assert.equal([stderr, notes], ['', `the snapshot server has no snapshot of ${T}: it leads to 00990801T000000Z\n`]);
  }
});

test('a Release file that is later than the snapshot is a failure', () => {
  const answer = `201 URI Done\nURI: ${SNAPSHOT}\nFilename: @/InRelease\nSize: 1\n\n`;
  const done = `201 URI Done\nURI: ${URI}\nFilename: @/InRelease\nSize: 1\n\n`;
  const fetch = (date: string): string => talk(SHELL, ask(URI), answer, { InRelease: `-----BEGIN\nHash: x\n\nOrigin: Debian\n${date}\nSHA256:\n x\n` }).told;
  for (const date of ['Date: Wed, 10 Jan 2024 03:15:00 UTC', 'Date: Wed, 10 Jan 2024 3:15:00 UTC', 'Date: Tue, 9 Jan 2024 23:59:59 UTC', 'Date: Sun, 31 Dec 2023 23:59:59 +0000', 'NoDate: x', 'Date: what?']) {
    assert.is(fetch(date), done, date);
  }
  for (const date of ['Wed, 10 Jan 2024 03:15:01 UTC', 'Thu, 1 Feb 2024 00:00:00 UTC', 'Mon, 06 Jan 2025 00:00:00 UTC', 'Wed, 11 Dec 2024 9:00:00 UTC', 'Wed, 1x Jan 2024 03:15:00 UTC', 'Wed, 10 Jan 20240 03:15:00 UTC', 'Wed, 10 Jan $(id) 03:15:00 UTC']) {
    assert.is(fetch(`Date: ${date}`), `400 URI Failure\nURI: ${URI}\nMessage: the snapshot server has a later state than ${T}: its Release file is of ${date} (${SNAPSHOT})\n\n`);
  }
  const other = 'http://example.org/dists/x/InRelease';
  assert.is(talk(SHELL, ask(other), `201 URI Done\nURI: ${other}\nFilename: @/InRelease\n\n`, { InRelease: 'Date: Mon, 06 Jan 2025 00:00:00 UTC\n' }).told,
    `201 URI Done\nURI: ${other}\nFilename: @/InRelease\n\n`);
});

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A cache and a folder of apt's, with what both have at the end. */
function withCache(cached: Readonly<Record<string, string>>, questions: string, answers: string, arrived: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'repro-method-'));
  try {
    for (const name of ['methods', 'cache', 'cache/sha256', 'cache/release', 'partial']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, '.time'), `${T}\n`);
    for (const [path, text] of Object.entries(cached)) writeFileSync(join(folder, 'cache', path), text);
    for (const [path, text] of Object.entries(arrived)) {
      writeFileSync(join(folder, 'partial', path), text);
      utimesSync(join(folder, 'partial', path), 1_600_000_000.5, 1_600_000_000.5);
    }
    writeFileSync(join(folder, 'answers'), answers.replaceAll('@', folder));
    writeFileSync(join(folder, 'methods/http'), `#!/bin/sh\ncat > ${folder}/asked\ncat ${folder}/answers\n`, { mode: 0o755 });
    writeFileSync(join(folder, 'http'), aptMethod({ ...SETTINGS, keepCache: true }, { state: folder, methods: join(folder, 'methods'), cache: join(folder, 'cache') }));
    const { stdout } = spawnSync('sh', [join(folder, 'http')], { input: questions.replaceAll('@', folder), encoding: 'utf8' });
    const filesOf = (name: string) => Object.fromEntries(readdirSync(join(folder, name)).map((file) => [file, readFileSync(join(folder, name, file), 'utf8')]));
    const seconds = readdirSync(join(folder, 'cache/sha256')).map((name) => statSync(join(folder, 'cache/sha256', name)).mtimeMs / 1000);
    return { told: stdout.replaceAll(folder, '@'), asked: readFileSync(join(folder, 'asked'), 'utf8'), partial: filesOf('partial'), hashes: filesOf('cache/sha256'), releases: filesOf('cache/release'), seconds, rest: readdirSync(join(folder, 'cache')).sort() };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const DEB = 'http://deb.debian.org/debian/pool/a.deb';
const askFor = (uri: string, hash: string): string => `600 URI Acquire\nURI: ${uri}\nFilename: @/partial/it\n${hash === '' ? '' : `Expected-SHA256: ${hash}\n`}\n`;
const there = (uri: string, time: string): string => uri.replace(/^http:..deb.debian.org.([^/]+)/, `http://s/archive/$1/${time}`);
const NAME = `http:!!s!archive!debian!${T}!dists!x!InRelease`;

test('what arrived is in the cache, whole and with its time, under the hash that it has', () => {
  const there = `http://s/archive/debian/${T}/pool/a.deb`;
  const { hashes, releases, seconds, rest } = withCache({}, askFor(DEB, hashOf('deb')) + askFor(URI, ''),
    `201 URI Done\nURI: ${there}\nFilename: @/partial/a\nSHA256-Hash: ${hashOf('deb')}\n\n201 URI Done\nURI: ${SNAPSHOT}\nFilename: @/partial/r\nSHA256-Hash: ${hashOf('release')}\n\n`, { a: 'deb', r: 'release' });
  assert.equal(hashes, { [hashOf('deb')]: 'deb', [hashOf('release')]: 'release' });
  assert.equal(releases, { [NAME]: `${hashOf('release')}\n` });
  assert.equal(seconds, [1_600_000_000.5, 1_600_000_000.5]);
  assert.equal(rest, ['release', 'sha256']);
});

test('what the cache has is not asked for, and apt gets no hash to believe', () => {
  const release = 'Date: Tue, 9 Jan 2024 23:59:59 UTC\n';
  const cached = { [`sha256/${hashOf('deb')}`]: 'deb', [`sha256/${hashOf(release)}`]: release, [`release/${NAME}`]: `${hashOf(release)}\n` };
  const deb = withCache(cached, askFor(DEB, hashOf('deb')), '');
  assert.is(deb.told, `200 URI Start\nURI: ${DEB}\nSize: 3\n\n201 URI Done\nURI: ${DEB}\nFilename: @/partial/it\nSize: 3\n\n`);
  assert.equal([deb.asked, deb.partial], ['', { it: 'deb' }]);
  const list = withCache(cached, askFor(URI, ''), '');
  assert.equal([list.asked, list.partial], ['', { it: release }]);
});

test('what is wrong in the cache is thrown away and fetched', () => {
  const [hash, later] = [hashOf('deb'), 'Date: Tue, 9 Jan 2029 23:59:59 UTC\n'];
  const cases: readonly (readonly [cached: Record<string, string>, uri: string, hash: string])[] = [
    [{ [`sha256/${hash}`]: 'other' }, DEB, hash],
    [{ [`sha256/${hash}`]: '' }, DEB, hash],
    [{ [`sha256/${hashOf(later)}`]: later, [`release/${NAME}`]: `${hashOf(later)}\n` }, URI, ''],
  ];
  for (const [cached, uri, expected] of cases) {
    const { told, asked, hashes, partial } = withCache(cached, askFor(uri, expected), '');
    assert.equal([told, hashes, partial], ['', {}, {}]);
    assert.match(asked, '600 URI Acquire');
  }
  for (const name of ['../secret', '/etc/passwd', '', `${hash}/../x`]) {
    assert.match(withCache({ [`release/${NAME}`]: `${name}\n` }, askFor(URI, ''), '').asked, '600 URI Acquire');
  }
  // Other servers' files are not the cache's matter.
  assert.match(withCache({ [`sha256/${hash}`]: 'deb' }, askFor('http://example.org/a.deb', hash), '').asked, '600 URI Acquire');
});

test('a file that the snapshot server led to elsewhere is the one that was asked for', () => {
  const places = (uri: string) => ({ uri, there: there(uri, T ?? ''), elsewhere: there(uri, '20240109T235959Z') });
  const [one, two] = [places(URI), places(URI.replace('/debian/', '/debian-security/'))] as const;
  const redirect = ({ there, elsewhere }: { there: string; elsewhere: string }): string => `103 Redirect\nURI: ${there}\nNew-URI: ${elsewhere}\n\n`;
  const arrived = (url: string, name: string): string => `201 URI Done\nURI: ${url}\nFilename: @/partial/${name}\nSHA256-Hash: ${hashOf(name)}\n\n`;
  const { told, releases } = withCache({}, [one.uri, two.uri, one.elsewhere, two.elsewhere].map((uri) => askFor(uri, '')).join(''),
    redirect(one) + redirect(two) + arrived(one.elsewhere, 'a') + arrived(two.elsewhere, 'b'), { a: 'a', b: 'b' });
  assert.match(told, `201 URI Done\nURI: ${one.elsewhere}\n`);
  assert.equal(releases, { [NAME]: `${hashOf('a')}\n`, [NAME.replace('debian!', 'debian-security!')]: `${hashOf('b')}\n` });
});

test('a method that cannot be started says why', () => {
  const folder = mkdtempSync(join(tmpdir(), 'repro-method-'));
  mkdirSync(join(folder, 'methods'));
  writeFileSync(join(folder, '.time'), `${T}\n`);
  writeFileSync(join(folder, 'methods/http'), '#!/bin/sh\necho no library >&2\nexit 127\n', { mode: 0o755 });
  writeFileSync(join(folder, 'http'), aptMethod(SETTINGS, { state: folder, methods: join(folder, 'methods') }));
  const result = spawnSync('sh', [join(folder, 'http')], { input: ask(URI), encoding: 'utf8' });
  assert.equal([result.status, result.stderr], [127, 'no library\n']);
  rmSync(folder, { recursive: true });
});

test('the configuration', () => {
  assert.is(aptConfiguration().split('\n')[0], 'Dir::Bin::methods "/dev/.repro-state/.methods";');
});

test.run();
