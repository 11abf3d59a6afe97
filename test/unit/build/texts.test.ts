import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalAddress } from '../../../src/build/address.ts';
import { isArchive, latestFileTime } from '../../../src/build/archive.ts';
import { commitTime } from '../../../src/build/git-commit.ts';
import { readInputMetadata } from '../../../src/build/input-metadata.ts';
import { randomId } from '../../../src/build/identity.ts';
import { parseIgnoreFile } from '../../../src/build/ignore-file.ts';
import { indentedJson } from '../../../src/build/json-text.ts';
import { sourceText } from '../../../src/build/source-text.ts';
import { layOutTable } from '../../../src/build/table.ts';
import { targetsAnswer } from '../../../src/build/outline-answer.ts';
import { encodeJsonStrings } from '../../../src/spec/json.ts';
import { parseLayoutReference } from '../../../src/build/oci-layout-context.ts';
import { readTar } from '../../../src/build/tar.ts';
import { failureOf } from '../../support/failure.ts';

const ignore = (text: string) => parseIgnoreFile(Buffer.from(text));

test('the patterns of an ignore file', () => {
  assert.equal(ignore('\ufeff# comment\n\n *.txt \r\n!keep.txt\n! /a//b/../c/ \n/\n//x\n.\n #no comment\n!\n../y\nlast'), [
    '*.txt', '!keep.txt', '!a/c', '/', 'x', '.', '#no comment', '!', '../y', 'last',
  ]);
  assert.equal(ignore(''), []);
  assert.equal(ignore('\n'), []);
  // A byte that is no part of a character is kept: in JSON it is an escape, and a replacement character is not.
  assert.is(encodeJsonStrings(parseIgnoreFile(Buffer.from([0xff, 0x0a, 0xef, 0xbf, 0xbd]))), '["\\ufffd","\ufffd"]');
  assert.throws(() => ignore(`a\n${'x'.repeat(70000)}`), /^bufio\.Scanner: token too long$/);
});

test('addresses in canonical form', () => {
  const cases = [
    ['1.2.3.4', '1.2.3.4'], ['01.2.3.4', undefined], ['1.2.3', undefined], ['::', '::'], ['::1', '::1'], ['FE80::A', 'fe80::a'], ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:3:4:5:6:7:8', '1:0:3:4:5:6:7:8'], ['::ffff:1.2.3.4', '1.2.3.4'], ['64:ff9b::1.2.3.4', '64:ff9b::102:304'], ['fe80::1%eth0', undefined], ['1::2::3', undefined], ['', undefined],
    ['0:0:1:0:0:1:0:0', '::1:0:0:1:0:0'],
  ] as const;
  for (const [text, canonical] of cases) assert.is(canonicalAddress(text), canonical, text);
});

test('an answer without targets', () => {
  const { metadata } = targetsAnswer([], Buffer.from('ARG A\n'), '1.0.0');
  assert.is(JSON.parse(Buffer.from(metadata.get('result.json')!).toString()).targets, null);
});

test('tables', () => {
  assert.is(layOutTable('A\tB\nlonger\tx\n', 1), 'A      B\nlonger x\n');
  assert.is(layOutTable('NAME\tVALUE\tTEXT\na\t\tb\n', 3), 'NAME   VALUE   TEXT\na              b\n');
  assert.is(layOutTable('é\tb\nno tabs\nwide cell\tc\n', 2), 'é  b\nno tabs\nwide cell  c\n');
});

test('JSON as Go indents it', () => {
  assert.is(indentedJson({ a: [], b: {}, c: undefined, d: null, e: ['<x>', 1, true], f: Buffer.from('hi') }),
    '{\n  "a": [],\n  "b": {},\n  "d": null,\n  "e": [\n    "\\u003cx\\u003e",\n    1,\n    true\n  ],\n  "f": "aGk="\n}');
});

test('source lines around a place', () => {
  const at = (start: number, end = start) => [{ start: { line: start, character: 0 }, end: { line: end, character: 0 } }];
  const data = 'one\ntwo\nthree\nfour\nfive\n';
  assert.is(sourceText('Dockerfile', data, at(3)),
    'Dockerfile:3\n--------------------\n   1 |     one\n   2 |     two\n   3 | >>> three\n   4 |     four\n   5 |     five\n--------------------\n');
  assert.is(sourceText('D', data, [...at(2), ...at(4)]), 'D:2\n--------------------\n   1 |     one\n   2 | >>> two\n   3 |     three\n   4 | >>> four\n   5 |     five\n--------------------\n');
  assert.is(sourceText('D', data, at(9)), '');
  assert.is(sourceText('D', data, []), '');
});

/** What Go's json.Unmarshal says of these as a map[string][]byte. */
const INPUT_METADATA: readonly (readonly [text: string, problem: string])[] = [
  ['{"a":"!"}', 'illegal base64 data at input byte 0'], ['{"a":"e30"}', 'illegal base64 data at input byte 0'], ['{"a":"eA="}', 'illegal base64 data at input byte 3'],
  ['{"a":"eA=x"}', 'illegal base64 data at input byte 2'], ['{"a":"eA==x"}', 'illegal base64 data at input byte 4'], ['{"a":"A=AA"}', 'illegal base64 data at input byte 1'],
  ['{"a":"AAAAA"}', 'illegal base64 data at input byte 4'], ['{"a":"AAAA AAAA"}', 'illegal base64 data at input byte 4'], ['{"a":1,"b":"!"}', 'json: cannot unmarshal number into Go value of type []uint8'],
  ['{"a":{}}', 'json: cannot unmarshal object into Go value of type []uint8'], ['[]', 'json: cannot unmarshal array into Go value of type map[string][]uint8'], ['{', 'unexpected end of JSON input'],
  ['x', "invalid character 'x' looking for beginning of value"],
];

