/** Canaries in all that a request holds: with ours they turn up nowhere but where the reference puts them too. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { BuildRequest, BuildResult, FrontendChoice } from '../support/build.ts';
import { createCanaries, filesBelow, privateKey } from '../support/canaries.ts';
import { startClosedRegistry } from '../support/closed-registry.ts';
import { mustRun } from '../support/command.ts';
import type { OwnDaemon } from '../support/daemon.ts';
import { startEnvironment } from '../support/environment.ts';
import { pushScanner } from '../support/scanner.ts';
import { goTool } from '../support/tools.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const canaries = createCanaries();
const canary = (name: string): string => canaries.word(name);
const registry = await startClosedRegistry(env.registry, `user:${canary('registry credential')}`);
test.after(() => registry.stop());
const scanner = env.image('scanner');
await pushScanner(env, scanner, { name: 'nothing' });

const BASE = env.bases.debian.replace(env.registry, registry.host);
const DOCKERFILE = `ARG GLOBAL
FROM ${BASE} AS build
ARG DECLARED
ARG UNUSED
ENV LEGACY form
RUN --mount=type=secret,id=file --mount=type=secret,id=variable,env=VARIABLE --mount=type=ssh test -s /run/secrets/file -a -n "$VARIABLE$DECLARED$HTTP_PROXY" -a -S "$SSH_AUTH_SOCK"
RUN --mount=type=secret,id=copied --mount=type=secret,id=printed cp /run/secrets/copied / && cat /run/secrets/printed
FROM build AS failing
RUN --mount=type=secret,id=file --mount=type=secret,id=variable,env=VARIABLE test -z "$DECLARED$VARIABLE"
FROM build
`;

const HOOK = { RUN: { entrypoint: ['/usr/bin/env', `HOOKED=${canary('word of the hook')}`], mounts: [{ type: 'secret', source: 'hook', target: '/run/hook' }] } };
const SECRETS = ['file', 'variable', 'unused', 'hook', 'copied', 'printed', 'enable-repro-sources-list'];
const files = env.tempFolder({
  'docker/config.json': JSON.stringify({ auths: {
    [registry.host]: { auth: Buffer.from(`user:${canary('registry credential')}`).toString('base64') },
    'registry.example.com': { username: 'user', password: canary('credential of another registry') },
  } }),
  [`${canary('path of a key')}.pem`]: privateKey(canary('SSH key')),
});

const REQUEST: BuildRequest = {
  dockerfile: DOCKERFILE,
  epoch: 1700000000,
  rewriteTimestamp: true,
  secrets: Object.fromEntries(SECRETS.map((id) => [id, canary(`secret ${id}`)])),
  buildArgs: {
    GLOBAL: canary('build arg of FROM'), DECLARED: canary('declared build arg'), UNUSED: canary('declared, unused build arg'), UNDECLARED: canary('undeclared build arg'),
    HTTP_PROXY: `http://${canary('HTTP_PROXY')}@127.0.0.1:9`, NO_PROXY: `127.0.0.1,${canary('NO_PROXY')}`,
    REPRO_HOOK: JSON.stringify(HOOK), SNAPSHOT_ARCHIVE_BASE: `http://user:${canary('SNAPSHOT_ARCHIVE_BASE')}@127.0.0.1:9/`,
  },
  env: { DOCKER_CONFIG: join(files, 'docker') },
  args: ['--ssh', `default=${join(files, `${canary('path of a key')}.pem`)}`],
};
const LABEL = { 'label:canary': canary('label') };

/** Where canaries are looked for → the names of those that are there. */
type Findings = Map<string, Set<string>>;

function look(findings: Findings, place: string, bytes: Uint8Array | string): void {
  const found = findings.get(place) ?? new Set();
  for (const name of canaries.find(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)) found.add(name);
  findings.set(place, found);
}

function lookBelow(findings: Findings, folder: string, place: (path: string) => string): void {
  for (const [path, bytes] of filesBelow(folder)) look(findings, place(path), bytes);
}

/** Looks through an image, the attestations that go with it, and what the client wrote of it. */
function lookThroughImage(findings: Findings, result: BuildResult, mode: string): void {
  const { layout, image } = result;
  const attestations = layout.attestations(image.manifestDigest);
  for (const { predicateType, statement } of attestations) look(findings, predicateType.includes('slsa') ? `provenance ${mode}` : 'sbom', JSON.stringify(statement));
  assert.is(attestations.length, 2);
  look(findings, 'config', layout.blob(image.manifest.config.digest));
  look(findings, 'config', JSON.stringify([layout.index, image.manifest]));
  for (const { descriptor } of image.layers) look(findings, 'layers', layout.blob(descriptor.digest));
  look(findings, 'metadata', JSON.stringify(result.metadata));
}

const SUBREQUESTS = { 'frontend.convertllb': 'LLB', 'frontend.outline': 'subrequests', 'frontend.targets': 'subrequests', 'frontend.lint': 'subrequests' };

