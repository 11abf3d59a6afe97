import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gzipSync } from 'node:zlib';
import { decompress, type Compression } from '../../../src/oci/decompress.ts';
import { readAll, verifyBlob } from '../../../src/oci/verify.ts';
import { unzstd } from '../../../src/oci/zstd.ts';
import { digestOf } from '../../../src/spec/digest.ts';
import { failureOf } from '../../support/failure.ts';

async function* pieces(bytes: Uint8Array, step = 5): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

async function unpack(bytes: Uint8Array, step?: number): Promise<readonly [Compression | undefined, string]> {
  let found: Compression | undefined;
  const text = (await readAll(decompress(pieces(bytes, step), 'layer', (each) => (found = each)), 1 << 30, 'layer')).toString();
  return [found, text];
}

const TEXT = 'hello zstd\n'.repeat(20);
/** TEXT, as zstd's Go library writes it. */
const ZSTD = Buffer.from('KLUv/QQAnQAAWGhlbGxvIHpzdGQKAVQLAytOB170BZM=', 'base64');
const SKIPPABLE = Buffer.from('502a4d1803000000616263', 'hex');

test('what a layer is packed with is told by its bytes', async () => {
  assert.equal(await unpack(Buffer.from(TEXT)), ['none', TEXT]);
  assert.equal(await unpack(gzipSync(TEXT)), ['gzip', TEXT]);
  assert.equal(await unpack(Buffer.concat([gzipSync('a'), gzipSync('b')])), ['gzip', 'ab']);
  assert.equal(await unpack(ZSTD), ['zstd', TEXT]);
  assert.equal(await unpack(Buffer.alloc(0)), ['none', '']);
  assert.match(await failureOf(unpack(Buffer.from('fd377a585a0000', 'hex'))), /compressed with xz/);
});

test('a source may fill its buffer anew for each piece', async () => {
  async function* reused(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
    const buffer = Buffer.alloc(size);
    for (let at = 0; at < bytes.length; at += size) {
      const length = Buffer.from(bytes).copy(buffer, 0, at, at + size);
      yield buffer.subarray(0, length);
      buffer.fill('!');
    }
  }
  for (const size of [1, 4, 100]) {
    for (const bytes of [Buffer.from(TEXT), gzipSync(TEXT), ZSTD]) {
      assert.is((await readAll(decompress(reused(bytes, size), 'layer'), 1 << 20, 'layer')).toString(), TEXT);
    }
    assert.is((await readAll(unzstd(reused(ZSTD, size)), 1 << 20, '')).toString(), TEXT);
  }
});

test('zstd without the runtime: frames, frames to skip, however they are cut', async () => {
  for (const step of [1, 3, 4096]) {
    const bytes = Buffer.concat([ZSTD, SKIPPABLE, ZSTD]);
    assert.is((await readAll(unzstd(pieces(bytes, step)), 1 << 20, '')).toString(), TEXT + TEXT);
  }
});

test('what is cut off or broken is refused', async () => {
  assert.match(await failureOf(unpack(gzipSync(TEXT).subarray(0, 20))), /layer: cannot be unpacked \(gzip\)/);
  assert.match(await failureOf(unpack(ZSTD.subarray(0, 20))), /layer: cannot be unpacked \(zstd\)/);
});

test('a zstd frame that wants gigabytes is refused before it gets them', async () => {
  const before = process.memoryUsage().arrayBuffers;
  const frame = Buffer.from('28b52ffd00a8010000', 'hex');
  assert.match(await failureOf(readAll(unzstd(pieces(Buffer.concat([ZSTD, frame, Buffer.alloc(64)]))), 1 << 20, '')), /needs 2147483648 bytes of memory/);
  assert.ok(process.memoryUsage().arrayBuffers - before < 64 << 20);
});

test('a block that keeps the decoder busy is given up', async () => {
  // 98,047 sequences, each of which copies 65,539 bytes, in a block that may unpack to 131,072: minutes on any machine.
  const block = Buffer.from([0, 255, 255, 255, 0x54, 0, 0, 52, 1]);
  const slow = Buffer.concat([Buffer.from('28b52ffd0058', 'hex'), Buffer.from([(block.length << 3) | (2 << 1) | 1, 0, 0]), block, Buffer.alloc(16)]);
  assert.match(await failureOf(readAll(unzstd(pieces(slow), 20), 1 << 20, '')), /a piece of zstd takes more than 0.02 s to unpack/);
});

test('a bomb is handed on piece by piece', async () => {
  for (const bomb of [gzipSync(Buffer.alloc(256 << 20)), rleBomb(2048)]) {
    let [size, largest] = [0, 0];
    const before = process.memoryUsage().rss;
    for await (const chunk of decompress(pieces(bomb, 1 << 16), 'layer')) {
      size += chunk.length;
      largest = Math.max(largest, process.memoryUsage().rss - before);
    }
    assert.is(size, 256 << 20);
    assert.ok(largest < 160 << 20, `${largest >> 20} MiB`);
  }
});

/** A zstd frame of `count` blocks of 128 KiB, each of one byte repeated: four bytes. */
function rleBomb(count: number): Buffer {
  const blocks = Array.from({ length: count }, (_, at) => {
    const header = (131072 << 3) | 2 | (at === count - 1 ? 1 : 0);
    return Buffer.from([header & 0xff, (header >> 8) & 0xff, header >> 16, 0]);
  });
  return Buffer.concat([Buffer.from('28b52ffd0058', 'hex'), ...blocks]);
}

test('a blob is checked against digest and size while it streams', async () => {
  const bytes = Buffer.from('some bytes');
  const check = (digest: `${string}:${string}`, size: number) => readAll(verifyBlob(pieces(bytes), { digest, size }, 'blob'), 1 << 20, 'blob');
  assert.equal(await check(digestOf(bytes), 10), bytes);
  assert.match(await failureOf(check(digestOf(bytes), 9)), /more than the 9 bytes/);
  assert.match(await failureOf(check(digestOf(bytes), 11)), /has 10 bytes, its descriptor says 11/);
  assert.match(await failureOf(check(digestOf(Buffer.from('other')), 10)), /the digest of its bytes is sha256:/);
  assert.match(await failureOf(readAll(pieces(bytes), 9, 'blob')), /larger than 9 bytes/);
});

test('a block is no longer than blocks are, so that a slow one is the only one', async () => {
  const frame = (size: number): Buffer => {
    const block = Buffer.alloc(4, 0x61);
    block.writeUIntLE((size << 3) | 0b011, 0, 3);
    return Buffer.concat([Buffer.from('28b52ffd0058', 'hex'), block]);
  };
  const unpacked = async (bytes: Uint8Array) => (await readAll(unzstd(pieces(bytes, 4096)), 1 << 24, '')).length;
  assert.is(await unpacked(Buffer.concat([frame(1 << 17), frame(1 << 17)])), 1 << 18);
  assert.match(await failureOf(unpacked(frame(1 << 20))), /a zstd block unpacks to more than 131072 bytes/);
});

test.run();
