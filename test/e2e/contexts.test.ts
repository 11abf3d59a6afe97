/** Contexts of every kind, and frontends that hand a build on: the same image as from the reference's frontend image. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildRequest } from '../support/build.ts';
import { describeFailure, type CommandOptions } from '../support/command.ts';
import { startEnvironment } from '../support/environment.ts';
import { openLayout, type Layout } from '../support/layout.ts';
import { pushReferenceImage } from '../support/reference-image.ts';
import { archive, serveSources } from '../support/sources.ts';

const env = await startEnvironment();
const server = await serveSources(join(env.folder, 'sources'));
test.after(async () => {
  server.stop();
  await env.stop();
});

const reference = await pushReferenceImage(env);
const ours = env.frontend;
const EPOCH = 1700000000;
const { busybox } = env.bases;
const withFile = env.image('with-file');
await env.images.pushFiles(withFile, { 'a.txt': 'from an image\n' }, { Env: ['FROM_IMAGE=1'], Labels: { from: 'image' } });
const layout = (await env.mustBuild({ frontend: 'reference', dockerfile: 'FROM scratch\nENV FROM_LAYOUT=1\nCOPY a.txt /\n', files: { 'a.txt': 'from a layout\n' }, epoch: EPOCH })).layout.folder;
const folder = env.tempFolder({ 'a.txt': 'from a folder\n', 'b.txt': 'hidden\n', '.dockerignore': 'b.txt\n' });

/** The images in a layout: equal values mean equal bytes. */
function view(built: Layout): unknown {
  return built.images().map(({ manifestDigest, config, layers }) => ({ manifestDigest, config, layers: layers.map(({ diffId }) => diffId) }));
}

/** The same without the times at which it was built. */
function timelessView(built: Layout): unknown {
  return built.images().map(({ config, layers }) => ({
    config: { ...config, created: undefined, history: config.history?.map((entry) => ({ ...entry, created: undefined })) },
    layers: layers.map(({ diffId }) => diffId),
  }));
}

async function build(request: BuildRequest, image: string): Promise<Layout> {
  const result = await env.mustBuild({ epoch: EPOCH, rewriteTimestamp: true, ...request, frontend: { image }, buildArgs: { REPRO: 'off', ...request.buildArgs } });
  return result.layout;
}

/** A build by buildx as a user types it; `args` are behind those that every build has. */
async function buildx(image: string, args: readonly string[], options: CommandOptions = {}): Promise<Layout> {
  const dest = join(env.tempFolder(), 'layout');
  const buildArgs = { BUILDKIT_SYNTAX: image, REPRO: 'off', SOURCE_DATE_EPOCH: String(EPOCH) };
  const result = await env.buildx([
    'build', '--progress=plain', '--provenance=false', ...Object.entries(buildArgs).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    '--output', `type=oci,tar=false,rewrite-timestamp=true,dest=${dest}`, ...args,
  ], options);
  if (result.exitCode !== 0) throw new Error(describeFailure(result));
  return openLayout(dest);
}

const COPY_ALL = 'FROM scratch\nCOPY . /\n';
const USE_NAMED = `FROM ${busybox} AS used\nCOPY --from=more a.txt /copied\nRUN --mount=from=more,target=/m ls -a /m >/listed\n`;

