import { mkdtemp, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError, messageOf } from '../diag/error.ts';
import { decompress, formatOf } from './decompress.ts';
import { filePieces } from './file-pieces.ts';

/** What an archive may unpack to beside `MAX_RATIO` times its size: images pack to a half or a fourth, a bomb to a thousandth. */
const FREE_BYTES = 2 ** 30;
const MAX_RATIO = 50;

/** The program that unpacks what is not unpacked here. */
const PROGRAMS = { xz: 'unxz', bzip2: 'bunzip2' } as const;

/**
 * The archive at `path`, open for reading; of one that is packed with gzip or zstd (`docker save | gzip`) what it unpacks to, since nothing can be
 * looked up in it: in a file of the system's temporary folder that has no name any more, and is gone when it is closed. Throws (code `image`)
 * when it is malformed, packed with something else, or unpacks to far more than images do; takes over `file`, and closes it then.
 */
export async function unpackArchive(file: FileHandle, path: string, freeBytes = FREE_BYTES): Promise<FileHandle> {
  const start = Buffer.alloc(6);
  await file.read(start, 0, start.length, 0);
  const format = formatOf(start);
  if (format === undefined) return file;
  try {
    if (format === 'xz' || format === 'bzip2') throw new CodedError('image', `${path}: is a compressed archive, in which nothing can be looked up; unpack it first (${PROGRAMS[format]})`);
    const limit = freeBytes + MAX_RATIO * (await file.stat()).size;
    return await unpackTo(await openTemporary(), file, { path, limit });
  } finally {
    await file.close();
  }
}

async function openTemporary(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'repro-dockerfile-archive-'));
  try {
    return await open(join(folder, 'archive.tar'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function unpackTo(target: FileHandle, file: FileHandle, { path, limit }: { readonly path: string; readonly limit: number }): Promise<FileHandle> {
  try {
    let size = 0;
    for await (const piece of decompress(filePieces(file, path), path)) {
      size += piece.length;
      if (size > limit) throw new CodedError('image', `${path}: unpacks to more than ${limit} bytes; unpack it first, if it is to be trusted`);
      await target.appendFile(piece);
    }
    return target;
  } catch (error) {
    await target.close();
    throw error instanceof CodedError ? error : new CodedError('image', `${path}: cannot be unpacked into ${tmpdir()}: ${messageOf(error)}`, { cause: error });
  }
}
