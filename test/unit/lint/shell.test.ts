import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { shellCommands } from '../../../src/lint/shell.ts';

const words = (script: string): readonly (readonly string[])[] => shellCommands(script).map((command) => command.words);

const cases: readonly (readonly [script: string, commands: readonly (readonly string[])[]])[] = [
  ['', []],
  ['a b', [['a', 'b']]],
  ['set -ex; a && b || c', [['set', '-ex'], ['a'], ['b'], ['c']]],
  ['a | b', [['a'], ['b']]],
  ["'a b' \"c d\" e\\ f", [['a b', 'c d', 'e f']]],
  ['X=1 Y="2" a', [['a']]],
  ['X=1', []],
  ['sudo -u root a b; env A=b c; timeout 5m d e; xargs -n 1 f', [['a', 'b'], ['c'], ['d', 'e'], ['f']]],
  ['if a; then b; else c; fi', [['a'], ['b'], ['c']]],
  ['(a; b) & c', [['a'], ['b'], ['c']]],
  ['{ a; }', [['a']]],
  ['X=$(a b) c "$(d)" `e f`', [['a', 'b'], ['d'], ['e', 'f'], ['c', '$(d)', '`e f`']]],
  ['a "$(b "c d")" e', [['b', 'c d'], ['a', '$(b "c d")', 'e']]],
  ['echo $((1 + 2)) ${X:-a b}', [['echo', '$((1 + 2))', '${X:-a b}']]],
  ['a # b\nc', [['a'], ['c']]],
  ['a#b', [['a#b']]],
  ['a < b > c 2>&1', [['a', '<', 'b', '>', 'c', '2', '>&', '1']]],
  ['cat <<EOF > x\nnot a command\nEOF\nb', [['cat', '>', 'x'], ['b']]],
  ["cat <<'E' && a\n$(b)\nE\nc", [['cat'], ['a'], ['c']]],
  ['a \\\n b', [['a', 'b']]],
  ["a 'unclosed", [['a', 'unclosed']]],
  ['a "unclosed', [['a', 'unclosed']]],
  ['a $(b', [['b'], ['a', '$(b']]],
  [')))', []],
];

for (const [script, expected] of cases) test(JSON.stringify(script), () => assert.equal(words(script), expected));

test('a pipe is told from an or', () => {
  assert.equal(shellCommands('a | b || c').map(({ piped }) => piped), [true, false, false]);
});

test('commands know their lines', () => {
  assert.equal(shellCommands('a\n\nb "x\ny"\nc').map(({ line }) => line), [0, 2, 4]);
});

test('a script of a million characters is read in time', () => {
  const started = performance.now();
  assert.is(shellCommands('a "$(b)" c; '.repeat(80_000)).length, 160_000);
  assert.ok(performance.now() - started < 20_000);
});

test('deep nesting is no crash', () => {
  assert.ok(shellCommands('$('.repeat(100_000)).length >= 0);
});

test.run();
