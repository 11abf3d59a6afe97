import * as zlib from 'node:zlib';
import type { Transform } from 'node:stream';
import { CodedError, messageOf } from '../diag/error.ts';
import type { Chunks } from './verify.ts';

/** How a layer is packed. */
export type Compression = 'none' | 'gzip' | 'zstd';

/** Decompressed bytes a piece: large ones cost fewer trips through the thread pool, and wait longer until their memory is given back. */
const CHUNK_SIZE = 1 << 16;
/** No layer is larger than this when it is unpacked: a compressed one that is may be a bomb, and would take hours. */
const MAX_LAYER_SIZE = 256 * 2 ** 30;

/** What bytes may be compressed with; layers not with all of it. */
export type Format = 'gzip' | 'zstd' | 'xz' | 'bzip2';

/** How compressed bytes begin. */
const MAGIC: readonly (readonly [name: Format, bytes: readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['bzip2', [0x42, 0x5a, 0x68]],
];

/** What bytes that begin with `first`, six or more, are compressed with; undefined: nothing that is known. */
export function formatOf(first: Uint8Array): Format | undefined {
  return MAGIC.find(([, bytes]) => bytes.every((byte, at) => first[at] === byte))?.[0];
}

/**
 * The bytes of a layer, unpacked: it is told by its first bytes how it is packed, as media types of the field lie. `found` hears it.
 * Throws (code `image`) when they are malformed, unpack to more than `MAX_LAYER_SIZE`, or are packed with something else.
 */
export async function* decompress(chunks: Chunks, name: string, found: (compression: Compression) => void = () => undefined): AsyncGenerator<Buffer> {
  const source = peek(chunks, 6);
  const first = (await source.next()).value ?? new Uint8Array();
  const format = formatOf(first) ?? 'none';
  const all = prepend(first, source);
  if (format === 'xz' || format === 'bzip2') throw new CodedError('image', `${name}: is compressed with ${format}; layers are plain, gzip or zstd`);
  found(format);
  let size = 0;
  try {
    for await (const chunk of unpack(all, format)) {
      size += chunk.length;
      if (size > MAX_LAYER_SIZE) throw new CodedError('image', `${name}: unpacks to more than ${MAX_LAYER_SIZE} bytes`);
      yield toBuffer(chunk);
    }
  } catch (error) {
    throw error instanceof CodedError ? error : new CodedError('image', `${name}: cannot be unpacked (${format}): ${messageOf(error)}`, { cause: error });
  }
}

async function* unpack(chunks: Chunks, compression: Compression): AsyncGenerator<Uint8Array> {
  if (compression === 'none') return yield* chunks;
  if (compression === 'gzip') return yield* through(chunks, zlib.createGunzip({ chunkSize: CHUNK_SIZE }));
  // In Node since 22.15.
  if (typeof zlib.createZstdDecompress === 'function') return yield* through(chunks, zlib.createZstdDecompress({ chunkSize: CHUNK_SIZE }));
  const { unzstd } = await import('./zstd.ts');
  return yield* unzstd(chunks);
}

/** The output of `transform`; an error of the source arrives as itself, and who stops reading stops the source. */
async function* through(chunks: Chunks, transform: Transform): AsyncGenerator<Uint8Array> {
  void feed(chunks, transform);
  try {
    yield* transform as AsyncIterable<Buffer>;
  } finally {
    transform.destroy();
  }
}

/** Hands the pieces to `transform`, each when the one before is used up. Throws nothing: who reads from `transform` hears of errors. */
async function feed(chunks: Chunks, transform: Transform): Promise<void> {
  try {
    for await (const chunk of chunks) {
      const isTaken = await new Promise<boolean>((resolve) => transform.write(chunk, (error) => resolve(error === null || error === undefined)));
      if (!isTaken) return;
    }
    transform.end();
  } catch (error) {
    transform.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** First one piece of at least `length` bytes (fewer when there are no more), then the other pieces. */
async function* peek(chunks: Chunks, length: number): AsyncGenerator<Uint8Array> {
  let first: Uint8Array | undefined = new Uint8Array();
  for await (const chunk of chunks) {
    if (first === undefined) {
      yield chunk;
      continue;
    }
    first = first.length === 0 && chunk.length >= length ? chunk : Buffer.concat([first, chunk]);
    if (first.length < length) continue;
    yield first;
    first = undefined;
  }
  if (first !== undefined) yield first;
}

async function* prepend(first: Uint8Array, rest: Chunks): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  yield* rest;
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
