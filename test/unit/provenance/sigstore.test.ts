import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { generateKeyPairSync, sign } from 'node:crypto';
import { parseProvenance } from '../../../src/provenance/parse.ts';
import { readAttached } from '../../../src/provenance/attached.ts';
import type { Attached } from '../../../src/provenance/attached.ts';
import { trustedSigner } from '../../../src/provenance/sigstore.ts';
import type { TrustMaterials } from '../../../src/provenance/sigstore.ts';
import { ISSUER, makeKey, signWithKey, startSigstore } from '../../support/sigstore.ts';
import type { SigningKey } from '../../support/sigstore.ts';

const sigstore = await startSigstore();
test.after(() => sigstore.stop());

const HEX = 'a'.repeat(64);
const NAME = 'builder@example.com';
const URI = 'https://example.com/f';
const statement = (subject = HEX, materials = [{ uri: URI, digest: { sha256: HEX } }], predicateType = 'https://slsa.dev/provenance/v1') => JSON.stringify({
  _type: 'https://in-toto.io/Statement/v1', predicateType, subject: [{ name: 'x', digest: { sha256: subject } }], predicate: { buildDefinition: { resolvedDependencies: materials } },
});
const identity = (over: Partial<Extract<TrustMaterials, { kind: 'identity' }>> = {}): TrustMaterials => ({ kind: 'identity', identity: NAME, issuer: ISSUER, root: Buffer.from(sigstore.root), ...over });
const key = makeKey();
const keyTrust = (over: { readonly key?: string; readonly root?: Uint8Array; readonly subject?: string } = {}): TrustMaterials => ({ kind: 'key', key: key.pem, ...over });

/** A DSSE envelope with a signature by each key. */
function envelope(payload: string, keys: readonly SigningKey[], payloadType = 'application/vnd.in-toto+json'): string {
  const message = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${Buffer.byteLength(payload)} `), Buffer.from(payload)]);
  const signatures = keys.map(({ privateKey }, index) => ({ keyid: `k${index}`, sig: sign('sha256', message, privateKey).toString('base64') }));
  return JSON.stringify({ payloadType, payload: Buffer.from(payload).toString('base64'), signatures });
}

const read = (text: string, materials: TrustMaterials) => {
  const trust = trustedSigner(materials);
  return parseProvenance(Buffer.from(text), 'p.json', { trust, ...(trust.subject === undefined ? {} : { subject: trust.subject }) });
};

test('an identity of a trusted root', async () => {
  const bundle = await sigstore.signAs(NAME, { statement: statement() });
  const provenance = read(bundle, identity());
  assert.is(provenance.signer, `${NAME} (${ISSUER})`);
  assert.equal(provenance.materials.map(({ uri }) => uri), [URI]);
  const stamped = await sigstore.signAs(NAME, { statement: statement() }, { witness: 'timestamp' });
  assert.is(read(stamped, identity({ root: Buffer.from(sigstore.rootWithoutLog) })).signer, `${NAME} (${ISSUER})`);
});

test('a key, in a bundle and in an envelope, of which one signature must be good', async () => {
  assert.match(read(await signWithKey(key, { statement: statement() }), keyTrust()).signer ?? '', /^the key sha256:[0-9a-f]{64}$/);
  assert.match(read(envelope(statement(), [key]), keyTrust()).signer ?? '', /^the key /);
  assert.match(read(envelope(statement(), [makeKey(), key]), keyTrust()).signer ?? '', /^the key /);
  for (const type of ['ed25519', 'rsa'] as const) {
    const pair = type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519');
    const payload = statement();
    const message = Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${payload.length} ${payload}`);
    const signed = JSON.stringify({ payloadType: 'application/vnd.in-toto+json', payload: Buffer.from(payload).toString('base64'), signatures: [{ sig: sign(type === 'rsa' ? 'sha256' : null, message, pair.privateKey).toString('base64') }] });
    assert.match(read(signed, keyTrust({ key: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString() })).signer ?? '', /^the key /, type);
  }
});

const changed = (bundle: string, change: (value: any) => void): string => {
  const value: unknown = JSON.parse(bundle);
  change(value);
  return JSON.stringify(value);
};

