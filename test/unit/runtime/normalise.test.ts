import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { NORMALISE_PROGRAM } from '../../../src/runtime/normalise.ts';

const folder = mkdtempSync(join(tmpdir(), 'repro-normalise-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const EPOCH: NodeJS.ProcessEnv = { SOURCE_DATE_EPOCH: '1700000000' };

/** A file of that content after the program. */
function normalise(content: string | Buffer, env = EPOCH): Buffer {
  const result = runProgram(content, env);
  assert.equal([result.stderr, result.stdout, result.status], ['', '', 0]);
  return readFileSync(join(folder, 'file'));
}

function runProgram(content: string | Buffer, env: NodeJS.ProcessEnv) {
  const [program, file] = [join(folder, 'program'), join(folder, 'file')];
  writeFileSync(file, content);
  writeFileSync(program, NORMALISE_PROGRAM);
  return spawnSync('perl', [program, join(folder, 'absent'), file.slice(1)], { cwd: '/', env: { PATH: process.env['PATH'], ...env }, encoding: 'utf8' });
}

/** As Debian's package perl-base has it: no Digest::SHA. */
const PERL_BASE: NodeJS.ProcessEnv = { ...EPOCH, PERL5LIB: join(folder, 'lib') };
mkdirSync(join(folder, 'lib/Digest'), { recursive: true });
writeFileSync(join(folder, 'lib/Digest/SHA.pm'), 'die;\n');

const SEALS: Readonly<Record<string, string>> = { changeit: 'changeit', other: 'secret' };

/** A JKS file of certificates: alias, time in milliseconds. */
function keystore(entries: readonly (readonly [string, bigint])[], { tag = 2, seal = 'changeit', version = 2 } = {}): Buffer {
  const number = (bytes: number, value: number): Buffer => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeUIntBE(value, 0, bytes);
    return buffer;
  };
  const text = (value: string): Buffer => Buffer.concat([number(2, value.length), Buffer.from(value)]);
  const time = (value: bigint): Buffer => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigUInt64BE(value);
    return buffer;
  };
  const certificate = Buffer.alloc(300, 7);
  const body = Buffer.concat([
    number(4, 0xfeedfeed), number(4, version), number(4, entries.length),
    ...entries.flatMap(([alias, added]) => [number(4, tag), text(alias), time(added), text('X.509'), number(4, certificate.length), certificate]),
  ]);
  const password = Buffer.from(SEALS[seal] ?? '', 'utf16le').swap16();
  return Buffer.concat([body, createHash('sha1').update(password).update('Mighty Aphrodite').update(body).digest()]);
}

test('a key store: times later than the epoch become it, the digest is right', () => {
  const made = keystore([['one', 1_800_000_000_123n], ['two', 1_600_000_000_000n], ['three', 1_700_000_000_001n]]);
  assert.equal(normalise(made), keystore([['one', 1_700_000_000_000n], ['two', 1_600_000_000_000n], ['three', 1_700_000_000_000n]]));
  assert.equal(normalise(made, {}), keystore([['one', 0n], ['two', 0n], ['three', 0n]]));
  assert.equal(normalise(keystore([])), keystore([]));
});

test('a key store that is not of that form stays as it is', () => {
  const entries = [['one', 1_800_000_000_000n]] as const;
  const whole = keystore(entries);
  const broken = Buffer.from(whole);
  broken[30]! ^= 1;
  for (const other of [keystore(entries, { seal: 'other' }), keystore(entries, { tag: 1 }), keystore(entries, { version: 3 }), whole.subarray(0, 100), broken, Buffer.from([0xfe, 0xed, 0xfe, 0xed])]) {
    assert.equal(normalise(other), Buffer.from(other));
  }
});

/** A Berkeley DB file: its first page, and one of `type` with two entries between unused space of `filling`. */
function database(magic: string, { type = 13, encryption = 0, filling = 7, id = 3, time = '1800000000' } = {}): Buffer {
  const file = Buffer.alloc(1024);
  const isBig = magic.startsWith('00');
  const number = (at: number, bytes: number, value: number) => (isBig ? file.writeUIntBE(value, at, bytes) : file.writeUIntLE(value, at, bytes));
  file.write(magic, 12, 'hex');
  number(20, 4, 512);
  file[24] = encryption;
  file.fill(id, 52, 72);
  file.fill(5, 72, 100);
  number(512 + 20, 2, 2);
  number(512 + 22, 2, 400);
  file[512 + 25] = type;
  file.fill(filling, 512 + 30, 512 + 400);
  file.write(`\x01${time}\x01YP_LAST_MODIFIED`, 512 + 400, 'latin1');
  return file;
}

const MAGICS = ['61150600', '00061561', '62310500', '00053162'];