const REQUESTS: Readonly<Record<string, BuildRequest>> = {
  'main context: git': { context: `${server.address}/repository.git#main` },
  'main context: git, by commit, below a folder': { context: `${server.address}/repository.git#${server.commit}`, opts: { contextsubdir: 'sub' } },
  'main context: git, as a query': { context: `${server.address}/repository.git?ref=main&keep-git-dir=true` },
  'main context: git, with .git': { context: `${server.address}/repository.git#main`, buildArgs: { BUILDKIT_CONTEXT_KEEP_GIT_DIR: '1' } },
  'main context: git, a Dockerfile of one\'s own': { context: `${server.address}/repository.git#main`, dockerfile: 'FROM scratch\nCOPY sub /sub\n' },
  'main context: http archive': { context: `${server.address}/archive.tar` },
  'main context: compressed http archive, its epoch': { context: `${server.address}/archive.tar.gz`, buildArgs: { SOURCE_DATE_EPOCH: 'context' } },
  'main context: http archive, below a folder': { context: `${server.address}/archive.tar`, opts: { contextsubdir: 'sub' } },
  'main context: http Dockerfile': { context: `${server.address}/Dockerfile` },
  'main context: http archive, a Dockerfile of one\'s own': { context: `${server.address}/archive.tar`, dockerfile: 'FROM scratch\nCOPY inside.txt /only\n' },
  'named context: image': { dockerfile: USE_NAMED, contexts: { more: `docker-image://${withFile}` } },
  'named context: image in place of a base': { dockerfile: 'FROM base\nCOPY a.txt /b.txt\n', files: { 'a.txt': 'x' }, contexts: { base: `docker-image://${withFile}` } },
  'named context: image in place of an image': { dockerfile: 'FROM alpine:3\nRUN true\n', contexts: { 'alpine:3': `docker-image://${busybox}` } },
  'named context: image in place of a stage': { dockerfile: 'FROM scratch AS base\nCOPY missing /\nFROM base\nENV A=$FROM_IMAGE\nCOPY --from=base a.txt /c\n', contexts: { base: `docker-image://${withFile}` } },
  'named context: image for one platform': { dockerfile: 'FROM base\nCOPY a.txt /b.txt\n', files: { 'a.txt': 'x' }, platform: 'linux/amd64', contexts: { 'base::linux/amd64': `docker-image://${withFile}`, base: 'docker-image://scratch' } },
  'named context: git': { dockerfile: USE_NAMED, contexts: { more: `${server.address}/repository.git#main` } },
  'named context: git, its epoch': { dockerfile: USE_NAMED, contexts: { more: `${server.address}/repository.git#main` }, buildArgs: { SOURCE_DATE_EPOCH: 'more' } },
  'named context: http archive, which stays packed': { dockerfile: 'FROM more\nCOPY --from=more . /packed/\n', contexts: { more: `${server.address}/archive.tar` } },
  'named context: http file': { dockerfile: 'FROM scratch\nCOPY --from=more . /file/\n', contexts: { more: `${server.address}/file.txt` } },
  'named context: folder': { dockerfile: USE_NAMED, contexts: { more: folder } },
  'named context: folder as a base': { dockerfile: 'FROM more\nENV X=1\n', contexts: { more: folder } },
  'named context: OCI layout': { dockerfile: USE_NAMED, contexts: { more: `oci-layout://${layout}` } },
  'named context: OCI layout as a base': { dockerfile: 'FROM more\nENV X=$FROM_LAYOUT\n', contexts: { more: `oci-layout://${layout}` } },
};

for (const [name, request] of Object.entries(REQUESTS)) {
  test(name, async () => {
    const expected = await build(request, reference);
    assert.ok(expected.images().length > 0);
    assert.equal(view(await build(request, ours)), view(expected));
  });
}

// With an epoch, file times are the commit's, which this daemon cannot find out below a folder.
for (const [name, context] of [['by a path', `${server.address}/repository.git#main:sub`], ['as a query', `${server.address}/repository.git?ref=main&subdir=sub`]] as const) {
  test(`main context: git, a folder of it ${name}`, async () => {
    const request = { context, buildArgs: { REPRO: 'off' } };
    const expected = await env.mustBuild({ ...request, frontend: { image: reference } });
    assert.equal(timelessView((await env.mustBuild({ ...request, frontend: 'ours' })).layout), timelessView(expected.layout));
  });
}

/** What reaches the daemon through the client's session. */
const STREAMED: Readonly<Record<string, (image: string) => Promise<Layout>>> = {
  'main context: archive on stdin': (image) => buildx(image, ['-'], { input: archive() }),
  'main context: archive on stdin, a Dockerfile in it': (image) => buildx(image, ['--file', 'sub/Dockerfile', '-'], { input: archive() }),
  'main context: Dockerfile on stdin': (image) => buildx(image, ['-'], { input: 'FROM scratch\nCOPY <<E /x\nstdin\nE\n' }),
  'main context: folder, with the Dockerfile on stdin': (image) => buildx(image, ['--file', '-', folder], { input: COPY_ALL }),
  'named context: input, which is another target': async (image) => {
    const dest = join(env.tempFolder(), 'layout');
    const args = { BUILDKIT_SYNTAX: image, REPRO: 'off', SOURCE_DATE_EPOCH: String(EPOCH) };
    const context = env.tempFolder({ 'a.txt': 'a\n' });
    const common = { context, args, attest: ['type=provenance,disabled=true'] };
    const bake = env.tempFolder({ 'bake.json': JSON.stringify({ target: {
      base: { ...common, 'dockerfile-inline': `FROM ${busybox}\nENV OF_BASE=1\nCOPY a.txt /from-base\n` },
      app: { ...common, 'dockerfile-inline': 'FROM base\nRUN cp /from-base /seen\nENV SEEN=$OF_BASE\nCOPY --from=base /from-base /again\n', contexts: { base: 'target:base' }, output: [`type=oci,tar=false,rewrite-timestamp=true,dest=${dest}`] },
    } }) });
    const result = await env.buildx(['bake', '--progress=plain', '--allow', 'fs=*', '--file', join(bake, 'bake.json'), 'app'], { cwd: bake });
    if (result.exitCode !== 0) throw new Error(describeFailure(result));
    return openLayout(dest);
  },
};

