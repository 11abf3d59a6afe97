import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodedError, findCause, LocatedError, messageOf } from '../../../src/diag/error.ts';
import { lineRanges } from '../../../src/diag/range.ts';
import type { Instruction } from '../../../src/dockerfile/ast.ts';
import { encodeText } from '../../../src/spec/bytes.ts';
import { parseMount } from '../../../src/dockerfile/mount.ts';
import { parseDockerfile, parseInstructionText } from '../../../src/dockerfile/parse.ts';
import { DEFAULT_LINT_CONFIG } from '../../../src/lint/config.ts';
import { Linter } from '../../../src/lint/linter.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function failure(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing failed');
}

test('an error has a code, the line in its text, and its place', () => {
  const error = failure(() => parseDockerfile(encode('FROM a\n\nFOOBAR \\\n x\n')));
  assert.instance(error, LocatedError);
  assert.is(messageOf(error), 'dockerfile parse error on line 3: unknown instruction: FOOBAR');
  assert.equal((error as LocatedError).locations, [lineRanges(3, 4)]);
  assert.is(findCause(error, CodedError)?.code, 'syntax');
});

function instructionOf(bytes: string): Instruction | undefined {
  const source = Uint8Array.from(`FROM a\n${bytes}\n`, (character) => character.charCodeAt(0));
  return parseDockerfile(source).dockerfile.stages[0]?.instructions[0];
}

test('what is not UTF-8 stays in an instruction\'s text and in heredocs', () => {
  for (const code of ['RUN \xff', 'RUN \xe4b', 'RUN "\xc3\xa4\xc3"', 'RUN \xe2\x82 \xed\xa0\x80']) {
    assert.is(Buffer.from(encodeText(instructionOf(code)?.code ?? '')).toString('latin1'), code);
  }
  const copy = instructionOf('COPY <<"E" /x\na\xffb\nE');
  assert.ok(copy?.kind === 'copy');
  assert.is(Buffer.from(encodeText(copy.sourceContents[0]?.data ?? '')).toString('latin1'), 'a\xffb\n');
});

test('what is not UTF-8 is replaced, byte by byte, where the reference reads characters', () => {
  const env = instructionOf('ENV a=\xe2\x82');
  assert.ok(env?.kind === 'env');
  assert.is(env.pairs[0]?.value, '\ufffd\ufffd');
  const run = instructionOf('RUN ["\xed\xa0\x80"]');
  assert.ok(run?.kind === 'run');
  assert.equal(run.commandLine, ['\ufffd\ufffd\ufffd']);
  assert.throws(() => instructionOf('RUN <<E\xff\nE\xff'), (error: Error) => error.message === 'unterminated heredoc');
});

test('flags are read byte by byte, as in the reference', () => {
  const [copy] = parseDockerfile(encode('FROM a\nCOPY --from=é --chown=à b c d\n')).dockerfile.stages[0]?.instructions ?? [];
  assert.ok(copy?.kind === 'copy');
  assert.is(copy.from, 'Ã©');
  assert.is(copy.chown, 'Ã');
  assert.equal(copy.sourcePaths, ['b', 'c']);
});

const LIMIT = 64 * 1024;
const line = (length: number): string => `RUN ${'x'.repeat(length - 4)}`;

test('a line may be as long as the scanner takes', () => {
  for (const text of [`FROM a\n${line(LIMIT - 1)}\n`, `FROM a\n${line(LIMIT - 1)}`, `FROM a\n# ${'é'.repeat((LIMIT - 4) / 2)}\n`]) {
    assert.is(parseDockerfile(encode(text)).dockerfile.stages.length, 1);
  }
});

const TOO_LONG = 'dockerfile line greater than max allowed size of 65535';
const LONG: readonly (readonly [why: string, text: string, message: string, place: readonly [number, number]])[] = [
  ['with its line end', `FROM a\n${line(LIMIT)}\n`, TOO_LONG, [1, 1]],
  ['without one', `FROM a\n${line(LIMIT)}`, TOO_LONG, [1, 1]],
  ['counted in bytes', `FROM a\n# ${'é'.repeat(LIMIT / 2)}\n`, TOO_LONG, [1, 1]],
  ['before anything else', `${line(LIMIT)}\n`, 'file with no instructions', [0, 0]],
  ['behind an error', `FROM a\nENV\n${line(LIMIT)}\n`, TOO_LONG, [2, 2]],
  ['behind a worse error', `FROM a\nENV x\n${line(LIMIT)}\n`, 'ENV must have two arguments', [2, 2]],
  ['as a continuation it is read as an instruction', `FROM a\nRUN \\\n${'x'.repeat(LIMIT)}\n`, TOO_LONG, [3, 3]],
  ['in a heredoc', `FROM a\nRUN <<E\n${'x'.repeat(LIMIT)}\nE\n`, 'unterminated heredoc', [2, 2]],
];

for (const [why, text, message, [start, end]] of LONG) {
  test(`a line that is too long, ${why}`, () => {
    const error = failure(() => parseDockerfile(encode(text)));
    assert.is(messageOf(error), message);
    assert.equal(findCause(error, LocatedError)?.locations, [lineRanges(start, end)]);
  });
}

