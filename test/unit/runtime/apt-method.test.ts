import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aptMethod } from '../../../src/runtime/apt-method.ts';
import { aptConfiguration } from '../../../src/runtime/apt-script.ts';
import type { SnapshotSettings } from '../../../src/runtime/snapshot.ts';
import { SHELLS } from './shells.ts';

const SETTINGS: SnapshotSettings = { time: '20240110T031500Z', debianBase: 'http://s/archive/', ubuntuBase: 'http://u/', backports: false, keepCache: false };
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
    const others = join(folder, '.others');
    return { asked: readFileSync(join(folder, 'asked'), 'utf8'), told: result.stdout.replaceAll(folder, '@'), stderr: result.stderr, others: existsSync(others) ? readFileSync(others, 'utf8') : '' };
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
];

for (const shell of SHELLS) {
  test(`${shell[0]}: the snapshot's counterpart is fetched in place of the distribution's URL, and apt does not see it`, () => {
    for (const [uri, snapshot] of COUNTERPARTS) {
      const { asked, told, stderr, others } = talk(shell, ask(uri), `100 Capabilities\nVersion: 1.2\n\n200 URI Start\nURI: ${snapshot}\nSize: 3\n\n201 URI Done\nURI: ${snapshot}\n\n`);
      assert.is(asked, ask(snapshot));
      assert.is(told, `100 Capabilities\nVersion: 1.2\n\n200 URI Start\nURI: ${uri}\nSize: 3\n\n201 URI Done\nURI: ${uri}\n\n`);
      assert.is(stderr + others, '');
    }
  });
}

const SHELL = SHELLS[0] ?? ['sh'];

test('other sources are left alone, and named', () => {
  for (const [uri, named] of LEFT_ALONE) {
    const { asked, told, others } = talk(SHELL, ask(uri), `200 URI Start\nURI: ${uri}\n\n`);
    assert.is(asked, ask(uri));
    assert.is(told, `200 URI Start\nURI: ${uri}\n\n`);
    assert.is(others, named);
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
  const configuration = '601 Configuration\nConfig-Item: A::B=c%20d\nConfig-Item: X=\\n\\t  two  \n\n';
  assert.is(talk(SHELL, configuration).asked, configuration);
  const status = '102 Status\nMessage: Connecting to  s \\n\nURI: http://elsewhere/x\n\n';
  assert.is(talk(SHELL, '', status).told, '102 Status\nURI: http://elsewhere/x\nMessage: Connecting to  s \\n\n\n');
});

const URI = 'http://deb.debian.org/debian/dists/x/InRelease';
const SNAPSHOT = `http://s/archive/debian/${T}/dists/x/InRelease`;

test('a failure tells the snapshot URL, wherever its fields are', () => {
  for (const answer of [`400 URI Failure\nURI: ${SNAPSHOT}\nMessage: 404 Not Found\n\n`, `400 URI Failure\nMessage: 404 Not Found\nURI: ${SNAPSHOT}\n\n`]) {
    assert.is(talk(SHELL, ask(URI), answer).told, `400 URI Failure\nURI: ${URI}\nMessage: 404 Not Found (${SNAPSHOT})\n\n`);
  }
});

test('too many requests: waits, and tells apt to try again', () => {
  const started = performance.now();
  const failure = `400 URI Failure\nURI: ${SNAPSHOT}\nMessage: 429  Too Many Requests\n\n`;
  assert.is(talk(SHELL, ask(URI), failure).told, `400 URI Failure\nURI: ${URI}\nTransient-Failure: true\nMessage: 429  Too Many Requests (${SNAPSHOT})\n\n`);
  assert.ok(performance.now() - started > 1000);
  const other = failure.replace(SNAPSHOT, 'http://example.org/x');
  assert.is(talk(SHELL, ask('http://example.org/x'), other).told, other);
});

test('a redirection to an earlier snapshot is followed, one to a later is a failure', () => {
  const redirect = (to: string): string => talk(SHELL, ask(URI), `103 Redirect\nNew-URI: ${to}\nURI: ${SNAPSHOT}\n\n`).told;
  const earlier = 'http://s/archive/debian/20240109T235959Z/dists/x/InRelease';
  const later = 'http://s/archive/debian/20240110T031501Z/dists/x/InRelease';
  assert.is(redirect(earlier), `103 Redirect\nNew-URI: ${earlier}\nURI: ${URI}\n\n`);
  assert.is(redirect('https://cdn/file/1'), `103 Redirect\nNew-URI: https://cdn/file/1\nURI: ${URI}\n\n`);
  assert.is(redirect(later), `400 URI Failure\nURI: ${URI}\nMessage: the snapshot server leads to a later snapshot than ${T}: ${later} (${SNAPSHOT})\n\n`);
});

test('a Release file that is later than the snapshot is a failure', () => {
  const answer = `201 URI Done\nURI: ${SNAPSHOT}\nFilename: @/InRelease\nSize: 1\n\n`;
  const done = `201 URI Done\nURI: ${URI}\nFilename: @/InRelease\nSize: 1\n\n`;
  const fetch = (date: string): string => talk(SHELL, ask(URI), answer, { InRelease: `-----BEGIN\nHash: x\n\nOrigin: Debian\n${date}\nSHA256:\n x\n` }).told;
  for (const date of ['Date: Wed, 10 Jan 2024 03:15:00 UTC', 'Date: Wed, 10 Jan 2024 3:15:00 UTC', 'Date: Tue, 9 Jan 2024 23:59:59 UTC', 'Date: Sun, 31 Dec 2023 23:59:59 +0000', 'NoDate: x', 'Date: what?']) {
    assert.is(fetch(date), done, date);
  }
  for (const date of ['Wed, 10 Jan 2024 03:15:01 UTC', 'Thu, 1 Feb 2024 00:00:00 UTC', 'Mon, 06 Jan 2025 00:00:00 UTC', 'Wed, 11 Dec 2024 9:00:00 UTC']) {
    assert.is(fetch(`Date: ${date}`), `400 URI Failure\nURI: ${URI}\nMessage: the snapshot server has a later state than ${T}: its Release file is of ${date} (${SNAPSHOT})\n\n`);
  }
  const other = 'http://example.org/dists/x/InRelease';
  assert.is(talk(SHELL, ask(other), `201 URI Done\nURI: ${other}\nFilename: @/InRelease\n\n`, { InRelease: 'Date: Mon, 06 Jan 2025 00:00:00 UTC\n' }).told,
    `201 URI Done\nURI: ${other}\nFilename: @/InRelease\n\n`);
});

test('the configuration', () => {
  assert.is(aptConfiguration(SETTINGS).split('\n')[0], 'Dir::Bin::methods "/dev/.repro-state/.methods";');
  assert.not.match(aptConfiguration(SETTINGS), 'Keep-Downloaded');
  assert.match(aptConfiguration({ ...SETTINGS, keepCache: true }), 'APT::Keep-Downloaded-Packages "true";');
});

test.run();
