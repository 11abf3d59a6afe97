import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compareRecords } from '../support/image-record.ts';
import type { ImageRecord } from '../support/image-record.ts';

const RECORD: ImageRecord = {
  tree: { 'frontend.Dockerfile': 'a', 'dist/snapshot.cjs': 'b' }, world: { node: '1', libc6: '2' }, processor: 'x', layers: ['sha256:1', 'sha256:2'], manifest: 'sha256:3',
};

test('with the same inputs another digest is wrong', () => {
  assert.equal(compareRecords(RECORD, RECORD), { changed: [], wrong: [] });
  assert.equal(compareRecords(RECORD, { ...RECORD, layers: ['sha256:1', 'sha256:9'], manifest: 'sha256:8' }).wrong, ['the image is sha256:8, recorded sha256:3']);
  assert.is(compareRecords(RECORD, { ...RECORD, layers: ['sha256:9', 'sha256:2'], manifest: 'sha256:8' }).wrong.length, 2);
});

test('with another program or processor only the layer of Node must be the same', () => {
  for (const other of [{ tree: { ...RECORD.tree, 'dist/snapshot.cjs': 'c' } }, { processor: 'y' }]) {
    const now = { ...RECORD, ...other, layers: ['sha256:1', 'sha256:9'], manifest: 'sha256:8' };
    assert.is(compareRecords(RECORD, now).changed.length, 1);
    assert.equal(compareRecords(RECORD, now).wrong, []);
    assert.equal(compareRecords(RECORD, { ...now, layers: ['sha256:9'] }).wrong, ["Node's layer is sha256:9, recorded sha256:1"]);
  }
});

test('with another library nothing can be said', () => {
  const now = { ...RECORD, world: { node: '1', libc6: '3' }, layers: ['sha256:9'], manifest: 'sha256:8' };
  assert.equal(compareRecords(RECORD, now), { changed: ['libc6'], wrong: [] });
});

test.run();
