import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lintDockerfile } from '../../../src/convert/lint.ts';
import { convertText, fakeOptions } from './support.ts';
import type { Setup } from './support.ts';

const CASES: readonly (readonly [text: string, warnings: readonly string[], setup?: Setup])[] = [
  ['FROM debian\nRUN x\nrun y', ["ConsistentInstructionCasing: Command 'run' should match the case of the command majority (uppercase) (3)"]],
  ['FROM debian AS a\nFROM debian AS a', ['DuplicateStageName: Duplicate stage name "a", stage names should be unique (2)']],
  ['FROM debian AS scratch\nFROM debian', ['ReservedStageName: Stage name should not use the same name as reserved stage "scratch" (1)']],
  ['ARG BASE=debian\nFROM $BASS', ["UndefinedArgInFrom: FROM argument 'BASS' is not declared (did you mean BASE?) (2)"], { config: { target: '' } }],
  ['FROM --platform=$TARGETPLATFORM debian', ['RedundantTargetPlatform: Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior (1)']],
  ['FROM --platform=linux/amd64 debian', ['FromPlatformFlagConstDisallowed: FROM --platform flag should not use constant value "linux/amd64" (1)']],
  ['FROM --platform=linux/amd64 debian AS build_amd64', []],
  ['ARG TAG\nFROM debian:$TAG', ['InvalidDefaultArgInFrom: Default value for ARG debian:$TAG results in empty or invalid base image name (2)'], { config: { buildArgs: new Map([['TAG', '1']]) } }],
  ['FROM debian\nWORKDIR a\nWORKDIR b', ['WorkdirRelativePath: Relative workdir "a" can have unexpected results if the base image changes (2)']],
  ['FROM debian\nWORKDIR /a\nWORKDIR b', []],
  ['FROM debian\nENV A=$UNSET', ["UndefinedVar: Usage of undefined variable '$UNSET' (2)"]],
  ['FROM debian\nENV A=$PATHH', ["UndefinedVar: Usage of undefined variable '$PATHH' (did you mean $PATH?) (2)"]],
  ['FROM debian\nARG DECLARED\nENV A=$DECLARED', []],
  ['FROM debian\nCMD ["a"]\nCMD ["b"]', ['MultipleInstructionsDisallowed: Multiple CMD instructions should not be used in the same stage because only the last one will be used (2)']],
  ['FROM debian\nENV a b', ['LegacyKeyValueFormat: "ENV key=value" should be used instead of legacy "ENV key value" format (2)']],
  ['FROM debian\nARG MY_TOKEN\nENV PASSWORD=1 TOKEN_FILE=2 TOKENS=3', [
    'SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ARG "MY_TOKEN") (2)',
    'SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ENV "PASSWORD") (3)',
  ]],
  ['FROM debian\nEXPOSE 80/TCP 1:2', [
    "ExposeInvalidFormat: EXPOSE instruction should not define an IP address or host-port mapping, found '1:2' (2)",
    "ExposeProtoCasing: Defined protocol '80/TCP' in EXPOSE instruction should be lowercase (2)",
  ]],
  ['FROM debian\nENTRYPOINT x', ['JSONArgsRecommended: JSON arguments recommended for ENTRYPOINT to prevent unintended behavior related to OS signals (2)']],
  ['FROM debian\nSHELL ["/bin/sh"]\nENTRYPOINT x', []],
  ['FROM debian\nCOPY a.txt dir/b.txt c /x/', [
    'CopyIgnoredFile: Attempting to Copy file "a.txt" that is excluded by .dockerignore (2)',
    'CopyIgnoredFile: Attempting to Copy file "c" that is excluded by .dockerignore (2)',
  ], { ignore: ['*.txt', 'c'] }],
  ['FROM debian\nCOPY . /x/', [], { ignore: ['**/*.txt'] }],
  ['FROM debian\nADD . /x/', ['CopyIgnoredFile: Attempting to Add file "." that is excluded by .dockerignore (2)'], { ignore: ['**'] }],
  ['FROM debian\nCOPY a.txt /x/', [], { ignore: ['*.txt', '!keep'] }],
  ['FROM debian AS a\nFROM debian\nCOPY --from=a a.txt /x/', [], { ignore: ['*.txt'] }],
  ['FROM debian', ['InvalidBaseImagePlatform: Base image debian was pulled with platform "linux/amd64", expected "linux/arm64" for current build (1)'],
    { options: { targetPlatform: { os: 'linux', architecture: 'arm64' } } }],
  ['FROM debian\n# check=skip=UndefinedVar\nENV A=$UNSET\nENV B=$UNSET', ["UndefinedVar: Usage of undefined variable '$UNSET' (4)"]],
  ['# check=skip=all\nFROM debian\nENV A=$UNSET', []],
  ['# check=skip=all # the rest of the line does not count\nFROM debian\nENV A=$UNSET', []],
];

for (const [text, warnings, setup] of CASES) {
  test(JSON.stringify(text), async () => {
    try {
      assert.equal((await convertText(text, setup)).warnings, warnings);
    } catch (error) {
      if (text.includes('$BASS')) assert.match(String(error), 'base name ($BASS) should not be blank');
      else throw error;
    }
  });
}

test('a lint request looks at stages that the target does not need, and takes an error as a finding', async () => {
  const text = 'FROM debian AS unused\nENV A=$UNSET\nFROM debian\nSTOPSIGNAL x';
  const { warnings, error } = await lintDockerfile(Buffer.from(text), fakeOptions(text, {}, { asked: [] }));
  assert.equal(warnings.map(({ rule }) => rule.name), ['UndefinedVar']);
  assert.is(error?.message, 'invalid signal: x');
  assert.equal(error?.location.map(({ start }) => start.line), [4]);
});

test('a lint request for a target looks at what that needs', async () => {
  const text = 'FROM debian AS unused\nENV A=$UNSET\nFROM debian AS wanted';
  const options = fakeOptions(text, { config: { target: 'wanted' } }, { asked: [] });
  assert.equal(await lintDockerfile(Buffer.from(text), options), { warnings: [] });
});

test('a Dockerfile that cannot be parsed is a finding', async () => {
  const { error } = await lintDockerfile(Buffer.from('FROM debian\nBOGUS x'), fakeOptions('', {}, { asked: [] }));
  assert.match(error?.message ?? '', 'dockerfile parse error on line 2: unknown instruction: BOGUS');
  assert.equal(error?.location.map(({ start }) => start.line), [2]);
});

test.run();
