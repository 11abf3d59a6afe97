/** A base tag moves after an image was built: its provenance brings the old base back. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildRequest, BuildResult } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const EPOCH = 1700000000;
const MOVING = env.image('moving');
const TOOLS = env.image('tools');
const DOCKERFILE = `FROM ${MOVING} AS base
RUN cat /generation > /seen
COPY --from=${TOOLS} /generation /tools
RUN --mount=from=${TOOLS},target=/mnt cat /mnt/generation > /mounted
`;

/** Points both tags at images of this generation. */
async function move(generation: string): Promise<void> {
  for (const reference of [MOVING, TOOLS]) {
    await env.mustBuild({ frontend: 'reference', dockerfile: `FROM ${env.bases.busybox}\nCOPY generation /\n`, files: { generation: `${reference} ${generation}\n` }, output: { push: reference } });
  }
}

function build(request: BuildRequest): Promise<BuildResult> {
  return env.build({ dockerfile: DOCKERFILE, epoch: EPOCH, rewriteTimestamp: true, ...request });
}

function must(result: BuildResult): BuildResult {
  assert.ok(result.ok, result.log);
  return result;
}

/** The statement that the daemon attached to the first image. */
function statement(result: BuildResult): string {
  const found = result.layout.attestations(result.manifestDigest).find((each) => each.predicateType.startsWith('https://slsa.dev/provenance/'));
  if (found === undefined) throw new Error('the image has no provenance');
  return JSON.stringify(found.statement);
}

async function push(reference: string, request: BuildRequest): Promise<BuildResult> {
  return must(await build({ frontend: 'reference', provenance: 'max', output: { push: reference }, ...request }));
}

await move('one');
const first = must(await build({ frontend: 'reference', provenance: 'max' }));
const firstOld = must(await build({ frontend: 'reference', provenance: 'max', provenanceVersion: 'v0.2' }));
const firstMin = must(await build({ frontend: 'ours', provenance: 'min' }));
const published = env.image('published');
const publishedDigest = (await push(published, {})).digest;
const publishedOld = env.image('published-old');
const publishedOldDigest = (await push(publishedOld, { provenanceVersion: 'v0.2' })).digest;
await move('two');

const FOLDERS = { v1: statement(first), 'v0.2': statement(firstOld), 'mode=min by our frontend': statement(firstMin), 'a bare predicate': JSON.stringify(JSON.parse(statement(first)).predicate) };

test('the fixtures are what they should be', () => {
  assert.is(JSON.parse(FOLDERS.v1).predicateType, 'https://slsa.dev/provenance/v1');
  assert.is(JSON.parse(FOLDERS['v0.2']).predicateType, 'https://slsa.dev/provenance/v0.2');
  assert.is(firstOld.manifestDigest, first.manifestDigest);
  assert.is.not(publishedDigest, first.manifestDigest, 'an index, with the provenance beside the image');
  assert.is(firstMin.manifestDigest, first.manifestDigest, 'ours and the reference build the same image');
});

test('without provenance the moved tag is used', async () => {
  const result = must(await build({}));
  assert.is.not(result.manifestDigest, first.manifestDigest);
  assert.match(result.image.layers.at(-1)?.text('mounted') ?? '', 'two');
});

for (const [name, text] of Object.entries(FOLDERS)) {
  test(`a folder with ${name}`, async () => {
    const result = must(await build({ contexts: { 'repro-provenance': env.tempFolder({ 'provenance.json': text }) } }));
    assert.is(result.manifestDigest, first.manifestDigest);
  });
}

test('an image with attached provenance', async () => {
  const result = must(await build({ contexts: { 'repro-provenance': `docker-image://${published.replace(/:[^:/]*$/, '')}@${publishedDigest}` } }));
  assert.is(result.manifestDigest, first.manifestDigest);
});

test('an image with attached provenance, by its tag', async () => {
  const result = must(await build({ contexts: { 'repro-provenance': `docker-image://${published}` } }));
  assert.is(result.manifestDigest, first.manifestDigest);
});

test('an image with attached provenance v0.2, by buildx', async () => {
  const result = must(await build({ client: 'buildx', contexts: { 'repro-provenance': `docker-image://${publishedOld.replace(/:[^:/]*$/, '')}@${publishedOldDigest}` } }));
  assert.is(result.manifestDigest, first.manifestDigest);
});

