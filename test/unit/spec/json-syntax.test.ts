import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { jsonSyntaxProblem } from '../../../src/spec/json-syntax.ts';

// Texts and what Go's json.Unmarshal says of them.
const cases: readonly (readonly [string, string | undefined])[] = [
  ['', 'unexpected end of JSON input'],
  [' [1, {"a": [true, null, -0.5e+3, "\\u00e9"]}]\n', undefined],
  ['x', "invalid character 'x' looking for beginning of value"],
  ["'", "invalid character '\\'' looking for beginning of value"],
  ['[', 'unexpected end of JSON input'],
  ['[1 2]', "invalid character '2' after array element"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b":2}', "invalid character '\"' after object key:value pair"],
  ['{,}', "invalid character ',' looking for beginning of object key string"],
  ['[1,]', "invalid character ']' looking for beginning of value"],
  ['{}x', "invalid character 'x' after top-level value"],
  ['01', "invalid character '1' after top-level value"],
  ['1.', "invalid character ' ' after decimal point in numeric literal"],
  ['-x', "invalid character 'x' in numeric literal"],
  ['1e', "invalid character ' ' in exponent of numeric literal"],
  ['tru', "invalid character ' ' in literal true (expecting 'e')"],
  ['nulx', "invalid character 'x' in literal null (expecting 'l')"],
  ['"\t"', "invalid character '\\t' in string literal"],
  ['"\\x"', "invalid character 'x' in string escape code"],
  ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
  ['"abc', 'unexpected end of JSON input'],
  ['é', "invalid character 'Ã' looking for beginning of value"],
  ['['.repeat(10001), 'exceeded max depth'],
];

test('JSON is refused in the words of Go', () => {
  for (const [text, problem] of cases) assert.is(jsonSyntaxProblem(text), problem, text.slice(0, 40));
});

test.run();
