import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execFileSync } from 'node:child_process';
import { shellPattern, shellWord } from '../../../src/runtime/shell.ts';

test('words are literal', () => {
  const words = ['', 'a', "it's", 'a b', '$HOME', '`id`', '"', '\\', '*', '!', '~', 'a\tb', ';rm', '#x', 'é', "''"];
  assert.is(execFileSync('/bin/sh', ['-c', `printf '%s|' ${words.map(shellWord).join(' ')}`], { encoding: 'utf8' }), words.map((word) => `${word}|`).join(''));
});

test('patterns match, and all else in them is literal', () => {
  assert.is(shellPattern('/var/log/*.log'), '/var/log/*.log');
  assert.is(shellPattern('/a b/[x]$?'), "'/a b/'[x]'$'?");
  const out = execFileSync('/bin/sh', ['-c', `echo ${shellPattern('/etc/pass?d')}; echo ${shellPattern('/none $x/*')}`], { encoding: 'utf8' });
  assert.is(out, '/etc/passwd\n/none $x/*\n');
});

test.run();
