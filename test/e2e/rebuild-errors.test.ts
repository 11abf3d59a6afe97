/** REPRO_FROM: what a provenance cannot give is refused by name, with what the caller must supply; and what it says of itself. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildRequest, BuildResult, Index } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';
import { startWebServer } from '../support/web-server.ts';

const env = await startEnvironment();
test.after(() => env.stop());
const web = await startWebServer(env.tempFolder());
test.after(() => web.stop());

const EPOCH = 1_700_000_000;

interface First {
  /** IMAGE@DIGEST of the index. */
  readonly image: string;
  readonly result: BuildResult;
}

async function build(request: BuildRequest, defaults: BuildRequest = { epoch: EPOCH, provenance: 'max' }): Promise<First> {
  const reference = env.image('first');
  const result = await env.mustBuild({ frontend: 'reference', rewriteTimestamp: true, output: { push: reference }, ...defaults, ...request });
  return { image: `${reference.replace(/:latest$/, '')}@${result.digest}`, result };
}

function again(from: string, request: BuildRequest = {}): Promise<BuildResult> {
  return env.build({ dockerfile: 'a filler', rewriteTimestamp: true, ...request, buildArgs: { REPRO_FROM: from, ...request.buildArgs } });
}

async function assertFails(from: string, request: BuildRequest, ...texts: readonly string[]): Promise<void> {
  const result = await again(from, { output: 'none', ...request });
  assert.is(result.ok, false, result.log);
  for (const text of texts) assert.match(result.log, text);
}

test('a folder of the client that the build reads is asked for, and one that it does not read is not', async () => {
  const reads = await build({ dockerfile: 'FROM scratch\nCOPY a /\n', files: { a: 'x' } });
  await assertFails(reads.image, {}, 'the build reads its main context, which was a folder of the first build\'s client', '--build-context repro-context=FOLDER');
  const ignores = await build({ dockerfile: 'FROM scratch\nCOPY <<A /a\nx\nA\n', files: { a: 'x' } });
  const result = await again(ignores.image);
  assert.is(result.manifestDigest, ignores.result.manifestDigest, result.log);
});

test('named folders, contradictions and layers of them are all named at once', async () => {
  const first = await build({ dockerfile: 'FROM scratch AS a\nCOPY --from=n f /\n', contexts: { n: env.tempFolder({ f: '' }) }, target: 'a', buildArgs: { A: '1' } });
  await assertFails(first.image, { target: 'b', buildArgs: { A: '2' }, epoch: 3 },
    'the named context n was a folder of the client, and its content is not recorded: supply it (--build-context n=FOLDER)',
    'the target is given as "b", and the first build had "a"', 'the build arg A is given as "2", and the first build had "1"', 'the build arg SOURCE_DATE_EPOCH is given as "3"');
  const result = await again(first.image, { target: 'a', buildArgs: { A: '1' }, epoch: EPOCH, contexts: { n: env.tempFolder({ f: '' }) } });
  assert.is(result.manifestDigest, first.result.manifestDigest, result.log);
});

test('REPRO_OVERRIDE=1: the caller\'s build args win', async () => {
  const first = await build({ dockerfile: 'FROM scratch\nARG A\nLABEL a=$A\nCOPY <<B /b\nB\n', buildArgs: { A: '1' } });
  const result = await again(first.image, { buildArgs: { A: '2', REPRO_OVERRIDE: '1' } });
  assert.is(result.image.config.config.Labels?.['a'], '2', result.log);
});

test('a secret that the build needs and the client lacks is named before anything is built', async () => {
  const first = await build({ dockerfile: `FROM ${env.bases.busybox}\nRUN --mount=type=secret,id=key,required wc -c /run/secrets/key > /size\n`, secrets: { key: 'value' } });
  await assertFails(first.image, { noCache: true }, 'its build needs the secret key, which no provenance holds: supply --secret id=key');
});

