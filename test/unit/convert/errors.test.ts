import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LocatedError, messageOf } from '../../../src/diag/error.ts';
import { convertText } from './support.ts';
import type { Setup } from './support.ts';

/** The reference's words for what is wrong, and the lines that it names: one group a place, the innermost first. */
const CASES: readonly (readonly [text: string, message: string, lines: readonly (readonly number[])[], setup?: Setup])[] = [
  ['', 'the Dockerfile cannot be empty', []],
  ['ARG A', 'dockerfile contains no stages to build', []],
  ['FROM $A', 'base name ($A) should not be blank', [[1]]],
  ['FROM ${A:?gone}', 'failed to process "${A:?gone}": A: gone', [[1]]],
  ['FROM UPPER', 'failed to parse stage name "UPPER": invalid reference format: repository name (library/UPPER) must be lowercase', [[1]]],
  ['FROM --platform=a/b/c/d debian', 'failed to parse platform a/b/c/d: "a/b/c/d": cannot parse platform specifier: invalid argument', [[1], [1]]],
  ['FROM --platform=$X debian', 'empty platform value from expression $X', [[1]]],
  ['FROM --platform=$TARGETPLATFORN debian', 'empty platform value from expression $TARGETPLATFORN (did you mean TARGETPLATFORM?)', [[1]]],
  ['FROM does-not-exist', 'does-not-exist: docker.io/library/does-not-exist:latest: not found', [[1]]],
  ['FROM debian', 'target stage "fial" could not be found', [], { config: { target: 'fial' } }],
  ['FROM debian AS final', 'target stage "fial" could not be found (did you mean final?)', [], { config: { target: 'fial' } }],
  ['FROM debian\nCOPY --from=$A a b', 'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround', []],
  ['FROM debian\nCOPY --from=3 a b', 'invalid stage index 3', []],
  ['FROM debian\nCOPY --from=-1 a b', 'invalid stage index -1', []],
  ['FROM debian AS a\nCOPY --from=b a b\nFROM debian AS b\nCOPY --from=a a b', 'circular dependency detected on stage: a', [[2], [4]]],
  ['FROM debian AS a\nCOPY --from=a a b', 'circular dependency detected on stage: a', [[2]]],
  ['FROM debian AS a\nCOPY --from=b a b\nFROM debian AS b\nFROM a', 'cannot copy from stage "b", it needs to be defined before current stage "a"', [[2]]],
  ['FROM debian AS a\nRUN --mount=from=b,target=/b ls\nFROM debian AS b\nFROM a', 'cannot mount from stage "b" to "/b", stage needs to be defined before current command', [[2]]],
  ['FROM debian\nRUN --mount=target=/ ls', 'invalid mount target "/"', [[2]]],
  ['FROM debian\nRUN --mount=type=ssh,source=a ls', 'ssh does not support source', [[2]]],
  ['FROM debian\nCOPY --chmod=999 a b', "invalid chmod parameter: '999'. it should be octal string and between 0 and 07777", [[2]]],
  ['FROM debian\nCOPY --chmod=10000 a b', "invalid chmod parameter: '10000'. it should be octal string and between 0 and 07777", [[2]]],
  ['FROM debian\nCOPY --chmod=u~w a b', 'invalid syntax', [[2]]],
  ['FROM debian\nCOPY https://example.com/a b', "source can't be a URL for COPY", [[2]]],
  ['FROM debian\nCOPY git@host:a b', "source can't be a git ref for COPY", [[2]]],
  ['FROM debian\nADD https://h/a.git?x=1 b', 'unexpected query "x"', [[2]]],
  ['FROM debian\nADD --checksum=sha256:1 a b', 'checksum requires HTTP(S) or Git sources', [[2]]],
  ['FROM debian\nADD --checksum=x https://h/a https://h/b /', "checksum can't be specified for multiple sources", [[2]]],
  ['FROM debian\nADD --checksum=x https://h/a /', 'invalid checksum digest format', [[2]]],
  ['FROM debian\nADD --checksum=a https://h/a.git?checksum=b /', 'checksum mismatch "a" != "b"', [[2]]],
  ['FROM debian\nADD --keep-git-dir=true https://h/a.git?keep-git-dir=0 /', 'inconsistent keep-git-dir configuration', [[2]]],
  ['FROM debian\nEXPOSE 1-x', 'invalid containerPort: 1-x', [[2]]],
  ['FROM debian\nEXPOSE a:1', 'invalid hostPort: a', [[2]]],
  ['FROM debian\nEXPOSE 1.2.3:1:1', 'invalid IP address: 1.2.3', [[2]]],
  ['FROM debian\nEXPOSE 1/x', 'invalid port: "1/x": invalid proto: x', [[2]]],
  ['FROM debian\nSTOPSIGNAL SIGNONE', 'invalid signal: SIGNONE', [[2]]],
  ['FROM debian\nVOLUME ["a", "$NONE"]', 'VOLUME specified can not be an empty string', [[2]]],
  ['FROM debian\nENV A=${B:?}', 'failed to process "${B:?}": B: is not allowed to be unset', [[2]]],
  ['# check=error=true\nFROM debian\nCMD x', 'lint violation found for rules: JSONArgsRecommended', []],
  ['# check=nothing=1\nFROM debian', 'failed to parse check options: invalid check option "nothing"', []],
  ['FROM debian', 'invalid SOURCE_DATE_EPOCH: yesterday', [], { config: { buildArgs: new Map([['SOURCE_DATE_EPOCH', 'yesterday']]) } }],
  ['FROM debian AS src', 'SOURCE_DATE_EPOCH stage must use FROM scratch', [[1]], { config: { buildArgs: new Map([['SOURCE_DATE_EPOCH', 'src']]) } }],
  ['FROM debian\nRUN x', 'failed to marshal image config: json: error calling MarshalJSON for type *time.Time: Time.MarshalJSON: year outside of range [0,9999]', [],
    { config: { buildArgs: new Map([['SOURCE_DATE_EPOCH', '999999999999']]) } }],
  ['FROM debian\nCOPY a b', 'illegal exclusion pattern: "!"', [], { ignore: ['!'] }],
  ['FROM debian\nRUN x\nFROM bad', 'failed to parse image config: invalid character \'n\' looking for beginning of value', [[3]],
    { options: { images: { resolveImageConfig: async (ref) => ({ ref, digest: '', config: Buffer.from('nonsense') }) } } }],
  ['FROM trigger', 'onbuild trigger should be a single expression', [[1]], { images: { 'docker.io/library/trigger:latest': { config: { OnBuild: ['RUN a\nRUN b'] } } } }],
];

for (const [text, message, lines, setup] of CASES) {
  test(JSON.stringify(text), async () => {
    let error: unknown;
    try {
      const { result } = await convertText(text, setup);
      await result.marshal();
    } catch (caught) {
      error = caught;
    }
    assert.is(error === undefined ? 'no error' : messageOf(error), message);
    const places = error instanceof LocatedError ? error.locations.map((ranges) => ranges.map(({ start }) => start.line)) : [];
    assert.equal(places, lines);
  });
}

test.run();
