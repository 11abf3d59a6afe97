import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pairPlatforms, statusOf } from '../../../src/cmd/diff.ts';

const images = (...platforms: string[]) => platforms.map((platform) => ({ platform, open: () => assert.unreachable() as never }));
const pair = (a: readonly string[], b: readonly string[], wanted?: string) => {
  const { pairs, alone, notes } = pairPlatforms(images(...a), images(...b), wanted);
  return [pairs.map(({ platform }) => platform), alone.map(({ platform, side }) => `${side} ${platform}`), notes];
};

test('platforms that both have are compared; one that a side lacks is a difference', () => {
  assert.equal(pair(['linux/amd64', 'linux/arm64'], ['linux/arm64', 'linux/amd64']), [['linux/amd64', 'linux/arm64'], [], []]);
  assert.equal(pair(['linux/amd64', 'linux/arm64', 'linux/s390x'], ['linux/amd64', 'linux/arm64']), [['linux/amd64', 'linux/arm64'], ['a linux/s390x'], []]);
});

test('a rebuild of one platform is compared with that platform, and the others are named', () => {
  assert.equal(pair(['linux/amd64'], ['linux/amd64', 'linux/arm64']), [['linux/amd64'], [], ['B has linux/arm64 too, which was not compared']]);
});

test('one platform can be chosen', () => {
  assert.equal(pair(['linux/amd64', 'linux/arm64'], ['linux/amd64', 'linux/arm64'], 'linux/arm64'), [['linux/arm64'], [], []]);
  assert.throws(() => pair(['linux/amd64'], ['linux/arm64']), /A has linux\/amd64, B has linux\/arm64/);
});

test('a folder fits every platform, one at a time', () => {
  assert.equal(pair([''], ['']), [['folder'], [], []]);
  assert.equal(pair([''], ['linux/arm64']), [['linux/arm64'], [], []]);
  assert.throws(() => pair([''], ['linux/amd64', 'linux/arm64']), /choose with --platform \(linux\/amd64, linux\/arm64\)/);
  assert.equal(pair([''], ['linux/amd64', 'linux/arm64'], 'linux/arm64'), [['linux/arm64'], [], []]);
});

test('two images for one platform cannot be told apart', () => {
  assert.throws(() => pair(['linux/amd64', 'linux/amd64'], ['linux/amd64']), /A has several images for linux\/amd64/);
});

test('the exit status', () => {
  assert.equal([statusOf({ verdict: 'equal' }, true), statusOf({ verdict: 'repacked' }, false), statusOf({ verdict: 'repacked' }, true), statusOf({ verdict: 'different' }, false)], [0, 0, 1, 1]);
});

test.run();
