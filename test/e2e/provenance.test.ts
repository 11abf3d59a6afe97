/** Every form that provenance comes in, as the real daemon and clients write it, signed and unsigned: the base that moved comes back, or an error says why not. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runPolicy } from '../../src/cmd/policy.ts';
import type { BuildRequest, BuildResult, Index } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';
import { digestOf } from '../support/layout.ts';
import { architecture } from '../support/registry.ts';
import { pushScanner } from '../support/scanner.ts';
import { ISSUER, makeKey, signWithKey, startSigstore } from '../support/sigstore.ts';

const env = await startEnvironment();
const sigstore = await startSigstore();
test.after(async () => {
  sigstore.stop();
  await env.stop();
});

const MOVING = env.image('moving');
const DOCKERFILE = `FROM ${MOVING}\nCOPY <<EOF /own\nown\nEOF\n`;
const PLATFORMS = architecture() === 'amd64' ? ['linux/amd64', 'linux/arm64'] : ['linux/arm64', 'linux/amd64'];

async function move(generation: string): Promise<void> {
  await env.mustBuild({ frontend: 'reference', platform: PLATFORMS.join(','), dockerfile: `FROM scratch\nARG TARGETARCH\nCOPY <<EOF /generation\n${generation} $TARGETARCH\nEOF\n`, output: { push: MOVING } });
}

function build(request: BuildRequest): Promise<BuildResult> {
  return env.build({ dockerfile: DOCKERFILE, epoch: 1700000000, rewriteTimestamp: true, ...request });
}

async function must(request: BuildRequest): Promise<BuildResult> {
  const result = await build(request);
  assert.ok(result.ok, result.log);
  return result;
}

type Attested = Required<Pick<BuildRequest, 'provenance' | 'provenanceVersion'>>;
const KINDS: readonly Attested[] = (['v1', 'v0.2'] as const).flatMap((provenanceVersion) => (['max', 'min'] as const).map((provenance) => ({ provenance, provenanceVersion })));
const nameOf = ({ provenance, provenanceVersion }: Attested): string => `${provenanceVersion} mode=${provenance}`;

await move('one');
const firsts = new Map<string, BuildResult>();
// With a name: without one BuildKit writes no subject.
for (const kind of KINDS) firsts.set(nameOf(kind), await must({ frontend: 'reference', ...kind, outputAttributes: { name: 'example.com/app:1' } }));
/** The daemon remembers what refers to a manifest, so each case has one of its own: they differ in their times and ids. */
const SIGNED = ['statement', 'bytes', 'named', 'forged', 'stranger', 'unsigned'] as const;
const signables = new Map<string, BuildResult>();
for (const name of SIGNED) signables.set(name, await must({ frontend: 'reference', provenance: 'max', outputAttributes: { name: 'example.com/app:1' } }));
const artifacts = await must({ frontend: 'reference', provenance: 'max', outputAttributes: { 'oci-artifact': 'false' } });
const SCANNER = env.image('scanner');
await pushScanner(env, SCANNER, {});
const withSbom = await must({ frontend: 'reference', provenance: 'max', opts: { 'attest:sbom': `generator=${SCANNER}` } });
const metadata = new Map<string, unknown>();
for (const mode of ['max', 'min']) metadata.set(mode, (await must({ frontend: 'reference', client: 'buildx', provenance: 'min', env: { BUILDX_METADATA_PROVENANCE: mode } })).metadata);
const both = await must({ frontend: 'reference', platform: PLATFORMS.join(','), provenance: 'max', output: { push: env.image('both') } });
const bothMetadata = (await must({ frontend: 'reference', client: 'buildx', platform: PLATFORMS.join(','), provenance: 'max', env: { BUILDX_METADATA_PROVENANCE: 'max' } })).metadata;
await move('two');

const wanted = firsts.get('v1 mode=max')?.manifestDigest ?? '';

function statement(result: BuildResult | undefined): string {
  const found = result?.layout.attestations(result.manifestDigest).find((each) => each.predicateType.startsWith('https://slsa.dev/provenance/'));
  if (found === undefined) throw new Error('the image has no provenance');
  return JSON.stringify(found.statement);
}

const folder = (text: string, name = 'provenance.json'): Record<string, string> => ({ 'repro-provenance': env.tempFolder({ [name]: text }) });

