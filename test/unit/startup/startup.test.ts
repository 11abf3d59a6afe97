/** What goes into the startup snapshot, and what is taken out of it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseIgnoreFile } from '../../../src/build/ignore-file.ts';
import { IgnoreMatcher } from '../../../src/spec/ignore.ts';
import { rehearse } from '../../../src/startup/rehearsal.ts';

const script = new URL('../../../scripts/trim-snapshot.mjs', import.meta.url).pathname;

test('the rehearsed builds give a result', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-'));
  const pipes = (name: string): Parameters<typeof rehearse>[0] => {
    const [input, output] = [join(folder, `${name}-input`), join(folder, `${name}-output`)] as const;
    spawnSync('mkfifo', [input, output]);
    const open = (path: string): number => openSync(path, 'r+');
    return { input: open(input), output: open(output), peerInput: open(output), peerOutput: open(input) };
  };
  await rehearse(pipes('one'), pipes('two'));
  rmSync(folder, { recursive: true });
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

const quickStart = new URL('../../../scripts/quick-start.pl', import.meta.url).pathname;
const DEADLOCKS = '_ZN4absl12_GLOBAL__N_124synch_deadlock_detectionE';
const POSITIONS = '_ZN2v811CpuProfiler38UseDetailedSourcePositionsForProfilingEPNS_7IsolateE';
const CLEAN_UP = 'OPENSSL_cleanup';
const [OBJECT, FUNCTION] = [1, 2];
const MACHINES = { 'x86-64': { number: 62, returns: Buffer.of(0xc3) }, arm64: { number: 183, returns: Buffer.of(0xc0, 0x03, 0x5f, 0xd6) } } as const;
const RISCV = 243;

/** A program with nothing but these symbols, each of eight bytes that begin with `content`: sections are data, symbols, and names. */
function programWith(machine: number, symbols: readonly { readonly name: string; readonly type: number; readonly content: number }[]): { readonly bytes: Buffer; readonly places: readonly number[] } {
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01', 'latin1');
  header.writeUInt16LE(machine, 0x12);
  header.writeBigUInt64LE(64n, 0x28);
  header.writeUInt16LE(4, 0x3c);
  const data = Buffer.alloc(16 + 8 * symbols.length, 0xff);
  const table = Buffer.alloc(24 * (1 + symbols.length));
  let names = '\0other\0';
  symbols.forEach(({ name, type, content }, index) => {
    data.writeUInt32LE(content, 16 + 8 * index);
    table.writeUInt32LE(names.length, 24 * (index + 1));
    table.writeUInt8(0x10 | type, 24 * (index + 1) + 4);
    table.writeUInt16LE(1, 24 * (index + 1) + 6);
    table.writeBigUInt64LE(0x6b7c410n + 8n * BigInt(index), 24 * (index + 1) + 8);
    names += `${name}\0`;
  });
  const contents = [Buffer.alloc(0), data, table, Buffer.from(names)];
  let offset = 64 * 5;
  const sections = contents.map((content, index) => {
    const section = Buffer.alloc(64);
    section.writeUInt32LE([0, 1, 2, 3][index] ?? 0, 4);
    section.writeBigUInt64LE(index === 1 ? 0x6b7c400n : 0n, 16);
    section.writeBigUInt64LE(BigInt(offset), 24);
    section.writeBigUInt64LE(BigInt(content.length), 32);
    section.writeUInt32LE(index === 2 ? 3 : 0, 40);
    offset += content.length;
    return section;
  });
  return { bytes: Buffer.concat([header, ...sections, ...contents]), places: symbols.map((_, index) => 64 * 5 + 16 + 8 * index) };
}

function runQuickStart(content: Buffer): { readonly status: number | null; readonly stderr: string; readonly left: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'quick-start-'));
  const file = join(folder, 'program');
  writeFileSync(file, content);
  const { stderr, status } = spawnSync('perl', [quickStart, file], { encoding: 'utf8' });
  const left = readFileSync(file);
  rmSync(folder, { recursive: true });
  return { status, stderr, left };
}

