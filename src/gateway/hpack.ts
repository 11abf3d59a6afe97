import { decodeHuffman } from './huffman.ts';

/** Header fields of HTTP/2 as bytes (HPACK, RFC 7541). Names and values are Latin-1 text. */

export type HeaderField = readonly [name: string, value: string];

/** Appendix A, from index 1 on. */
const STATIC_TABLE: readonly HeaderField[] = (':authority|:method=GET|:method=POST|:path=/|:path=/index.html|:scheme=http|:scheme=https|' +
  ':status=200|:status=204|:status=206|:status=304|:status=400|:status=404|:status=500|accept-charset|accept-encoding=gzip, deflate|' +
  'accept-language|accept-ranges|accept|access-control-allow-origin|age|allow|authorization|cache-control|content-disposition|' +
  'content-encoding|content-language|content-length|content-location|content-range|content-type|cookie|date|etag|expect|expires|from|' +
  'host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|last-modified|link|location|max-forwards|' +
  'proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after|server|set-cookie|strict-transport-security|' +
  'transfer-encoding|user-agent|vary|via|www-authenticate').split('|').map((row) => {
  const [name = '', value = ''] = row.split('=');
  return [name, value];
});

/** The first index of each name, and of each field, its value after a line feed. */
const STATIC_INDEX: ReadonlyMap<string, number> = new Map(STATIC_TABLE.flatMap(([name, value], index) => [[name, index + 1], [`${name}\n${value}`, index + 1]] as const).reverse());

/** What a peer may use for its dynamic table as long as it is told nothing else. */
const TABLE_BYTES = 4096;
/** What an entry counts beside its text. */
const ENTRY_BYTES = 32;
const MAX_INTEGER = 0xffff_ffff;

/** Header fields as a block, without a dynamic table and without Huffman codes. */
export function encodeHeaders(fields: readonly HeaderField[]): Buffer {
  let block = '';
  for (const [name, value] of fields) {
    const whole = STATIC_INDEX.get(`${name}\n${value}`);
    const named = STATIC_INDEX.get(name);
    if (whole !== undefined) block += encodeInteger(0x80, 7, whole);
    else block += encodeInteger(0, 4, named ?? 0) + (named === undefined ? encodeText(name) : '') + encodeText(value);
  }
  const bytes = Buffer.alloc(block.length);
  bytes.write(block, 'latin1');
  return bytes;
}

function encodeText(text: string): string {
  return encodeInteger(0, 7, text.length) + text;
}

/** Section 5.1: as many bits of the first byte as `prefix` says, below the bits of `pattern`. Bytes as Latin-1 text. */
function encodeInteger(pattern: number, prefix: number, value: number): string {
  const limit = 2 ** prefix - 1;
  if (value < limit) return String.fromCharCode(pattern | value);
  let text = String.fromCharCode(pattern | limit);
  let rest = value - limit;
  for (; rest >= 128; rest = Math.floor(rest / 128)) text += String.fromCharCode(128 | (rest % 128));
  return text + String.fromCharCode(rest);
}

/**
 * A decoder of the header blocks of one connection, which it must be given in order: they share a table.
 * It throws RangeError when a block is malformed.
 */
export function createHeaderDecoder(): (block: Uint8Array) => readonly HeaderField[] {
  const table: HeaderField[] = [];
  let used = 0;
  let limit = TABLE_BYTES;

  const shrink = (): void => {
    while (used > limit) used -= sizeOf(table.pop() ?? ['', '']);
  };
  const lookUp = (index: number): HeaderField => {
    const field = index <= STATIC_TABLE.length ? STATIC_TABLE[index - 1] : table[index - STATIC_TABLE.length - 1];
    if (field === undefined) throw new RangeError(`no header field has the index ${index}`);
    return field;
  };
  const readField = (reader: Reader, prefix: number): HeaderField => {
    const index = readInteger(reader, prefix);
    const name = index === 0 ? readText(reader) : lookUp(index)[0];
    return [name, readText(reader)];
  };
  const remember = (field: HeaderField): HeaderField => {
    table.unshift(field);
    used += sizeOf(field);
    shrink();
    return field;
  };
  const resize = (bytes: number): void => {
    if (bytes > TABLE_BYTES) throw new RangeError(`a header table of ${bytes} bytes was not agreed on`);
    limit = bytes;
    shrink();
  };

  return (block) => {
    const reader: Reader = { bytes: block, at: 0 };
    const fields: HeaderField[] = [];
    while (reader.at < block.length) {
      const first = block[reader.at] ?? 0;
      if (first >= 0x80) fields.push(lookUp(readInteger(reader, 7)));
      else if (first >= 0x40) fields.push(remember(readField(reader, 6)));
      else if (first >= 0x20) resize(readInteger(reader, 5));
      else fields.push(readField(reader, 4));
    }
    return fields;
  };
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

function sizeOf([name, value]: HeaderField): number {
  return name.length + value.length + ENTRY_BYTES;
}

function readByte(reader: Reader): number {
  const byte = reader.bytes[reader.at++];
  if (byte === undefined) throw new RangeError('a header block is cut off');
  return byte;
}

function readInteger(reader: Reader, prefix: number): number {
  const limit = 2 ** prefix - 1;
  let value = readByte(reader) & limit;
  if (value < limit) return value;
  for (let factor = 1; ; factor *= 128) {
    const byte = readByte(reader);
    value += (byte & 127) * factor;
    if (value > MAX_INTEGER || factor > MAX_INTEGER) throw new RangeError('an integer in a header block is too large');
    if (byte < 128) return value;
  }
}

function readText(reader: Reader): string {
  const isHuffman = ((reader.bytes[reader.at] ?? 0) & 0x80) !== 0;
  const length = readInteger(reader, 7);
  const bytes = reader.bytes.subarray(reader.at, reader.at += length);
  if (bytes.length < length) throw new RangeError('a header block is cut off');
  return (isHuffman ? decodeHuffman(bytes) : Buffer.from(bytes)).toString('latin1');
}
