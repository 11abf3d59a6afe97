import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patternLines, program, shellWord } from '../../../src/runtime/shell.ts';
import { SHELLS } from './shells.ts';

test('words are literal', () => {
  const words = ['', 'a', "it's", 'a b', '$HOME', '`id`', '"', '\\', '*', '!', '~', 'a\tb', ';rm', '#x', 'é', "''"];
  assert.is(execFileSync('/bin/sh', ['-c', `printf '%s|' ${words.map(shellWord).join(' ')}`], { encoding: 'utf8' }), words.map((word) => `${word}|`).join(''));
});

for (const [shell = '', ...options] of SHELLS) test(`${shell}: patterns match below the present folder, and all else in them is literal`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'repro-shell-'));
  const files = ['-n', 'a b/x$y', 'a b/x', 'b\\d', 'b\\n1', 'c[x', "it's", '~', 'none'];
  mkdirSync(join(folder, 'a b'));
  for (const file of files) writeFileSync(join(folder, file), '');
  const lines = patternLines(['/-?', '/a b/x$?', '/a b/x', '/b\\d', '/b\\n*', "/it's", '/~', '/$HOME', '/*x']);
  const script = `IFS='\n'; set -- ${shellWord(lines)}; printf '%s|' "$@"; v=$1; set -- $v; printf '%s|' "$@"`;
  assert.is(execFileSync(shell, [...options, '-c', script], { cwd: folder, encoding: 'utf8' }).split('|').slice(1).join('|'), "./-n|a b/x$y|a b/x|b\\d|b\\n1|it's|~|$HOME|./c[x|");
  rmSync(folder, { recursive: true });
});

test('programs come without comments and indentation, and with what is put into them', () => {
  const value = '  # kept\n\n  as it is\n';
  assert.is(program`#!/bin/sh
# repro-dockerfile: a title.

# What this does.
a() {
  # Why.
  b # c
  ${value}  d ${1}
}
`, `#!/bin/sh\n# repro-dockerfile: a title.\na() {\nb # c\n${value}  d 1\n}\n`);
});

test.run();
