import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodedError } from '../../../src/diag/error.ts';
import { DEFAULT_LINT_CONFIG, parseLintOptions } from '../../../src/lint/config.ts';

const GOOD: readonly (readonly [text: string, config: Partial<ReturnType<typeof parseLintOptions>>])[] = [
  ['', {}],
  ['  ', {}],
  ['skip=all', { skipAll: true }],
  ['skip=A, B ,C', { skipRules: ['A', 'B', 'C'] }],
  ['skip=', { skipRules: [''] }],
  ['skip = A ; experimental = all ; error = T', { skipRules: ['A'], experimentalAll: true, returnAsError: true }],
  ['experimental=A', { experimentalRules: ['A'] }],
  ['skip=A;skip=B', { skipRules: ['B'] }],
  ['error=true;error=false', {}],
  ['skip=a=b', { skipRules: ['a=b'] }],
  ['skip=A;skip=all;skip=B;error=1', { skipAll: true, skipRules: ['B;error=1'] }],
];

for (const [text, config] of GOOD) {
  test(`reads ${JSON.stringify(text)}`, () => assert.equal(parseLintOptions(text), { ...DEFAULT_LINT_CONFIG, ...config }));
}

const BAD: readonly (readonly [text: string, message: string])[] = [
  ['skip', 'invalid check option "skip"'],
  ['skip=all; x', 'invalid check option " x"'],
  ['Skip=all', 'invalid check option "Skip"'],
  [';', 'invalid check option ""'],
  ['error=maybe', 'failed to parse check option "error=maybe": strconv.ParseBool: parsing "maybe": invalid syntax'],
  ['error= "x ', 'failed to parse check option "error= \\"x": strconv.ParseBool: parsing "\\"x": invalid syntax'],
];

for (const [text, message] of BAD) {
  test(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseLintOptions(text),
    (error: unknown) => error instanceof CodedError && error.code === 'option' && error.message === message));
}

test.run();