test('a Berkeley DB: the id is that of the path, unused space is empty, Postfix\'s time is the epoch, and nothing else changes', () => {
  for (const magic of MAGICS) {
    const expected = database(magic, { filling: 0, time: '1700000000' });
    createHash('sha1').update(join(folder, 'file')).digest().copy(expected, 52);
    assert.equal(normalise(database(magic)), expected);
  }
});

test('a Berkeley DB that is encrypted, or of other pages', () => {
  const [magic = ''] = MAGICS;
  assert.equal(normalise(database(magic, { encryption: 1 })), database(magic, { encryption: 1 }));
  assert.is(normalise(database(magic, { type: 7 }))[600], 7);
  assert.equal(normalise(database(magic).subarray(0, 1000)), database(magic).subarray(0, 1000));
});

/** What LuaTeX writes of a language: patterns, and exceptions with their length. */
function format(exceptions: string, patterns = ' a1b .ab2c u1b4i x3'): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(exceptions.length + 1);
  return `W2TX\0\0\x03\xc5luatex\0${patterns} \0${length.toString('latin1')}${exceptions}\0\0\0\0\x03 b-a a-b\0`;
}

test('a format of LuaTeX: exceptions of hyphenation are in order', () => {
  const compress = (text: string): Buffer => gzipSync(Buffer.from(text, 'latin1'));
  const after = (text: string): string => gunzipSync(normalise(compress(text))).toString('latin1');
  assert.is(after(format(' present ret-ri-bu-tion dec-li-na-tion')), format(' dec-li-na-tion present ret-ri-bu-tion'));
  for (const text of [format(' a-b c-d'), format(' c-d'), format(' c-d a-b', ' words without figures'), format(' c-d a-b').replace('W2TX', 'W2TY'), 'text']) {
    assert.equal(normalise(compress(text)), compress(text));
  }
});

test('a format of LuaTeX: a long run without a space is read once', () => {
  // Looked through from each of its digits, it takes hours.
  const long = 'a1'.repeat(4 << 20);
  assert.ok(normalise(Buffer.from(`${format(' c-d a-b')}${long}`, 'latin1')).equals(Buffer.from(`${format(' a-b c-d')}${long}`, 'latin1')));
});

/** What TeX writes of its string pool, and of its numbers: time, day, month, year. */
function dated(name: string, numbers: readonly number[], type = 0x650000): Buffer {
  const ints = (...values: readonly number[]): Buffer => Buffer.concat(values.map((value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  }));
  const pool = `abcde (preloaded format=tex ${name})`;
  const strings = ints(pool.length, 3, 0, 2, 5, pool.length);
  const rest = numbers.map((value, at) => ints(at === 0 ? 0x650000 : type, value));
  return Buffer.concat([Buffer.from('W2TX\0\0MLTX\0\0\0\0ECTX\0\0\0\0'), strings, Buffer.from(pool), ints(0x650000, 7), ...rest, ints(0x650000, 5)]);
}

test('a format of TeX: its day is that of the epoch', () => {
  const epoch = dated('2023.11.14', [22 * 60 + 13, 14, 11, 2023]);
  assert.equal(normalise(dated('2027.1.7', [600, 7, 1, 2027])), epoch);
  assert.equal(normalise(epoch), epoch);
  for (const other of [dated('2022.12.31', [600, 31, 12, 2022]), dated('2027.1.7', [600, 8, 1, 2027]), dated('2027.1.7', [600, 7, 1, 2027], 0x660000), dated('of 2027', [600, 7, 1, 2027])]) {
    assert.equal(normalise(other), other);
  }
});

test('a list of files of TeX: folders, and files in each, in order', () => {
  const head = '% ls-R -- filename database for kpathsea; do not change this line.\n';
  assert.is(normalise(`${head}\n./b:\nz\na\n\n./a:\n\n./:\n.:\nb\na\n`).toString(), `${head}\n./:\n.:\na\nb\n\n./a:\n\n./b:\na\nz\n`);
});

test('what tex-common puts together: entries in order', () => {
  const head = '### This file was automatically generated by update-updmap.\n#\n# Any local change will be overwritten.\n#\n###\n';
  assert.is(normalise(`${head}Map euler.map\nMixedMap cm.map\nMap charter.map\n`).toString(), `${head}Map charter.map\nMap euler.map\nMixedMap cm.map\n`);
  const formats = head.replace('updmap', 'fmtutil');
  assert.is(normalise(`${formats}tex tex - tex.ini\netex pdftex language.def *etex.ini\n`).toString(), `${formats}etex pdftex language.def *etex.ini\ntex tex - tex.ini\n`);
  for (const text of [head, `${head}Map b.map\n# ## From file: x\nMap a.map\n`, `${head.replace('updmap', 'other')}Map b.map\nMap a.map\n`]) assert.is(normalise(text).toString(), text);
});

