import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodedError } from '../../../src/diag/error.ts';
import { suggest, withSuggestion } from '../../../src/dockerfile/suggest.ts';

const ROWS: readonly (readonly [value: string, options: readonly string[], caseSensitive: boolean, match: string | undefined])[] = [
  ['mout', ['mount', 'network'], true, 'mount'],
  ['moutn', ['mount'], true, 'mount'],
  ['kitten', ['sitting'], true, undefined],
  ['kitten', ['sittin'], true, 'sittin'],
  ['form', ['chown', 'from', 'chmod'], true, 'from'],
  ['abc', ['abcde', 'abcd'], true, 'abcd'],
  ['abc', ['abd', 'abc'], true, undefined],
  ['ABC', ['abd'], true, undefined],
  ['ABC', ['abd'], false, 'ABD'],
  ['abc', ['ABD'], false, 'abd'],
  ['Abc', ['ABD'], false, 'abd'],
  ['ABC', ['abc'], false, undefined],
  ['', ['ab'], true, 'ab'],
  ['ab', [''], true, undefined],
  ['', ['abc'], true, undefined],
  ['😀a', ['a'], true, 'a'],
  ['x', [], true, undefined],
];

for (const [value, options, caseSensitive, match] of ROWS) {
  test(`${JSON.stringify(value)} of ${JSON.stringify(options)}${caseSensitive ? '' : ' in any case'}`, () => {
    assert.is(suggest(value, options, caseSensitive), match);
  });
}

test('an error with a suggestion keeps its code and its cause', () => {
  const error = new CodedError('convert', 'no such x');
  const suggested = withSuggestion(error, 'x', ['xy'], true);
  assert.is(suggested.message, 'no such x (did you mean xy?)');
  assert.is(suggested.code, 'convert');
  assert.is(suggested.cause, error);
  assert.is(withSuggestion(error, 'x', ['abcd'], true), error);
});

test.run();
