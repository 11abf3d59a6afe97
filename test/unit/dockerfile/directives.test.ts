import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { detectSyntax, parseDirective } from '../../../src/dockerfile/directives.ts';
import { lineRanges } from '../../../src/diag/range.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A file, and where which syntax is found in it: the image, the whole value, the line. */
const SYNTAX: readonly (readonly [text: string, found?: readonly [ref: string, cmdline: string, line: number]])[] = [
  ['# syntax=a/b:1\nFROM x', ['a/b:1', 'a/b:1', 1]],
  ['#syntax = a  b c \r\nFROM x', ['a', 'a  b c', 1]],
  ['# SynTax=a', ['a', 'a', 1]],
  ['\ufeff# syntax=a', ['a', 'a', 1]],
  ['#!/usr/bin/env x\n# syntax=a', ['a', 'a', 2]],
  ['\ufeff#!x\n// syntax=a', ['a', 'a', 2]],
  ['# escape=`\n# check=skip=all\n# syntax=a', ['a', 'a', 3]],
  ['# syntax=a\n# syntax=b', ['a', 'a', 1]],
  ['# check=a\n# check=b\n# syntax=a'],
  ['# x\n# syntax=a'],
  ['\n# syntax=a'],
  [' # syntax=a'],
  ['# syntax='],
  ['# syntax= ', ['', ' ', 1]],
  ['# syntax=a\tb', ['a\tb', 'a\tb', 1]],
  ['#\u00a0syntax=a', ['a', 'a', 1]],
  ['# syntax\u00a0=a'],
  ['// syntax=a b', ['a', 'a b', 1]],
  ['{"syntax": "a b", "x": [1]}', ['a b', 'a b', 0]],
  ['#!x\n{"syntax": "a"}', ['a', 'a', 1]],
  ['{"syntax": "a", "syntax": "b"}', ['b', 'b', 0]],
  ['{"syntax": 1}'],
  ['{"x": {"syntax": "a"}}'],
  ['{"syntax": "a"} x'],
  ['{"syntax": "a", "n": 1e999}'],
  ['["syntax"]'],
  ['{"__proto__": {"syntax": "a"}}'],
  [`# ${'x'.repeat(70_000)}\n# syntax=a`],
  [''],
];

for (const [text, found] of SYNTAX) {
  test(`syntax of ${JSON.stringify(text.slice(0, 60))}`, () => {
    const expected = found === undefined ? undefined : { ref: found[0], cmdline: found[1], ranges: lineRanges(found[2], found[2]) };
    assert.equal(detectSyntax(encode(text)), expected);
  });
}

test('other directives are in # comments only', () => {
  assert.equal(parseDirective('check', encode('# syntax=a\n# check=skip=A;error=true\n')), { value: 'skip=A;error=true', ranges: lineRanges(2, 2) });
  assert.is(parseDirective('check', encode('// check=skip=A\n')), undefined);
  assert.is(parseDirective('escape', encode('{"escape": "`"}')), undefined);
});

test.run();
