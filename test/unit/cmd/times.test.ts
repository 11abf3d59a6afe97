import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTimes } from '../../../src/cmd/times.ts';
import type { TimesOptions } from '../../../src/cmd/times.ts';
import { CodedError } from '../../../src/diag/error.ts';
import { writeLayout } from '../../support/layout.ts';
import { writeTar } from '../../support/tar.ts';

const folder = mkdtempSync(join(tmpdir(), 'repro-times-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const EPOCH = 1_700_000_000;
const BASE = writeTar([{ path: 'etc', type: 'directory', mtime: EPOCH + 9 }]);
const LAYER = writeTar([
  { path: 'old', content: 'x', mtime: EPOCH }, { path: 'new', content: 'y', mtime: EPOCH + 1 }, { path: 'a\nb', type: 'symlink', linkname: 'old', mtime: EPOCH + 86_400 },
]);
const write = (name: string, layers: readonly Uint8Array[], created = '2023-11-14T22:13:20Z'): string => {
  writeLayout(join(folder, name), { layers, config: {}, architecture: 'amd64', created });
  return `oci:${join(folder, name)}`;
};
const base = write('base', [BASE]);
const image = write('image', [BASE, LAYER]);

async function times(address: string, options: TimesOptions = {}): Promise<{ readonly status: number; readonly lines: readonly string[]; readonly log: string }> {
  let text = '', log = '';
  const status = await runTimes(address, options, (more) => (text += more), (more) => (log += more));
  return { status, lines: text.split('\n').slice(0, -1), log };
}

test('every entry that is later, by layer', async () => {
  const { status, lines, log } = await times(image);
  assert.is(status, 1);
  assert.equal(lines, ['layer 1  2023-11-14T22:13:29Z  etc', 'layer 2  2023-11-14T22:13:21Z  new', 'layer 2  2023-11-15T22:13:20Z  a\\x0ab']);
  assert.is(log, '3 entries later than 2023-11-14T22:13:20Z');
});

test('the layers of the base are not the build\'s', async () => {
  assert.is((await times(image, { base })).lines.length, 2);
  assert.equal(await times(base, { base }), { status: 0, lines: [], log: 'nothing later than 2023-11-14T22:13:20Z' });
});

test('an epoch of one\'s own, also for the image itself', async () => {
  assert.is((await times(image, { epoch: String(EPOCH + 86_400) })).status, 0);
  assert.is((await times(image, { epoch: String(EPOCH - 1) })).lines[0], 'config  2023-11-14T22:13:20Z  created');
});

test('a folder', async () => {
  const path = join(folder, 'files');
  mkdirSync(path);
  writeFileSync(join(path, 'x'), '');
  utimesSync(join(path, 'x'), EPOCH + 1, EPOCH + 1);
  assert.equal((await times(`dir:${path}`, { epoch: String(EPOCH) })).lines.filter((line) => line.endsWith('  x')), ['layer 1  2023-11-14T22:13:21Z  x']);
  await rejects(() => times(`dir:${path}`), 'does not say when it was created: expected --epoch SECONDS');
});

test('an epoch that is none', () => rejects(() => times(image, { epoch: 'now' }), '--epoch now: expected seconds since 1970'));

async function rejects(action: () => Promise<unknown>, message: string): Promise<void> {
  const error = await action().then(() => undefined, (reason: unknown) => reason);
  assert.ok(error instanceof CodedError && error.code === 'option' && error.message.includes(message), String(error));
}

test.run();
