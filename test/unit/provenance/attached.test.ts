import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findAttested, readAttached, readAttestationManifest } from '../../../src/provenance/attached.ts';
import type { TrustedSigner } from '../../../src/provenance/trust.ts';

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const image = (digest: string, architecture: string, variant?: string) => ({ digest, platform: { os: 'linux', architecture, variant } });
const attestation = (digest: string, of: string) => ({ digest, platform: { os: 'unknown', architecture: 'unknown' }, annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': of } });
const INDEX = json({ manifests: [image('sha256:1', 'amd64'), image('sha256:2', 'arm64', 'v8'), image('sha256:3', 'arm', 'v6'), attestation('sha256:a', 'sha256:1'), attestation('sha256:b', 'sha256:2')] });

test('the attestations of a platform in an index', () => {
  const find = (index: Uint8Array, architecture: string, variant?: string) => findAttested(index, { os: 'linux', architecture, ...(variant === undefined ? {} : { variant }) }, 'layout')?.attestationManifest;
  assert.is(find(INDEX, 'amd64'), 'sha256:a');
  assert.is(find(INDEX, 'arm64'), 'sha256:b');
  assert.is(find(INDEX, 'arm', 'v7'), undefined, 'it has an image, and no attestations');
  assert.throws(() => find(INDEX, 's390x'), /^layout has no image for linux\/s390x, only for linux\/amd64, linux\/arm64, linux\/arm\/v6$/);
  assert.is(find(json({ manifests: [image('sha256:1', 'amd64')] }), 'amd64'), undefined);
  assert.is(find(json({ schemaVersion: 2, config: {}, layers: [] }), 'amd64'), undefined, 'a manifest');
  assert.throws(() => find(json({ manifests: [{ digest: 1 }, 'x'] }), 'amd64'), (error: Error) => /^layout: its index is none: /.test(error.message) && error.message.includes('manifests[0].digest: expected a string, found 1') && error.message.includes('manifests[1]: expected an object, found "x"'));
});

test('the statements in an attestation manifest', () => {
  const layer = (digest: unknown, type: string) => ({ digest, annotations: { 'in-toto.io/predicate-type': type } });
  const layers = [layer('sha256:1', 'https://spdx.dev/Document'), layer('sha256:2', 'https://slsa.dev/provenance/v0.2'), { digest: 'sha256:3' }];
  assert.equal(readAttestationManifest(json({ layers }), 'x'), { statements: ['sha256:2'] });
  assert.equal(readAttestationManifest(json({ layers, subject: { digest: 'sha256:i' } }), 'x'), { statements: ['sha256:2'], image: 'sha256:i' });
  assert.throws(() => readAttestationManifest(Buffer.from('x'), 'x'), /^x: its attestation manifest is none: /);
  assert.throws(() => readAttestationManifest(json({ layers: [layer(1, 'https://slsa.dev/provenance/v1')] }), 'x'), /layers\[0\]\.digest: expected a string, found 1/);
});

test('a statement without subjects is about the image that its manifest names, or that its index has it for', () => {
  const IMAGE = `sha256:${'a'.repeat(64)}`;
  const statement = json({ _type: 'https://in-toto.io/Statement/v1', predicateType: 'https://slsa.dev/provenance/v1', subject: [], predicate: { buildDefinition: {} } });
  const layers = [{ digest: 'sha256:1', annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v1' } }];
  const read = (manifest: unknown, trust?: TrustedSigner) => readAttached({
    name: 'image', imageManifest: IMAGE, blob: () => statement, bundles: [json({})], attestationManifest: { digest: 'sha256:m', data: json(manifest) },
  }, trust === undefined ? {} : { trust });
  const everybody: TrustedSigner = { verify: () => ({ signer: 'me' }), verifyArtifact: () => ({ signer: 'me' }) };
  assert.is(read({ layers }).form, 'slsa-v1');
  assert.is(read({ layers, subject: { digest: IMAGE } }, everybody).signer, 'me');
  assert.throws(() => read({ layers }, everybody), /^image: is about something else: expected the subject sha256:a+, found none$/);
  assert.throws(() => read({ layers, subject: { digest: 'sha256:other' } }), /^image: its attestations are about something else: expected the subject sha256:a+, found sha256:other$/);
});

test('of several attached statements the one about the image counts, the newer form first', () => {
  const HEX = 'a'.repeat(64);
  const slsa = (version: string, subject: string, started: string) => json({
    _type: 'https://in-toto.io/Statement/v1', predicateType: `https://slsa.dev/provenance/${version}`, subject: [{ name: 'x', digest: { sha256: subject } }],
    predicate: version === 'v1' ? { buildDefinition: {}, runDetails: { metadata: { startedOn: started } } } : { buildType: 'x', metadata: { buildStartedOn: started } },
  });
  const read = (statements: Readonly<Record<string, Uint8Array>>) => readAttached({
    name: 'image', imageManifest: `sha256:${HEX}`, blob: (digest) => statements[digest], bundles: [],
    attestationManifest: { digest: 'sha256:m', data: json({ layers: Object.keys(statements).map((digest) => ({ digest, annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v1' } })) }) },
  }, {});
  const [one, two] = ['2024-01-01T00:00:00Z', '2024-01-02T00:00:00Z'];
  assert.is(read({ a: slsa('v0.2', HEX, one), b: slsa('v1', HEX, two) }).startedOn, 1_704_153_600n);
  assert.is(read({ a: slsa('v1', 'b'.repeat(64), one), b: slsa('v1', HEX, two) }).startedOn, 1_704_153_600n);
  assert.throws(() => read({ a: slsa('v1', HEX, one), b: slsa('v1', HEX, two) }), /^image: has provenances that differ/);
  assert.throws(() => read({ a: slsa('v1', 'b'.repeat(64), one) }), /^image: is about something else: expected the subject sha256:a+, found sha256:b+$/);
  assert.throws(() => read({}), /^image has attestations, and no SLSA provenance among them/);
});

test.run();
