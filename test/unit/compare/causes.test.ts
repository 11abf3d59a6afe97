import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gzipSync } from 'node:zlib';
import { CAUSES } from '../../../src/compare/causes.ts';
import { causeOfContent, diffContents, makeDiffEffort } from '../../../src/compare/content.ts';
import { causeOfPath } from '../../../src/compare/path-causes.ts';
import { STRIP_TABLE } from '../../../src/rewrite/strip-table.ts';
import { remedyOf } from '../../../src/cmd/diff-remedies.ts';

const cause = (path: string, a: string | Buffer, b: string | Buffer) => causeOfContent(path, { a: Buffer.from(a), b: Buffer.from(b) });

test('what a path says', () => {
  const expected: Readonly<Record<string, string | undefined>> = {
    'var/cache/ldconfig/aux-cache': 'ldconfig-cache', 'etc/shadow-': 'backup', 'var/lib/dpkg/status-old': 'backup', 'var/log/apt/history.log': 'log', 'var/log/journal/x': 'log',
    'etc/machine-id': 'machine-id', 'etc/hosts': 'host-name', 'var/lib/apt/lists/x_InRelease': 'package-cache', 'root/.wget-hsts': 'tool-state', 'var/lib/dpkg/status': 'package-database',
    'lib/apk/db/installed': 'package-database', 'usr/lib/python3/x.pyc': 'pyc', 'etc/ssh/ssh_host_rsa_key': 'key-material', 'etc/ssl/certs/java/cacerts': 'keystore',
    'var/cache/fontconfig/x.cache-8': 'cache', 'usr/bin/sh': undefined, 'home/var/log/x': undefined, 'etc/.wh.machine-id': 'machine-id', 'usr/share/.wh.x': undefined,
  };
  for (const [path, value] of Object.entries(expected)) assert.is(causeOfPath(path), value, path);
});

test('strip is what removes the difference of every file that it puts back or makes equal', () => {
  for (const { path, action, marker } of STRIP_TABLE) {
    if (action.startsWith('report') || action === 'normalise-comments') continue;
    const name = `${path.replaceAll('*', 'x')}${marker === undefined ? '' : `/${marker}`}`;
    assert.match(remedyOf(name, causeOfPath(name.slice(1)) ?? 'content') ?? '', /^the strip rewrite/, path);
  }
  assert.is(remedyOf('/var/log/dpkg.log', 'timestamp'), undefined);
  assert.is(remedyOf('/var/log/dpkg.logs', 'log'), undefined);
  assert.is(remedyOf('/lib/apk/db/installed', 'package-version'), undefined);
});

test('what a content says', () => {
  assert.is(cause('etc/shadow', 'root:*:19700:0:99999:7:::\n', 'root:*:19701:0:99999:7:::\n'), 'shadow-date');
  assert.is(cause('etc/shadow', 'root:*:19700:0:99999:7:::\n', 'root:x:19701:0:99999:7:::\n'), 'content');
  assert.is(cause('opt/list', 'b\na\n', 'a\nb\n'), 'line-order');
  assert.is(cause('opt/x.pem', '-----BEGIN RSA PRIVATE KEY-----\na\n', '-----BEGIN RSA PRIVATE KEY-----\nb\n'), 'key-material');
  assert.is(cause('opt/bin', Buffer.from([0, 1]), Buffer.from([0, 2])), 'content');
  assert.is(causeOfContent('opt/large', { a: undefined, b: undefined }), 'content');
  assert.is(causeOfContent('var/log/large', { a: undefined, b: undefined }), 'log');
});

test('dates in a text, in the forms that programs print', () => {
  const pairs = [
    ['built 2024-01-02', 'built 2024-11-12'], ['at 2024-01-02T03:04:05Z', 'at 2025-01-02T13:04:05.678+02:00'], ['Mon Jan  2 03:04:05 UTC 2024', 'Tue Feb 12 13:14:15 UTC 2025'],
    ['02/Jan/2024'.replaceAll('/', '-'), '13-Feb-2025'], ['t=1700000000', 't=1712345678.5'], ['1700000000123', '1712345678901234567'], ['x 20240102 y', 'x 20251231 y'], ['(c) 2024', '(c) 2025'],
  ];
  for (const [a = '', b = ''] of pairs) assert.is(cause('opt/version', a, b), 'embedded-date', a);
  assert.is(cause('opt/version', 'version 1.2', 'version 1.3'), 'content');
  assert.is(cause('opt/version', 'a b 2024-01-02', 'ab 2024-01-03'), 'content');
});