test('what doc-base registered: change times', () => {
  const list = (time: number): string => `---\n'~1/a':\n  CT: ${time}\n  ID: a\n'~1/b':\n  CT: 1600000000\n  ID: b\n`;
  assert.is(normalise(list(1_800_000_000)).toString(), list(1_700_000_000));
  assert.is(normalise(`x: 1\n${list(1_800_000_000)}`).toString(), `x: 1\n${list(1_800_000_000)}`);
});

const HEAD = 'This is the file .../info/dir, which contains the\ntopmost node of the Info hierarchy, called (dir)Top.\n\nFile: dir\n\n* Menu: the list.\n';

test('the menu of Info: entries and sections in order', () => {
  const after = normalise(`${HEAD}\nZoo\n* B: (b).   second\n             and more\n* A: (a).   first\n\nArts\n* D: (d).   only\n\nEmpty\n\n`).toString();
  assert.is(after, `${HEAD}\nArts\n* D: (d).   only\n\nEmpty\n\nZoo\n* A: (a).   first\n* B: (b).   second\n             and more\n`);
  assert.is(normalise(after).toString(), after);
});

test('what is in none of the formats stays as it is', () => {
  for (const text of ['', 'text\n', `${HEAD}\nTitle\nanother line\n* A: (a).\n`, HEAD.replace('* Menu', 'Menu'), 'x'.repeat(100)]) assert.is(normalise(text).toString(), text);
});

test('names of the host are left for its first start', () => {
  assert.is(normalise('## comment\nInitiatorName=iqn.1993-08.org.debian:01:176330c484d2\n').toString(), '## comment\nGenerateName=yes\n');
  assert.is(normalise('InitiatorName=iqn.2001-04.com.example:mine\n').toString(), 'InitiatorName=iqn.2001-04.com.example:mine\n');
  assert.is(normalise('# Config\n\nMY_HOSTID="742a03876f434fe9995e683d0eee80ab"\nPARTICIPATE="no"\nDAY="2"\n').toString(), '# Config\n\nMY_HOSTID=""\nPARTICIPATE="no"\nDAY=""\n');
});

/** GnuPG's keybox: the file's own blob and one of a key with so many user ids and signatures. */
function keybox(made: number, { userIds = 1, damage = 0 } = {}): Buffer {
  const first = Buffer.alloc(32);
  first.writeUInt32BE(32);
  first.write('\x01\x01\0\x02KBXf', 4, 'latin1');
  first.writeUInt32BE(made, 16);
  first.writeUInt32BE(made, 20);
  const number = (bytes: number, value: number): Buffer => Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex');
  const head = Buffer.concat([
    number(1, 2), number(1, 1), number(2, 0), number(4, 100), number(4, 50), number(2, 2), number(2, 28), Buffer.alloc(56, 9), number(2, 3), Buffer.from('abc'),
    number(2, userIds), number(2, 12), Buffer.alloc(12 * userIds, 8), number(2, 1), number(2, 4), Buffer.alloc(4, 6), Buffer.alloc(4), number(4, 0), number(4, 0), number(4, made), number(4, 0), Buffer.alloc(50, 5),
  ]);
  const body = Buffer.concat([number(4, 4 + head.length + 20), head]);
  const digest = createHash('sha1').update(body).digest();
  digest[0]! ^= damage;
  return Buffer.concat([first, body, digest]);
}

test('a keybox of GnuPG: times are the epoch, digests are right', () => {
  for (const userIds of [0, 1, 3]) assert.equal(normalise(keybox(1_800_000_000, { userIds })), keybox(1_700_000_000, { userIds }));
  assert.equal(normalise(keybox(1_600_000_000)), keybox(1_600_000_000));
  for (const other of [keybox(1_800_000_000, { damage: 1 }), keybox(1_800_000_000).subarray(0, 150), keybox(1_800_000_000).subarray(0, 20)]) assert.equal(normalise(other), Buffer.from(other));
});

test('a trust database of GnuPG: its time is the epoch', () => {
  const database = (made: number): Buffer => {
    const file = Buffer.alloc(120, 3);
    file.write('\x01gpg\x03', 'latin1');
    file.writeUInt32BE(made, 12);
    return file;
  };
  assert.equal(normalise(database(1_800_000_000)), database(1_700_000_000));
  assert.equal(normalise(database(1_600_000_000)), database(1_600_000_000));
  assert.equal(normalise(database(1_800_000_000).subarray(0, 100)), database(1_800_000_000).subarray(0, 100));
});

