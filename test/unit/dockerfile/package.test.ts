import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'docker-file-parser';
import { readArguments } from '../../../src/dockerfile/arguments.ts';
import { packageReads, readWithPackage } from '../../../src/dockerfile/package.ts';

type Keyword = Parameters<typeof readArguments>[0];

/** What docker-file-parser is asked for, and its answer, which is the reference's. */
const READ: readonly (readonly [keyword: Keyword, rest: string, args: readonly string[]])[] = [
  ['run', '["a", "b c"]', ['a', 'b c']],
  ['cmd', '[]', []],
  ['entrypoint', '[ "\u2028é😀" ]', ['\u2028é😀']],
  ['copy', '["a b","c"]', ['a b', 'c']],
  ['expose', '80 443/tcp', ['80', '443/tcp']],
  ['user', 'a b', ['a b']],
  ['workdir', '/x y', ['/x y']],
  ['stopsignal', '9', ['9']],
  ['maintainer', 'A <b@c>', ['A <b@c>']],
  ['arg', 'a b=c d="e f" g=\\ h', ['a', 'b=c', 'd="e f"', 'g=\\ h']],
];

for (const [keyword, rest, args] of READ) {
  test(`the package reads ${keyword} ${rest}`, () => {
    assert.ok(packageReads(keyword, rest, '\\'));
    assert.equal(readWithPackage(keyword, rest), args);
    assert.equal(readArguments(keyword, rest, '\\').args, args);
  });
}

/** What the package would read otherwise than the reference does, or as it does but slowly: why, its answer, and ours. */
const OWN: readonly (readonly [why: string, keyword: Keyword, rest: string, theirs: unknown, args: readonly string[], escape?: string])[] = [
  ['an instruction that ends in a backslash vanishes', 'copy', 'a C:\\', undefined, ['a', 'C:\\'], '`'],
  ['the same after two backslashes', 'run', 'echo \\\\', undefined, ['echo \\\\']],
  ['a byte order mark at the end is white space', 'run', 'a\ufeff', 'a', ['a\ufeff']],
  ['a line end begins another instruction', 'run', 'a\nb', 'a', ['a\nb']],
  ['ENV loses the order of numbers', 'env', 'b=1 1=2', { 1: '2', b: '1' }, ['b', '1', '=', '1', '2', '=']],
  ['ENV loses duplicates', 'env', 'a=1 a=2', { a: '2' }, ['a', '1', '=', 'a', '2', '=']],
  ['ENV loses blanks of the old form', 'env', 'a b   c', { a: 'b c' }, ['a', 'b   c', '']],
  ['LABEL loses a name that means something to JavaScript', 'label', '__proto__=1', {}, ['__proto__', '1', '=']],
  ['FROM is not split', 'from', 'a AS b', 'a AS b', ['a', 'AS', 'b']],
  ['HEALTHCHECK is not known', 'healthcheck', 'CMD ["a"]', 'CMD ["a"]', ['CMD', 'a']],
  ['SHELL is not known', 'shell', '["a", "b"]', '["a", "b"]', ['a', 'b']],
  ['ARG goes by the backslash whatever the escape is', 'arg', 'a=\\ b', ['a=\\ b'], ['a=\\', 'b'], '`'],
  ['ARG does not part words at a next line character', 'arg', 'a\u0085b', ['a\u0085b'], ['a', 'b']],
  ['ARG parts words at a byte order mark', 'arg', 'a\ufeffb', ['a', 'b'], ['a\ufeffb']],
  ['lone surrogates stay', 'run', '["\\ud800"]', ['\ud800'], ['\ufffd']],
  ['what is not UTF-8 stays', 'run', '["\udcff"]', ['\udcff'], ['\ufffd']],
  ['a number that Go cannot hold is no JSON to Go', 'run', '[1e999]', '[1e999]', ['[1e999]']],
  ['shell form takes it an exception', 'run', 'apt-get update && apt-get install', 'apt-get update && apt-get install', ['apt-get update && apt-get install']],
  ['the same for an object', 'run', '{"a": 1}', '{"a": 1}', ['{"a": 1}']],
  ['a list of words takes it an exception', 'copy', 'a  b\tc', ['a', 'b', 'c'], ['a', 'b', 'c']],
  ['the same with a blank that parts nothing', 'add', 'a\u00a0b c', ['a\u00a0b', 'c'], ['a\u00a0b', 'c']],
  ['the same for folders', 'volume', '/a /b', ['/a', '/b'], ['/a', '/b']],
  ['a test in brackets is text to both', 'run', '[ -f x ]', '[ -f x ]', ['[ -f x ]']],
];

for (const [why, keyword, rest, theirs, args, escape = '\\'] of OWN) {
  test(`we read: ${why}`, () => {
    assert.not(packageReads(keyword, rest, escape));
    assert.equal(parse(`${keyword.toUpperCase()} ${rest}`)[0]?.args, theirs);
    assert.equal(readArguments(keyword, rest, escape).args, args);
  });
}

test('a JSON array of anything but strings is an error, and text to the package', () => {
  assert.not(packageReads('run', '["a", 1]', '\\'));
  assert.is(parse('RUN ["a", 1]')[0]?.args, '["a", 1]');
  assert.throws(() => readArguments('run', '["a", 1]', '\\'), 'when using JSON array syntax, arrays must be comprised of strings only');
});

test('JSON form and shell form', () => {
  assert.is(readArguments('run', '["a"]', '\\').json, true);
  assert.is(readArguments('run', '["a"', '\\').json, false);
  assert.is(readArguments('copy', '["a", "b"]', '\\').json, true);
  assert.is(readArguments('copy', 'a b', '\\').json, false);
  assert.equal(readArguments('run', '', '\\'), { args: [], json: false });
});

test.run();
