// How fast the frontend is beside the reference, measured in turns in one run: scripts/bench.ts [FOLDER]
// FOLDER has Dockerfiles, at any depth, for the time of the process; else test/e2e/fixtures. Writes dist/bench.md and dist/bench.svg.
// ROUNDS=N pairs of builds (15), and four times as many where a fortieth counts. What is measured, and what was tried: docs/performance.md.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeBases } from '../test/support/bases.ts';
import type { BuildRequest, FrontendChoice } from '../test/support/build.ts';
import { mustRun } from '../test/support/command.ts';
import { startEnvironment } from '../test/support/environment.ts';
import { writeLayout } from '../test/support/layout.ts';
import { architecture } from '../test/support/registry.ts';
import { writeTar } from '../test/support/tar.ts';
import { goTool } from '../test/support/tools.ts';
import { startProcessBench } from './bench-process.ts';
import type { Command } from './bench-process.ts';
import { median, toMarkdown, toSvg } from './bench-table.ts';
import type { Row } from './bench-table.ts';
import { wrapperCost } from './bench-wrapper.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 15);
const [cases = 'test/e2e/fixtures'] = process.argv.slice(2);
/** For what is near its limit: one build takes a tenth more or less than the next. */
const MANY_ROUNDS = ROUNDS * 4;
const MAX_CASES = 300;
const OFF = { 'build-arg:REPRO': 'off' };
const environment = await startEnvironment();
const reference = await goTool('dockerfile-frontend');
const rows: Row[] = [];

function say(row: Row): void {
  rows.push(row);
  console.error(toMarkdown([row]).split('\n').at(-1));
}

/** The reference as upstream ships it: one static program, the same labels. */
async function referenceImage(): Promise<string> {
  const caps = ['inputs', 'subrequests', 'contexts', 'gitquerystring'].map((each) => `moby.buildkit.frontend.${each}`).join(',');
  const folder = join(environment.tempFolder(), 'reference');
  writeLayout(folder, {
    layers: [writeTar([{ path: 'dockerfile-frontend', mode: 0o755, content: readFileSync(reference) }])],
    config: { Entrypoint: ['/dockerfile-frontend'], Labels: { 'moby.buildkit.frontend.network.none': 'true', 'moby.buildkit.frontend.caps': caps } },
    architecture: architecture(),
    created: '1970-01-01T00:00:00Z',
  });
  const name = environment.image('dockerfile');
  await environment.images.pushLayout(folder, name);
  return name;
}

/** The median of each of `measures`, run in turns; the first turn of each does not count. */
async function inTurns(rounds: number, measures: readonly (() => Promise<number>)[]): Promise<readonly number[]> {
  const times = measures.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, measure] of measures.entries()) {
      const time = await measure();
      if (round > 0) times[index]?.push(time);
    }
  }
  return times.map(median);
}

const CACHED = `FROM ${environment.bases.busybox} AS base\nARG NAME=value\nRUN echo $NAME > /one\nFROM base\nCOPY file /\nRUN cat /file /one > /two\nENV A=b\nCMD ["true"]\n`;

async function benchCachedBuild(): Promise<void> {
  const build = (request: BuildRequest) => async (): Promise<number> => (await environment.mustBuild({ dockerfile: CACHED, files: { file: 'text' }, epoch: 1700000000, output: 'none', ...request })).milliseconds;
  const image: FrontendChoice = { image: await referenceImage() };
  const [ours = 0, off = 0, other = 0, builtin = 0] = await inTurns(MANY_ROUNDS, [build({ frontend: 'ours' }), build({ frontend: 'ours', buildArgs: { REPRO: 'off' } }), build({ frontend: image }), build({ frontend: 'reference' })]);
  say({ what: 'build with all cached, through the image', unit: 'ms', ours, reference: other, limit: 1.25 });
  say({ what: 'the same with REPRO=off', unit: 'ms', ours: off, reference: other });
  say({ what: 'the same, the reference builtin', unit: 'ms', ours, reference: builtin });
}

