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

test('the package has the one bundled file, which runs by itself', async () => {
  const folder = env.tempFolder({ 'package.json': '{}' });
  const packed = JSON.parse((await mustRun('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: projectFolder })).stdout) as readonly { filename: string; files: readonly { path: string }[] }[];
  assert.equal(packed[0]?.files.map(({ path }) => path).sort(), ['LICENSE', 'README.md', 'dist/cli.cjs', 'package.json']);
  await mustRun('tar', ['-xzf', packed[0]?.filename ?? ''], { cwd: folder });
  const { stdout } = await mustRun('node', [join(folder, 'package/dist/cli.cjs'), '--help'], { cwd: folder });
  for (const verb of ['llb', 'explain', 'policy', 'rebuild', 'diff', 'times', 'verify']) assert.match(stdout, new RegExp(`^  ${verb} `, 'm'));
  assert.is((await mustRun('node', [join(folder, 'package/dist/cli.cjs'), '--version'], { cwd: folder })).stdout.trim(), (JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8')) as { version: string }).version);
});

test.run();
