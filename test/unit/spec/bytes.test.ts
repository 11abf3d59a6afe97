import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { byteLength, decodeText, encodeText, fromByteText, isUtf8, replaceBroken, toByteText } from '../../../src/spec/bytes.ts';

const bytesOf = (latin1: string): Uint8Array => Uint8Array.from(latin1, (character) => character.charCodeAt(0));

/** Bytes, and what Go prints of them: one replacement character for each byte that is no part of a character. */
const CASES: readonly (readonly [bytes: string, shown: string])[] = [
  ['plain', 'plain'], ['\xc3\xa4', 'ä'], ['\xef\xbb\xbfx', '\ufeffx'], ['\xf0\x9f\x98\x80', '😀'],
  ['\xff', '\ufffd'], ['\xc3', '\ufffd'], ['a\x80b', 'a\ufffdb'], ['\xe2\x82', '\ufffd\ufffd'], ['\xe2\x82x', '\ufffd\ufffdx'],
  ['\xed\xa0\x80', '\ufffd\ufffd\ufffd'], ['\xf4\x90\x80\x80', '\ufffd\ufffd\ufffd\ufffd'], ['\xc0\xaf', '\ufffd\ufffd'], ['\xe0\x80\xaf', '\ufffd\ufffd\ufffd'],
  ['\xf0\x80\x80\xaf', '\ufffd\ufffd\ufffd\ufffd'], ['\xf0\x9f\x98', '\ufffd\ufffd\ufffd'], ['\xc3\xa4\xc3', 'ä\ufffd'], ['\xed\x9f\xbf', '\ud7ff'], ['\xf4\x8f\xbf\xbf', '\u{10ffff}'],
];

for (const [latin1, shown] of CASES) {
  test(`bytes ${JSON.stringify(latin1)}`, () => {
    const text = decodeText(bytesOf(latin1));
    assert.is(replaceBroken(text), shown);
    assert.is(isUtf8(text), text === shown);
    assert.equal([...encodeText(text)], [...bytesOf(latin1)]);
    assert.is(toByteText(text), latin1);
    assert.is(fromByteText(latin1), text);
    assert.is(byteLength(text), latin1.length);
  });
}

test('every pair of bytes comes back', () => {
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 256; second += 5) {
      const bytes = Uint8Array.of(first, second, 0x41);
      assert.equal([...encodeText(decodeText(bytes))], [...bytes]);
    }
  }
});

test.run();
