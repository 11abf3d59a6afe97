import * as zlib from 'node:zlib';
import { CodedError } from '../diag/error.ts';

/** How packed archives begin. */
const MAGIC = {
  bzip2: [0x42, 0x5a, 0x68],
  gzip: [0x1f, 0x8b, 0x08],
  xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
} as const;

/** What an archive is packed with. */
export type Packing = keyof typeof MAGIC;

/** What `bytes`, which may be no more than a beginning, are packed with; undefined: nothing that is known. */
export function packingOf(bytes: Uint8Array): Packing | undefined {
  const [name] = Object.entries(MAGIC).find(([, magic]) => magic.every((byte, index) => bytes[index] === byte)) ?? [];
  return name as Packing | undefined;
}

/**
 * The bytes of an archive, unpacked; of one that is not packed, the same. Throws when they are malformed, and for xz: the reference calls
 * a program for that, which its image does not have.
 */
export async function unpack(bytes: Uint8Array): Promise<Uint8Array> {
  switch (packingOf(bytes)) {
    case 'gzip': return zlib.gunzipSync(bytes);
    case 'zstd': return unzstd(bytes);
    case 'bzip2': {
      const { default: bunzip } = await import('seek-bzip');
      return bunzip.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), undefined, true);
    }
    case 'xz': throw new CodedError('unsupported', 'the archive is compressed with xz');
    case undefined: return bytes;
  }
}

async function unzstd(bytes: Uint8Array): Promise<Uint8Array> {
  // In Node since 22.15.
  if (typeof zlib.zstdDecompressSync === 'function') return zlib.zstdDecompressSync(bytes);
  const { decompress } = await import('fzstd');
  return decompress(bytes);
}
