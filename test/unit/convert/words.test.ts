import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { messageOf } from '../../../src/diag/error.ts';
import { parseChmod } from '../../../src/convert/chmod.ts';
import { formatDuration } from '../../../src/convert/duration.ts';
import { parsePort } from '../../../src/convert/expose.ts';
import { runHistory } from '../../../src/convert/history.ts';
import { StepCounter } from '../../../src/convert/names.ts';
import { parseDecimal } from '../../../src/convert/numbers.ts';
import { isSignal } from '../../../src/convert/signal.ts';
import { normalizePath, normalizeWorkdir, removeDriveLetter } from '../../../src/convert/system-path.ts';
import { EMPTY_ENV } from '../../../src/dockerfile/env.ts';
import { DEFAULT_LINT_CONFIG } from '../../../src/lint/config.ts';
import { Linter } from '../../../src/lint/linter.ts';
import { EnvList } from '../../../src/llb/env.ts';

const attempt = (action: () => unknown): unknown => {
  try {
    return action();
  } catch (error) {
    return messageOf(error);
  }
};

test('ports', () => {
  const linter = new Linter(DEFAULT_LINT_CONFIG);
  const cases: readonly (readonly [string, readonly string[] | string])[] = [
    ['80', ['80/tcp']],
    ['80/UDP', ['80/udp']],
    ['+80/', ['80/tcp']],
    ['8-10/sctp', ['8/sctp', '9/sctp', '10/sctp']],
    ['8-8', ['8/tcp']],
    ['90-91:80-81', ['80/tcp', '81/tcp']],
    ['90-99:80', ['80/tcp']],
    ['1.2.3.4:90:80', ['80/tcp']],
    ['[::1]:90:80', ['80/tcp']],
    ['::1:90:80', ['80/tcp']],
    ['::80', ['80/tcp']],
    ['', 'invalid port: "": no port specified'],
    ['65536', 'invalid containerPort: 65536'],
    ['9-8', 'invalid containerPort: 9-8'],
    ['1-2:1-3', 'invalid ranges specified for container and host Ports: 1-3 and 1-2'],
    ['[::1:1:1', "invalid IP address [::1: address [::1:: missing ']' in address"],
    ['[::1]x:1:1', 'invalid IP address [::1]x: address [::1]x:: missing port in address'],
    ['[::1]:x:1:1', 'invalid IP address [::1]:x: address [::1]:x:: too many colons in address'],
    ['[[::1]:1:1', "invalid IP address [[::1]: address [[::1]:: unexpected '[' in address"],
    ['1.2.3.04:1:1', 'invalid IP address: 1.2.3.04'],
  ];
  for (const [word, expected] of cases) assert.equal(attempt(() => parsePort(word, [], linter)), expected, word);
});

test('durations', () => {
  const cases: readonly (readonly [bigint, string])[] = [
    [0n, '0s'], [1n, '1ns'], [1500n, '1.5µs'], [2_000_000n, '2ms'], [999_999_999n, '999.999999ms'], [1_000_000_000n, '1s'], [90_000_000_000n, '1m30s'],
    [3_600_000_000_000n, '1h0m0s'], [3_661_500_000_000n, '1h1m1.5s'], [360_000_000_000_000n, '100h0m0s'], [-1_500_000_000n, '-1.5s'],
    [9_223_372_036_854_775_807n, '2562047h47m16.854775807s'],
  ];
  for (const [nanoseconds, text] of cases) assert.is(formatDuration(nanoseconds), text);
});

test('signals', () => {
  for (const text of ['TERM', 'sigterm', '9', '-1', '+15', 'RTMIN+15', 'SIGRTMAX-14', '1000']) assert.ok(isSignal(text), text);
  for (const text of ['', '0', 'SIG', 'SIGSIGTERM', 'RTMIN+16', 'RTMIN+0', 'RTMAX-15', 'TERM ', '1_0', '99999999999999999999']) assert.not.ok(isSignal(text), text);
});

