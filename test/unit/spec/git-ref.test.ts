import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { messageOf } from '../../../src/diag/error.ts';
import { parseGitRef } from '../../../src/spec/git-ref.ts';
import { ipFamily } from '../../../src/spec/ip.ts';
import { isValidQuery, parseQuery, parseUrl, redactCredentials, urlToString } from '../../../src/spec/url.ts';

/** What the reference's dfgitutil.ParseGitRef answers; only what is not empty is named. */
const GIT: readonly (readonly [text: string, ref: object | string | undefined])[] = [
  ['https://example.com/', undefined],
  ['https://example.com/foo.git', { remote: 'https://example.com/foo.git', shortName: 'foo' }],
  ['https://example.com/foo.git#release/1.2', { remote: 'https://example.com/foo.git', shortName: 'foo', ref: 'release/1.2' }],
  ['https://example.com/foo.git/', undefined],
  ['https://foo:bar@github.com/a/b.git#baz:quux/../x', { remote: 'https://foo:bar@github.com/a/b.git', shortName: 'b', ref: 'baz', subDir: 'x' }],
  ['https://github.com/a/b.git#:dir', { remote: 'https://github.com/a/b.git', shortName: 'b', subDir: 'dir' }],
  ['git://example.com/foo', { remote: 'git://example.com/foo', shortName: 'foo' }],
  ['HTTPS://h/a.git', { remote: 'https://h/a.git', shortName: 'a' }],
  ['github.com/moby/buildkit#master', { remote: 'github.com/moby/buildkit', shortName: 'buildkit', ref: 'master', indistinguishableFromLocal: true }],
  ['git@github.com:moby/buildkit.git', { remote: 'git@github.com:moby/buildkit.git', shortName: 'buildkit' }],
  ['git@h:a?tag=v1&subdir=s#', { remote: 'git@h:a', shortName: 'git@h:a', ref: 'refs/tags/v1', subDir: 's' }],
  ['git@h:a?tag=%zz', undefined],
  ['custom.xyz/a/b.git', undefined],
  ['./github.com/a/b', undefined],
  ['ftp://h/a.git', undefined],
  ['https://h/a.git?branch=b&keep-git-dir&submodules=0', { remote: 'https://h/a.git', shortName: 'a', ref: 'refs/heads/b', keepGitDir: true, submodules: false }],
  ['https://h/a.git?commit=abc&fetch-by-commit=true&mtime=commit', { remote: 'https://h/a.git', shortName: 'a', checksum: 'abc', fetchByCommit: true, mtime: 'commit' }],
  ['https://h/a.git?ref=a#a', { remote: 'https://h/a.git', shortName: 'a', ref: 'a' }],
  ['https://h/a.git?ref=a#b', 'ref conflicts: "b" vs "a"'],
  ['https://h/a.git?tag=a&branch=b', 'branch conflicts with tag'],
  ['https://h/a.git?ref=', 'query "ref" has no value'],
  ['https://h/a.git?ref=a&ref=b', 'query "ref" has multiple values'],
  ['https://h/a.git?x=1', 'unexpected query "x"'],
  ['https://h/a.git?submodules=maybe', 'invalid submodules value: "maybe"'],
  ['https://h/a.git?mtime=now', 'invalid mtime value: "now" (must be "checkout" or "commit")'],
  ['https://h/a.git?subdir=a#:b', 'subdir conflicts: "b" vs "a"'],
];

const EMPTY = { ref: '', checksum: '', subDir: '', indistinguishableFromLocal: false, keepGitDir: undefined, submodules: undefined, mtime: '', fetchByCommit: false };

for (const [text, expected] of GIT) {
  test(`git: ${text}`, () => {
    let found: unknown;
    try {
      found = parseGitRef(text);
    } catch (error) {
      found = messageOf(error);
    }
    assert.equal(found, typeof expected === 'object' ? { ...EMPTY, ...expected } : expected);
  });
}

