/** What goes into the startup snapshot, and what is taken out of it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rehearse } from '../../../src/startup/rehearsal.ts';

const script = new URL('../../../scripts/trim-snapshot.mjs', import.meta.url).pathname;

test('the rehearsed builds give a result', async () => {
  await rehearse();
});

const size = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const sized = (bytes: Buffer): Buffer => Buffer.concat([size(bytes.length), bytes]);
const heap = Buffer.concat([Buffer.from('heap'), size(388), size(300), sized(Buffer.from('no/module!')), Buffer.alloc(1000, 7)]);
const codeCache = Buffer.concat([size(388), ...Array.from({ length: 388 }, (_, index) => Buffer.concat([sized(Buffer.from(`internal/module${index}`)), sized(Buffer.alloc(index * 3, index))]))]);

function trim(content: Buffer): { readonly stderr: string; readonly left: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'trim-'));
  const file = join(folder, 'blob');
  writeFileSync(file, content);
  const { stderr, status } = spawnSync(process.execPath, [script, file], { encoding: 'utf8' });
  const left = readFileSync(file);
  rmSync(folder, { recursive: true });
  assert.is(status, 0, stderr);
  return { stderr, left };
}

test('the code cache at the end of a snapshot becomes an empty one', () => {
  assert.ok(trim(Buffer.concat([heap, codeCache])).left.equals(Buffer.concat([heap, size(0)])));
});

test('a file that does not end so is left as it is', () => {
  for (const content of [heap, Buffer.concat([heap, codeCache, Buffer.from('x')]), Buffer.concat([heap, codeCache]).subarray(0, -1), Buffer.alloc(0)]) {
    const { stderr, left } = trim(content);
    assert.ok(left.equals(content));
    assert.match(stderr, /no code cache found at its end; left as it is$/m);
  }
});

test.run();
