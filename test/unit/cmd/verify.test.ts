import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exporterSettings } from '../../../src/cmd/exporter.ts';
import { outcomeStatement } from '../../../src/cmd/statement.ts';
import type { Outcome } from '../../../src/cmd/statement.ts';
import { verifyMode } from '../../../src/cmd/verify-modes.ts';
import { subjectsOf } from '../../../src/cmd/verify.ts';
import type { Image } from '../../../src/oci/image.ts';
import { parseManifest } from '../../../src/spec/descriptor.ts';

test('the options say what is done', () => {
  assert.is(verifyMode(['frontend', 'statement', 'key', 'attach', 'keep', 'ignore'], true), 'rebuild');
  assert.is(verifyMode(['twice', 'file', 'target', 'progress'], true), 'twice');
  assert.is(verifyMode(['policy', 'statementFile'], false), 'policy');
});

test('an option that would be ignored is an error that names it', () => {
  const rows: readonly (readonly [given: readonly string[], message: RegExp])[] = [
    [['twice', 'policy'], /expected one of them/],
    [['twice', 'statement', 'attach'], /^--statement, --attach: means nothing with --twice$/],
    [['policy', 'keep'], /^--keep: means nothing with --policy$/],
    [['policy', 'progress'], /^--no-progress: means nothing with --policy$/],
    [['file'], /^--file: means nothing without --twice or --policy$/],
    [['statementFile'], /^--statement-file: means nothing without/],
    [['key'], /^--key: there is no statement; ask for one with --statement FILE or --attach$/],
    [['verifier'], /^--verifier: there is no statement/],
  ];
  for (const [given, message] of rows) assert.throws(() => verifyMode(given, false), (error: Error & { code?: string }) => error.code === 'option' && message.test(error.message), String(given));
  assert.throws(() => verifyMode(['policy'], true), /arguments for a client mean nothing with --policy/);
});

const digest = (digit: string) => `sha256:${digit.repeat(64)}` as const;
const root = { mediaType: '', digest: digest('0'), size: 1, artifactType: '', annotations: new Map() };
const image = (digit: string) => ({ manifest: { digest: digest(digit) } }) as unknown as Image;
const compared = (...digits: string[]) => ({ platforms: digits.map((digit) => ({ a: digest(digit) })) }) as unknown as Parameters<typeof subjectsOf>[1];
const opened = (count: number) => ({ address: 'x', images: Array.from({ length: count }, () => ({ platform: '', open: () => assert.unreachable() as never })) });

test('a statement is about the manifests that were compared, and the root when they are all', () => {
  assert.equal(subjectsOf({ root, images: [image('1'), image('2')], opened: opened(2) }, compared('1', '2')), [digest('0'), digest('1'), digest('2')]);
  assert.equal(subjectsOf({ root, images: [image('1'), image('2')], opened: opened(2) }, compared('2')), [digest('2')]);
  assert.equal(subjectsOf({ root, images: [image('1')], opened: opened(2) }, compared('1')), [digest('1')]);
  // A config's digest is none of a manifest.
  assert.throws(() => subjectsOf({ root, images: [image('1')], opened: opened(1) }, compared('9')), /no manifest was compared/);
});

test('contents that differ where that is ignored are not called equal', () => {
  const outcome: Outcome = { resource: 'x', subjects: [digest('1')], verdict: 'repacked', normalised: ['order'], ignored: [], provenance: [], verifier: 'urn:x', version: '1', time: new Date(0) };
  const properties = (change: Partial<Outcome>) => (outcomeStatement({ ...outcome, ...change }) as { readonly predicate: { readonly properties: readonly string[] } }).predicate.properties;
  assert.equal(properties({}), ['CONTENTS_EQUAL', 'NORMALISED_ORDER']);
  assert.equal(properties({ ignored: ['log', 'only-one-side'] }), ['CONTENTS_EQUAL_BUT_FOR_IGNORED', 'NORMALISED_ORDER', 'IGNORED_LOG', 'IGNORED_ONLY_ONE_SIDE']);
});

test('the exporter is told to pack as the last layer was packed', () => {
  const compression = (mediaType: string, annotations = {}): string | undefined => {
    const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digest('1'), size: 2 };
    const value = parseManifest(Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers: [{ mediaType, digest: digest('2'), size: 3, annotations }] })), 'manifest');
    return exporterSettings([{ name: 'x', manifest: { value } } as unknown as Image]).find(({ name }) => name === 'compression')?.value;
  };
  const layer = 'application/vnd.oci.image.layer.v1.tar';
  assert.equal([layer, `${layer}+gzip`, `${layer}+zstd`, 'application/vnd.docker.image.rootfs.diff.tar.gzip'].map((type) => compression(type)), ['uncompressed', 'gzip', 'zstd', 'gzip']);
  assert.is(compression(`${layer}+gzip`, { 'containerd.io/snapshot/stargz/toc.digest': digest('3') }), 'estargz');
});

test.run();