const SEARCHES = { name: DEADLOCKS, type: OBJECT, content: 2 };
const COLLECTS = { name: POSITIONS, type: FUNCTION, content: 0x1234_5678 };
const CLEANS_UP = { name: CLEAN_UP, type: FUNCTION, content: 0x2345_6789 };

for (const [name, { number, returns }] of Object.entries(MACHINES)) {
  test(`a program for ${name} no longer does what is in vain, and is the same otherwise`, () => {
    const { bytes, places: [mode = 0, ...functions] } = programWith(number, [SEARCHES, COLLECTS, CLEANS_UP]);
    const { status, stderr, left } = runQuickStart(bytes);
    assert.is(status, 0, stderr);
    assert.is(stderr, '');
    assert.is(left.readUInt32LE(mode), 0);
    left.writeUInt32LE(2, mode);
    assert.is(functions.length, 2);
    for (const place of functions) {
      assert.equal(left.subarray(place, place + returns.length), returns);
      bytes.copy(left, place, place, place + returns.length);
    }
    assert.ok(left.equals(bytes));
  });
}

const UNKNOWN = { name: 'other', type: OBJECT, content: 2 };
const KEPT: Readonly<Record<string, readonly [machine: number, symbols: readonly (typeof UNKNOWN)[]]>> = {
  'another mode': [62, [{ ...SEARCHES, content: 1 }, UNKNOWN]],
  'longer names': [62, [{ ...SEARCHES, name: `${DEADLOCKS}2` }, { ...COLLECTS, name: `${POSITIONS}2` }, { ...CLEANS_UP, name: `${CLEAN_UP}2` }]],
  'neither name': [62, [UNKNOWN]],
  'names of other kinds of symbols': [183, [{ ...SEARCHES, type: FUNCTION }, { ...COLLECTS, type: OBJECT }, { ...CLEANS_UP, type: OBJECT }]],
  'another machine and mode': [RISCV, [{ ...SEARCHES, content: 0 }, COLLECTS, CLEANS_UP]],
};
for (const [what, [machine, symbols]] of Object.entries(KEPT)) {
  test(`a program with ${what} is left as it is`, () => {
    const { bytes } = programWith(machine, symbols);
    const { status, stderr, left } = runQuickStart(bytes);
    assert.is(status, 0, stderr);
    assert.match(stderr, /no search for deadlocks found; left as it is$/m);
    assert.match(stderr, /no source positions for profiling found; left as it is$/m);
    assert.match(stderr, /no clean-up of OpenSSL found; left as it is$/m);
    assert.ok(left.equals(bytes));
  });
}

test('what is no program, or is cut off, is an error', () => {
  for (const [content, message] of [[Buffer.from('text'), /cut off/], [Buffer.from('#!/bin/sh\n'), /no 64-bit little-endian ELF/], [programWith(62, [SEARCHES]).bytes.subarray(0, 200), /cut off/]] as const) {
    const { status, stderr, left } = runQuickStart(content);
    assert.is.not(status, 0);
    assert.match(stderr, message);
    assert.ok(left.equals(content));
  }
});

test('the ignore file lets through all that frontend.Dockerfile mounts', () => {
  const read = (name: string): string => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
  const ignored = new IgnoreMatcher(parseIgnoreFile(Buffer.from(read('frontend.Dockerfile.dockerignore'))));
  const mounted = [...read('frontend.Dockerfile').matchAll(/--mount=source=([^, ]+)/g)].map(([, path = '']) => path).filter((path) => path !== 'dist');
  assert.ok(mounted.length > 2);
  for (const path of [...mounted, 'dist/frontend.cjs', 'dist/sigstore.cjs']) assert.is(ignored.matchesPathOrParent(path), false, path);
});

test.run();