test('a Dockerfile without stages is left to the conversion', () => {
  const { dockerfile } = parseDockerfile(encode('ARG a\nARG b=c\n'));
  assert.is(dockerfile.metaArgs.length, 2);
  assert.equal(dockerfile.stages, []);
});

test('stages know how their keywords were written', () => {
  const [stage] = parseDockerfile(encode('# foo the first\nFrom --platform=$P x aS Foo\n')).dockerfile.stages;
  assert.equal(stage, {
    name: 'foo', originalName: 'Foo', asKeyword: 'aS', keyword: 'From', baseName: 'x', platform: '$P', code: 'From --platform=$P x aS Foo',
    docComment: 'the first', comments: ['foo the first'], location: lineRanges(2, 2), instructions: [],
  });
});

test('a heredoc keeps what its beginning says', () => {
  const [run] = parseDockerfile(encode('FROM a\nRUN 3<<-"E" cat <<F\n\ta\n\tE\nb\nF\n')).dockerfile.stages[0]?.instructions ?? [];
  assert.ok(run?.kind === 'run');
  assert.equal(run.files, [
    { name: 'E', fileDescriptor: 3, expand: false, chomp: true, content: '\ta\n' },
    { name: 'F', fileDescriptor: 0, expand: true, chomp: false, content: 'b\n' },
  ]);
});

test('RUN keeps its flags as written', () => {
  const [run] = parseDockerfile(encode('FROM a\nRUN --network=none --mount=type=cache,target=$A --device=x --mount=from=b y\n')).dockerfile.stages[0]?.instructions ?? [];
  assert.ok(run?.kind === 'run');
  assert.equal(run.flagsUsed, ['network', 'mount', 'device']);
  assert.equal(run.mountFlags, ['type=cache,target=$A', 'from=b']);
  assert.equal(run.deviceFlags, ['x']);
  assert.equal(run.mounts.map(({ type, from, target }) => [type, from, target]), [['bind', '', ''], ['bind', 'b', '']]);
});

test('empty continuation lines are reported before anything else', () => {
  const names: string[] = [];
  const linter = new Linter(DEFAULT_LINT_CONFIG, ({ rule }) => names.push(rule.name));
  const { warnings } = parseDockerfile(encode('from a AS B\nrun a\\\n\n b\n'), linter);
  assert.equal(names, ['NoEmptyContinuation', 'StageNameCasing', 'FromAsCasing']);
  assert.equal(warnings, [{
    message: 'Empty continuation line found in: run a b', detail: 'Empty continuation lines will become errors in a future release',
    url: 'https://docs.docker.com/go/dockerfile/rule/no-empty-continuation/', ranges: lineRanges(4, 4),
  }]);
});

test('a trigger gets the place that it is told', () => {
  const place = lineRanges(7, 8);
  assert.equal(parseInstructionText('RUN x').location, lineRanges(1, 1));
  assert.equal(parseInstructionText('RUN x', undefined, place).location, place);
});

const BAD_TRIGGERS: readonly (readonly [text: string, message: string, isLocated: boolean])[] = [
  ['RUN a\nRUN b', 'onbuild trigger should be a single expression', false],
  ['FROM x', '*instructions.Stage is not a command type', true],
  ['FOOBAR x', 'unknown instruction: FOOBAR', true],
  ['COPY a', 'COPY requires at least two arguments, but only one was provided. Destination could not be determined', true],
];

for (const [text, message, isLocated] of BAD_TRIGGERS) {
  test(`a bad trigger: ${JSON.stringify(text)}`, () => {
    const place = lineRanges(7, 7);
    const error = failure(() => parseInstructionText(text, undefined, place));
    assert.is(messageOf(error), message);
    assert.equal(findCause(error, LocatedError)?.locations, isLocated ? [place] : undefined);
  });
}

test('a trigger that cannot be scanned keeps its own place', () => {
  const error = failure(() => parseInstructionText('ENV x', undefined, lineRanges(7, 7)));
  assert.equal(findCause(error, LocatedError)?.locations, [lineRanges(1, 1)]);
});

test('a hundred thousand ONBUILDs', () => {
  const error = failure(() => parseDockerfile(encode(`FROM a\n${'ONBUILD \\\n'.repeat(100_000)}RUN x\n`)));
  assert.ok(messageOf(error).endsWith("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"));
});

test('sizes may have underscores between digits', () => {
  const size = (text: string): bigint | undefined => {
    try {
      return parseMount(`type=tmpfs,target=/t,size=${text}`, (word) => word).sizeLimit;
    } catch {
      return undefined;
    }
  };
  assert.equal(['1_000', '1_0.5_0k', '.2_5k', '1e1_0', '9007199254740993', '8e'].map(size), [1000n, 10752n, 256n, 10_000_000_000n, 9007199254740992n, undefined]);
  assert.equal(['_1', '1_', '1__0', '1_.5', '1._5', '1e_5'].map(size), [undefined, undefined, undefined, undefined, undefined, undefined]);
});

test.run();
