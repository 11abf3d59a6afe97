import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { messageOf } from '../../../src/diag/error.ts';
import { IgnoreMatcher } from '../../../src/spec/ignore.ts';

/** What moby/patternmatcher's MatchesOrParentMatches answers. */
const CASES: readonly (readonly [lines: readonly string[], path: string, matches: boolean | undefined | string])[] = [
  [['**'], 'a/b', true], [['**/'], 'a/b', true], [['*'], 'a/b', true], [['*.c'], 'a/b.c', false], [['**/*.c'], 'b.c', true], [['**/*.c'], 'a/x/b.c', true],
  [['a'], 'a/b/c', true], [['a/'], 'a', true], [['./a'], 'a', true], [['/a'], 'a', false], [['a/b/..'], 'a', true], [['a/**'], 'a', false], [['a/**'], 'a/b', true],
  [['**a'], 'xa', true], [['**/a'], 'b/a', true], [['**/a'], 'xa', false], [['a/**/b'], 'a/b', true], [['a/**/b'], 'a/x/y/b', true], [['a/**b'], 'a/xb', false], [['a/**b'], 'a/x/b', true],
  [['?'], 'é', true], [['?'], '/', false], [['[a-c]'], 'b', true], [['[^a-c]'], 'b', false], [['[!a]'], '!', true], [['a\\*b'], 'a*b', true], [['a\\*b'], 'axb', false],
  [['a.b'], 'axb', false], [['a+(b)'], 'a+(b)', true], [['*.{js,ts}'], 'x.{js,ts}', true], [['*.{js,ts}'], 'x.js', false], [['a{2}?'], 'aab', true], [['?a|b'], 'xb', true],
  [['\\d*'], '7x', true], [['dir\\bin*'], 'dir/bin', false], [['x\\b*'], 'x', true], [['a', '!a/b'], 'a/b', false], [['a', '!a/b', 'a/b'], 'a/b', true], [['!a', 'b'], 'a', false],
  [['\ufeff*.txt'], 'a.txt', true], [['\ufeff*.txt'], '\ufeffa.txt', true], [['\ufeffa'], 'a', false], [['\ufeffa'], '\ufeffa', true], [['\ufeff**/a'], 'b/a', false], [['\ufeffa/**'], 'a/b', false], [['\ufeffa/**'], '\ufeffa/b', true], [['\ufeff?'], 'a', true],
  [['', '  ', ' a '], 'a', true], [['!'], 'a', 'illegal exclusion pattern: "!"'], [['['], 'a', 'syntax error in pattern'], [['[]'], 'a', 'syntax error in pattern'],
  [['[-a]'], 'a', 'syntax error in pattern'], [['\\'], 'a', 'syntax error in pattern'], [['a*\\'], 'a', false], [['{2}*'], 'x', true], [['?{2}{2}'], 'x', undefined], [['?[[:bad:]]'], 'xa', undefined],
];

for (const [lines, path, expected] of CASES) {
  test(`${JSON.stringify(lines)} and ${path}`, () => {
    let found: unknown;
    try {
      found = new IgnoreMatcher(lines).matchesPathOrParent(path);
    } catch (error) {
      found = messageOf(error);
    }
    assert.is(found, expected);
  });
}

test('patterns and exceptions', () => {
  const matcher = new IgnoreMatcher(['a/', '!b']);
  assert.equal([matcher.patterns, matcher.hasExceptions], [['a'], true]);
  assert.is(new IgnoreMatcher(['a']).hasExceptions, false);
});

test('hostile patterns take time in proportion to pattern and path', () => {
  const started = process.cpuUsage();
  for (const pattern of [`${'*a'.repeat(300)}!`, `${'**/a/'.repeat(200)}!`, `?${'[a-z]*'.repeat(300)}!`, `?${'a{0,20}'.repeat(30)}!`]) {
    new IgnoreMatcher([pattern]).matchesPathOrParent('a'.repeat(2000));
  }
  assert.ok(process.cpuUsage(started).user < 8_000_000);
});

test.run();
