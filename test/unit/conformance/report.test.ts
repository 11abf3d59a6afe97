import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatReference, parseReference } from '../../conformance/reference.ts';
import { compare, formatReport } from '../../conformance/report.ts';
import { excerpt, isCase, readOutcomes, skipReason } from '../../conformance/results.ts';

const CASE = 'worker=oci/frontend=gateway';

async function* events(...list: readonly (readonly [action: string, test: string, output?: string])[]): AsyncIterable<string> {
  yield 'no event';
  for (const [Action, Test, Output] of list) yield JSON.stringify({ Action, Test: `TestIntegration/${Test}`, Elapsed: 1, Output });
}

const RUN = () => events(
  ['run', `TestA/${CASE}`], ['run', `TestA/${CASE}/sub`], ['pass', `TestA/${CASE}/sub`], ['pass', `TestA/${CASE}`],
  ['run', `TestB/${CASE}`], ['output', `TestB/${CASE}`, '    b_test.go:32: wants a moon\n'], ['skip', `TestB/${CASE}`],
  ['run', `TestC/${CASE}`], ['output', `TestC/${CASE}`, '        \tError Trace:\tc_test.go:7\n'], ['output', `TestC/${CASE}`, '        \tError:      \tno\n'], ['output', `TestC/${CASE}`, '        \tTest:       \tTestC\n'], ['fail', `TestC/${CASE}`],
  ['run', `TestD/${CASE}`],
);

test('outcomes: what starts and never ends has failed', async () => {
  const outcomes = await readOutcomes(RUN());
  assert.equal([...outcomes].map(([name, { status }]) => `${status} ${name}`), [`pass TestA/${CASE}/sub`, `pass TestA/${CASE}`, `skip TestB/${CASE}`, `fail TestC/${CASE}`, `fail TestD/${CASE}`]);
});

test('a case ends with its matrix', () => {
  assert.equal([`TestA/${CASE}`, `TestA/${CASE}/network.host=denied`, `TestA/worker=oci/env=simple/frontend=gateway`].map(isCase), [true, true, true]);
  assert.equal([`TestA/${CASE}/sub`, `TestA/${CASE}/warntype=progress`, 'TestA'].map(isCase), [false, false, false]);
});

test('a skipped test says why', () => {
  assert.is(skipReason('=== RUN x\n    dockerfile_cmd_test.go:32: test is only for containerd worker\n'), 'test is only for containerd worker');
  assert.is(skipReason('=== RUN x\n'), '');
});

test('an excerpt is the assertion without stack frames', () => {
  const output = 'daemon: noise\n\tError Trace:\ta_test.go:1\n\t\tb_test.go:2\n\tError:\tReceived unexpected error:\n\t\tno such file\n\t\tgithub.com/x/y.Do\n\t\t\tgithub.com/x/y/do.go:12\n\tTest:\tTestA\nnoise\n';
  assert.is(excerpt(output), '\tError Trace:\ta_test.go:1\n\tError:\tReceived unexpected error:\n\t\tno such file');
  assert.is(excerpt('one\ntwo\nthree\n', 2), 'two\nthree');
});

test('the list is read as it is written', async () => {
  const text = formatReference(await readOutcomes(RUN()), ['a list']);
  assert.is(text, `# a list\npass TestA/${CASE}\npass TestA/${CASE}/sub\nskip TestB/${CASE}  wants a moon\nfail TestC/${CASE}\nfail TestD/${CASE}\n`);
  assert.equal(parseReference(text).get(`TestB/${CASE}`), { status: 'skip', reason: 'wants a moon' });
  assert.throws(() => parseReference('maybe TestA'), /not a line of the list: maybe TestA/);
});

test('the report names what passes for the reference and not here', async () => {
  const expected = parseReference(['A', 'C', 'E'].map((letter) => `pass Test${letter}/${CASE}`).concat(`skip TestB/${CASE}  wants a moon`, `fail TestD/${CASE}  never ends`).join('\n'));
  const comparison = compare(await readOutcomes(RUN()), expected, []);
  assert.equal(comparison.regressions, [`TestC/${CASE}`, `TestE/${CASE}`]);
  assert.equal(comparison.gains, [`TestA/${CASE}/sub`]);
  assert.is(formatReport('a run', comparison), `a run

passed   1 cases (2 with sub-tests)
failed   2 cases (2 with sub-tests)
skipped  1 cases (1 with sub-tests)

Passes for the reference, not here:
  TestC/${CASE}
      Error Trace:\tc_test.go:7
      Error:      \tno
  TestE/${CASE}  (did not run)

Fails here as with the reference:
  TestD/${CASE}  never ends

Not run, and why:
  TestB/${CASE}  wants a moon

Passes here, not with the reference:
  TestA/${CASE}/sub

1 cases (1 with sub-tests) pass of 3 cases (3 with sub-tests) that pass for the reference
`);
});

test.run();
