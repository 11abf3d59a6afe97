import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NORMALISE_PROGRAM } from '../../../src/runtime/normalise.ts';

const folder = mkdtempSync(join(tmpdir(), 'repro-normalise-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** A file of that content after the program. */
function normalise(content: string | Buffer, env: NodeJS.ProcessEnv = { SOURCE_DATE_EPOCH: '1700000000' }): Buffer {
  const file = join(folder, 'file');
  writeFileSync(file, content);
  writeFileSync(join(folder, 'program'), NORMALISE_PROGRAM);
  const result = spawnSync('perl', [join(folder, 'program'), join(folder, 'absent'), file], { env: { PATH: process.env['PATH'], ...env }, encoding: 'utf8' });
  assert.is(result.stderr, '');
  assert.is(result.status, 0);
  return readFileSync(file);
}

const SEALS: Readonly<Record<string, string>> = { changeit: 'changeit', other: 'secret' };

/** A JKS file of certificates: alias, time in milliseconds. */
function keystore(entries: readonly (readonly [string, bigint])[], { tag = 2, seal = 'changeit', version = 2 } = {}): Buffer {
  const number = (bytes: number, value: number): Buffer => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeUIntBE(value, 0, bytes);
    return buffer;
  };
  const text = (value: string): Buffer => Buffer.concat([number(2, value.length), Buffer.from(value)]);
  const time = (value: bigint): Buffer => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigUInt64BE(value);
    return buffer;
  };
  const certificate = Buffer.alloc(300, 7);
  const body = Buffer.concat([
    number(4, 0xfeedfeed), number(4, version), number(4, entries.length),
    ...entries.flatMap(([alias, added]) => [number(4, tag), text(alias), time(added), text('X.509'), number(4, certificate.length), certificate]),
  ]);
  const password = Buffer.from(SEALS[seal] ?? '', 'utf16le').swap16();
  return Buffer.concat([body, createHash('sha1').update(password).update('Mighty Aphrodite').update(body).digest()]);
}

test('a key store: times later than the epoch become it, the digest is right', () => {
  const made = keystore([['one', 1_800_000_000_123n], ['two', 1_600_000_000_000n], ['three', 1_700_000_000_001n]]);
  assert.equal(normalise(made), keystore([['one', 1_700_000_000_000n], ['two', 1_600_000_000_000n], ['three', 1_700_000_000_000n]]));
  assert.equal(normalise(made, {}), keystore([['one', 0n], ['two', 0n], ['three', 0n]]));
  assert.equal(normalise(keystore([])), keystore([]));
});

test('a key store that is not of that form stays as it is', () => {
  const entries = [['one', 1_800_000_000_000n]] as const;
  const whole = keystore(entries);
  const broken = Buffer.from(whole);
  broken[30]! ^= 1;
  for (const other of [keystore(entries, { seal: 'other' }), keystore(entries, { tag: 1 }), keystore(entries, { version: 3 }), whole.subarray(0, 100), broken, Buffer.from([0xfe, 0xed, 0xfe, 0xed])]) {
    assert.equal(normalise(other), Buffer.from(other));
  }
});

test('a Berkeley DB: the id is that of the path, and nothing else changes', () => {
  for (const magic of ['61150600', '00061561', '62310500', '00053162']) {
    const file = Buffer.alloc(8192, 3);
    file.write(magic, 12, 'hex');
    const after = normalise(file);
    assert.equal(after.subarray(52, 72), createHash('sha1').update(join(folder, 'file')).digest());
    assert.equal(Buffer.concat([after.subarray(0, 52), after.subarray(72)]), Buffer.concat([file.subarray(0, 52), file.subarray(72)]));
  }
});

const HEAD = 'This is the file .../info/dir, which contains the\ntopmost node of the Info hierarchy, called (dir)Top.\n\nFile: dir\n\n* Menu: the list.\n';

test('the menu of Info: entries and sections in order', () => {
  const after = normalise(`${HEAD}\nZoo\n* B: (b).   second\n             and more\n* A: (a).   first\n\nArts\n* D: (d).   only\n\nEmpty\n\n`).toString();
  assert.is(after, `${HEAD}\nArts\n* D: (d).   only\n\nEmpty\n\nZoo\n* A: (a).   first\n* B: (b).   second\n             and more\n`);
  assert.is(normalise(after).toString(), after);
});

test('what is in none of the formats stays as it is', () => {
  for (const text of ['', 'text\n', `${HEAD}\nTitle\nanother line\n* A: (a).\n`, HEAD.replace('* Menu', 'Menu'), 'x'.repeat(100)]) assert.is(normalise(text).toString(), text);
});

test.run();
