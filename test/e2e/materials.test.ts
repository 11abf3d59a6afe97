/** Every kind of material moves after an image was built; its provenance brings each one back. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildRequest, BuildResult } from '../support/build.ts';
import { mustRun } from '../support/command.ts';
import { startEnvironment } from '../support/environment.ts';
import { architecture } from '../support/registry.ts';
import { pushScanner } from '../support/scanner.ts';
import { startWebServer } from '../support/web-server.ts';

const env = await startEnvironment();
const repositories = env.tempFolder();
const web = await startWebServer(repositories);
test.after(async () => {
  await web.stop();
  await env.stop();
});

const EPOCH = 1700000000;
const [BASE, COPIED, MOUNTED, CONTEXT, SCANNER] = ['base', 'copied', 'mounted', 'context', 'scanner'].map((name) => env.image(name)) as [string, string, string, string, string];
const TAG = 'refs/tags/annotated';

/** All that a tag, branch or URL can point to, at this generation. URLs whose content is not kept anywhere do not change. */
async function move(generation: string): Promise<void> {
  const files = { 'generation': `${generation}\n`, 'sub/file': `sub ${generation}\n` };
  for (const reference of [BASE, COPIED, MOUNTED, CONTEXT]) {
    await env.mustBuild({ frontend: 'reference', dockerfile: `FROM ${env.bases.busybox}\nENV GENERATION=${generation}\nCOPY . /\n`, files, output: { push: reference } });
  }
  await pushScanner(env, SCANNER, { generation });
  for (const name of ['branch', 'query', 'context', 'plain']) await web.commit(name, files);
  await mustRun('git', ['--git-dir', `${repositories}/branch.git`, '-c', 'user.name=t', '-c', 'user.email=t@example.com', 'tag', '--force', '--annotate', '-m', generation, 'annotated'], {});
}

web.files.set('file', 'a file\n');
web.files.set('context', 'a context\n');
await move('one');

const DOCKERFILE = `FROM ${BASE}
COPY --from=${COPIED} /generation /copied
RUN --mount=from=${MOUNTED},target=/mnt \\
    cat /mnt/generation > /mounted
ADD ${web.url}/file /file
ADD ${web.url}/branch.git#main:sub /branch/
ADD ${web.url}/query.git?branch=main&subdir=sub /query/
ADD ${web.url}/plain.git /plain/
ADD ${web.url}/branch.git?tag=annotated /tag/
COPY --from=image / /image/
COPY --from=git / /git/
COPY --from=http / /http/
`;
const CONTEXTS = { image: `docker-image://${CONTEXT}`, git: `${web.url}/context.git#main`, http: `${web.url}/context` };
const SBOM = { 'attest:sbom': `generator=${SCANNER}` };

function build(request: BuildRequest): Promise<BuildResult> {
  return env.build({ dockerfile: DOCKERFILE, contexts: CONTEXTS, epoch: EPOCH, rewriteTimestamp: true, ...request, ...(request.contexts === undefined ? {} : { contexts: { ...CONTEXTS, ...request.contexts } }) });
}

async function must(request: BuildRequest): Promise<BuildResult> {
  const result = await build(request);
  assert.ok(result.ok, result.log);
  return result;
}

function statement(result: BuildResult, digest = result.manifestDigest): any {
  const found = result.layout.attestations(digest).find((each) => each.predicateType.startsWith('https://slsa.dev/provenance/'));
  if (found === undefined) throw new Error('the image has no provenance');
  return found.statement;
}

const provenance = (value: unknown) => ({ 'repro-provenance': env.tempFolder({ 'provenance.json': JSON.stringify(value) }) });

const first = await must({ frontend: 'reference', provenance: 'max', opts: SBOM });
const recorded = statement(first);
await move('two');

test('the provenance records every material', () => {
  const uris: string[] = recorded.predicate.buildDefinition.resolvedDependencies.map(({ uri }: { uri: string }) => uri);
  for (const part of [BASE, COPIED, MOUNTED, CONTEXT, SCANNER]) assert.ok(uris.some((uri) => decodeURIComponent(uri).includes(part.replace(/:[^:/]*$/, ''))), part);
  for (const uri of ['/file', '/context', '/branch.git#main', '/query.git#refs/heads/main', '/plain.git', `/branch.git#${TAG}`, '/context.git#main']) assert.ok(uris.includes(web.url + uri), `${uri} in ${uris.join('\n')}`);
});

test('all of them moved', async () => {
  const now = await must({});
  assert.is.not(now.manifestDigest, first.manifestDigest);
});

test('all of them come back', async () => {
  const again = await must({ contexts: provenance(recorded), opts: SBOM, provenance: 'max' });
  assert.is(again.manifestDigest, first.manifestDigest);
  assert.equal(again.image.config, first.image.config);
  const sbom = again.layout.attestations(again.manifestDigest).find(({ predicateType }) => predicateType === 'https://spdx.dev/Document');
  assert.equal((sbom?.statement['predicate'] as any).generation, 'one');
  // A rebuild's provenance says the same of the materials.
  const materials = (value: any): string[] => value.predicate.buildDefinition.resolvedDependencies
    .map(({ uri, digest }: any) => `${uri.replace(/([?&])digest=[^&]*&?/, '$1')} ${JSON.stringify(digest)}`).filter((each: string) => !each.includes('/repro-dockerfile@')).sort();
  assert.equal(materials(statement(again)), materials(recorded));
});

