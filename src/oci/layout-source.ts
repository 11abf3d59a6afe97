import { lstat, open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { CodedError, messageOf } from '../diag/error.ts';
import { digestAlgorithm, digestEncoded } from '../spec/digest.ts';
import type { Digest } from '../spec/digest.ts';
import type { BlobSource } from './blob-source.ts';
import { MAX_MANIFEST_SIZE } from './blob-source.ts';
import { filePieces } from './file-pieces.ts';
import { readAll } from './verify.ts';
import type { Chunks } from './verify.ts';

/** The index of an OCI layout, and its blobs. */
export interface LayoutSource extends BlobSource {
  readIndex(): Promise<Buffer>;
}

/** An OCI layout in a folder (image-spec image-layout.md). Files that lead out of the folder by a link are refused. */
export function layoutSource(folder: string): LayoutSource {
  const openFile = async (path: string): Promise<Chunks> => readFilePieces(await inside(folder, path));
  const openBlob = (digest: Digest) => openFile(`blobs/${digestAlgorithm(digest)}/${digestEncoded(digest)}`);
  return {
    openManifest: openBlob,
    openBlob,
    readIndex: async () => readAll(await openFile('index.json'), MAX_MANIFEST_SIZE, join(folder, 'index.json')),
    close: async () => undefined,
  };
}

/** The real path of a regular file of the layout. */
async function inside(folder: string, path: string): Promise<string> {
  const file = join(folder, path);
  try {
    const [real, root] = [await realpath(file), await realpath(folder)];
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) throw new CodedError('image', `${file} leads out of the layout, to ${real}`);
    if (!(await lstat(real)).isFile()) throw new CodedError('image', `${file} is not a file`);
    return real;
  } catch (error) {
    throw error instanceof CodedError ? error : new CodedError('image', `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}

async function* readFilePieces(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    yield* filePieces(file, path);
  } finally {
    await file.close();
  }
}

/** Whether a path is a folder with an OCI layout in it. */
export async function isLayout(path: string): Promise<boolean> {
  try {
    await (await open(join(path, 'oci-layout'))).close();
    return true;
  } catch {
    return false;
  }
}