test('permissions', () => {
  const wrong = (text: string): string => `invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`;
  const cases: readonly (readonly [string, unknown])[] = [
    ['', {}], ['0', { mode: 0 }], ['07777', { mode: 0o7777 }], ['10000', wrong('10000')], ['8', wrong('8')], ['0o7', wrong('0o7')],
    ['u+x', { modeString: 'u+x' }], ['a=rwX,go-w+s', { modeString: 'a=rwX,go-w+s' }], ['=', { modeString: '=' }], ['g=u-w', { modeString: 'g=u-w' }],
    ['u', 'invalid syntax'], ['u+x,', 'invalid syntax'], ['+y', 'invalid syntax'], [' u+x', 'invalid syntax'], ['u+x\n', 'invalid syntax'],
  ];
  for (const [text, expected] of cases) assert.equal(attempt(() => parseChmod(text)), expected, text);
  const started = Date.now();
  attempt(() => parseChmod(`${'u+'.repeat(200_000)}!`));
  assert.ok(Date.now() - started < 2000);
});

test('numbers as Go reads them', () => {
  const cases: readonly (readonly [string, bigint | undefined])[] = [
    ['0', 0n], ['+7', 7n], ['-7', -7n], ['007', 7n], ['9223372036854775807', 9223372036854775807n], ['9223372036854775808', undefined],
    ['-9223372036854775808', -9223372036854775808n], ['1_0', undefined], ['', undefined], ['+', undefined], ['1 ', undefined], [`1${'0'.repeat(1000)}`, undefined],
  ];
  for (const [text, value] of cases) assert.is(parseDecimal(text), value);
});

test('paths of Windows and others', () => {
  const cases: readonly (readonly [() => unknown, string])[] = [
    [() => normalizePath('/a', 'b/../c/', 'linux', true), '/a/c/'],
    [() => normalizePath('/a', '/b/.', 'linux', true), '/b/./.'],
    [() => normalizePath('/a', '/', 'linux', true), '/'],
    [() => normalizePath('', '', 'linux', false), '/'],
    [() => normalizePath('/a', 'C:\\b\\c\\', 'windows', true), '/b/c/'],
    [() => normalizePath('\\a', 'b', 'windows', false), '/a/b'],
    [() => normalizePath('/a', 'D:\\b', 'windows', false), 'removing drive letter: The specified path is not on the system drive (C:)'],
    [() => normalizePath('/a', 'C:', 'windows', false), 'removing drive letter: No relative path specified in "C:"'],
    [() => removeDriveLetter('\\\\host\\share', 'windows', false), 'UNC paths are not supported'],
    [() => removeDriveLetter('\\\\host\\share', 'linux', false), '\\\\host\\share'],
    [() => normalizeWorkdir('/a', 'b', 'linux'), '/a/b'],
    [() => normalizeWorkdir('\\a', 'b\\..\\c', 'windows'), '\\a\\c'],
  ];
  for (const [action, expected] of cases) assert.is(attempt(action), expected);
});

test('names of steps', () => {
  const scope = { platform: undefined, env: EMPTY_ENV, onBuild: false };
  const steps = new StepCounter('stage-1', 10);
  assert.is(steps.next('FROM x', scope), '[stage-1  1/10] FROM x');
  assert.is(steps.same('LINK', scope), '[stage-1  1/10] LINK');
  steps.addSteps(90);
  assert.is(steps.next('RUN x', { ...scope, onBuild: true }), '[stage-1   2/100] ONBUILD RUN x');
  steps.dropLabel();
  const env = EnvList.of([['TARGETARCH', 'arm'], ['TARGETVARIANT', 'v6']]);
  assert.is(steps.next('RUN', { ...scope, platform: { os: 'linux', architecture: 'amd64' }, env }), '[linux/amd64->arm/v6   3/100] RUN');
  const whole = EnvList.of([['TARGETARCH', 'arm'], ['TARGETPLATFORM', 'windows/amd64']]);
  assert.is(steps.next('RUN', { ...scope, platform: { os: 'linux', architecture: 'amd64' }, env: whole }), '[linux/amd64->windows/amd64   4/100] RUN');
  assert.is(new StepCounter('image', 0).next('FROM x', scope), 'FROM x');
});

test('the history of a RUN shows its ARGs once each, with the values of the moment', () => {
  const args = [{ key: 'A', value: '1' }, { key: 'B' }, { key: 'A', value: '2' }];
  assert.is(runHistory(['sh', 'x'], args, EnvList.of([['B', 'set']])), '|2 A=2 B=set sh x');
  assert.is(runHistory(['sh', 'x'], [], EMPTY_ENV), 'sh x');
});

test.run();