test('what does not count', async () => {
  const good = await sigstore.signAs(NAME, { statement: statement() });
  const keyed = await signWithKey(key, { statement: statement() });
  const others = await startSigstore();
  const theirs = await others.signAs(NAME, { statement: statement() });
  others.stop();
  const unstamped = await sigstore.signAs(NAME, { statement: statement() }, { witness: 'none' });
  const stamped = await sigstore.signAs(NAME, { statement: statement() }, { witness: 'timestamp' });
  const other = Buffer.from(statement('b'.repeat(64))).toString('base64');
  for (const [what, text, materials, message] of [
    ['no signature', statement(), identity(), 'it is not signed, and REPRO_TRUST says by whom it must be'],
    ['a bare predicate', '{"buildDefinition":{}}', keyTrust(), 'it is not signed'],
    ['a source policy', '{"rules":[]}', keyTrust(), 'it is not signed'],
    ['buildx metadata', `{"buildx.build.provenance":${JSON.stringify(JSON.parse(statement()).predicate)}}`, keyTrust(), 'it is not signed'],
    ['another identity', good, identity({ identity: 'other@example.com' }), 'it is signed by builder@example.com (https://issuer.example), expected other@example.com (https://issuer.example)'],
    ['the start of an identity', good, identity({ identity: 'builder@example' }), 'expected builder@example (https://issuer.example)'],
    ['a pattern', good, identity({ identity: '.*' }), 'expected .* (https://issuer.example)'],
    ['another issuer', good, identity({ issuer: 'https://example.com' }), 'expected builder@example.com (https://example.com)'],
    ['another authority', theirs, identity(), 'its signature does not count: '],
    ['another statement', changed(good, (value) => (value.dsseEnvelope.payload = other)), identity(), 'its signature does not count: '],
    ['another statement, by key', changed(keyed, (value) => (value.dsseEnvelope.payload = other)), keyTrust(), 'its signature does not count: signature verification failed'],
    ['another signature', changed(keyed, (value) => (value.dsseEnvelope.signatures[0].sig = Buffer.from('x').toString('base64'))), keyTrust(), 'its signature does not count: '],
    ['no signatures', changed(envelope(statement(), [key]), (value) => (value.signatures = [])), keyTrust(), 'its signature does not count: it has no signature'],
    ['signatures that are none', changed(envelope(statement(), [key]), (value) => (value.signatures = 'x')), keyTrust(), 'expected a list of signatures, found "x"'],
    ['another key', keyed, keyTrust({ key: makeKey().pem }), 'its signature does not count: signature verification failed'],
    ['a key where an identity is wanted', keyed, identity(), 'it is signed with a key, and REPRO_TRUST names an identity'],
    ['a certificate where a key is wanted', good, keyTrust(), 'it is signed with a certificate, and REPRO_TRUST names a key'],
    ['an envelope where an identity is wanted', envelope(statement(), [key]), identity(), 'it is signed with a key'],
    ['another payload type', envelope(statement(), [key], 'text/plain'), keyTrust(), 'what is signed is "text/plain", expected application/vnd.in-toto+json'],
    ['no proof of time', unstamped, identity(), 'expected 1 timestamps, got 0'],
    ['a timestamp where the root has a log', stamped, identity(), 'expected 1 tlog entries, got 0'],
    ['a key without log entry, with a root', keyed, keyTrust({ root: Buffer.from(sigstore.root) }), 'expected 1 timestamps, got 0'],
    ['an empty bundle', '{"mediaType":"x","dsseEnvelope":{}}', keyTrust(), 'what is signed is '],
    ['a bundle that is none', changed(good, (value) => delete value.verificationMaterial), identity(), 'its signature does not count: invalid bundle'],
    ['a bare signature', await sigstore.signAs(NAME, { bytes: Buffer.from(statement()) }), identity(), 'what is signed is '],
    ['another subject', good, identity({ subject: `sha256:${'c'.repeat(64)}` }), `p.json: is about something else: expected the subject sha256:${'c'.repeat(64)}, found sha256:${HEX}`],
  ] as const) {
    assert.throws(() => read(text, materials), (error: Error) => error.message.includes(message) || assert.unreachable(`${what}: ${error.message}`), what);
  }
});

test('a certificate counts for its ten minutes alone', async () => {
  const hour = 3_600_000;
  for (const [what, issued] of [['expired', new Date(Date.now() - hour)], ['of the future', new Date(Date.now() + hour)]] as const) {
    const other = await startSigstore(issued);
    const bundle = await other.signAs(NAME, { statement: statement() });
    assert.throws(() => read(bundle, identity({ root: Buffer.from(other.root) })), /its signature does not count: .*(?:certificate|not valid)/, what);
    other.stop();
  }
});

test('one good signature of several will do, whatever the others are', () => {
  const signed = (signatures: (good: unknown) => readonly unknown[]): string => changed(envelope(statement(), [key]), (value) => (value.signatures = signatures(value.signatures[0])));
  for (const bad of [null, 7, {}, { sig: null }, { keyid: 'x', sig: '!' }, []]) {
    assert.is(read(signed((good) => [bad, good]), keyTrust()).materials.length, 1);
    assert.throws(() => read(signed(() => [bad]), keyTrust()), /its signature does not count: /);
  }
});