test('hostile sources take no more time than their length', () => {
  const started = Date.now();
  for (const text of [`git@h:${'a?#'.repeat(100_000)}`, `https://h/${'%41'.repeat(100_000)}.git`, `https://h/a.git?${'a=b&'.repeat(100_000)}`, 'a@'.repeat(100_000)]) parseGitRef(text);
  assert.ok(Date.now() - started < 3000);
});

test('URLs come back as Go writes them', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['http://h/a%20b?x=%zz#f%20g', 'http://h/a%20b?x=%zz#f%20g'], ['http://h/a b', 'http://h/a%20b'], ['HTTP://U:p%40@h:1', 'http://U:p%40@h:1'],
    ['http://h/%2F', 'http://h/%2F'], ['//h/x', '//h/x'], ['a:b', 'a:b'], ['mailto:x?', 'mailto:x?'], ['/a:b', '/a:b'], ['x/y:z', 'x/y:z'], ['*', '*'], ['http:///x', 'http:///x'],
    ['http:/x', 'http:/x'], ['http://[::1]:80/', 'http://[::1]:80/'], ['http://[fe80::1%25en0]/', 'http://[fe80::1%25en0]/'], ['http://é/é', 'http://%C3%A9/%C3%A9'], ['http://h/[x]', 'http://h/[x]'],
    [':a', undefined], ['1:2', undefined], ['http://h/%z', undefined], ['http://a b/', undefined], ['http://[1.2.3.4]/', undefined], ['http://[::1/', undefined],
    ['http://h:x/', undefined], ['http://h:1:2/', undefined], ['ssh://h:1:2/', 'ssh://h:1:2/'], ['http://u@x y@h/', undefined], ['a\nb', undefined], ['http://h%41/', undefined],
  ];
  for (const [text, expected] of cases) {
    const url = parseUrl(text);
    assert.is(url === undefined ? undefined : urlToString(url), expected, text);
  }
});

test('queries', () => {
  assert.equal([...parseQuery('a=1&b&a=2+%2B&;&c;d=1&%zz=1&=x&&__proto__=p')], [['a', ['1', '2 +']], ['b', ['']], ['', ['x']], ['__proto__', ['p']]]);
  assert.is(isValidQuery('a=1&b'), true);
  assert.is(isValidQuery('a;b'), false);
  assert.is(isValidQuery('%4'), false);
});

test('IP addresses', () => {
  const families: readonly (readonly [string, 4 | 6 | undefined])[] = [
    ['1.2.3.4', 4], ['255.255.255.255', 4], ['256.1.1.1', undefined], ['01.2.3.4', undefined], ['1.2.3', undefined], ['1.2.3.4.5', undefined], ['', undefined],
    ['::', 6], ['::1', 6], ['1::', 6], ['1:2:3:4:5:6:7:8', 6], ['1:2:3:4:5:6:7', undefined], ['1:2:3:4:5:6:7::', 6], ['1:2:3:4:5:6:7:8::', undefined],
    ['::ffff:1.2.3.4', 6], ['1.2.3.4::', undefined], [':::', undefined], ['1::2::3', undefined], ['12345::', undefined], ['fe80::1%en0', undefined], [':1:2:3:4:5:6:7', undefined],
  ];
  for (const [text, family] of families) assert.is(ipFamily(text), family, text);
});

test('credentials are masked as provenance has them', () => {
  for (const [text, expected] of [
    ['https://user:password@host.tld/path.git', 'https://xxxxx:xxxxx@host.tld/path.git'], ['https://user@host/p?a=b#c', 'https://xxxxx@host/p?a=b#c'],
    ['https://:password@host/p', 'https://:xxxxx@host/p'], ['https://host/p', 'https://host/p'], ['git@github.com:o/r.git', 'git@github.com:o/r.git'],
  ] as const) assert.is(redactCredentials(text), expected, text);
});

test.run();
