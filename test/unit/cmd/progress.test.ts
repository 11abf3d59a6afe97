import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeProgress } from '../../../src/cmd/progress.ts';

/** A terminal that remembers what was written to it. */
function terminal() {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 30, cursorTo: () => true, clearLine: () => true, moveCursor: () => true });
  let text = '';
  stream.on('data', (data: Buffer) => (text += data.toString()));
  return { stream, text: () => text };
}

test('a bar of what was read, of what is to be read; nothing after it stopped', async () => {
  const { stream, text } = terminal();
  const progress = makeProgress(stream);
  progress.expect(1000);
  await sleep(150);
  progress.advance(250);
  await sleep(250);
  assert.match(text(), /comparing .*25%/);
  progress.expect(1000);
  progress.advance(1250);
  await sleep(250);
  assert.match(text(), /75%/);
  progress.stop();
  const { length } = text();
  progress.advance(500);
  await sleep(150);
  assert.is(text().length, length);
});

test('no terminal: nothing is written', () => {
  const progress = makeProgress(undefined);
  progress.expect(10);
  progress.advance(10);
  progress.stop();
});

test.run();