test('all that is missing is named, with its line', async () => {
  const nothing = structuredClone(recorded);
  nothing.predicate.buildDefinition.resolvedDependencies = [];
  const result = await build({ contexts: provenance(nothing), opts: SBOM, output: 'none' });
  assert.is(result.ok, false);
  const found = [...result.log.matchAll(/^ {2}(?:line (\d+): )?(.*); of this kind it has: none$/gm)].map(([, line, what]) => `${line ?? '-'} ${what?.replace(/ on linux\/.*/, '')}`);
  assert.equal([...new Set(found)], [
    `- the image ${SCANNER}`, `1 the image ${BASE}`, `2 the image ${COPIED}`, `3 the image ${MOUNTED}`, `5 ${web.url}/file`, `6 ${web.url}/branch.git#main`, `7 ${web.url}/query.git#refs/heads/main`,
    `8 ${web.url}/plain.git`, `9 ${web.url}/branch.git#${TAG}`, `10 the image ${CONTEXT}`, `11 ${web.url}/context.git#main`, `12 ${web.url}/context`,
  ]);
});

test('materials of one name that differ are named', async () => {
  const twice = structuredClone(recorded);
  twice.predicate.buildDefinition.resolvedDependencies.push({ uri: `${web.url}/file`, digest: { sha256: 'f'.repeat(64) } });
  const result = await build({ contexts: provenance(twice), output: 'none' });
  assert.is(result.ok, false);
  assert.match(result.log, `line 5: ${web.url}/file, for which it has several that differ: `);
});

test('a digest that the Dockerfile has must be one that the provenance has', async () => {
  const other = `${env.bases.busybox}@${await env.images.digest(env.bases.busybox)}`;
  const result = await build({ dockerfile: `FROM ${other}\n`, contexts: provenance(recorded), output: 'none' });
  assert.is(result.ok, false);
  assert.match(result.log, 'line 1: the image ');
  const known = recorded.predicate.buildDefinition.resolvedDependencies.find(({ uri }: any) => uri.includes('/base@')).digest.sha256;
  await must({ dockerfile: `FROM ${BASE.replace(/:[^:/]*$/, '')}@sha256:${known}\n`, contexts: provenance(recorded), output: 'none' });
});

test('the daemon denies what gets past the pins', async () => {
  const other = { action: 'CONVERT', selector: { identifier: `docker-image://${BASE}*`, match_type: 'WILDCARD' }, updates: { identifier: `docker-image://${SCANNER}` } };
  const args = ['--source-policy-file', `${env.tempFolder({ 'policy.json': JSON.stringify({ version: 1, rules: [other] }) })}/policy.json`];
  const dockerfile = `FROM ${BASE}\nCOPY <<EOF /own\nown\nEOF\n`;
  await must({ dockerfile, args });
  const result = await build({ dockerfile, args, contexts: provenance(recorded), output: 'none' });
  assert.is(result.ok, false);
  assert.match(result.log, /source "docker-image:\/\/[^"]*scanner[^"]*" not allowed by policy|denied by policy/);
});

test('two platforms have digests of their own', async () => {
  const multi = env.image('multi');
  const platforms = architecture() === 'amd64' ? ['linux/amd64', 'linux/arm64'] : ['linux/arm64', 'linux/amd64'];
  const generation = async (text: string) => env.mustBuild({ frontend: 'reference', platform: platforms.join(','), dockerfile: `FROM scratch\nARG TARGETARCH\nCOPY <<EOF /file\n${text} $TARGETARCH\nEOF\n`, output: { push: multi } });
  const dockerfile = `FROM ${multi}\nCOPY <<EOF /own\nown\nEOF\n`;
  await generation('one');
  const before = await env.mustBuild({ frontend: 'reference', platform: platforms.join(','), provenance: 'max', dockerfile, epoch: EPOCH, rewriteTimestamp: true });
  await generation('two');
  for (const [index, image] of before.layout.images().entries()) {
    const again = await must({ dockerfile, platform: platforms[index] ?? '', contexts: provenance(statement(before, image.manifestDigest)) });
    assert.is(again.manifestDigest, image.manifestDigest);
  }
  const other = before.layout.images()[1]?.manifestDigest ?? '';
  const wrong = await build({ dockerfile, platform: platforms[0] ?? '', contexts: provenance(statement(before, other)), output: 'none' });
  assert.is(wrong.ok, false);
  assert.match(wrong.log, `line 1: the image ${multi} on ${platforms[0]}; of this kind it has: ${multi} (${platforms[1]})`);
});

test('the image of a frontend that the syntax line names is pinned', async () => {
  const frontend = env.image('frontend');
  await env.images.tag(env.frontend, frontend);
  const dockerfile = `# syntax=${frontend}\nFROM ${BASE}\nCOPY --from=image /generation /g\n`;
  const before = await must({ frontend: 'ours', dockerfile, provenance: 'max' });
  await move('three');
  await env.images.pushFiles(frontend, { nothing: '' });
  const again = await must({ frontend: 'ours', dockerfile, contexts: provenance(statement(before)) });
  assert.is(again.manifestDigest, before.manifestDigest);
  const lacking = structuredClone(statement(before));
  lacking.predicate.buildDefinition.resolvedDependencies = [];
  const failed = await build({ frontend: 'ours', dockerfile, contexts: provenance(lacking), output: 'none' });
  assert.match(failed.log, `line 1: the image ${frontend} on `);
});

test.run();