test('times in archives and compressed files', () => {
  const gzip = gzipSync('text');
  const later = Buffer.from(gzip);
  later.writeUInt32LE(1700000000, 4);
  assert.is(cause('usr/share/doc/x.gz', gzip, later), 'archive-timestamp');
  assert.is(cause('usr/share/doc/x.gz', gzip, gzipSync('other')), 'content');
  const member = (time: string, content: string): string => `!<arch>\n${'a.o/'.padEnd(16)}${time.padEnd(12)}0     0     100644  ${String(content.length).padEnd(10)}\`\n${content}`;
  assert.is(cause('usr/lib/x.a', member('1700000000', 'code'), member('1700000001', 'code')), 'archive-timestamp');
  assert.is(cause('usr/lib/x.a', member('1700000000', 'code'), member('1700000001', 'kode')), 'content');
});

test('contents are shown line by line, or where they begin to differ; secrets never', () => {
  const show = (path: string, a: string | Buffer, b: string | Buffer) => diffContents(path, { a: Buffer.from(a), b: Buffer.from(b) }, makeDiffEffort());
  assert.equal(show('x', 'a\nb\nc\n', 'a\nB\nc\n'), { kind: 'text', lines: ['@@ -1,3 +1,3 @@', ' a', '-b', '+B', ' c'], isCut: false });
  assert.equal(show('x', Buffer.from('\0aXc'), Buffer.from('\0aYc')), { kind: 'binary', offset: 2, a: '00 61 58 63', b: '00 61 59 63' });
  assert.is(show('etc/shadow', 'root:$6$hash:1::\n', 'root:$6$hush:1::\n'), undefined);
  assert.is(show('opt/tls.key', '-----BEGIN PRIVATE KEY-----\na', '-----BEGIN PRIVATE KEY-----\nb'), undefined);
});

test('a diff is bounded, in lines, in their length and in time', () => {
  const lines = (seed: number): string => Array.from({ length: 9000 }, (_, at) => `${(at * seed) % 7919}`).join('\n');
  const started = performance.now();
  const large = diffContents('x', { a: Buffer.from(lines(31)), b: Buffer.from(lines(37)) }, makeDiffEffort());
  assert.ok(performance.now() - started < 5000);
  assert.ok(large?.kind === 'text' && large.isCut && large.lines.length <= 200);
  const long = diffContents('x', { a: Buffer.from('a'.repeat(60_000)), b: Buffer.from('b'.repeat(60_000)) }, makeDiffEffort());
  assert.ok(long?.kind === 'text' && long.isCut && long.lines.every((line) => line.length <= 401));
});

test('each cause says what it is and what removes it', () => {
  for (const [name, { title, remedy }] of Object.entries(CAUSES)) assert.ok(title.length > 3 && remedy.length > 3, name);
});

test('files that were made to be hard to compare take no more than so much, all together', () => {
  const text = (step: number, count: number): Buffer => Buffer.from(Array.from({ length: count }, (_, at) => `${(at * step) % 997}`).join('\n'));
  const show = (effort: { left: number }, count: number) => diffContents('x', { a: text(31, count), b: text(37, count) }, effort);
  const cut = ['@@ too much differs to show line by line @@'];
  const effort = makeDiffEffort();
  const all = effort.left;
  const first = show(effort, 200);
  assert.ok(first?.kind === 'text' && first.lines.length > 20, JSON.stringify(first));
  const spent = all - effort.left;
  assert.ok(spent > 0 && spent <= 2000 ** 2, String(spent));
  assert.equal(show({ left: 0 }, 200), { kind: 'text', lines: cut, isCut: true });
  const hopeless = { left: 1 };
  assert.equal(show(hopeless, 8000), { kind: 'text', lines: cut, isCut: true });
  assert.is(hopeless.left, 1 - 2000 ** 2);
});

test.run();
