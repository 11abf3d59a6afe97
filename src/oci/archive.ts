import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { CodedError, messageOf } from '../diag/error.ts';
import { cleanPath, dirPath, joinPath } from '../spec/path.ts';
import { filePieces } from './file-pieces.ts';
import { unpackArchive } from './packed-archive.ts';
import { addRecords, applyRecords, BLOCK, checkMetaSize, decodeHeader, META_FLAGS } from './tar-header.ts';
import type { Chunks } from './verify.ts';

/** The files of a tar archive on disk, read where they are. */
export interface Archive {
  readonly path: string;
  /** Whether there is a file (or a link to one) of this name. */
  has(name: string): boolean;
  /** Bytes of a file; 0 when there is none. */
  size(name: string): number;
  /** The bytes of a file. Throws (code `image`) when there is none. */
  open(name: string): Chunks;
  close(): Promise<void>;
}

type Member = { readonly kind: 'file'; readonly at: number; readonly size: number } | { readonly kind: 'link'; readonly target: string };

/** An archive of images has a handful of files a layer; one with more members than this is something else. */
const MAX_MEMBERS = 200_000;
const MAX_LINKS = 16;

/**
 * Finds the members of an archive; nothing is unpacked, but for one that is packed as a whole (packed-archive.ts). Throws (code `image`) when it
 * is no tar, or has a name or link that leads out of it.
 */
export async function openArchive(path: string): Promise<Archive> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    throw new CodedError('image', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
  file = await unpackArchive(file, path);
  try {
    const members = await readMembers(file, path);
    return {
      path,
      has: (name) => find(members, name) !== undefined,
      size: (name) => find(members, name)?.size ?? 0,
      open: (name) => readMember(file, members, name, path),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error instanceof CodedError && !error.message.startsWith(path) ? new CodedError(error.code, `${path}: ${error.message}`, { cause: error }) : error;
  }
}

async function readMembers(file: FileHandle, path: string): Promise<ReadonlyMap<string, Member>> {
  const { size: total } = await file.stat();
  const members = new Map<string, Member>();
  let records = new Map<string, string>();
  let isPax = false;
  for (let at = 0; at + BLOCK <= total; ) {
    const block = await readExactly(file, at, BLOCK, path);
    const raw = decodeHeader(block);
    if (raw === undefined) break;
    at += BLOCK;
    if (META_FLAGS.has(raw.flag)) {
      checkMetaSize(raw);
      addRecords(records, raw.flag, await readExactly(file, at, raw.size, path));
      isPax ||= raw.flag === 'x';
      at += padded(raw.size);
      continue;
    }
    if (raw.isExtended) throw new CodedError('image', `${path}: ${raw.name} is a sparse file`);
    const header = applyRecords(raw, records, isPax);
    records = new Map();
    isPax = false;
    if (header.type === 'file' && at + header.size > total) throw new CodedError('image', `${path}: ends in the middle of ${header.path}`);
    if (header.type === 'file' || header.type === 'hardlink' || header.type === 'symlink') {
      const name = inside(header.rawPath, path);
      // As when it is unpacked, a later member of a name takes the place of an earlier one.
      if (header.type === 'file') members.set(name, { kind: 'file', at, size: header.size });
      else members.set(name, { kind: 'link', target: header.type === 'hardlink' ? inside(header.linkTarget, path) : inside(joinPath(dirPath(name), header.linkTarget), path, header.linkTarget) });
      if (members.size > MAX_MEMBERS) throw new CodedError('image', `${path}: has more than ${MAX_MEMBERS} files: not an archive of images`);
    }
    at += padded(header.size);
  }
  return members;
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** A name of the archive in short form; throws when it leads out. */
function inside(name: string, archive: string, asWritten = name): string {
  const clean = cleanPath(name);
  if (asWritten.startsWith('/') || clean === '..' || clean.startsWith('../')) throw new CodedError('image', `${archive}: the name ${JSON.stringify(asWritten)} leads out of the archive`);
  return clean;
}

function find(members: ReadonlyMap<string, Member>, name: string): { readonly at: number; readonly size: number } | undefined {
  let found = members.get(cleanPath(name));
  for (let links = 0; found?.kind === 'link' && links < MAX_LINKS; links++) found = members.get(found.target);
  return found?.kind === 'file' ? found : undefined;
}

async function* readMember(file: FileHandle, members: ReadonlyMap<string, Member>, name: string, path: string): AsyncGenerator<Uint8Array> {
  const member = find(members, name);
  if (member === undefined) throw new CodedError('image', `${path}: has no file ${name}`);
  yield* filePieces(file, path, member);
}

async function readExactly(file: FileHandle, at: number, length: number, path: string): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(buffer, done, length - done, at + done);
    if (bytesRead === 0) throw new CodedError('image', `${path}: ends too early`);
    done += bytesRead;
  }
  return buffer;
}