test('mode=min: refused by name; equal with what it lacks, when the caller says that this is all', async () => {
  const request: BuildRequest = { dockerfile: 'FROM scratch\nARG A\nLABEL a=$A\nCOPY a /\n', files: { a: 'x', b: 'y', 'Dockerfile.dockerignore': 'b\n' }, buildArgs: { A: '1' } };
  const first = await build({ ...request, provenance: 'min' });
  await assertFails(first.image, {}, 'it leaves out build args, labels and secrets of the request (mode=min)', 'it does not hold the Dockerfile: give its folder as the named context repro-dockerfile');
  const contexts = { 'repro-context': env.tempFolder(request.files), 'repro-dockerfile': env.tempFolder({ Dockerfile: request.dockerfile ?? '' }) };
  const result = await again(first.image, { contexts, epoch: EPOCH, buildArgs: { A: '1', REPRO_OVERRIDE: '1' } });
  assert.is(result.manifestDigest, first.result.manifestDigest, result.log);
});

test('a supplied context has its own ignore files', async () => {
  const request: BuildRequest = { files: { Dockerfile: 'FROM scratch\nCOPY . /\n', a: 'x', b: 'y', '.dockerignore': 'a\n', 'Dockerfile.dockerignore': 'b\n*ockerfile*\n' } };
  const first = await build(request);
  const result = await again(first.image, { contexts: { 'repro-context': env.tempFolder(request.files) } });
  assert.is(result.manifestDigest, first.result.manifestDigest, result.log);
  assert.equal([...result.image.layers[0]?.entries().keys() ?? []], ['.dockerignore', 'a']);
});

test('a file that has changed at its URL is an error, a Dockerfile that is gone from its URL is none', async () => {
  web.files.set('file', 'one');
  web.files.set('Dockerfile', `FROM scratch\nADD ${web.url}/file /file\n`);
  const first = await build({ context: `${web.url}/Dockerfile` });
  web.files.delete('Dockerfile');
  const daemon = await env.startDaemon();
  const result = await again(first.image, { daemon });
  assert.is(result.manifestDigest, first.result.manifestDigest, result.log);
  web.files.set('file', 'two');
  await assertFails(first.image, { daemon: await env.startDaemon() }, 'sha256:', 'digest mismatch');
});

test('a folder of a repository, with the times of an epoch', async () => {
  await web.commit('folder', { 'd/Dockerfile': 'FROM scratch\nCOPY a /\n', 'd/a': 'in the folder\n', a: 'beside it\n' });
  const first = await build({ context: `${web.url}/folder.git#main:d` }, { provenance: 'max' });
  const result = await again(first.image, { epoch: EPOCH, buildArgs: { REPRO_OVERRIDE: '1' } });
  assert.ok(result.ok, result.log);
  assert.is(result.image.layers[0]?.text('a'), 'in the folder\n');
  const without = await again(first.image, { client: 'buildx' });
  assert.match(without.log, 'Not reproducible in full: the first build had no SOURCE_DATE_EPOCH: its image has the times of the day on which it ran');
});

test('provenance from a file: it must be about the image', async () => {
  const first = await build({ dockerfile: 'FROM scratch\nCOPY <<A /a\nfrom a file\nA\n' });
  const repository = first.image.replace(/@.*$/, '');
  const index = (await env.images.manifest(first.image))?.json as Index;
  const attestation = await env.images.manifest(`${repository}@${index.manifests.find(({ platform }) => platform?.os === 'unknown')!.digest}`);
  const layer = (attestation?.json as { layers: readonly { digest: string }[] }).layers[0]!;
  const contexts = { 'repro-provenance': env.tempFolder({ 'provenance.json': await env.images.blob(first.image, layer.digest) }) };
  await assertFails(first.image, { contexts }, 'provenance.json is not about the image of REPRO_FROM', 'names the manifest of one platform');
  const result = await again(`${repository}@${first.result.manifestDigest}`, { contexts });
  assert.is(result.manifestDigest, first.result.manifestDigest, result.log);
});

