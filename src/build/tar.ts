import { CodedError } from '../diag/error.ts';

const BLOCK = 512;

/** An entry of a tar archive, as far as build contexts need one. */
export interface TarEntry {
  readonly name: string;
  /** The type flag: '0' is a file, '5' a folder, 'g' a global header. */
  readonly type: string;
  /** Nanoseconds since 1970. */
  readonly modified: bigint;
}

/**
 * The entries of a tar archive, PAX and GNU headers applied (Go's archive/tar Reader.Next).
 * Throws when the archive is malformed or ends too early; ends at two zero blocks or the end of the bytes.
 */
export function* readTar(bytes: Uint8Array): Generator<TarEntry> {
  let extended: ReadonlyMap<string, string> = new Map();
  for (let at = 0; at < bytes.length;) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.length < BLOCK) throw new CodedError('option', 'unexpected EOF');
    if (isZero(header)) {
      if (bytes.length - at > BLOCK && !isZero(bytes.subarray(at + BLOCK, at + 2 * BLOCK))) throw invalidHeader();
      return;
    }
    if (!hasChecksum(header)) throw invalidHeader();
    const type = text(header, 156, 1);
    const size = type === 'x' || type === 'g' ? number(header, 124, 12) : Number(extended.get('size') ?? number(header, 124, 12));
    const body = bytes.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + (hasBody(type) ? Math.ceil(size / BLOCK) * BLOCK : 0);
    if (type === 'x') {
      if (body.length < size) throw new CodedError('option', 'unexpected EOF');
      extended = paxRecords(body);
      if (at >= bytes.length) throw new CodedError('option', 'unexpected EOF');
    } else if (type === 'L' || type === 'K') {
      if (at >= bytes.length) throw new CodedError('option', 'unexpected EOF');
    } else {
      yield { name: extended.get('path') ?? text(header, 0, 100), type, modified: modifiedTime(extended.get('mtime') ?? '') ?? BigInt(number(header, 136, 12)) * 1_000_000_000n };
      extended = new Map();
    }
  }
}

/** Whether `bytes` begin with a readable entry of a tar archive. */
export function startsLikeTar(bytes: Uint8Array): boolean {
  try {
    return readTar(bytes).next().done === false;
  } catch {
    return false;
  }
}

function invalidHeader(): CodedError {
  return new CodedError('option', 'archive/tar: invalid tar header');
}

function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

function hasBody(type: string): boolean {
  return !['1', '2', '3', '4', '5', '6'].includes(type);
}

/** The sum of all bytes, those of the checksum itself taken as spaces; old programs add signed ones. */
function hasChecksum(header: Uint8Array): boolean {
  let unsigned = 0;
  let signed = 0;
  header.forEach((byte, index) => {
    const value = index >= 148 && index < 156 ? 32 : byte;
    unsigned += value;
    signed += value > 127 ? value - 256 : value;
  });
  const expected = number(header, 148, 8);
  return expected === unsigned || expected === signed;
}

function text(header: Uint8Array, start: number, length: number): string {
  const field = Buffer.from(header.subarray(start, start + length));
  const end = field.indexOf(0);
  const value = field.toString('latin1', 0, end < 0 ? length : end);
  return start === 156 && value === '' ? '0' : value;
}

/** Octal digits, or a binary number when the first bit is set. */
function number(header: Uint8Array, start: number, length: number): number {
  const field = header.subarray(start, start + length);
  const first = field[0] ?? 0;
  if (first >= 0x80) return field.subarray(1).reduce((value, byte) => value * 256 + byte, first & 0x3f);
  const digits = Buffer.from(field).toString('latin1').replace(/^[ \0]{0,12}/, '').replace(/[ \0].*$/s, '');
  if (!/^[0-7]*$/.test(digits)) throw invalidHeader();
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

/** Seconds with a fraction, of which nine digits count, in nanoseconds; undefined when there is no time (Go's parsePAXTime). */
function modifiedTime(text: string): bigint | undefined {
  if (text === '') return undefined;
  const match = /^([+-]?[0-9]{1,18})(?:\.([0-9]*))?$/.exec(text);
  if (match === null) throw invalidHeader();
  const [, seconds = '0', fraction = ''] = match;
  const nanoseconds = BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return BigInt(seconds.replace('+', '')) * 1_000_000_000n + (seconds.startsWith('-') ? -nanoseconds : nanoseconds);
}

/** `LENGTH KEY=VALUE\n` … */
function paxRecords(body: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  const buffer = Buffer.from(body);
  for (let at = 0; at < buffer.length;) {
    const space = buffer.indexOf(0x20, at);
    const length = Number(buffer.toString('latin1', at, space));
    if (space < 0 || !Number.isInteger(length) || length <= space - at || at + length > buffer.length) throw invalidHeader();
    const record = buffer.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    if (equals < 0) throw invalidHeader();
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}
