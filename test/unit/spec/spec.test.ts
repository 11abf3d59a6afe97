import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { emptyImageConfig, encodeImageConfig, parseImageConfig, parseOciImageConfig } from '../../../src/spec/config.ts';
import { digestOf, isDigest, parseDigest } from '../../../src/spec/digest.ts';
import { encodeJsonString } from '../../../src/spec/json.ts';
import { hostPlatform, parsePlatform, platformsEqual } from '../../../src/spec/platform.ts';
import { parseNormalizedNamed, withDigest } from '../../../src/spec/reference.ts';
import { foldCase } from '../../../src/spec/strings.ts';
import { compareStrings, sortStrings } from '../../../src/spec/text.ts';
import { canonicalTimestamp, timestampOf, timestampSeconds, utcTime } from '../../../src/spec/time.ts';

test('the digest of nothing', () => {
  const digest = digestOf(new Uint8Array(0));
  assert.is(digest, 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.is(parseDigest(digest), digest);
  assert.ok(isDigest(digest) && !isDigest('sha256:e3'));
  assert.throws(() => parseDigest('sha256:e3'), /invalid checksum digest length/);
});

test('what a platform leaves out is the host’s', () => {
  const arm = { os: 'linux', architecture: 'arm', variant: 'v6' };
  assert.equal(parsePlatform('linux', arm), arm);
  assert.equal(parsePlatform('windows', { ...arm, variant: 'v7' }), { os: 'windows', architecture: 'arm' });
  assert.equal(parsePlatform('amd64', { os: 'freebsd', architecture: 'arm64' }), { os: 'freebsd', architecture: 'amd64' });
  assert.is(hostPlatform().os, 'linux');
});

test('platforms are equal field by field', () => {
  const platform = { os: 'a', architecture: 'b', variant: 'c', osVersion: 'd', osFeatures: ['e'] };
  assert.ok(platformsEqual(platform, { ...platform, osFeatures: ['e'] }));
  for (const change of [{ os: 'x' }, { architecture: 'x' }, { variant: '' }, { osVersion: '' }, { osFeatures: [] }, { osFeatures: ['e', 'f'] }]) {
    assert.not.ok(platformsEqual(platform, { ...platform, ...change }), JSON.stringify(change));
  }
});

test('a digest of a wrong form is not joined to a reference', () => {
  assert.throws(() => withDigest(parseNormalizedNamed('a'), 'sha256:abc'), /invalid digest format/);
});

test('letters of other case are equal as by strings.EqualFold', () => {
  for (const [text, other, isEqual] of [['HTTP\u017f_PROXY', 'https_proxy', true], ['\u212a', 'k', true], ['\u0130', 'i', false], ['\u0131', 'i', false], ['SCRATCH', 'scratch', true]] as const) {
    assert.is(foldCase(text) === foldCase(other), isEqual, text);
  }
});

test('strings sort as their UTF-8 bytes do', () => {
  const words = ['', 'a', 'a\0', 'b', 'é', '\ud7ff', '\ue000', '\uffee', '\u{10000}', '\u{1f600}'];
  for (const [i, a] of words.entries()) {
    for (const [j, b] of words.entries()) assert.is(Math.sign(compareStrings(a, b)), Math.sign(i - j), `${i} ${j}`);
  }
  assert.equal(sortStrings(words.toReversed()), words);
  assert.equal(sortStrings(['b10', 'b', 'a', 'b2']), ['a', 'b', 'b10', 'b2']);
});

test('times as Go prints them', () => {
  for (const [text, expected] of [
    ['2020-01-02T03:04:05Z', '2020-01-02T03:04:05Z'],
    ['2020-01-02T03:04:05.120000Z', '2020-01-02T03:04:05.12Z'],
    ['2020-01-02T03:04:05.000Z', '2020-01-02T03:04:05Z'],
    ['2020-01-02T03:04:05.1234567899-07:30', '2020-01-02T03:04:05.123456789-07:30'],
    ['2020-01-02T3:04:05,5+00:00', '2020-01-02T03:04:05.5Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
    ['2023-02-29T00:00:00Z', undefined],
    ['2020-00-01T00:00:00Z', undefined],
    ['2020-01-01T24:00:00Z', undefined],
    ['2020-01-01T00:60:00Z', undefined],
    ['2020-01-01T00:00:00', undefined],
    ['', undefined],
  ] as const) assert.is(canonicalTimestamp(text), expected, text);
});

test('times from and to seconds', () => {
  for (const [seconds, text] of [[0n, '1970-01-01T00:00:00Z'], [1690467916n, '2023-07-27T14:25:16Z'], [-1n, '1969-12-31T23:59:59Z']] as const) {
    assert.is(timestampOf(utcTime(seconds)), text);
    assert.is(timestampSeconds(text), seconds);
  }
  assert.is(timestampSeconds('2023-07-27T16:25:16.9+02:00'), 1690467916n);
  assert.is(timestampOf(utcTime(-62135596800n)), '0001-01-01T00:00:00Z');
  assert.throws(() => timestampOf(utcTime(253402300800n)), /year outside of range/);
  assert.is(timestampOf({ seconds: 1700000001n, nanoseconds: 120_000_000, offset: -9000 }), '2023-11-14T19:43:21.12-02:30');
  assert.is(timestampOf({ seconds: 0n, nanoseconds: 5, offset: 3600 }), '1970-01-01T01:00:00.000000005+01:00');
  assert.throws(() => timestampOf({ seconds: 0n, nanoseconds: 0, offset: 99 * 3600 }), /timezone hour outside of range/);
});

test('strings that are not text become replacement escapes in JSON', () => {
  assert.is(encodeJsonString('a\ud800b<\u2028\ufffd'), '"a\\ufffdb\\u003c\\u2028\ufffd"');
});

test('what an image from scratch starts from', () => {
  assert.is(encodeImageConfig(emptyImageConfig({ os: 'linux', architecture: 'amd64' })),
    '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":null},"config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"WorkingDir":"/"}}');
  assert.is(encodeImageConfig(emptyImageConfig({ os: 'windows', architecture: 'amd64', osVersion: '10', osFeatures: ['f'], variant: 'v' })),
    '{"architecture":"amd64","os":"windows","os.version":"10","os.features":["f"],"variant":"v","rootfs":{"type":"layers","diff_ids":null},"config":{"WorkingDir":"/"}}');
});

test('a config from bytes', () => {
  assert.is(parseImageConfig(Buffer.from('{"author":"\xff"}', 'latin1')).author, '\ufffd');
});

test('a wrong type in an image config is told with the names of the Go type that is read', () => {
  const cases: readonly (readonly [json: string, docker: string, oci: string])[] = [
    ['1', 'number into Go value of type v1.DockerOCIImage', 'number into Go value of type v1.Image'],
    ['{"os":[]}', 'array into Go struct field DockerOCIImage.Image.Platform.os of type string', 'array into Go struct field Image.Platform.os of type string'],
    ['{"rootfs":{"type":1}}', 'number into Go struct field RootFS.Image.rootfs.type of type string', 'number into Go struct field RootFS.rootfs.type of type string'],
    ['{"history":[1]}', 'number into Go struct field DockerOCIImage.Image.history of type v1.History', 'number into Go struct field Image.history of type v1.History'],
    ['{"config":1}', 'number into Go struct field DockerOCIImage.config of type v1.DockerOCIImageConfig', 'number into Go struct field Image.config of type v1.ImageConfig'],
    ['{"config":{"User":1}}', 'number into Go struct field DockerOCIImageConfig.config.ImageConfig.User of type string', 'number into Go struct field ImageConfig.config.User of type string'],
    ['{"config":{"Shell":1}}', 'number into Go struct field DockerOCIImageConfig.config.DockerOCIImageConfigExt.Shell of type []string', ''],
  ];
  const problem = (read: () => unknown): string => {
    try {
      read();
      return '';
    } catch (error) {
      return (error as Error).message.replace(/^json: cannot unmarshal /, '');
    }
  };
  for (const [json, docker, oci] of cases) {
    assert.is(problem(() => parseImageConfig(json)), docker, json);
    assert.is(problem(() => parseOciImageConfig(json)), oci, json);
  }
});

test('hostile references take no time', () => {
  const start = Date.now();
  for (const text of [`${'a-'.repeat(50_000)}`, `${'a.'.repeat(50_000)}/`, `a:${'x'.repeat(100_000)}`, `a@${'a+'.repeat(50_000)}`, `${'A'.repeat(100_000)}/b`]) {
    try {
      parseNormalizedNamed(text);
    } catch {
      // only the time counts
    }
  }
  assert.ok(Date.now() - start < 2000);
});

test.run();