for (const [name, run] of Object.entries(STREAMED)) {
  test(name, async () => {
    const expected = await run(reference);
    assert.ok(expected.images().length > 0);
    assert.equal(view(await run(ours)), view(expected));
  });
}

/** Says which frontend read it: ours alone puts the epoch into the environment of a RUN that does not declare it. */
const PROBE = `FROM ${busybox}\nRUN echo "\${SOURCE_DATE_EPOCH-reference}" >/reader\n`;

/** Asked frontend, Dockerfile, build args, and the frontend that is to read the Dockerfile in the end. */
const FORWARDED: readonly (readonly [name: string, first: string, dockerfile: string, buildArgs: Readonly<Record<string, string>>, reader: 'ours' | 'reference'])[] = [
  ['the reference hands on to ours by # syntax=', reference, `# syntax=${ours}\n${PROBE}`, {}, 'ours'],
  ['ours hands on to the reference by # syntax=', ours, `# syntax=${reference}\n${PROBE}`, {}, 'reference'],
  ['the reference hands on to ours by BUILDKIT_SYNTAX', reference, PROBE, { BUILDKIT_SYNTAX: ours }, 'ours'],
  ['ours hands on to the reference by BUILDKIT_SYNTAX', ours, PROBE, { BUILDKIT_SYNTAX: reference }, 'reference'],
  ['BUILDKIT_SYNTAX wins over # syntax=, in ours', ours, `# syntax=${env.image('no-such-frontend')}\n${PROBE}`, { BUILDKIT_SYNTAX: reference }, 'reference'],
  ['what was handed on is not handed back: the reference', ours, `# syntax=${reference} with=arguments\n${PROBE}`, {}, 'reference'],
  ['what was handed on is not handed back: ours', reference, `# syntax=${ours} with=arguments\n${PROBE}`, {}, 'ours'],
];

let readByReference: Promise<Layout> | undefined;

for (const [name, first, dockerfile, buildArgs, reader] of FORWARDED) {
  test(name, async () => {
    const request = { dockerfile, buildArgs, epoch: EPOCH, rewriteTimestamp: true };
    const [image] = (await env.mustBuild({ ...request, frontend: { image: first } })).layout.images();
    assert.is(image?.layers.at(-1)?.text('reader'), reader === 'ours' ? `${EPOCH}\n` : 'reference\n');
    const direct = await (readByReference ??= build({ dockerfile: PROBE }, reference));
    const off = await build({ dockerfile, buildArgs }, first);
    assert.equal(view(off), view(direct), 'with the rewrites off, whoever reads it makes the same image');
  });
}

test('named contexts, inputs and options come through a frontend that hands on', async () => {
  const dockerfile = `FROM base\nARG A\nCOPY --from=more a.txt /\nLABEL a=$A\n`;
  const request: BuildRequest = { contexts: { base: `docker-image://${withFile}`, more: folder }, buildArgs: { A: '1' }, opts: { 'label:b': '2' }, platform: 'linux/amd64' };
  const direct = view(await build({ ...request, dockerfile }, reference));
  assert.equal(view(await build({ ...request, dockerfile: `# syntax=${ours}\n${dockerfile}` }, reference)), direct);
  assert.equal(view(await build({ ...request, dockerfile: `# syntax=${reference}\n${dockerfile}` }, ours)), direct);
});

test('the comparison of this file sees another image', async () => {
  const other = env.tempFolder();
  cpSync(folder, other, { recursive: true });
  const [one, two] = [await build({ dockerfile: COPY_ALL, context: folder }, ours), await build({ dockerfile: `${COPY_ALL}LABEL a=b\n`, context: other }, ours)];
  assert.not.equal(view(one), view(two));
});

test.run();
