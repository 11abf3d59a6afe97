import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, messageOf } from '../diag/error.ts';
import type { EntryTime, EntryType, LayerEntry } from '../spec/layer-entry.ts';
import { hostPlatform } from '../spec/platform.ts';
import { trimEnd } from '../spec/strings.ts';
import { compareStrings } from '../spec/text.ts';
import type { Image, LayerSummary, ReadOptions } from './image.ts';
import { filePieces, READ_SIZE } from './file-pieces.ts';
import { decodeText } from './tar-header.ts';

/** A folder as an image of one layer: what a local exporter wrote, or an unpacked root file system. Links are never followed; extended attributes are not seen. */
export function openFolder(folder: string): Image {
  return { name: folder, platform: hostPlatform(), layers: [{ packedSize: 0, entries: (options) => readFolder(folder, options) }] };
}

async function* readFolder(folder: string, options: ReadOptions): AsyncGenerator<readonly LayerEntry[], LayerSummary> {
  /** The first name of each file that has several. */
  const names = new Map<string, string>();
  const buffer = Buffer.allocUnsafeSlow(READ_SIZE);
  let size = 0;
  for await (const [path, bytes, stats] of walk(Buffer.from(folder), '')) {
    const header = toHeader(path, stats);
    size += header.size;
    const file = `${stats.dev}:${stats.ino}`;
    const first = names.get(file);
    if (header.type === 'file' && stats.nlink > 1n) {
      if (first !== undefined) {
        yield [{ ...header, type: 'hardlink', size: 0, linkTarget: first, contentDigest: '' }];
        continue;
      }
      names.set(file, path);
    }
    if (header.type === 'symlink') yield [{ ...header, linkTarget: decodeText(await readlink(bytes, 'buffer')), contentDigest: '' }];
    else if (header.type === 'file') yield [{ ...header, ...(await readContent(bytes, buffer, options.keep(header), options.progress)) }];
    else yield [{ ...header, contentDigest: '' }];
  }
  return { compression: 'none', unpackedSize: size };
}

/** Everything below a folder but itself, in the order of names, parents first. Names are bytes. */
async function* walk(folder: Buffer, prefix: string): AsyncGenerator<readonly [path: string, bytes: Buffer, stats: BigIntStats]> {
  let names: Buffer[];
  try {
    names = await readdir(folder, { encoding: 'buffer' });
  } catch (error) {
    throw new CodedError('image', `cannot read ${decodeText(folder)}: ${messageOf(error)}`, { cause: error });
  }
  const children = names.map((bytes) => ({ bytes: Buffer.concat([folder, Buffer.from('/'), bytes]), path: join(prefix, decodeText(bytes)) }));
  for (const { bytes, path } of children.sort((a, b) => compareStrings(a.path, b.path))) {
    const stats = await lstat(bytes, { bigint: true });
    yield [path, bytes, stats];
    if (stats.isDirectory()) yield* walk(bytes, path);
  }
}

function toHeader(path: string, stats: BigIntStats): Omit<LayerEntry, 'contentDigest'> {
  const type = typeOf(stats);
  const isDevice = type === 'character-device' || type === 'block-device';
  return {
    path, rawPath: path, type, mode: Number(stats.mode & 0o7777n), uid: Number(stats.uid), gid: Number(stats.gid), userName: '', groupName: '',
    size: type === 'file' ? Number(stats.size) : 0,
    modified: timeOf(stats.mtimeNs), accessed: '', changed: '', linkTarget: '',
    // Linux, makedev(3).
    deviceMajor: isDevice ? Number((stats.rdev >> 8n) & 0xfffn) : 0,
    deviceMinor: isDevice ? Number((stats.rdev & 0xffn) | ((stats.rdev >> 12n) & 0xfff00n)) : 0,
    records: new Map(), format: 'folder',
  };
}

function typeOf(stats: BigIntStats): EntryType {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isCharacterDevice()) return 'character-device';
  if (stats.isBlockDevice()) return 'block-device';
  return stats.isFIFO() ? 'fifo' : 'other';
}

function timeOf(nanoseconds: bigint): EntryTime {
  const fraction = trimEnd(String(((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n).padStart(9, '0'), '0');
  const seconds = (nanoseconds - (((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)) / 1_000_000_000n;
  return fraction === '' ? String(seconds) : `${seconds}.${fraction}`;
}

async function readContent(path: Buffer, buffer: Buffer, isKept: boolean, progress: ReadOptions['progress']): Promise<Pick<LayerEntry, 'contentDigest' | 'content'>> {
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    for await (const piece of filePieces(file, decodeText(path), { buffer })) {
      hash.update(piece);
      if (isKept) kept.push(Buffer.from(piece));
      progress?.(piece.length);
    }
  } catch (error) {
    throw new CodedError('image', `cannot read ${decodeText(path)}: ${messageOf(error)}`, { cause: error });
  } finally {
    await file?.close();
  }
  return { contentDigest: hash.digest('hex'), ...(isKept ? { content: Buffer.concat(kept) } : {}) };
}
