// Wall time of a build with everything cached: our image against the reference's, in turns on one daemon; and both images' sizes.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FrontendChoice } from '../test/support/build.ts';
import { startEnvironment } from '../test/support/environment.ts';
import { writeLayout } from '../test/support/layout.ts';
import { architecture } from '../test/support/registry.ts';
import { writeTar } from '../test/support/tar.ts';
import { goTool } from '../test/support/tools.ts';

const ROUNDS = Number(process.argv[2] ?? 15);
const environment = await startEnvironment();

/** The reference as upstream ships it: one static program, the same labels. */
async function referenceImage(): Promise<string> {
  const caps = ['inputs', 'subrequests', 'contexts', 'gitquerystring'].map((each) => `moby.buildkit.frontend.${each}`).join(',');
  const folder = join(environment.tempFolder(), 'reference');
  writeLayout(folder, {
    layers: [writeTar([{ path: 'dockerfile-frontend', mode: 0o755, content: readFileSync(await goTool('dockerfile-frontend')) }])],
    config: { Entrypoint: ['/dockerfile-frontend'], Labels: { 'moby.buildkit.frontend.network.none': 'true', 'moby.buildkit.frontend.caps': caps } },
    architecture: architecture(),
    created: '1970-01-01T00:00:00Z',
  });
  const reference = environment.image('dockerfile');
  await environment.images.pushLayout(folder, reference);
  return reference;
}

const DOCKERFILE = `FROM ${environment.bases.busybox} AS base\nARG NAME=value\nRUN echo $NAME > /one\nFROM base\nCOPY file /\nRUN cat /file /one > /two\nENV A=b\nCMD ["true"]\n`;

async function time(frontend: FrontendChoice): Promise<number> {
  const result = await environment.mustBuild({ frontend, dockerfile: DOCKERFILE, files: { file: 'text' }, epoch: 1700000000, output: 'none' });
  return result.milliseconds;
}

const frontends: readonly (readonly [string, FrontendChoice])[] = [['reference image', { image: await referenceImage() }], ['our image', 'ours'], ['builtin dockerfile.v0', 'reference']];
const times = new Map<string, number[]>(frontends.map(([name]) => [name, []]));
for (const [, frontend] of frontends) await time(frontend);
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, frontend] of frontends) times.get(name)?.push(await time(frontend));
}
console.log(`\nfully cached build, buildctl, ${ROUNDS} rounds in turns, milliseconds:`);
for (const [name, each] of times) {
  const sorted = each.sort((a, b) => a - b);
  console.log(`  ${name.padEnd(22)} median ${sorted[Math.floor(sorted.length / 2)]}  least ${sorted[0]}  most ${sorted.at(-1)}`);
}
console.log(`dist/frontend-image.tar: ${(statSync('dist/frontend-image.tar').size / 1e6).toFixed(1)} MB; the reference's program, uncompressed: ${(statSync(await goTool('dockerfile-frontend')).size / 1e6).toFixed(1)} MB`);
await environment.stop();
process.exit(0);