async function comesBack(contexts: Record<string, string>, request: BuildRequest = {}): Promise<void> {
  assert.is((await must({ contexts, ...request })).manifestDigest, wanted);
}

async function refused(request: BuildRequest, message: string | RegExp): Promise<void> {
  const result = await build({ output: 'none', ...request });
  assert.is(result.ok, false, 'expected an error');
  assert.match(result.log, message);
}

test('without provenance the base is another one', async () => {
  assert.is.not((await must({})).manifestDigest, wanted);
  for (const first of firsts.values()) assert.is(first.manifestDigest, wanted);
});

const key = makeKey();

/** A statement in each of its wrappings. */
const FORMS: Readonly<Record<string, (text: string) => string | Promise<string>>> = {
  statement: (text) => text,
  'bare predicate': (text) => JSON.stringify(JSON.parse(text).predicate),
  'DSSE envelope': async (text) => JSON.stringify(JSON.parse(await signWithKey(key, { statement: text })).dsseEnvelope),
  'Sigstore bundle': (text) => sigstore.signAs('me@example.com', { statement: text }),
  'JSON lines': async (text) => `${JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', predicateType: 'https://spdx.dev/Document', subject: [], predicate: {} })}\n${await signWithKey(key, { statement: text })}\n`,
  'source policy': async (text) => {
    let policy = '';
    await runPolicy(env.tempFolder({ 'p.json': text }) + '/p.json', {}, (each) => void (policy += each), () => undefined);
    return policy;
  },
};

for (const kind of KINDS) {
  for (const [form, wrap] of Object.entries(FORMS)) {
    test(`a file: ${nameOf(kind)}, ${form}`, async () => {
      await comesBack(folder(await wrap(statement(firsts.get(nameOf(kind)))), form === 'JSON lines' ? 'provenance.jsonl' : 'p.json'));
    });
  }

  test(`attached: ${nameOf(kind)}, in a registry and in an OCI layout`, async () => {
    const layout = firsts.get(nameOf(kind))?.layout.folder ?? '';
    const reference = env.image('published', nameOf(kind).replace(' mode=', '-'));
    await env.images.pushLayout(layout, reference);
    await comesBack({ 'repro-provenance': `docker-image://${reference}` });
    await comesBack({ 'repro-provenance': `oci-layout://${layout}` });
  });
}

test('attached: manifests of images in place of artifacts, and an SBOM beside the provenance', async () => {
  for (const [name, result] of [['artifacts', artifacts], ['sbom', withSbom]] as const) {
    assert.is(result.manifestDigest, wanted);
    const reference = env.image(name);
    await env.images.pushLayout(result.layout.folder, reference);
    await comesBack({ 'repro-provenance': `docker-image://${reference}` });
    await comesBack({ 'repro-provenance': `oci-layout://${result.layout.folder}` }, { client: 'buildx' });
  }
});

for (const [mode, value] of metadata) {
  test(`buildx --metadata-file, ${mode}`, async () => {
    assert.ok(Object.hasOwn(value as object, 'buildx.build.provenance'));
    await comesBack(folder(JSON.stringify(value)));
  });
}

test('several platforms: attached, and buildx --metadata-file', async () => {
  assert.ok(PLATFORMS.every((platform) => Object.hasOwn(bothMetadata, `buildx.build.provenance/${platform}`)), Object.keys(bothMetadata).join());
  const digests = (await env.images.manifest(env.image('both')))?.json as Index;
  const images = digests.manifests.filter(({ platform }) => platform?.os === 'linux').map(({ digest }) => digest);
  assert.is(images[0], both.manifestDigest);
  for (const contexts of [{ 'repro-provenance': `docker-image://${env.image('both')}` }, folder(JSON.stringify(bothMetadata))]) {
    const again = await must({ contexts, platform: PLATFORMS.join(',') });
    assert.equal(again.layout.images().map(({ manifestDigest }) => manifestDigest).sort(), [...images].sort());
  }
  await refused({ contexts: folder(JSON.stringify(bothMetadata)), platform: 'linux/s390x' }, `it has no provenance for linux/s390x, only for ${[...PLATFORMS].sort().join(', ')}`);
  await refused({ contexts: { 'repro-provenance': `docker-image://${env.image('both')}` }, platform: 'linux/s390x' }, `${env.image('both')} has no image for linux/s390x, so no provenance of one`);
});

