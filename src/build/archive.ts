import { gunzipSync } from 'node:zlib';
import { CodedError } from '../diag/error.ts';
import { utcTime } from '../spec/time.ts';
import type { ZonedTime } from '../spec/time.ts';
import { readTar, startsLikeTar } from './tar.ts';

const SECOND = 1_000_000_000n;

/** How compressed archives begin. */
const MAGIC = {
  bzip2: [0x42, 0x5a, 0x68],
  gzip: [0x1f, 0x8b, 0x08],
  xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
} as const;

function beginsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

/** Whether a download that begins with `header` is an archive to unpack, and not a Dockerfile (dockerui isArchive). */
export function isArchive(header: Uint8Array): boolean {
  return beginsWith(header, MAGIC.bzip2) || beginsWith(header, MAGIC.gzip) || beginsWith(header, MAGIC.xz) || startsLikeTar(header);
}

/**
 * The latest time of a file in a tar archive; undefined when it has none.
 * Throws when the archive is malformed, or compressed in a way that is not supported here (bzip2, xz, zstd).
 */
export function latestFileTime(archive: Uint8Array): ZonedTime | undefined {
  let latest: bigint | undefined;
  for (const { type, modified } of readTar(decompress(archive))) {
    if (!['0', '1', '7', 'S'].includes(type)) continue;
    if (latest === undefined || modified > latest) latest = modified;
  }
  if (latest === undefined) return undefined;
  const nanoseconds = ((latest % SECOND) + SECOND) % SECOND;
  return utcTime((latest - nanoseconds) / SECOND, Number(nanoseconds));
}

function decompress(bytes: Uint8Array): Uint8Array {
  if (beginsWith(bytes, MAGIC.gzip)) return gunzipSync(bytes);
  for (const name of ['bzip2', 'xz', 'zstd'] as const) {
    if (beginsWith(bytes, MAGIC[name])) {
      throw new CodedError('unsupported', `SOURCE_DATE_EPOCH=context: the archive is compressed with ${name}; use gzip or none, or a server that sends Last-Modified`);
    }
  }
  return bytes;
}