test('an index of git: what the file system has of files becomes zeros, and git takes it', () => {
  const repository = join(folder, 'repository');
  const git = (...args: readonly string[]) => spawnSync('git', args, { cwd: repository, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' } }).stdout;
  for (const path of ['', 'folder', 'folder/below']) mkdirSync(join(repository, path));
  const names = ['a', 'ab', 'folder/below/a file of a long name', 'folder/below/b', `folder/${'x'.repeat(200)}`, 'folder/y'];
  for (const name of names) writeFileSync(join(repository, name), name);
  git('init', '-q');
  git('add', '.');
  git('update-index', '--skip-worktree', 'ab');
  const index = join(repository, '.git/index');
  for (const version of ['2', '3', '4']) {
    git('update-index', '--index-version', version);
    const before = readFileSync(index);
    const after = normalise(before);
    writeFileSync(index, after);
    assert.is.not(Buffer.compare(before, after), 0);
    const times = [...git('ls-files', '--debug').matchAll(/(?:ctime|mtime|ino): ([\d:]+)/g)].map((match) => match[1]);
    assert.equal([times.length, new Set(times)], [3 * names.length, new Set(['0:0', '0'])]);
    assert.equal(normalise(after), after);
    assert.is(git('status', '--short', '--no-renames').trim().split('\n').length, names.length);
    assert.is(git('diff', '--name-only'), '');
    const broken = Buffer.from(before);
    broken[80]! ^= 1;
    assert.equal(normalise(broken), broken);
  }
});

test('times in the logs of git', () => {
  const line = (time: number): string => `${'0'.repeat(40)} ${'a'.repeat(40)} A <b> C <a@b> ${time} +0100\tclone: from https://example.org/1800000000 -0100\n`;
  assert.is(normalise(line(1_800_000_000) + line(1_600_000_000)).toString(), line(1_700_000_000) + line(1_600_000_000));
});

test('what Cargo keeps of the compiler\'s answers is in the order of its keys', () => {
  const answer = (key: string, more = ''): string => `"${key}":{"success":false,"status":"exit status: 1","code":null,"stdout":"a \\"quote\\" {","stderr":"${'x'.repeat(70_000)}\\n"${more}}`;
  const file = (...answers: readonly string[]): string => `{"rustc_fingerprint":123,"outputs":{${answers.join(',')}},"successes":{}}`;
  assert.is(normalise(file(answer('9'), answer('10'), answer('3'))).toString(), file(answer('10'), answer('3'), answer('9')));
  for (const other of [file(answer('9', ',"more":1'), answer('3')), `${file(answer('9'), answer('3'))}x`]) assert.is(normalise(other).toString(), other);
});

test('where Perl has no Digest::SHA, sha1sum makes the digests; where there is neither, the file stays, and is told of', () => {
  for (const content of [keystore([['one', 1_800_000_000_123n]]), database(MAGICS[0] ?? ''), keybox(1_800_000_000)]) {
    assert.equal(normalise(content, PERL_BASE), normalise(content));
    mkdirSync(join(folder, 'bin'), { recursive: true });
    const [perl = ''] = spawnSync('/bin/sh', ['-c', 'command -v perl'], { encoding: 'utf8' }).stdout.split('\n');
    rmSync(join(folder, 'bin/perl'), { force: true });
    symlinkSync(perl, join(folder, 'bin/perl'));
    const without = runProgram(content, { ...PERL_BASE, PATH: join(folder, 'bin') });
    assert.equal([without.stdout, without.status], [`${join(folder, 'file').slice(1)}\n`, 0]);
    assert.equal(readFileSync(join(folder, 'file')), content);
  }
  const later = '# Fri Nov 27 12:33:47 UTC 2026\n';
  assert.is(normalise(later, PERL_BASE).toString(), '# Tue Nov 14 22:13:20 UTC 2023\n');
});

test('comments with the time at which a program wrote them', () => {
  const text = (time: string, other: string): string => `#####\n##### built by root@host on ${time}\n##### in /\nO Date=${other}\n`;
  const later = 'Fri Nov 27 12:33:47 UTC 2026';
  assert.is(normalise(text(later, later)).toString(), text('Tue Nov 14 22:13:20 UTC 2023', later));
  assert.is(normalise(text('Fri Jan  1 12:33:47 2027', '1')).toString(), text('Tue Nov 14 22:13:20 2023', '1'));
  assert.is(normalise(text('Tue Nov 14 22:13:19 EST 2023', '1')).toString(), text('Tue Nov 14 22:13:19 EST 2023', '1'));
  assert.is(normalise('# by fpcmkcfg on 27-11-26 - 14:42:27\n-d27-11-26 - 14:42:27\n# 14-11-23 - 22:13:20\n').toString(), '# by fpcmkcfg on 14-11-23 - 22:13:20\n-d27-11-26 - 14:42:27\n# 14-11-23 - 22:13:20\n');
  assert.is(normalise(text(later, '1'), {}).toString(), text('Thu Jan  1 00:00:00 UTC 1970', '1'));
});

test.run();
