import { isUtf8 } from 'node:buffer';
import { CodedError } from '../diag/error.ts';
import type { EntryFormat, EntryHeader, EntryTime, EntryType } from '../spec/layer-entry.ts';
import { trimEnd } from '../spec/strings.ts';

/**
 * Tar headers (POSIX pax, ustar, GNU, v7). The libraries that read tar in this language hide what a comparison needs (the header's format,
 * GNU's owners and times) or trust the archive: one buffers a PAX header of any size and hangs on a record of negative length.
 */

export const BLOCK = 512;
/** Larger PAX headers and long names are refused, as Go's archive/tar does. */
const MAX_META_SIZE = 1 << 20;

/** A 512-byte header, before PAX records and long names are applied. `flag` is the type as the archive has it. */
export interface RawHeader {
  readonly flag: string;
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly modified: EntryTime;
  readonly accessed: EntryTime;
  readonly changed: EntryTime;
  readonly linkTarget: string;
  readonly userName: string;
  readonly groupName: string;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  readonly format: EntryFormat;
  /** An old GNU sparse file has more header blocks after this one. */
  readonly isExtended: boolean;
}

const TYPES: ReadonlyMap<string, EntryType> = new Map([
  ['0', 'file'], ['\0', 'file'], ['7', 'file'], ['S', 'file'], ['1', 'hardlink'], ['2', 'symlink'], ['3', 'character-device'], ['4', 'block-device'],
  ['5', 'directory'], ['6', 'fifo'],
]);

/** Headers that are no member's: PAX records (of one member, of all) and GNU's long names of links and files. */
export const META_FLAGS: ReadonlySet<string> = new Set(['x', 'g', 'K', 'L']);

/** Types that have no content, whatever their size field says (Go's isHeaderOnlyType). */
const HEADER_ONLY: ReadonlySet<string> = new Set(['1', '2', '3', '4', '5', '6']);

/** Reads a header block; undefined for one of zeros. Throws (code `image`) when the checksum or a number is wrong. */
export function decodeHeader(block: Buffer): RawHeader | undefined {
  const sum = sumOf(block);
  if (sum === 0) return undefined;
  // The checksum's own eight bytes count as spaces.
  let unsigned = sum + 8 * 0x20;
  for (let at = 148; at < 156; at++) unsigned -= block[at] as number;
  const checksum = readNumber(block, 148, 8, 'checksum');
  if (checksum !== unsigned && checksum !== unsigned - 256 * countHigh(block)) throw malformed('a header has a wrong checksum');
  const magic = block.toString('latin1', 257, 265);
  const format = magic === 'ustar  \0' ? 'gnu' : magic.startsWith('ustar\0') ? 'ustar' : 'v7';
  const flag = String.fromCharCode(block[156] as number);
  const isGnu = format === 'gnu';
  const named = format !== 'v7';
  const prefix = format === 'ustar' ? readName(block, 345, 155) : '';
  const name = readName(block, 0, 100);
  return {
    flag,
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: readNumber(block, 100, 8, 'mode'),
    uid: readNumber(block, 108, 8, 'uid'),
    gid: readNumber(block, 116, 8, 'gid'),
    size: HEADER_ONLY.has(flag) ? 0 : checkSize(readNumber(block, 124, 12, 'size')),
    modified: String(readNumber(block, 136, 12, 'mtime')),
    accessed: isGnu && block[345] !== 0 ? String(readNumber(block, 345, 12, 'atime')) : '',
    changed: isGnu && block[357] !== 0 ? String(readNumber(block, 357, 12, 'ctime')) : '',
    linkTarget: readName(block, 157, 100),
    userName: named ? readName(block, 265, 32) : '',
    groupName: named ? readName(block, 297, 32) : '',
    deviceMajor: named && (flag === '3' || flag === '4') ? readNumber(block, 329, 8, 'devmajor') : 0,
    deviceMinor: named && (flag === '3' || flag === '4') ? readNumber(block, 337, 8, 'devminor') : 0,
    format,
    isExtended: isGnu && flag === 'S' && block[482] !== 0,
  };
}

const words = new Uint32Array(BLOCK / 4);
const wordBytes = new Uint8Array(words.buffer);

/** The sum of a block's bytes, four at a time: two in the halves of `even`, two in those of `odd`. No half overflows: 128 times 255 is less than 2 ** 16. */
function sumOf(block: Buffer): number {
  wordBytes.set(block);
  let even = 0;
  let odd = 0;
  for (let at = 0; at < BLOCK / 4; at++) {
    const word = words[at] as number;
    even += word & 0x00ff00ff;
    odd += (word >>> 8) & 0x00ff00ff;
  }
  const both = even + odd;
  return (both & 0xffff) + (both >>> 16);
}

/** Bytes that old programs, which sum signed ones, take for negative numbers; the checksum's own do not count. */
function countHigh(block: Buffer): number {
  let count = 0;
  for (let at = 0; at < BLOCK; at++) if ((at < 148 || at >= 156) && (block[at] as number) >= 128) count++;
  return count;
}

