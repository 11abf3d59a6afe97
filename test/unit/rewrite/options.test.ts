import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodedError } from '../../../src/diag/error.ts';
import { parseReproOptions, snapshotTime } from '../../../src/rewrite/options.ts';

const parse = (opts: Readonly<Record<string, string>>) => parseReproOptions(new Map(Object.entries(opts).map(([key, value]) => [/^(?:hook|build-arg:)/.test(key) ? key : `build-arg:${key}`, value])));
const DEFAULTS = { enabled: true, pin: 'strict', strip: { enabled: true, add: [], remove: [] }, timestamps: 'off', backports: false, keepCache: true, epoch: true, override: false };

test('nothing given', () => assert.equal(parse({ OTHER: 'x', 'REPRO_STRIP': ' ', 'REPRO_NONSENSE': '' }), DEFAULTS));

test('values', () => {
  for (const [opts, expected] of [
    [{ REPRO: 'on' }, {}],
    [{ REPRO_PIN: 'lax' }, { pin: 'lax' }],
    [{ REPRO_SOURCES_LIST: '1' }, { sourcesList: true }],
    [{ REPRO_SOURCES_LIST: 'off' }, { sourcesList: false }],
    [{ REPRO_STRIP: 'none' }, { strip: { enabled: false, add: [], remove: [] } }],
    [{ REPRO_STRIP: '+/a/b c, -/etc/machine-id,+/x/*.log' }, { strip: { enabled: true, add: ['/a/b c', '/x/*.log'], remove: ['/etc/machine-id'] } }],
    [{ REPRO_SNAPSHOT: '20240229T000000Z' }, { snapshot: '20240229T000000Z' }],
    [{ REPRO_SNAPSHOT: '1704067200' }, { snapshot: '20240101T000000Z' }],
    [{ SNAPSHOT_ARCHIVE_BASE: 'http://127.0.0.1:80/archive' }, { archiveBase: 'http://127.0.0.1:80/archive/' }],
    [{ SNAPSHOT_ARCHIVE_BASE: 'https://s' }, { archiveBase: 'https://s/' }],
    [{ BACKPORTS: '1', KEEP_CACHE: '1' }, { backports: true }],
    [{ BACKPORTS: 'yes', KEEP_CACHE: '0' }, { keepCache: false }],
    [{ REPRO_TIMESTAMPS: 'off' }, {}],
    [{ REPRO_TIMESTAMPS: 'clamp' }, { timestamps: 'clamp' }],
    [{ hook: '{"RUN":{"entrypoint":["/e"]}}' }, { hook: { entrypoint: ['/e'], mounts: [] } }],
    [{ REPRO_EPOCH: 'off' }, { epoch: false }],
    [{ REPRO_FROM: `debian@sha256:${'a'.repeat(64)}`, REPRO_OVERRIDE: '1' }, { from: `docker.io/library/debian@sha256:${'a'.repeat(64)}`, override: true }],
    [{ REPRO_HOOK: '{}' }, { hook: { entrypoint: [], mounts: [] } }],
  ] as const) {
    assert.equal(parse(opts as Readonly<Record<string, string>>), { ...DEFAULTS, ...expected }, JSON.stringify(opts));
  }
});

test('REPRO=off leaves all else to the Dockerfile', () => {
  for (const off of ['off', '0', 'false', 'no', 'OFF']) {
    const options = parse({ REPRO: off, REPRO_STRIP: '?', REPRO_MINE: 'x', REPRO_FROM: 'y', hook: '{' });
    assert.is(options.enabled, false);
    assert.is(options.strip.enabled, false);
  }
});

