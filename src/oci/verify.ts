import { createHash } from 'node:crypto';
import { CodedError } from '../diag/error.ts';
import { digestAlgorithm, digestEncoded } from '../spec/digest.ts';
import type { Digest } from '../spec/digest.ts';

/** Bytes that come piece by piece. A piece is only good until the next is asked for, since its buffer may be filled anew: what is kept of it is copied. */
export type Chunks = AsyncIterable<Uint8Array>;

/**
 * Passes the bytes of a blob on while it checks them. Throws (code `image`) as soon as there are more than `size`, and at the end when there are
 * fewer or the digest is another: what was passed on until then must not be believed before the end is reached.
 */
export async function* verifyBlob(chunks: Chunks, expected: { readonly digest: Digest; readonly size?: number }, name: string): AsyncGenerator<Uint8Array> {
  const hash = createHash(digestAlgorithm(expected.digest));
  let seen = 0;
  for await (const chunk of chunks) {
    seen += chunk.length;
    if (expected.size !== undefined && seen > expected.size) throw new CodedError('image', `${name}: has more than the ${expected.size} bytes that its descriptor says`);
    hash.update(chunk);
    yield chunk;
  }
  if (expected.size !== undefined && seen !== expected.size) throw new CodedError('image', `${name}: has ${seen} bytes, its descriptor says ${expected.size}`);
  const found = hash.digest('hex');
  if (found !== digestEncoded(expected.digest)) throw new CodedError('image', `${name}: the digest of its bytes is ${digestAlgorithm(expected.digest)}:${found}, not ${expected.digest}`);
}

/** All bytes of a stream. Throws (code `image`) when there are more than `limit`. */
export async function readAll(chunks: Chunks, limit: number, name: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) throw new CodedError('image', `${name}: is larger than ${limit} bytes`);
    parts.push(Buffer.from(chunk));
  }
  return Buffer.concat(parts);
}
