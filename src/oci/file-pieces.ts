import type { FileHandle } from 'node:fs/promises';
import { CodedError } from '../diag/error.ts';

/** Bytes a read of a file: larger ones save little time, and each side of a comparison has such a buffer. */
export const READ_SIZE = 1 << 17;

/** Which bytes of a file. */
export interface FilePart {
  /** 0 when absent. */
  readonly at?: number;
  /** To the end of the file when absent. */
  readonly size?: number;
  /** What the bytes are read into, when the caller has one. */
  readonly buffer?: Buffer;
}

/** The bytes of an open file, in one buffer that each read fills anew. Throws (code `image`) when there are fewer than `size`. */
export async function* filePieces(file: FileHandle, path: string, { at = 0, size = Infinity, buffer = Buffer.allocUnsafeSlow(Math.min(READ_SIZE, size)) }: FilePart = {}): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < size; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, size - done), at + done);
    if (bytesRead === 0 && size === Infinity) return;
    if (bytesRead === 0) throw new CodedError('image', `${path}: ends too early`);
    done += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