test('errors name the option', () => {
  for (const [opts, message] of [
    [{ REPRO: 'maybe' }, 'invalid value "maybe" of REPRO: expected on or off'],
    [{ REPRO_SNAPSHOTS: '1' }, 'unknown option REPRO_SNAPSHOTS: build args that begin with REPRO_ are options of this frontend (REPRO_EPOCH, REPRO_FROM, REPRO_HOOK, REPRO_OVERRIDE, REPRO_PIN, REPRO_SNAPSHOT, REPRO_SOURCES_LIST, REPRO_STRIP, REPRO_TIMESTAMPS, REPRO_TRUST); with REPRO=off they are the Dockerfile\'s'],
    [{ REPRO_FROM: 'debian:12' }, 'invalid value "debian:12" of REPRO_FROM: expected an image of a registry with its digest, such as docker.io/library/debian@sha256:…'],

    [{ REPRO_OVERRIDE: '1' }, 'REPRO_OVERRIDE is for builds with REPRO_FROM, and there is none'],
    [{ REPRO_OVERRIDE: 'x' }, 'invalid value "x" of REPRO_OVERRIDE: expected on or off'],
    [{ REPRO_TRUST: 'x' }, 'invalid value of REPRO_TRUST: unknown field "x", expected key, identity, issuer, root, subject'],
    [{ REPRO_TRUST: 'key=' }, 'invalid value of REPRO_TRUST: the field key has no value'],
    [{ REPRO_TRUST: 'key=a,key=b' }, 'invalid value of REPRO_TRUST: the field key is there twice'],
    ...['key=a,identity=b', 'identity=a,issuer=b', 'identity=a,root=b', 'root=a', 'subject=sha256:' + 'a'.repeat(64)].map((value) =>
      [{ REPRO_TRUST: value }, 'invalid value of REPRO_TRUST: expected key=KEY, or all of identity=NAME, issuer=URL and root=FILE'] as const),
    ...['/etc/key.pem', '../key.pem', 'a//b'].map((value) => [{ REPRO_TRUST: `key=${value}` }, `invalid value of REPRO_TRUST: "${value}" is no path in the named context repro-trust`] as const),
    [{ REPRO_TRUST: 'key=a,subject=b' }, 'invalid value of REPRO_TRUST: the subject "b" is no digest'],
    [{ REPRO_TIMESTAMPS: 'x' }, 'invalid value "x" of REPRO_TIMESTAMPS: expected off or clamp'],
    [{ REPRO_PIN: 'x' }, 'invalid value "x" of REPRO_PIN: expected strict or lax'],
    [{ REPRO_SOURCES_LIST: '2' }, 'invalid value "2" of REPRO_SOURCES_LIST: expected on or off'],
    ...['20240230T000000Z', '20240101', 'now', '20240101T250000Z', '999999999999', '-1'].map((value) =>
      [{ REPRO_SNAPSHOT: value }, `invalid value "${value}" of REPRO_SNAPSHOT: expected a time such as 20240101T000000Z, or seconds since 1970`] as const),
    ...['ftp://x/', 'http://', 'http://a b/', 'http://a/?x', "http://a/'"].map((value) =>
      [{ SNAPSHOT_ARCHIVE_BASE: value }, `invalid value "${value}" of SNAPSHOT_ARCHIVE_BASE: expected the http or https URL of a snapshot server`] as const),
    ...['/a', '+a', '+/', '+/a/', '+/a/../b', '+//a', '+/a:b', 'all'].map((value) =>
      [{ REPRO_STRIP: value }, `invalid value "${value}" of REPRO_STRIP: expected none, or absolute paths of files such as +/var/log/my.log,-/etc/machine-id`] as const),
    [{ hook: '{}', REPRO_HOOK: '{}' }, 'both the option hook and REPRO_HOOK are given: expected one of them'],
  ] as const) {
    assert.throws(() => parse(opts as Readonly<Record<string, string>>), (error: unknown) => {
      assert.ok(error instanceof CodedError);
      assert.is(error.code, 'option');
      assert.is(error.message, message);
      return true;
    });
  }
});

