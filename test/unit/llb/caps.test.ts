import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CAPS, LLB_CAPS, createCapSet } from '../../../src/llb/caps.ts';

const caps = createCapSet([
  { id: CAPS.sourceImage, enabled: true },
  { id: CAPS.mergeOp, enabled: false },
  { id: CAPS.diffOp, enabled: false, disabledReasonMsg: 'because' },
  { id: 'from.the.future', enabled: true },
  { id: '', enabled: true },
], LLB_CAPS, 'docker');

const MISSING: readonly (readonly [id: string, message: string | undefined])[] = [
  [CAPS.sourceImage, undefined],
  [CAPS.sourceGit, 'requested experimental feature source.git  is not supported by build server, please update docker'],
  [CAPS.fileBase, 'requested prerelease feature file.base  is not supported by build server (added in Docker v19.03), please update docker'],
  [CAPS.sourceDateEpoch, 'requested experimental feature exporter.sourcedateepoch (source date epoch) is not supported by build server, please update docker'],
  [CAPS.mergeOp, 'requested experimental feature mergeop  has been disabled on the build server'],
  [CAPS.diffOp, 'requested experimental feature diffop  has been disabled on the build server: because'],
  ['from.the.future', 'unknown API capability from.the.future'],
  [CAPS.fileCopyModeStringFormat, 'unknown API capability file.copy.modestring'],
  ['', 'unknown API capability '],
];

for (const [id, message] of MISSING) {
  test(`capability ${id}`, () => {
    assert.is(caps.missing(id)?.message, message);
    assert.is(caps.supports(id), message === undefined);
  });
}

test('a listed id is contained whether it is known or enabled', () => {
  assert.ok(caps.contains('from.the.future') && caps.contains(CAPS.mergeOp));
  assert.not.ok(caps.contains('') || caps.contains(CAPS.sourceGit));
});

test('capabilities of another list', () => {
  const other = createCapSet([], new Map([['a', { status: 'stable' as const }]]), 'buildkit');
  assert.is(other.missing('a')?.message, 'requested feature a  is not supported by build server, please update buildkit');
});

test('upstream’s misspelt id stays', () => {
  assert.is(CAPS.sourceHttpUidGid, 'soruce.http.uidgid');
});

test.run();