/** The header with the records applied. Throws (code `image`) when a record is no number where one is due. */
export function applyRecords(raw: RawHeader, records: ReadonlyMap<string, string>, isPax: boolean): EntryHeader {
  const rawPath = records.get('path') ?? raw.name;
  const isFolder = (raw.flag === '0' || raw.flag === '\0') && rawPath.endsWith('/');
  return {
    path: trimEnd(rawPath.replace(/^(?:\.?\/+)+/, ''), '/').replace(/^\.$/, ''),
    rawPath,
    type: isFolder ? 'directory' : TYPES.get(raw.flag) ?? 'other',
    mode: raw.mode,
    uid: recordNumber(records, 'uid') ?? raw.uid,
    gid: recordNumber(records, 'gid') ?? raw.gid,
    userName: records.get('uname') ?? raw.userName,
    groupName: records.get('gname') ?? raw.groupName,
    size: HEADER_ONLY.has(raw.flag) ? 0 : checkSize(recordNumber(records, 'size') ?? raw.size),
    modified: recordTime(records, 'mtime') ?? raw.modified,
    accessed: recordTime(records, 'atime') ?? raw.accessed,
    changed: recordTime(records, 'ctime') ?? raw.changed,
    linkTarget: records.get('linkpath') ?? raw.linkTarget,
    deviceMajor: raw.deviceMajor,
    deviceMinor: raw.deviceMinor,
    records: isPax ? records : NO_RECORDS,
    format: isPax ? 'pax' : raw.format,
  };
}

const NO_RECORDS: ReadonlyMap<string, string> = new Map();

/** PAX records, `LENGTH KEY=VALUE\n` each. Throws (code `image`) at the first that is malformed. */
export function decodeRecords(bytes: Buffer): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const digits = space < 0 || space - at > 10 ? '' : bytes.toString('latin1', at, space);
    const end = at + Number(digits);
    const equals = bytes.indexOf(0x3d, space);
    if (!/^[0-9]+$/.test(digits) || end <= space + 1 || end > bytes.length || bytes[end - 1] !== 0x0a || equals < 0 || equals >= end) throw malformed('a PAX record is malformed');
    found.set(decodeText(bytes.subarray(space + 1, equals)), decodeText(bytes.subarray(equals + 1, end - 1)));
    at = end;
  }
  return found;
}

/** Adds what a header that comes before a member's says: PAX records, or a GNU long name, which goes up to its first zero byte. */
export function addRecords(records: Map<string, string>, flag: string, bytes: Buffer): void {
  if (flag === 'L') records.set('path', readName(bytes, 0, bytes.length));
  else if (flag === 'K') records.set('linkpath', readName(bytes, 0, bytes.length));
  else if (flag === 'x') for (const [key, value] of decodeRecords(bytes)) records.set(key, value);
}

/** Throws (code `image`) when a header whose content must be kept is larger than any is. */
export function checkMetaSize({ size }: RawHeader): void {
  if (size > MAX_META_SIZE) throw malformed(`an extended header of ${size} bytes (at most ${MAX_META_SIZE})`);
}

/** UTF-8, or else ASCII with `\xNN` for other bytes, so that two names never become one. */
export function decodeText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  return bytes.toString('latin1').replace(/[^\0-\x7f]/g, (character) => `\\x${character.charCodeAt(0).toString(16)}`);
}

function readName(block: Buffer, at: number, length: number): string {
  if (block[at] === 0) return '';
  const end = block.indexOf(0, at);
  return decodeText(block.subarray(at, end < 0 || end > at + length ? at + length : end));
}

/** Octal digits, or GNU's base 256 where the first bit is set. */
function readNumber(block: Buffer, at: number, length: number, field: string): number {
  const first = block[at] as number;
  if ((first & 0x80) !== 0) return readBase256(block.subarray(at, at + length), field);
  let value = 0;
  let index = at;
  const end = at + length;
  while (index < end && (block[index] === 0x20 || block[index] === 0)) index++;
  for (; index < end; index++) {
    const byte = block[index] as number;
    if (byte === 0 || byte === 0x20) break;
    if (byte < 0x30 || byte > 0x37) throw malformed(`a header's ${field} is no octal number`);
    value = value * 8 + (byte - 0x30);
  }
  return value;
}

function readBase256(bytes: Buffer, field: string): number {
  const isNegative = ((bytes[0] as number) & 0x40) !== 0;
  let value = BigInt((bytes[0] as number) & 0x7f);
  for (const byte of bytes.subarray(1)) value = (value << 8n) | BigInt(byte);
  if (isNegative) value -= 1n << BigInt(bytes.length * 8 - 1);
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw malformed(`a header's ${field} is too large`);
  return number;
}

function checkSize(size: number): number {
  if (!Number.isSafeInteger(size) || size < 0) throw malformed(`a header's size is ${size}`);
  return size;
}

function recordNumber(records: ReadonlyMap<string, string>, key: string): number | undefined {
  const text = records.get(key);
  if (text === undefined || text === '') return undefined;
  if (!/^[0-9]{1,16}$/.test(text)) throw malformed(`the PAX record ${key} is no number`);
  return Number(text);
}

function recordTime(records: ReadonlyMap<string, string>, key: string): EntryTime | undefined {
  const text = records.get(key);
  if (text === undefined || text === '') return undefined;
  const match = /^(-?[0-9]{1,16})(?:\.([0-9]*))?$/.exec(text);
  if (match === null) throw malformed(`the PAX record ${key} is no time`);
  const fraction = trimEnd((match[2] ?? '').slice(0, 9), '0');
  return fraction === '' ? String(Number(match[1])) : `${Number(match[1])}.${fraction}`;
}

/** The error for an archive that is not as it should be. */
export function malformed(message: string): CodedError {
  return new CodedError('image', `malformed tar archive: ${message}`);
}