const V1 = statement(firsts.get('v1 mode=max'));

test('hostile files', async () => {
  const huge = `{"buildDefinition":{},"x":"${' '.repeat(65 << 20)}"}`;
  for (const [text, message] of [
    [V1.slice(0, -10), /is no provenance: .*JSON/],
    [V1.replace('"predicateType"', '"predicateType":"x","predicateType"'), 'it has the member "predicateType" twice in one object'],
    ['['.repeat(500) + ']'.repeat(500), 'it is nested more than 100 deep'],
    [`{"__proto__":${V1}}`, 'it is neither an in-toto statement nor'],
    [huge, /is too large: \d+ bytes, of at most 67108864/],
    ['\0\xff', /is no provenance: /],
  ] as const) await refused({ contexts: folder(text) }, message);
});

test('a provenance of several megabytes', async () => {
  await comesBack(folder(V1.replace(/\}$/, `,"padding":"${'x'.repeat(9 << 20)}"}`)));
});

/** The named context with the files of REPRO_TRUST. */
const trustContext = (files: Readonly<Record<string, string>>) => ({ 'repro-trust': env.tempFolder(files) });
const identity = `identity=me@example.com,issuer=${ISSUER},root=root.json`;

test('files that must be signed', async () => {
  const inline = `key=${Buffer.from(key.pem).toString('base64')}`;
  const byKey = await signWithKey(key, { statement: V1 });
  const byName = await sigstore.signAs('me@example.com', { statement: V1 });
  await comesBack(folder(byKey), { buildArgs: { REPRO_TRUST: inline } });
  await comesBack({ ...folder(byKey), ...trustContext({ 'keys/me.pub': key.pem }) }, { buildArgs: { REPRO_TRUST: 'key=keys/me.pub' } });
  await comesBack(folder(JSON.stringify(JSON.parse(byKey).dsseEnvelope)), { buildArgs: { REPRO_TRUST: `${inline},subject=${wanted}` } });
  await comesBack({ ...folder(byName), ...trustContext({ 'root.json': sigstore.root }) }, { buildArgs: { REPRO_TRUST: identity } });
  await comesBack(folder(`${V1}\n${byKey}\n`, 'p.jsonl'), { buildArgs: { REPRO_TRUST: inline } });

  for (const [text, trust, message] of [
    [V1, inline, 'it is not signed, and REPRO_TRUST says by whom it must be'],
    [JSON.stringify(JSON.parse(V1).predicate), inline, 'it is not signed'],
    [JSON.stringify(metadata.get('max')), inline, 'it is not signed'],
    ['{"version":1,"rules":[]}', inline, 'it is not signed'],
    [await signWithKey(makeKey(), { statement: V1 }), inline, 'its signature does not count: signature verification failed'],
    [byName, inline, 'it is signed with a certificate, and REPRO_TRUST names a key'],
    [byKey, `${inline},subject=sha256:${'0'.repeat(64)}`, `is about something else: expected the subject sha256:${'0'.repeat(64)}, found ${wanted}`],
    [byKey, 'key=other.pub', 'names the file other.pub, and there is no named context repro-trust'],
    [byKey, `key=${Buffer.from('-----BEGIN PUBLIC KEY-----').toString('base64')}`, 'REPRO_TRUST names nobody: its key is none'],
  ] as const) await refused({ contexts: folder(text), buildArgs: { REPRO_TRUST: trust } }, message);
  await refused({ contexts: { ...folder(byName), ...trustContext({ 'root.json': sigstore.root }) }, buildArgs: { REPRO_TRUST: identity.replace('me@', 'you@') } }, 'it is signed by me@example.com');
  await refused({ contexts: { ...folder(byName), ...trustContext({ 'root.json': '{}' }) }, buildArgs: { REPRO_TRUST: identity } }, 'its root is no trusted root of Sigstore');
  await refused({ contexts: { ...folder(byName), ...trustContext({ x: '' }) }, buildArgs: { REPRO_TRUST: identity } }, 'failed to read the files of REPRO_TRUST from context repro-trust');
  await refused({ buildArgs: { REPRO_TRUST: inline } }, 'REPRO_TRUST is given, and there is no provenance');
});

