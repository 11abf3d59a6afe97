/** What goes into the startup snapshot, and what is taken out of it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseIgnoreFile } from '../../../src/build/ignore-file.ts';
import { IgnoreMatcher } from '../../../src/spec/ignore.ts';
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

const exportsScript = new URL('../../../scripts/trim-exports.pl', import.meta.url).pathname;

function withCopyOf(program: string, check: (path: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'trim-'));
  try {
    const path = join(folder, 'program');
    copyFileSync(program, path);
    check(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('without what it exports Node runs, loads its libraries, and is as long as before', () => {
  withCopyOf(process.execPath, (path) => {
    const before = readFileSync(path);
    const { status, stderr } = spawnSync('perl', [exportsScript, path], { encoding: 'utf8' });
    assert.is(status, 0, stderr);
    const after = readFileSync(path);
    assert.is(after.length, before.length);
    // A name in V8's API: one of the exports, and nothing that Node takes from a library.
    const count = (bytes: Buffer): number => bytes.toString('latin1').split('_ZN2v87Isolate10GetCurrentEv\0').length;
    assert.is(count(after), count(before) - 1);
    const run = spawnSync(path, ['-p', 'new Intl.NumberFormat("en").format(1e6) + require("node:crypto").hash("sha256", "", "hex").slice(0, 8)'], { encoding: 'utf8' });
    assert.is(run.stdout, '1,000,000e3b0c442\n', run.stderr);
  });
});

test('a program that is not of that kind is left as it is', () => {
  withCopyOf(exportsScript, (path) => {
    const { status, stderr } = spawnSync('perl', [exportsScript, path], { encoding: 'utf8' });
    assert.is.not(status, 0);
    assert.match(stderr, /no 64-bit little-endian ELF/);
    assert.ok(readFileSync(path).equals(readFileSync(exportsScript)));
  });
});

test('the ignore file lets through all that frontend.Dockerfile mounts', () => {
  const read = (name: string): string => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
  const ignored = new IgnoreMatcher(parseIgnoreFile(Buffer.from(read('frontend.Dockerfile.dockerignore'))));
  const mounted = [...read('frontend.Dockerfile').matchAll(/--mount=source=([^, ]+)/g)].map(([, path = '']) => path).filter((path) => path !== 'dist');
  assert.ok(mounted.length > 2);
  for (const path of [...mounted, 'dist/frontend.cjs', 'dist/sigstore.cjs']) assert.is(ignored.matchesPathOrParent(path), false, path);
});

test.run();