test('the metadata beside an input', () => {
  for (const [text, problem] of INPUT_METADATA) assert.throws(() => readInputMetadata(text), (error: Error) => error.message === `failed to parse input metadata ${text}: ${problem}`, text);
  const values = readInputMetadata('{"a":"e30=","b":[1,2],"c":null,"d":"eA==\\n"}');
  assert.equal([...values].map(([key, value]) => [key, Buffer.from(value).toString('hex')]), [['a', '7b7d'], ['b', '0102'], ['c', ''], ['d', '78']]);
  assert.is(readInputMetadata('null').size, 0);
});

test('the committer time of a git commit', () => {
  const commit = 'tree 1\nparent 2\nauthor A <a@b> 1 +0000\ncommitter B <x> <c@d> 1600000000 -0530\ngpgsig -----BEGIN\n author no\n committer no <x> 5 +0000\n\nmessage\n';
  assert.equal(commitTime(Buffer.from(commit)), { seconds: 1600000000n, nanoseconds: 0, offset: -19_800 });
  assert.is(commitTime(Buffer.from(commit.replace('-0530', '++1xy')))?.offset, 3600);
  assert.is(commitTime(Buffer.from(commit.replace('-0530', 'UTC'))), undefined);
  assert.throws(() => commitTime(Buffer.from('tree 1\nauthor A <a> 1 +0000\n\n')), /^invalid commit object: missing committer header$/);
});

/** A zstd frame of one block, which is stored as it is. */
function storeAsZstd(bytes: Buffer): Buffer {
  const header = Buffer.alloc(12);
  header.set([0x28, 0xb5, 0x2f, 0xfd, 0xa0]);
  header.writeUInt32LE(bytes.length, 5);
  header.writeUIntLE((bytes.length << 3) | 1, 9, 3);
  return Buffer.concat([header, bytes]);
}

test('archives are told from other files, and the newest file in them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'archive-'));
  try {
    writeFileSync(join(folder, 'old'), 'a'.repeat(3000));
    writeFileSync(join(folder, `${'long'.repeat(60)}`), 'b');
    utimesSync(join(folder, 'old'), 1_500_000_000, 1_500_000_000);
    utimesSync(join(folder, 'long'.repeat(60)), 1_600_000_000, 1_600_000_000.25);
    for (const format of ['gnu', 'pax', 'ustar']) {
      const names = format === 'ustar' ? ['old'] : ['old', 'long'.repeat(60)];
      const newest = format === 'ustar' ? [1_500_000_000n, 0] : [1_600_000_000n, format === 'pax' ? 250_000_000 : 0];
      for (const compress of ['', '-z', '-j']) {
        const file = join(folder, `a.${format}${compress}`);
        execFileSync('tar', [`--format=${format}`, ...(compress === '' ? [] : [compress]), '-cf', file, '-C', folder, ...names]);
        const bytes = readFileSync(file);
        // An extended header takes all of what is looked at: the reference does not see an archive there either.
        assert.is(isArchive(bytes.subarray(0, 1024)), compress !== '' || format !== 'pax', file);
        const { seconds, nanoseconds } = (await latestFileTime(bytes))!;
        assert.equal([seconds, nanoseconds], newest, file);
        if (compress !== '') continue;
        const packed = storeAsZstd(bytes);
        assert.is(isArchive(packed), false);
        assert.equal(await latestFileTime(packed), await latestFileTime(bytes));
      }
      assert.throws(() => [...readTar(readFileSync(join(folder, `a.${format}`)).subarray(0, 100))], /^unexpected EOF$/);
    }
    assert.is(isArchive(Buffer.from('FROM scratch\n')), false);
    assert.is(isArchive(Buffer.alloc(1024)), false);
    assert.is(isArchive(Buffer.alloc(600, 65)), false);
    assert.is(await failureOf(latestFileTime(Buffer.alloc(1024, 65)), 'option'), 'archive/tar: invalid tar header');
    assert.match(await failureOf(latestFileTime(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])), 'unsupported'), /compressed with xz/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('references to an OCI layout', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  assert.equal(parseLayoutReference(`x.y:5/a/b:tag@${digest}`), { storeId: 'x.y:5/a/b', digest });
  for (const [spec, problem] of [
    ['', 'could not parse oci-layout reference "": repository name must have at least one component'],
    [`A@${digest}`, `could not parse oci-layout reference "A@${digest}": repository name must be lowercase`],
    [`a___b@${digest}`, `could not parse oci-layout reference "a___b@${digest}": invalid reference format`],
    ['a:b', 'oci-layout reference "a:b" has no digest'],
    [`a@md5:${'a'.repeat(32)}`, `could not parse oci-layout reference "a@md5:${'a'.repeat(32)}": unsupported digest algorithm`],
  ] as const) assert.throws(() => parseLayoutReference(spec), (error: Error) => error.message === problem, spec);
});

test('identifiers have their form', () => {
  const ids = new Set(Array.from({ length: 100 }, randomId));
  assert.is(ids.size, 100);
  for (const id of ids) assert.match(id, /^[0-9a-z]{25}$/);
});

test.run();