/** Makes `bundle` refer to a manifest, by the tag that registries without a list of referrers have for it. */
async function refer(reference: string, subject: { readonly digest: string; readonly size: number; readonly mediaType: string }, bundle: string): Promise<void> {
  const type = 'application/vnd.dev.sigstore.bundle.v0.3+json';
  const put = async (content: string) => ({ digest: await env.images.putBlob(reference, Buffer.from(content)), size: Buffer.byteLength(content) });
  const manifest = JSON.stringify({
    schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', artifactType: type,
    config: { mediaType: 'application/vnd.oci.empty.v1+json', ...(await put('{}')) }, layers: [{ mediaType: type, ...(await put(bundle)) }], subject,
  });
  const repository = reference.replace(/:[^:/]*$/, '');
  const digest = digestOf(manifest);
  await env.images.putManifest(`${repository}@${digest}`, 'application/vnd.oci.image.manifest.v1+json', Buffer.from(manifest));
  const index = JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [{ mediaType: 'application/vnd.oci.image.manifest.v1+json', artifactType: type, digest, size: Buffer.byteLength(manifest) }] });
  await env.images.putManifest(`${repository}:${subject.digest.replace(':', '-')}`, 'application/vnd.oci.image.index.v1+json', Buffer.from(index));
}

test('attached provenance that must be signed', async () => {
  const trust = { REPRO_TRUST: `key=${Buffer.from(key.pem).toString('base64')}` };
  const other = makeKey();
  const attestations = new Map<string, string>();
  for (const name of SIGNED) {
    const layout = signables.get(name)?.layout;
    const attestation = layout?.json<Index>(layout.root.digest).manifests.find(({ annotations }) => annotations?.['vnd.docker.reference.type'] === 'attestation-manifest');
    assert.ok(layout !== undefined && attestation !== undefined);
    const { digest, size, mediaType } = attestation;
    const about = (subject: string) => JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', predicateType: 'https://sigstore.dev/cosign/sign/v1', subject: [{ digest: { sha256: subject.replace('sha256:', '') } }], predicate: {} });
    const bundles: Readonly<Record<typeof name, () => Promise<string | undefined>>> = {
      statement: () => signWithKey(key, { statement: about(digest) }),
      bytes: () => signWithKey(key, { bytes: layout.blob(digest) }),
      named: () => sigstore.signAs('me@example.com', { statement: about(digest) }),
      forged: () => signWithKey(other, { statement: about(digest) }),
      stranger: () => signWithKey(key, { statement: about(`sha256:${'e'.repeat(64)}`) }),
      unsigned: async () => undefined,
    };
    const bundle = await bundles[name]();
    await env.images.pushLayout(layout.folder, env.image(`signed-${name}`));
    if (bundle !== undefined) await refer(env.image(`signed-${name}`), { digest, size, mediaType }, bundle);
    attestations.set(name, digest);
  }
  const contexts = (name: typeof SIGNED[number]) => ({ 'repro-provenance': `docker-image://${env.image(`signed-${name}`)}` });
  await comesBack(contexts('statement'), { buildArgs: trust });
  await comesBack(contexts('bytes'), { buildArgs: trust });
  await comesBack({ ...contexts('named'), ...trustContext({ 'root.json': sigstore.root }) }, { buildArgs: { REPRO_TRUST: identity } });
  await refused({ contexts: contexts('forged'), buildArgs: trust }, 'its attestations have no signature that counts, and REPRO_TRUST wants one: signature verification failed');
  await refused({ contexts: contexts('stranger'), buildArgs: trust }, `the signed statement is about sha256:${'e'.repeat(64)}, expected ${attestations.get('stranger')}`);
  await refused({ contexts: contexts('unsigned'), buildArgs: trust }, `nothing of the type application/vnd.dev.sigstore.bundle.v0.3+json refers to ${attestations.get('unsigned')}`);
  const layout = signables.get('unsigned')?.layout;
  await refused({ contexts: { 'repro-provenance': `oci-layout://${layout?.folder}` }, buildArgs: trust }, 'REPRO_TRUST wants a signature, which an OCI layout');
  const image = `${env.image('signed-unsigned').replace(/:[^:/]*$/, '')}@${layout?.root.digest}`;
  await refused({ buildArgs: { ...trust, REPRO_FROM: image } }, 'its attestations have no signature that counts');
});

test.run();
