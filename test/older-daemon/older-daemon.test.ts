// The same builds with the reference's frontend image and with ours, on a daemon of an older BuildKit.
// FRONTENDS=reference: only that the reference does there what cases.ts says.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { join } from 'node:path';
import { type BuildResult, type FrontendChoice } from '../support/build.ts';
import type { Daemon } from '../support/daemon.ts';
import { startEnvironment, type Environment } from '../support/environment.ts';
import { pushReferenceImage } from '../support/reference-image.ts';
import { CASES, type OlderCase, type Places } from './cases.ts';
import { startOlderDaemon } from './daemon.ts';
import { serveSources, type SourceServer } from '../support/sources.ts';

const withOurs = process.env['FRONTENDS'] !== 'reference';
let environment: Environment;
let daemon: Daemon;
let server: SourceServer;
let reference: FrontendChoice;
let places: Places;

test.before(async () => {
  environment = await startEnvironment();
  daemon = await startOlderDaemon(join(environment.folder, 'older'), environment.registry);
  server = await serveSources(join(environment.folder, 'sources'));
  const image = await pushReferenceImage(environment);
  await environment.images.pushFiles(`${environment.registry}/with-file:latest`, { 'a.txt': 'from an image\n' });
  reference = { image };
  places = { busybox: environment.bases.busybox, server: server.address, commit: server.commit };
});

test.after(async () => {
  server?.stop();
  await daemon?.stop();
  await environment?.stop();
});

function build(one: OlderCase, frontend: FrontendChoice): Promise<BuildResult> {
  const request = one.request(places);
  return environment.build({ ...request, frontend, daemon, buildArgs: { REPRO: 'off', ...request.buildArgs } });
}

/** What must be equal: the images' configs and layers where it built, else what the client says. */
function view(result: BuildResult): unknown {
  if (!result.ok) return { error: clientError(result.log) };
  const images = result.layout.images().map(({ config, layers }) => ({ config: { ...config, created: undefined, history: config.history?.map((entry) => ({ ...entry, created: undefined })) }, layers: layers.map(({ diffId }) => diffId) }));
  return { images, steps: steps(result.log), warnings: warnings(result.log) };
}

/** The names of the build's own steps, each once, in no order. A step of two platforms has the name of the one that came first. */
function steps(log: string): string[] {
  const names = [...log.matchAll(/^#\d+ (\[(?!internal\]|auth\]).*)$/gm)].map((match) => (match[1] ?? '').replace(/linux\/(amd|arm)64/, 'PLATFORM'));
  return [...new Set(names)].sort();
}

function warnings(log: string): string[] {
  return log.split('\n').filter((line) => / warnings? found|^ - [A-Z]\w+: |^WARN: /.test(line)).sort();
}

/** The end of the client's output, from the quoted Dockerfile lines on; what names one build or one moment is taken out. */
function clientError(log: string): string {
  const lines = log.trimEnd().split('\n');
  const error = lines.findLastIndex((line) => line.startsWith('error: '));
  const quoted = lines.findIndex((line) => line.startsWith('------') || /^\S*Dockerfile:\d+$/.test(line));
  return lines.slice(quoted === -1 ? error : quoted).join('\n')
    .replaceAll(/\d+\.\d{3} /g, 'TIME ')
    .replaceAll(/\b[a-z0-9]{25}\b/g, 'ID');
}

for (const one of CASES) {
  test(`${one.name}: ${one.builds ? 'builds' : 'fails'} as with the reference`, async () => {
    const expected = await build(one, reference);
    assert.is(expected.ok, one.builds, expected.log);
    if (process.env['SHOW'] === '1') process.stderr.write(`${one.name}: ${JSON.stringify(view(expected), null, 1)}\n`);
    if (!withOurs) return;
    const actual = await build(one, 'ours');
    assert.is(actual.ok, one.builds, actual.log);
    assert.equal(view(actual), view(expected));
  });
}

test.run();