test('of several, those without a good signature do not count', async () => {
  const bundle = await signWithKey(key, { statement: statement() });
  const [unsigned, forged] = [statement(HEX, []), await signWithKey(makeKey(), { statement: statement(HEX, []) })];
  assert.is(read([unsigned, forged, bundle].join('\n'), keyTrust()).materials.length, 1);
  assert.throws(() => read([unsigned, forged].join('\n'), keyTrust()), /has no provenance that counts:\n {2}line 1: it is not signed.*\n {2}line 2: its signature does not count/);
  const older = await signWithKey(key, { statement: statement('d'.repeat(64), []) });
  assert.throws(() => read([bundle, older].join('\n'), keyTrust()), /has provenances that differ/);
  assert.is(read([bundle, older].join('\n'), keyTrust({ subject: `sha256:${HEX}` })).materials.length, 1);
});

test('keys and roots that are none', () => {
  for (const [materials, message] of [
    [keyTrust({ key: 'x' }), 'its key is none: expected a public key in PEM'],
    [keyTrust({ key: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----' }), 'its key is none: '],
    [identity({ root: Buffer.from('x') }), 'its root is no trusted root of Sigstore: '],
    [identity({ root: Buffer.from('{}') }), 'its root is no trusted root of Sigstore: it has no certificate authorities'],
  ] as const) assert.throws(() => trustedSigner(materials), (error: Error) => error.message.startsWith(message), message);
});

test('an attached provenance counts when its manifest is signed', async () => {
  const IMAGE = `sha256:${HEX}`;
  const layer = (digest: string, type = 'https://slsa.dev/provenance/v1') => ({ digest, annotations: { 'in-toto.io/predicate-type': type } });
  const manifest = Buffer.from(JSON.stringify({ layers: [layer('sha256:1'), layer('sha256:2', 'https://spdx.dev/Document')] }));
  const digest = `sha256:${'e'.repeat(64)}`;
  const attached = (bundles: readonly string[], over: Partial<Attached> = {}): Attached => ({
    name: 'image', imageManifest: IMAGE, attestationManifest: { digest, data: manifest }, blob: (asked) => (asked === 'sha256:1' ? Buffer.from(statement()) : undefined),
    bundles: bundles.map((each) => Buffer.from(each)), ...over,
  });
  const signed = statement('e'.repeat(64), [], 'https://sigstore.dev/cosign/sign/v1');
  for (const bundle of [await signWithKey(key, { statement: signed }), await signWithKey(key, { bytes: manifest }), await signWithKey(key, { statement: statement('e'.repeat(64), []) })]) {
    assert.match(readAttached(attached([bundle]), { trust: trustedSigner(keyTrust()) }).signer ?? '', /^the key /);
    assert.is(readAttached(attached([bundle]), {}).signer, undefined);
  }
  assert.is(readAttached(attached(['{', await sigstore.signAs(NAME, { statement: signed })]), { trust: trustedSigner(identity()) }).signer, `${NAME} (${ISSUER})`);
  for (const [bundles, message] of [
    [[], `nothing of the type application/vnd.dev.sigstore.bundle.v0.3+json refers to ${digest}`],
    [[await signWithKey(key, { statement: statement() })], `the signed statement is about ${IMAGE}, expected ${digest}`],
    [[await signWithKey(key, { bytes: Buffer.from('x') })], 'signature verification failed'],
    [[await signWithKey(makeKey(), { bytes: manifest })], 'signature verification failed'],
    [[await signWithKey(key, { statement: statement('e'.repeat(64), [], 'https://in-toto.io/attestation/test-result/v0.1') })], 'the signed statement is of the type "https://in-toto.io/attestation/test-result/v0.1"'],
  ] as const) {
    assert.throws(() => readAttached(attached(bundles), { trust: trustedSigner(keyTrust()) }), (error: Error) => error.message.includes(message) || assert.unreachable(error.message));
  }
  const good = await signWithKey(key, { bytes: manifest });
  assert.throws(() => readAttached(attached([good], { imageManifest: `sha256:${'f'.repeat(64)}` }), { trust: trustedSigner(keyTrust()) }), /is about something else/);
  assert.throws(() => readAttached(attached([good]), { trust: trustedSigner(keyTrust({ subject: `sha256:${'f'.repeat(64)}` })) }), /expected the subject sha256:f+ of REPRO_TRUST/);
});

test.run();