test('with REPRO_TRUST a request that nobody signed is refused', async () => {
  const first = await build({ dockerfile: 'FROM scratch\nCOPY <<A /a\nunsigned\nA\n' });
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' });
  await assertFails(first.image, { buildArgs: { REPRO_TRUST: `key=${Buffer.from(key).toString('base64')}` } }, 'failed to load the provenance of context repro-provenance', 'sign');
});

test('an image without provenance, and one that is not there', async () => {
  const bare = await build({ dockerfile: 'FROM scratch\nCOPY <<A /a\nbare\nA\n' }, {});
  await assertFails(bare.image, {}, 'has no provenance attached');
  await assertFails(`${env.registry}/nowhere@sha256:${'0'.repeat(64)}`, {}, `${env.registry}/nowhere`);
});

test('an index that was put together of two builds is built one platform at a time', async () => {
  const part = (architecture: string) => build({ platform: `linux/${architecture}`, dockerfile: 'FROM scratch\nARG A\nLABEL a=$A\nCOPY <<B /b\nB\n', buildArgs: { A: architecture } });
  const parts = [await part('amd64'), await part('arm64')];
  const reference = env.image('joined');
  for (const { image } of parts) await env.images.tag(image, reference);
  const indexes = await Promise.all(parts.map(async ({ image }) => (await env.images.manifest(image))!.json as Index));
  const joined = { ...indexes[0], manifests: indexes.flatMap(({ manifests }) => manifests) };
  const digest = await env.images.putManifest(reference, 'application/vnd.oci.image.index.v1+json', Buffer.from(JSON.stringify(joined)));
  const from = `${reference.replace(/:latest$/, '')}@${digest}`;
  await assertFails(from, {}, 'was put together of several builds: the requests for linux/amd64 and linux/arm64 differ. Build one platform at a time (--platform)');
  for (const [index, platform] of ['linux/amd64', 'linux/arm64'].entries()) {
    const result = await again(from, { platform });
    assert.is(result.manifestDigest, parts[index]?.result.manifestDigest, result.log);
  }
});

test('platforms with stages of their own are one request', async () => {
  const dockerfile = `FROM ${env.bases.busybox} AS build-amd64\nRUN --mount=type=secret,id=key,required wc -c < /run/secrets/key > /made\nFROM scratch AS build-arm64\nCOPY <<A /made\nA\nFROM build-$TARGETARCH AS build\nFROM scratch\nCOPY --from=build /made /\n`;
  const first = await build({ platform: 'linux/amd64,linux/arm64', dockerfile, secrets: { key: 'value' } });
  await assertFails(first.image, {}, 'supply --secret id=key');
  const result = await again(first.image, { secrets: { key: 'value' } });
  assert.is(result.manifestDigest, first.result.manifestDigest, result.log);
  assert.is(result.layout.images().length, 2);
});

test('frontend.repro and the progress say what is taken', async () => {
  const first = await build({ dockerfile: 'FROM scratch AS t\nARG A\nLABEL a=$A\nCOPY <<B /b\nB\n', target: 't', buildArgs: { A: '1' } });
  const { stdout } = await env.mustBuild({ dockerfile: 'a filler', client: 'buildx', output: 'none', buildArgs: { REPRO_FROM: first.image }, args: ['--call=repro,format=json'] });
  const answer = JSON.parse(stdout) as { request: { provenance: object; changes: readonly { was: string; becomes: string }[] } };
  const validate = new Ajv2020().compile(JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/explanation.schema.json'), 'utf8')) as object);
  assert.ok(validate(answer), JSON.stringify(validate.errors));
  assert.equal(answer.request.changes.map(({ was, becomes }) => [was, becomes]), [
    ['main context', 'none'], ['Dockerfile', 'the text of Dockerfile, 49 bytes'], ['build arg A', '1'], ['build arg SOURCE_DATE_EPOCH', String(EPOCH)], ['target', 't'],
  ]);
  const { log } = await env.mustBuild({ dockerfile: 'a filler', buildArgs: { REPRO_FROM: first.image }, noCache: true });
  assert.match(log, `build ${first.image} again, taking from its provenance: main context, Dockerfile, build arg A, build arg SOURCE_DATE_EPOCH, target`);
});

test.run();
