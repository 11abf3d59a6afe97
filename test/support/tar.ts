/** One member of a tar, PAX attributes applied. */
export interface TarEntry {
  readonly path: string;
  readonly type: 'file' | 'link' | 'symlink' | 'char' | 'block' | 'directory' | 'fifo';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Seconds since 1970, with a fraction where the tar has one. */
  readonly mtime: number;
  readonly linkname: string;
  readonly pax: ReadonlyMap<string, string>;
  readonly content: Buffer;
}

const BLOCK = 512;
const TYPES: ReadonlyMap<string, TarEntry['type']> = new Map([
  ['0', 'file'], ['\0', 'file'], ['1', 'link'], ['2', 'symlink'], ['3', 'char'], ['4', 'block'], ['5', 'directory'], ['6', 'fifo'],
]);

/** Every member in order: ustar, PAX, and GNU long names; throws on what it does not know. */
export function readTar(bytes: Buffer): TarEntry[] {
  const entries: TarEntry[] = [];
  let pax = new Map<string, string>();
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    const flag = String.fromCharCode(header[156] ?? 0);
    const size = Number(pax.get('size') ?? number(header, 124, 12));
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (flag === 'x') pax = new Map([...pax, ...records(content)]);
    else if (flag === 'L') pax.set('path', text(content, 0, content.length));
    else if (flag === 'K') pax.set('linkpath', text(content, 0, content.length));
    else if (flag !== 'g') {
      entries.push(entry(header, flag, content, pax));
      pax = new Map();
    }
  }
  return entries;
}

function entry(header: Buffer, flag: string, content: Buffer, pax: ReadonlyMap<string, string>): TarEntry {
  const type = TYPES.get(flag);
  if (type === undefined) throw new Error(`tar member of unknown type ${JSON.stringify(flag)}`);
  const prefix = text(header, 257, 6) === 'ustar' ? text(header, 345, 155) : '';
  const path = pax.get('path') ?? (prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`);
  return {
    path: cleanPath(path),
    type,
    mode: number(header, 100, 8),
    uid: Number(pax.get('uid') ?? number(header, 108, 8)),
    gid: Number(pax.get('gid') ?? number(header, 116, 8)),
    size: content.length,
    mtime: Number(pax.get('mtime') ?? number(header, 136, 12)),
    linkname: pax.get('linkpath') ?? text(header, 157, 100),
    pax,
    content,
  };
}

function cleanPath(path: string): string {
  return path.replace(/^(\.?\/)+/, '').replace(/\/+$/, '');
}

function text(bytes: Buffer, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString();
}

/** Octal, or GNU's base 256 where the first bit is set. */
function number(bytes: Buffer, at: number, length: number): number {
  const first = bytes[at] ?? 0;
  if ((first & 0x80) === 0) return Number.parseInt(text(bytes, at, length).trim() || '0', 8);
  let value = BigInt(first & 0x7f);
  for (const byte of bytes.subarray(at + 1, at + length)) value = (value << 8n) | BigInt(byte);
  return Number(value);
}

/** PAX records: `LENGTH KEY=VALUE\n`. */
function records(bytes: Buffer): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.subarray(at, space).toString());
    if (!Number.isSafeInteger(length) || length <= 0) throw new Error('malformed PAX record');
    const record = bytes.subarray(space + 1, at + length - 1).toString();
    const equals = record.indexOf('=');
    found.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return found;
}

/** What `writeTar` needs to know of a member; the rest has fixed values. */
export interface TarInput {
  /** At most 100 bytes. */
  readonly path: string;
  readonly type?: 'file' | 'directory' | 'symlink' | 'link' | 'char' | 'fifo';
  readonly mode?: number;
  readonly mtime?: number;
  readonly linkname?: string;
  readonly content?: string | Uint8Array;
  readonly uid?: number;
  readonly gid?: number;
  readonly userName?: string;
  readonly groupName?: string;
  /** Major and minor number of a device. */
  readonly device?: readonly [major: number, minor: number];
  /** PAX records, in a header of their own before the member's. */
  readonly records?: Readonly<Record<string, string>>;
  /** GNU's header instead of ustar's. */
  readonly isGnu?: boolean;
}

/** A tar archive of these members in this order, owned by root unless they say otherwise. */
export function writeTar(members: readonly TarInput[]): Buffer {
  return Buffer.concat([...members.flatMap(member), Buffer.alloc(2 * BLOCK)]);
}

const FLAGS = { file: '0', link: '1', symlink: '2', char: '3', directory: '5', fifo: '6' } as const;

function member(input: TarInput): Buffer[] {
  const type = input.type ?? 'file';
  const path = type === 'directory' ? `${cleanPath(input.path)}/` : input.path;
  const records = Object.entries(input.records ?? {}).map(([key, value]) => paxRecord(key, value)).join('');
  const pax = records === '' ? [] : block({ ...input, path: `PaxHeaders.0/${cleanPath(path)}` }, 'x', 0o644, Buffer.from(records));
  const mode = input.mode ?? (type === 'directory' ? 0o755 : type === 'symlink' || type === 'link' ? 0o777 : 0o644);
  return [...pax, ...block({ ...input, path }, FLAGS[type], mode, Buffer.from(input.content ?? ''))];
}

/** A header, the content, and what fills the last block. */
function block(input: TarInput, flag: string, mode: number, content: Buffer): Buffer[] {
  const header = Buffer.alloc(BLOCK);
  const put = (at: number, length: number, value: string) => {
    if (Buffer.byteLength(value) > length) throw new Error(`too long for a tar header: ${value}`);
    header.write(value, at);
  };
  const octal = (at: number, length: number, value: number) => put(at, length, `${value.toString(8).padStart(length - 1, '0')}\0`);
  put(0, 100, input.path);
  octal(100, 8, mode);
  octal(108, 8, input.uid ?? 0);
  octal(116, 8, input.gid ?? 0);
  octal(124, 12, content.length);
  octal(136, 12, input.mtime ?? 0);
  put(148, 8, '        ');
  put(156, 1, flag);
  put(157, 100, input.linkname ?? '');
  put(257, 8, input.isGnu === true ? 'ustar  \0' : 'ustar\x0000');
  put(265, 32, input.userName ?? '');
  put(297, 32, input.groupName ?? '');
  if (input.device !== undefined) for (const [at, number] of input.device.entries()) octal(329 + 8 * at, 8, number);
  octal(148, 7, header.reduce((sum, byte) => sum + byte, 0));
  return [header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
}

/** `LENGTH KEY=VALUE\n`, the length counting itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest);
  while (String(length).length + Buffer.byteLength(rest) !== length) length = String(length).length + Buffer.byteLength(rest);
  return `${length}${rest}`;
}