test('the provenance leaves no trace in the image config', async () => {
  const result = must(await build({ contexts: { 'repro-provenance': env.tempFolder({ 'provenance.json': FOLDERS.v1 }) } }));
  assert.equal(result.image.config, first.image.config);
});

test('a provenance that lacks the base is an error that names it', async () => {
  const other = must(await env.build({ frontend: 'reference', dockerfile: `FROM ${env.bases.busybox}\nCOPY --from=${TOOLS} /generation /tools\nRUN true\n`, provenance: 'max' }));
  const contexts = { 'repro-provenance': env.tempFolder({ 'provenance.json': statement(other) }) };
  const result = await build({ contexts, output: 'none' });
  assert.is(result.ok, false);
  assert.match(result.log, MOVING);
  const lax = must(await build({ contexts, buildArgs: { REPRO_PIN: 'lax' } }));
  assert.match(lax.image.layers.at(-1)?.text('mounted') ?? '', 'two');
});

test('a pinned image that is gone from the registry is an error', async () => {
  const gone = FOLDERS.v1.replaceAll((await env.images.digest(MOVING)).slice(7), 'f'.repeat(64)).replaceAll(/"sha256":"[0-9a-f]{64}"/g, `"sha256":"${'f'.repeat(64)}"`).replaceAll(/digest=sha256:[0-9a-f]{64}/g, `digest=sha256:${'f'.repeat(64)}`);
  const result = await build({ contexts: { 'repro-provenance': env.tempFolder({ 'provenance.json': gone }) }, output: 'none' });
  assert.is(result.ok, false);
  assert.match(result.log, `sha256:${'f'.repeat(64)}`);
});

const BAD: readonly (readonly [string, Record<string, string>])[] = [
  ['not JSON', { 'provenance.json': 'hello' }],
  ['truncated', { 'provenance.json': FOLDERS.v1.slice(0, 1000) }],
  ['JSON of another kind', { 'provenance.json': '[]' }],
  ['another predicate', { 'provenance.json': JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject: [], predicateType: 'https://spdx.dev/Document', predicate: {} }) }],
  ['an empty folder', {}],
];

for (const [name, files] of BAD) {
  test(`a provenance that is ${name} is an error`, async () => {
    const result = await build({ contexts: { 'repro-provenance': env.tempFolder(files) }, output: 'none' });
    assert.is(result.ok, false);
    assert.match(result.log, /error: .*provenance/i);
  });
}

const UNATTESTED: readonly (readonly [string, BuildRequest])[] = [
  ['a single manifest', {}],
  ['a Docker manifest', { outputAttributes: { 'oci-mediatypes': 'false' } }],
  ['an index of two platforms', { platform: 'linux/amd64,linux/arm64' }],
  ['a Docker manifest list', { platform: 'linux/amd64,linux/arm64', outputAttributes: { 'oci-mediatypes': 'false' } }],
];

for (const [name, request] of UNATTESTED) {
  test(`an image that is ${name}, with no provenance, is an error that names it`, async () => {
    const reference = env.image('unattested');
    must(await env.build({ frontend: 'reference', dockerfile: `FROM scratch\nCOPY <<EOF /name\n${name}\nEOF\n`, output: { push: reference }, ...request }));
    const result = await build({ contexts: { 'repro-provenance': `docker-image://${reference}` }, output: 'none' });
    assert.is(result.ok, false);
    assert.match(result.log, `${reference} has no provenance attached`);
  });
}

test('a provenance image that does not exist is an error that says what it was for', async () => {
  const result = await build({ contexts: { 'repro-provenance': `docker-image://${env.image('never-pushed')}` }, output: 'none' });
  assert.is(result.ok, false);
  assert.match(result.log, 'error: failed to solve: failed to load the provenance of context repro-provenance: ');
  assert.match(result.log, env.image('never-pushed'));
});

test('REPRO=off ignores the provenance', async () => {
  const result = must(await build({ contexts: { 'repro-provenance': env.tempFolder({ 'provenance.json': FOLDERS.v1 }) }, buildArgs: { REPRO: 'off' } }));
  assert.match(result.image.layers.at(-1)?.text('mounted') ?? '', 'two');
});

test.run();