/** All builds and subrequests by one frontend on a daemon of its own, and where canaries are then. */
async function findCanaries(frontend: FrontendChoice, daemon: OwnDaemon): Promise<Findings> {
  const findings: Findings = new Map();
  const request: BuildRequest = { ...REQUEST, frontend, daemon };
  const opts = { ...LABEL, 'attest:sbom': `generator=${scanner}` };
  const cache = env.tempFolder();
  const most = await env.mustBuild({ ...request, opts, provenance: 'max', args: [...(REQUEST.args ?? []), '--progress=rawjson', '--export-cache', `type=local,dest=${cache},mode=max`] });
  look(findings, 'log', most.stdout + most.stderr);
  lookThroughImage(findings, most, 'max');
  lookBelow(findings, cache, () => 'exported cache');
  lookThroughImage(findings, await env.mustBuild({ ...request, opts, provenance: 'min' }), 'min');

  const failed = await env.build({ ...request, opts: LABEL, target: 'failing', output: 'none' });
  assert.match(failed.log, 'did not complete successfully: exit code: 1');
  look(findings, 'error', failed.log.slice(failed.log.indexOf('------')));

  for (const [requestid, place] of Object.entries({ ...SUBREQUESTS, ...(frontend === 'ours' ? { 'frontend.repro': 'subrequests' } : {}) })) {
    const answer = await env.mustBuild({ ...request, opts: { ...LABEL, requestid }, output: 'none' });
    look(findings, place, answer.stdout);
    assert.ok(answer.stdout.length > 0, requestid);
  }
  const histories = await mustRun(await goTool('buildctl'), ['--addr', daemon.address, 'debug', 'histories', '--format', '{{json .}}']);
  assert.match(histories.stdout, 'GLOBAL');
  look(findings, 'histories', histories.stdout);
  look(findings, "daemon's log", daemon.log());
  if (daemon.root !== undefined) lookBelow(findings, daemon.root, stateOf);
  return findings;
}

/** What a file of the daemon's state is. */
function stateOf(path: string): string {
  if (path.endsWith('.db')) return path.includes('history') ? 'state: history' : 'state: cache keys';
  return `state: ${/(?:^|\/)(content|snapshots)\//.exec(path)?.[1] ?? 'other files'}`;
}

const CONFIG = { config: `[registry."${registry.host}"]\n  http = true\n` };
const [theirs, ours] = await Promise.all((['reference', 'ours'] as const).map(async (frontend) => findCanaries(frontend, await env.startDaemon(CONFIG)))) as [Findings, Findings];

const has = (findings: Findings, place: string, name: string): boolean => findings.get(place)?.has(name) ?? false;
const PLACES = [...new Set([...theirs.keys(), ...ours.keys()])];
const alone = (name: string): readonly string[] => PLACES.filter((place) => has(ours, place, name) && !has(theirs, place, name));

/** One line for each canary: the places where it is, with who puts it there where that is not both. */
function table(): string {
  const words = (name: string) => PLACES.flatMap((place) => {
    const [reference, own] = [has(theirs, place, name), has(ours, place, name)];
    return reference || own ? [reference && own ? place : `${place} (${own ? 'ours' : 'the reference'} alone)`] : [];
  });
  return canaries.names().map((name) => `${name.padEnd(34)}${words(name).join(', ') || 'nowhere'}`).join('\n');
}
console.log(table());

/** What only ours reads, and is part of the RUNs: they cannot be without it. */
const PARTS_OF_RUNS: Readonly<Record<string, readonly string[]>> = {
  'word of the hook': ['error', 'LLB', 'subrequests', "daemon's log", 'state: cache keys'],
  SNAPSHOT_ARCHIVE_BASE: ['LLB', 'state: snapshots'],
};

test('what is looked for is found in every form', () => {
  const word = canary('label');
  const inBase64 = ['', 'a', 'ab'].map((before) => Buffer.from(Buffer.from(`${before}${word}${before}`).toString('base64')));
  for (const bytes of [Buffer.from(`x${word}x`), Buffer.from(Buffer.from(word).toString('hex')), ...inBase64, gzipSync(`x${word}x`)]) assert.equal([...canaries.find(bytes)], ['label']);
  assert.equal([...canaries.find(Buffer.from(word.slice(1)))], []);
});

test('canaries are found where every frontend must put them', () => {
  for (const [place, name] of [['log', 'secret printed'], ['layers', 'secret copied'], ['exported cache', 'secret copied'], ['config', 'label'], ['LLB', 'declared build arg'], ['provenance max', 'undeclared build arg'], ['histories', 'label']] as const) {
    for (const findings of [theirs, ours]) assert.ok(has(findings, place, name), `${name} in ${place}`);
  }
  assert.ok(registry.calls.refused > 0 && registry.calls.allowed > 0);
});

test('ours puts none where the reference does not, but for what RUNs are made of', () => {
  assert.equal([...ours.keys()].sort(), [...theirs.keys()].sort());
  const wrong = canaries.names().flatMap((name) => alone(name).filter((place) => PARTS_OF_RUNS[name]?.includes(place) !== true).map((place) => `${name}: ${place}`));
  assert.equal(wrong, []);
});

test('secrets, keys and credentials are nowhere, unless a RUN gives them away', () => {
  const names = canaries.names().filter((name) => /^(secret|SSH|.*credential)/.test(name) && !/ (copied|printed)$/.test(name));
  assert.is(names.length, 8);
  for (const name of names) assert.equal(PLACES.filter((place) => has(ours, place, name)), [], name);
});

test.run();
