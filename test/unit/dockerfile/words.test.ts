import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { messageOf } from '../../../src/diag/error.ts';
import { EMPTY_ENV, envFromList } from '../../../src/dockerfile/env.ts';
import { parseHeredoc } from '../../../src/dockerfile/heredoc.ts';
import { processWord, processWords, WordError } from '../../../src/dockerfile/words.ts';
import { compareStrings } from '../../../src/spec/text.ts';
import { comparable, readReference } from './reference.ts';

/** The names are those of the Go program that made the fixture. */
interface Input {
  readonly Word: string;
  readonly Escape: string;
  readonly RawQuotes?: boolean;
  readonly RawEscapes?: boolean;
  readonly SkipProcessQuotes?: boolean;
  readonly SkipUnset?: boolean;
}

const ENV = envFromList([
  'A=foo', 'B=b c', 'EMPTY=', 'V=1.2.3-rc1', 'Q=\'q"', 'D=$A$$x ${0}$1', 'N=a\nb\na', 'U=é€😀é', 'R=aaabaaab', 'S= lead  trail ',
  'PWD=/home', 'P=/a/b/c.tar.gz', 'b={}[]().+^|\\', 'KEEP= \u00a0x\u0085y\u2003', 'dup=1', 'dup=2', 'noeq',
]);

function attempt<T>(read: () => T): { readonly value?: T; readonly error: string; readonly cause?: unknown } {
  try {
    return { value: read(), error: '' };
  } catch (error) {
    return { error: messageOf(error), cause: error };
  }
}

function dump(input: Input): unknown {
  const options = {
    escape: input.Escape, rawQuotes: input.RawQuotes === true, rawEscapes: input.RawEscapes === true,
    skipProcessQuotes: input.SkipProcessQuotes === true, skipUnsetEnv: input.SkipUnset === true,
  };
  const word = attempt(() => processWord(input.Word, ENV, options));
  const words = attempt(() => processWords(input.Word, ENV, options));
  const heredoc = attempt(() => parseHeredoc(input.Word));
  const { matched, unmatched } = word.value ?? (word.cause as WordError);
  return {
    Result: word.value?.result ?? '', Matched: [...matched].sort(compareStrings), Unmatched: [...unmatched].sort(compareStrings), Err: word.error,
    Words: words.value ?? [], WordsErr: words.error,
    Heredoc: heredoc.value === undefined ? heredoc.error || null : {
      Name: heredoc.value.name, FileDescriptor: heredoc.value.fileDescriptor, Expand: heredoc.value.expand, Chomp: heredoc.value.chomp, Content: '',
    },
  };
}

const rows = readReference<Input, unknown>('words');

test('the fixture is there', () => assert.ok(rows.length > 500));

for (const [input, result] of rows) {
  test(JSON.stringify(input), () => assert.is(comparable(dump(input)), comparable(result)));
}

test('a word that fails tells which variables were asked for', () => {
  const { cause } = attempt(() => processWord('$A $UNSET ${OTHER?not there} $B', ENV, { escape: '\\' }));
  assert.instance(cause, WordError);
  assert.equal([...(cause as WordError).matched], ['A']);
  assert.equal([...(cause as WordError).unmatched], ['UNSET', 'OTHER']);
  assert.is((cause as WordError).code, 'syntax');
});

test('names that mean something to JavaScript are data', () => {
  const env = envFromList(['__proto__=x', 'constructor=y']);
  assert.is(processWord('$__proto__$constructor$toString', env, { escape: '\\' }).result, 'xy');
});

test('a hundred thousand levels', () => {
  const depth = 100_000;
  assert.is(processWord('${a:-'.repeat(depth) + 'x' + '}'.repeat(depth), EMPTY_ENV, { escape: '\\' }).result, 'x');
  const { error } = attempt(() => processWord('"${a/'.repeat(depth), EMPTY_ENV, { escape: '\\' }));
  assert.ok(error.endsWith(": syntax error: missing '/' in ${}"));
});

test('words that double each other end where nothing could be built of them', () => {
  let value = 'a'.repeat(16);
  let failure: string | undefined;
  for (let line = 0; line < 40 && failure === undefined; line++) {
    const { error, value: longer } = attempt(() => processWord('$A$A', envFromList([`A=${value}`]), { escape: '\\' }).result);
    failure = error === '' ? undefined : error;
    value = longer ?? value;
  }
  assert.is(value.length, 1 << 24);
  assert.is(failure, 'failed to process "$A$A": it becomes longer than 16777216 characters');
});

test('many stars against a long text', () => {
  const env = envFromList([`A=${'a'.repeat(20_000)}`]);
  for (const operator of ['#', '##', '%', '%%']) {
    assert.is(processWord(`\${A${operator}${'*a'.repeat(30)}*b}`, env, { escape: '\\' }).result.length, 20_000);
  }
  assert.is(processWord(`\${A//${'*a'.repeat(30)}*b/x}`, env, { escape: '\\' }).result.length, 20_000);
});

test.run();
