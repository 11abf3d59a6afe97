/** The verbs of the command line that need no more than a Dockerfile: what they make, a real daemon builds. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../support/cache.ts';
import { mustRun } from '../support/command.ts';
import { startEnvironment } from '../support/environment.ts';
import { openLayout } from '../support/layout.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const FILES = {
  Dockerfile: `FROM ${env.bases.busybox} AS build\nRUN --mount=type=cache,target=/c mkdir /out && echo built > /out/file && echo log > /var/log/dpkg.log || true\nFROM ${env.bases.busybox}\nCOPY --from=build /out /out\nCOPY app /app\nCOPY --from=data d /d\nWORKDIR /w\n`,
  app: 'app\n', '.dockerignore': 'secret\n', secret: 'no\n', 'data/d': 'd\n',
};

for (const [what, flag, buildArgs] of [['with the rewrites', '', {}], ['without them', '--no-rewrites', { REPRO: 'off' }]] as const) {
  test(`what llb prints is for the daemon what the frontend gives it, ${what}: nothing is built again`, async () => {
    const folder = env.tempFolder({ ...FILES, app: `${what}\n` });
    const built = await env.mustBuild({ context: folder, contexts: { data: join(folder, 'data') }, epoch: 1_700_000_000, buildArgs });
    const out = env.tempFolder();
    const piped = await env.shell(
      `repro-dockerfile llb ${flag} --build-arg SOURCE_DATE_EPOCH=1700000000 --build-context data=data . | buildctl build --local context=. --local dockerfile=. --local data=data --output type=oci,dest=${out},tar=false`,
      { cwd: folder },
    );
    assert.is(piped.exitCode, 0, piped.stderr);
    // Times of files are those of the build: equal layers come from its cache.
    assert.equal(openLayout(out).images()[0]?.layers.map(({ descriptor }) => descriptor.digest), built.image.layers.map(({ descriptor }) => descriptor.digest));
  });
}

test('explain tells what the frontend tells', async () => {
  const folder = env.tempFolder(FILES);
  const args = '--build-arg SOURCE_DATE_EPOCH=1700000000';
  const { stdout: ours, stderr } = await env.shell(`repro-dockerfile explain ${args} --build-context data=data .`, { cwd: folder });
  const theirs = await env.mustBuild({ context: folder, contexts: { data: join(folder, 'data') }, epoch: 1_700_000_000, output: 'none', opts: { requestid: 'frontend.repro' } });
  assert.is(ours, theirs.stdout, stderr);
});

test('a wrong command line is status 2 with the reason, never the 1 of images that differ; help is 0', async () => {
  const rows: readonly (readonly [args: string, status: number, stderr: RegExp])[] = [
    ['diff a', 2, /^error: missing required argument 'b'\n\(--help lists/],
    ['diff a b --colour', 2, /^error: unknown option '--colour'/],
    ['verify --limit many x', 2, /expected a number/],
    ['dif a b', 2, /^error: unknown command 'dif'\n\(Did you mean diff\?\)/],
    ['verify --twice --statement x .', 2, /--statement: means nothing with --twice/],
    ['verify --twice --frontend x --build-arg SOURCE_DATE_EPOCH=1 ./nowhere', 2, /nowhere is not a folder/],
    ['llb --format svg', 2, /Allowed choices are pb, json, dot, tree/],
    ['diff nofile.tar b', 2, /^repro-dockerfile: there is no file or folder nofile\.tar; as a reference: /],
    ['', 2, /^Usage: /], ['--help', 0, /^$/], ['help diff', 0, /^$/], ['diff --help', 0, /^$/], ['--version', 0, /^$/],
  ];
  for (const [args, status, expected] of rows) {
    const { exitCode, stderr } = await env.shell(`repro-dockerfile ${args}`);
    assert.is(exitCode, status, args);
    assert.match(stderr, expected, args);
  }
  assert.not.match((await env.shell('repro-dockerfile verify --help')).stdout, /default: \[\]/);
});

test('a reader that stops early changes no verdict; a full disk is an error', async () => {
  const folder = env.tempFolder({ a: '', b: '' });
  const build = (name: string) => env.mustBuild({ dockerfile: `FROM ${env.bases.busybox}\nRUN for i in $(seq 1 3000); do echo ${name} > /f$i; done\n`, output: { raw: `type=oci,dest=${join(folder, name)}` } });
  for (const name of ['a', 'b']) await build(name);
  for (const format of ['text', 'json', 'html', 'sarif']) {
    const { stdout } = await env.shell(`set +o pipefail; repro-dockerfile diff --limit 10000 --format ${format} a b | head -1 > first; echo "\${PIPESTATUS[0]} $(wc -l < first)"`, { cwd: folder });
    assert.is(stdout, '1 1\n', format);
  }
  const { exitCode, stderr } = await env.shell('repro-dockerfile diff a b > /dev/full', { cwd: folder });
  assert.is(exitCode, 2);
  assert.match(stderr, /cannot write: ENOSPC/);
});

test('the package has the one bundled file, which runs by itself', async () => {
  const folder = env.tempFolder({ 'package.json': '{}' });
  const packed = JSON.parse((await mustRun('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: projectFolder })).stdout) as readonly { filename: string; files: readonly { path: string }[] }[];
  assert.equal(packed[0]?.files.map(({ path }) => path).sort(), ['LICENSE', 'README.md', 'dist/cli.cjs', 'package.json']);
  await mustRun('tar', ['-xzf', packed[0]?.filename ?? ''], { cwd: folder });
  assert.is(JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8')).dependencies, undefined);
  // Nothing is loaded from beside it either.
  assert.not.match(readFileSync(join(folder, 'package/dist/cli.cjs'), 'utf8'), /(?:require|import)\(["']\./);
  const { stdout } = await mustRun('node', [join(folder, 'package/dist/cli.cjs'), '--help'], { cwd: folder });
  for (const verb of ['llb', 'explain', 'policy', 'rebuild', 'diff', 'times', 'verify']) assert.match(stdout, new RegExp(`^  ${verb} `, 'm'));
  assert.is((await mustRun('node', [join(folder, 'package/dist/cli.cjs'), '--version'], { cwd: folder })).stdout.trim(), (JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8')) as { version: string }).version);
});

test.run();
