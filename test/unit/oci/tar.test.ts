import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createHash } from 'node:crypto';
import { TarReader } from '../../../src/oci/tar-reader.ts';
import type { LayerEntry } from '../../../src/spec/layer-entry.ts';
import { writeTar } from '../../support/tar.ts';

const END = Buffer.alloc(1024);

/** Reads an archive in pieces of `step` bytes. */
function read(bytes: Buffer, step = bytes.length): LayerEntry[] {
  const reader = new TarReader(() => true);
  const entries: LayerEntry[] = [];
  for (let at = 0; at < bytes.length; at += step) entries.push(...reader.push(bytes.subarray(at, at + step)));
  reader.end();
  return entries;
}

/** One member with a header of one's own making; `change` gets the block before the checksum. */
function member(change: (header: Buffer) => void, content: string | Buffer = ''): Buffer {
  const header = writeTar([{ path: 'name', content }]).subarray(0, 512);
  change(header);
  header.write('        ', 148);
  header.write(`${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
  const bytes = Buffer.from(content);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

const pax = (...records: string[]): Buffer => member((header) => header.write('x', 156), records.join(''));

/** A PAX record with its length. */
function record(key: string, value: string): string {
  const length = Buffer.byteLength(` ${key}=${value}\n`);
  return `${length + (length + 2 > 99 ? 3 : length + 1 > 9 ? 2 : 1)} ${key}=${value}\n`;
}

const fails = (bytes: Buffer, message: RegExp): void => assert.throws(() => read(bytes), (error: Error & { code?: string }) => error.code === 'image' && message.test(error.message));

test('members are the same however the bytes are cut', () => {
  const archive = writeTar([{ path: 'a/', type: 'directory' }, { path: 'a/b', content: 'x'.repeat(1300), mtime: 1700000000 }, { path: 'a/c', type: 'symlink', linkname: '../x' }, { path: 'a/d', type: 'link', linkname: 'a/b' }]);
  const whole = read(archive);
  assert.equal(whole.map(({ path, type, size, linkTarget }) => [path, type, size, linkTarget]), [['a', 'directory', 0, ''], ['a/b', 'file', 1300, ''], ['a/c', 'symlink', 0, '../x'], ['a/d', 'hardlink', 0, 'a/b']]);
  assert.is(whole[1]?.contentDigest, createHash('sha256').update('x'.repeat(1300)).digest('hex'));
  assert.is(whole[1]?.modified, '1700000000');
  for (const step of [1, 7, 511, 512, 513, 2048]) assert.equal(read(archive, step), whole);
});

test('PAX records change the header; times keep their nanoseconds', () => {
  const [entry] = read(Buffer.concat([pax(record('mtime', '1700000000.1234567890'), record('path', 'long/\u00fcber/x'), record('SCHILY.xattr.user.k', 'va\nl')), member(() => undefined, 'hi'), END]));
  assert.is(entry?.path, 'long/\u00fcber/x');
  assert.is(entry?.modified, '1700000000.123456789');
  assert.is(entry?.format, 'pax');
  assert.is(entry?.records.get('SCHILY.xattr.user.k'), 'va\nl');
  assert.is(entry?.content?.toString(), 'hi');
});

test('records belong to one member', () => {
  const entries = read(Buffer.concat([pax(record('path', 'other')), member(() => undefined), member(() => undefined), END]));
  assert.equal(entries.map(({ path, format }) => [path, format]), [['other', 'pax'], ['name', 'ustar']]);
});

test('GNU: long names, base 256, owners and times', () => {
  const gnu = (header: Buffer): void => {
    header.write('ustar  \0', 257, 'latin1');
    header.write('alice', 265);
    header.write('00000000144\0', 345);
    header.writeUInt32BE(0x80000000, 108);
    header.writeUInt32BE(3_000_000, 112);
  };
  const name = 'n'.repeat(300);
  const long = member((header) => (gnu(header), header.write('L', 156)), `${name}\0`);
  const [entry] = read(Buffer.concat([long, member(gnu), END]));
  assert.is(entry?.path, name);
  assert.equal([entry?.userName, entry?.uid, entry?.accessed, entry?.format], ['alice', 3_000_000, '100', 'gnu']);
});

test('two names that are not UTF-8 stay two names', () => {
  const named = (byte: number): Buffer => member((header) => void header.writeUInt8(byte, 0));
  assert.equal(read(Buffer.concat([named(0xe9), named(0xe8), END])).map(({ path }) => path), ['\\xe9ame', '\\xe8ame']);
});

test('a member named __proto__, .. or /etc is data', () => {
  const archive = writeTar([{ path: '__proto__' }, { path: '../../etc/passwd' }, { path: '/etc/passwd' }, { path: './x/../y' }]);
  assert.equal(read(archive).map(({ path, rawPath }) => [path, rawPath]), [['__proto__', '__proto__'], ['../../etc/passwd', '../../etc/passwd'], ['etc/passwd', '/etc/passwd'], ['x/../y', './x/../y']]);
  const [entry] = read(Buffer.concat([pax(record('__proto__', 'x')), member(() => undefined), END]));
  assert.is(entry?.records.get('__proto__'), 'x');
});

test('a link has no content, whatever its size says', () => {
  const link = member((header) => (header.write('1', 156), header.write('00000001000\0', 124)));
  assert.equal(read(Buffer.concat([link, member(() => undefined), END])).map(({ type }) => type), ['hardlink', 'file']);
});

test('malformed archives are refused', () => {
  fails(Buffer.concat([pax('-7 a=b\n'), END]), /PAX record is malformed/);
  fails(Buffer.concat([pax('99 a=b\n'), END]), /PAX record is malformed/);
  fails(Buffer.concat([pax(record('mtime', 'x')), member(() => undefined), END]), /mtime is no time/);
  fails(Buffer.concat([member((header) => (header.write('x', 156), header.write('77777777777\0', 124))), END]), /extended header of 8589934591 bytes/);
  fails(Buffer.concat([member((header) => header.fill(0xff, 124, 136)), END]), /size is -1/);
  fails(Buffer.concat([member((header) => header.write('9', 110)), END]), /uid is no octal number/);
  fails(writeTar([{ path: 'a', content: 'x' }]).subarray(0, 700), /ends in the middle/);
  const broken = writeTar([{ path: 'a' }]);
  broken[0] = 0x62;
  fails(broken, /wrong checksum/);
  fails(Buffer.concat([Buffer.alloc(512), writeTar([{ path: 'a' }])]), /zeros, then another header/);
});

test('a checksum of signed bytes, as old programs have it, is good too', () => {
  const header = member((block) => block.write('n\u00fcme', 0));
  const signed = header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte < 128 ? byte : byte - 256), 0);
  header.write(`${signed.toString(8).padStart(6, '0')}\0 `, 148);
  assert.is(read(Buffer.concat([header, END]))[0]?.path, 'n\u00fcme');
  header.write('z', 3);
  fails(Buffer.concat([header, END]), /wrong checksum/);
});

test('the caller may fill its buffer anew after each piece', () => {
  const archive = Buffer.concat([pax(record('path', 'a'.repeat(700))), member(() => undefined, 'x'.repeat(700)), END]);
  const reader = new TarReader(() => true);
  const entries: LayerEntry[] = [];
  const buffer = Buffer.alloc(300);
  for (let at = 0; at < archive.length; at += buffer.length) {
    const length = archive.copy(buffer, 0, at, at + buffer.length);
    entries.push(...reader.push(buffer.subarray(0, length)));
    buffer.fill('!');
  }
  assert.equal(entries.map(({ path, content }) => [path, content?.toString()]), [['a'.repeat(700), 'x'.repeat(700)]]);
});

test('an archive may lack its end, and have anything after it', () => {
  const archive = writeTar([{ path: 'a', content: 'x' }]);
  assert.is(read(archive.subarray(0, 1024)).length, 1);
  assert.is(read(Buffer.concat([archive, Buffer.from('rest')])).length, 1);
  assert.is(read(Buffer.alloc(0)).length, 0);
});

test.run();