test('hooks', () => {
  assert.equal(parse({ hook: JSON.stringify({ RUN: { entrypoint: ['/dev/.dfhook/entrypoint'], mounts: [
    { from: 'example.com/hook', target: '/dev/.dfhook' }, { type: 'secret', source: 'something', target: '/etc/something', required: true, mode: 256, uid: 1, gid: 2 },
    { type: 'cache', target: '/c', cacheID: 'id', cacheSharing: 'locked' }, { type: 'tmpfs', target: '/t', sizeLimit: 5 }, { type: 'secret', source: 'x', env: 'X' },
  ] } }) }).hook, { entrypoint: ['/dev/.dfhook/entrypoint'], mounts: [
    { type: 'bind', from: 'example.com/hook', source: '', target: '/dev/.dfhook', readOnly: true, sizeLimit: 0, cacheId: '', cacheSharing: 'shared', required: false },
    { type: 'secret', from: '', source: 'something', target: '/etc/something', readOnly: false, sizeLimit: 0, cacheId: '', cacheSharing: 'shared', required: true, mode: 256, uid: 1, gid: 2 },
    { type: 'cache', from: '', source: '', target: '/c', readOnly: false, sizeLimit: 0, cacheId: 'id', cacheSharing: 'locked', required: false },
    { type: 'tmpfs', from: '', source: '', target: '/t', readOnly: false, sizeLimit: 5, cacheId: '', cacheSharing: 'shared', required: false },
    { type: 'secret', from: '', source: 'x', target: '', readOnly: false, sizeLimit: 0, cacheId: '', cacheSharing: 'shared', required: false, env: 'X' },
  ] });
  for (const [hook, message] of [
    ['{', 'invalid value of the option hook: '],
    ['[]', 'the value: expected an object'],
    ['{"run":{}}', 'unknown field "run": expected RUN'],
    ['{"RUN":{"Entrypoint":[]}}', 'unknown field "RUN.Entrypoint": expected entrypoint, mounts'],
    ['{"RUN":{"entrypoint":"x"}}', 'RUN.entrypoint: expected a list'],
    ['{"RUN":{"entrypoint":[1]}}', 'RUN.entrypoint[0]: expected a string'],
    ['{"RUN":{"mounts":[{"target":"/x","readonly":true}]}}', 'unknown field "RUN.mounts[0].readonly"'],
    ['{"RUN":{"mounts":[{"target":"x"}]}}', 'RUN.mounts[0].target: expected an absolute path'],
    ['{"RUN":{"mounts":[{"type":"volume","target":"/x"}]}}', 'RUN.mounts[0].type: expected bind, cache, tmpfs, secret, ssh, found "volume"'],
    ['{"RUN":{"mounts":[{"target":"/x","from":"A B"}]}}', 'RUN.mounts[0].from: "A B": '],
    ['{"RUN":{"mounts":[{"type":"tmpfs","target":"/x","from":"a"}]}}', 'RUN.mounts[0].from: only mounts of type bind have one'],
    ['{"RUN":{"mounts":[{"target":"/x","mode":-1,"required":"no","__proto__":1}]}}', 'RUN.mounts[0].mode: expected a whole number; RUN.mounts[0].required: expected true or false'],
    ['{"RUN":{"mounts":[{"target":"/x","__proto__":1}]}}', 'unknown field "RUN.mounts[0].__proto__"'],
  ] as const) {
    assert.throws(() => parse({ hook }), (error: unknown) => {
      assert.ok(error instanceof CodedError && error.code === 'option');
      assert.ok(error.message.includes(message), error.message);
      return true;
    });
  }
});

test('snapshot times', () => {
  assert.is(snapshotTime(1_700_000_000n), '20231114T221320Z');
  assert.is(snapshotTime(-1n), undefined);
  assert.is(snapshotTime(10n ** 20n), undefined);
});

test('whom to trust', () => {
  const pem = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n';
  const subject = `sha256:${'a'.repeat(64)}`;
  for (const [value, expected] of [
    [`key=${Buffer.from(pem).toString('base64')}`, { kind: 'key', key: { pem } }],
    [`key=keys/upstream.pub,root=root.json,subject=${subject}`, { kind: 'key', key: { file: 'keys/upstream.pub' }, root: 'root.json', subject }],
    ['identity=https://github.com/o/r/.github/workflows/x.yml@refs/heads/main,issuer=https://token.actions.githubusercontent.com,root=root.json',
      { kind: 'identity', identity: 'https://github.com/o/r/.github/workflows/x.yml@refs/heads/main', issuer: 'https://token.actions.githubusercontent.com', root: 'root.json' }],
    ['"identity=me, myself",issuer=i,root=r', { kind: 'identity', identity: 'me, myself', issuer: 'i', root: 'r' }],
  ] as const) assert.equal(parse({ REPRO_TRUST: value }).trust, expected);
});

test.run();