/** The image's files unpacked, and its entrypoint with their paths and its environment. */
async function unpackImage(folder: string): Promise<Command> {
  await mustRun('tar', ['-C', folder, '-xf', 'dist/frontend-image.tar']);
  const blob = (digest: string): string => join(folder, 'blobs', digest.replace(':', '/'));
  const json = (digest: string) => JSON.parse(readFileSync(blob(digest), 'utf8'));
  const manifest = json(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')).manifests[0].digest);
  const layers = manifest.layers as readonly { digest: string; size: number }[];
  say({ what: 'image, compressed', unit: 'MB', ours: layers.reduce((sum, { size }) => sum + size, 0) / 1e6, limit: 45 });
  say({ what: 'what a new release changes of it', unit: 'MB', ours: layers.slice(1).reduce((sum, { size }) => sum + size, 0) / 1e6 });
  const root = join(folder, 'root');
  mkdirSync(root);
  for (const { digest } of layers) await mustRun('tar', ['-C', root, '-xzf', blob(digest)]);
  const { Entrypoint: words, Env: env } = json(manifest.config.digest).config as { readonly Entrypoint: readonly string[]; readonly Env: readonly string[] };
  return { words: words.map((word) => (word.startsWith('/') ? join(root, word) : word)), env };
}

const repeat = (count: number, make: (index: number) => string): string => Array.from({ length: count }, (_, index) => make(index)).join('');
const LARGE: readonly (readonly [name: string, dockerfile: string])[] = [
  ...[100, 1000, 5000].map((count) => [`${count} RUN`, `FROM scratch\n${repeat(count, (index) => `RUN echo ${index}\n`)}`] as const),
  ['1000 ENV and 1000 RUN', `FROM scratch\n${repeat(1000, (index) => `ENV NAME${index}=value\nRUN echo ${index}\n`)}`],
  ['1000 stages', `FROM busybox AS s0\n${repeat(1000, (index) => `FROM s${index} AS s${index + 1}\nRUN echo ${index}\n`)}`],
  ['a heredoc of 5 MB', `FROM busybox\nRUN <<EOF\n${repeat(100_000, (index) => `echo ${String(index).padStart(44, '-')}\n`)}EOF\n`],
  ['2000 COPY', `FROM scratch\n${repeat(2000, (index) => `COPY file${index} /folder/\n`)}`],
];

const NEAR_LIMIT = /^(?:1000 RUN|2000 COPY)$/;

async function benchProcess(ours: Command): Promise<void> {
  const bench = await startProcessBench(environment.tempFolder());
  const dockerfiles = findDockerfiles(cases).slice(0, MAX_CASES);
  const times: Record<'ours' | 'reference', number[]> = { ours: [], reference: [] };
  const peaks: number[] = [];
  for (let round = 0; round < Math.ceil(ROUNDS / dockerfiles.length); round++) {
    for (const path of dockerfiles) {
      const text = readFileSync(path, 'utf8');
      const run = await bench.run(ours, text);
      times.ours.push(run.milliseconds);
      peaks.push(run.peakMegabytes);
      times.reference.push((await bench.run({ words: [reference] }, text)).milliseconds);
    }
  }
  say({ what: `start of the process to Return, ${dockerfiles.length} Dockerfiles`, unit: 'ms', ours: median(times.ours), reference: median(times.reference), limit: 3 });
  say({ what: 'peak memory, most of these', unit: 'MB', ours: Math.max(...peaks), limit: 90 });
  for (const [name, text] of LARGE) {
    const measure = (command: Command, options: Readonly<Record<string, string>>) => async (): Promise<number> => {
      const { milliseconds, error } = await bench.run(command, text, options);
      if (error !== undefined) throw new Error(`${name}: ${error}`);
      return milliseconds;
    };
    const [on = 0, off = 0, other = 0] = await inTurns(NEAR_LIMIT.test(name) ? MANY_ROUNDS : ROUNDS, [measure(ours, {}), measure(ours, OFF), measure({ words: [reference] }, {})]);
    const limit = /^(?:5|1|2)000/.test(name) ? 1 : undefined;
    say({ what: name, unit: 'ms', ours: on, reference: other, limit });
    say({ what: `${name}, REPRO=off`, unit: 'ms', ours: off, reference: other, limit });
  }
  bench.stop();
}

function findDockerfiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /^dockerfile(?:\..+)?$/i.test(basename(path)) && !path.endsWith('.dockerignore')).sort().map((path) => join(folder, path));
}

/** What the wrapper adds to a RUN that touches nothing. */
async function benchWrapper(): Promise<void> {
  const bases = await makeBases();
  for (const name of ['debian:bookworm', 'busybox:stable']) {
    const { wall, processor } = wrapperCost(bases.get(name) ?? '', ROUNDS);
    say({ what: `the wrapper, in each RUN, ${name}`, unit: 'ms', ours: wall, limit: 5 });
    say({ what: 'the same, user and system time', unit: 'ms', ours: processor, limit: 5 });
  }
}

async function benchCommandLine(): Promise<void> {
  for (const verb of ['llb', 'diff']) {
    const [ours = 0] = await inTurns(ROUNDS, [async () => {
      const started = performance.now();
      spawnSync(process.execPath, ['dist/cli.cjs', verb, '--help']);
      return performance.now() - started;
    }]);
    say({ what: `repro-dockerfile ${verb} --help`, unit: 'ms', ours, limit: 150 });
  }
}

const folder = environment.tempFolder();
await benchCachedBuild();
await benchProcess(await unpackImage(folder));
await benchCommandLine();
await benchWrapper();
rmSync(folder, { recursive: true, force: true });
await environment.stop();
writeFileSync('dist/bench.md', `${toMarkdown(rows)}\n`);
writeFileSync('dist/bench.svg', toSvg(rows));
console.log(`\n${toMarkdown(rows)}\n\ndist/bench.md, dist/bench.svg`);
process.exit(0);
