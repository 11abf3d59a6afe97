// What the wrapper costs a RUN: by itself, and in builds, as chains of RUNs that do nothing, with the reference and with ours in several
// settings, on a small image and on one of 100,000 files. Usage: bench-run.ts [RUNS [ROUNDS]]
import { makeBases } from '../test/support/bases.ts';
import type { BuildRequest } from '../test/support/build.ts';
import { startEnvironment } from '../test/support/environment.ts';
import { median } from './bench-table.ts';
import { wrapperCost } from './bench-wrapper.ts';

const [runs = 20, rounds = 5] = process.argv.slice(2).map(Number);
const env = await startEnvironment();

/** Folders of a hundred files, as large applications have them. */
const LARGE = env.image('large');
await env.mustBuild({
  frontend: 'reference',
  dockerfile: `FROM ${env.bases.debian}\nRUN for i in $(seq 1000); do mkdir -p /files/$i && cd /files/$i && seq 100 | xargs touch; done\n`,
  epoch: 1_600_000_000, rewriteTimestamp: true, output: { push: LARGE },
});

const SETTINGS: readonly (readonly [string, BuildRequest])[] = [
  ['reference', { frontend: 'reference' }],
  ['no wrapper', { buildArgs: { REPRO_STRIP: 'none' } }],
  ['strip', {}],
  ['strip and clamp', { buildArgs: { REPRO_TIMESTAMPS: 'clamp' } }],
];

/** Milliseconds of one build of `count` RUNs. */
async function build(base: string, count: number, request: BuildRequest): Promise<number> {
  const lines = Array.from({ length: count }, (_, index) => `RUN : ${index}\n`).join('');
  return (await env.mustBuild({ dockerfile: `FROM ${base}\n${lines}`, epoch: 1_700_000_000, noCache: true, output: 'none', ...request })).milliseconds;
}

const layouts = await makeBases();
console.log('| base | the wrapper by itself, ms a RUN | user and system time, ms |\n| --- | --- | --- |');
for (const name of ['busybox:stable', 'debian:bookworm']) {
  const { wall, processor } = wrapperCost(layouts.get(name) ?? '', rounds);
  console.log(`| ${name} | ${wall.toFixed(1)} | ${processor.toFixed(1)} |`);
}

console.log(`\n| base | setting | ms a RUN (median of ${rounds}; least) | beside the reference |\n| --- | --- | --- | --- |`);
for (const [name, base] of [['busybox', env.bases.busybox], ['debian', env.bases.debian], ['100,000 files', LARGE]] as const) {
  const costs = new Map<string, number[]>(SETTINGS.map(([setting]) => [setting, []]));
  // In turns, so that what else the machine does meets all alike; a build of one RUN is taken off.
  for (let round = 0; round <= rounds; round++) {
    for (const [setting, request] of SETTINGS) {
      const one = await build(base, 1, request);
      const all = await build(base, runs + 1, request);
      if (round > 0) costs.get(setting)?.push((all - one) / runs);
    }
  }
  const reference = median(costs.get('reference') ?? []);
  for (const [setting, values] of costs) {
    console.log(`| ${name} | ${setting} | ${median(values).toFixed(1)}; ${Math.min(...values).toFixed(1)} | ${(median(values) - reference).toFixed(1)} |`);
  }
}
await env.stop();
process.exit(0);
