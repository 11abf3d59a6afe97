// BuildKit's own integration tests of Dockerfile frontends, run against a frontend image. README.md in this folder has the details.
// Usage: node --import tsx test/conformance/run.ts [--image TAR|reference|none] [--tests REGEX|quick] [--workers oci,containerd] [--jobs N] [--build-arg KEY=VALUE]... [--disk] [--baseline]
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cacheFolder, say } from '../support/cache.ts';
import { formatReference, parseReference } from './reference.ts';
import type { Expectation } from './reference.ts';
import { compare, formatReport } from './report.ts';
import { isCase, testName } from './results.ts';
import type { Outcome } from './results.ts';
import { findContainerd, prepare, type Call, type Runner } from './runner.ts';

const source = dirname(fileURLToPath(import.meta.url));
const runs = join(cacheFolder, 'conformance/runs');
const list = join(source, 'reference.txt');

const { values: options } = parseArgs({
  options: {
    image: { type: 'string', default: resolve(source, '../../dist/frontend-image.tar') },
    tests: { type: 'string', default: '.*' },
    workers: { type: 'string', default: 'oci,containerd' },
    jobs: { type: 'string' },
    'build-arg': { type: 'string', multiple: true, default: [] },
    disk: { type: 'boolean', default: false },
    baseline: { type: 'boolean', default: false },
  },
});

/** These want the containerd worker, or do more with it; all others run with BuildKit's own worker alone. */
const CONTAINERD_TESTS = ['TestCmdShell', 'TestDockerfileScratchConfig', 'TestExportedHistory', 'TestExposeExpansion', 'TestImportExportReproducibleIDs', 'TestLabels', 'TestPullScratch', 'TestReproducibleIDs', 'TestUser'];
/** More regressions than this are no bad luck: they are not tried a second time. */
const MOST_RETRIES = 40;

/** Logs of so many runs are kept. */
const KEPT_RUNS = 10;

/** What to run for the chosen tests and workers. */
function plan(tests: string, workers: readonly string[]): Call[] {
  const chosen = new RegExp(`^(?:${tests})$`);
  return workers.flatMap((worker) => {
    if (worker !== 'containerd') return [{ worker, tests }];
    const names = CONTAINERD_TESTS.filter((name) => chosen.test(name));
    return names.length === 0 ? [] : [{ worker, tests: names.join('|') }];
  });
}

/** Runs the tests of these names. */
async function runAgain(names: readonly string[], label: string, run: Runner, image?: 'reference'): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (const worker of new Set(names.map(workerOf))) {
    const tests = new Set(names.filter((name) => workerOf(name) === worker).map(testName));
    say(`running ${tests.size} of them ${label === 'again' ? 'a second time' : 'with the reference'}`);
    for (const [name, outcome] of await run({ worker, tests: [...tests].join('|') }, `${worker}-${label}`, image)) outcomes.set(name, outcome);
  }
  return outcomes;
}

/** Runs what failed though it should not once more; takes the new outcomes over and returns what passes now. */
async function retry(outcomes: Map<string, Outcome>, failed: readonly string[], run: Runner): Promise<string[]> {
  for (const [name, outcome] of await runAgain(failed, 'again', run)) outcomes.set(name, outcome);
  return failed.filter((name) => outcomes.get(name)?.status === 'pass');
}

/** The list was made without build args: what does not pass for the reference with them is not expected to. */
async function expectWithBuildArgs(due: ReadonlyMap<string, Expectation>, failed: readonly string[], run: Runner): Promise<Map<string, Expectation>> {
  const outcomes = await runAgain(failed, 'reference', run, 'reference');
  const reason = `does not pass for the reference with ${options['build-arg'].join(' ')}`;
  return new Map([...due].map(([name, expectation]) => {
    const status = failed.includes(name) ? outcomes.get(name)?.status : undefined;
    return [name, status === undefined || status === 'pass' ? expectation : { status, reason }];
  }));
}

const workerOf = (name: string): string => /\/worker=([^/]+)/.exec(name)?.[1] ?? 'oci';

async function main(): Promise<boolean> {
  mkdirSync(runs, { recursive: true });
  for (const name of readdirSync(runs).sort().slice(0, -KEPT_RUNS)) rmSync(join(runs, name), { recursive: true, force: true });
  const folder = mkdtempSync(join(runs, `${new Date().toISOString().slice(0, 19).replaceAll(':', '')}-`));
  const image = options.baseline ? 'reference' : options.image;
  const { version, run } = await prepare(folder, { image, buildArgs: options['build-arg'], jobs: options.jobs, disk: options.disk });
  const tests = options.tests === 'quick' ? readFileSync(join(source, 'quick.txt'), 'utf8').trim().split(/\s+/).join('|') : options.tests;
  const workers: string[] = [];
  const notes: string[] = [];
  for (const worker of options.workers.split(',')) {
    if (worker !== 'containerd' || (await findContainerd()) !== undefined) workers.push(worker);
    else notes.push('no containerd here, and none to unpack: its cases are not run');
  }
  const calls = plan(tests, workers);
  const outcomes = new Map<string, Outcome>();
  for (const call of calls) {
    say(`running the tests of worker ${call.worker}, log in ${join(folder, `${call.worker}.log`)}`);
    for (const [name, outcome] of await run(call, call.worker)) outcomes.set(name, outcome);
  }
  const known: ReadonlyMap<string, Expectation> = existsSync(list) ? parseReference(readFileSync(list, 'utf8')) : new Map();
  let due = new Map([...known].filter(([name]) => calls.some((call) => call.worker === workerOf(name) && new RegExp(`^(?:${call.tests})$`).test(testName(name)))));
  const failed = options.baseline ? [...outcomes.values()].filter(({ status }) => status === 'fail').map(({ name }) => name) : compare(outcomes, due, []).regressions;
  const unsteady = failed.length === 0 || failed.filter(isCase).length > MOST_RETRIES ? [] : await retry(outcomes, failed, run);
  if (options.baseline && options.tests === '.*') {
    writeFileSync(list, formatReference(outcomes, [`How BuildKit ${version}'s tests end with its own Dockerfile frontend as the image. Written by make conformance BASELINE=1.`]));
    say(`wrote ${list}`);
  }
  const lost = options.baseline ? [] : compare(outcomes, due, []).regressions;
  if (options['build-arg'].length > 0 && lost.length > 0) due = await expectWithBuildArgs(due, lost, run);
  const comparison = compare(outcomes, options.baseline ? parseReference(formatReference(outcomes, [])) : due, unsteady);
  const report = formatReport([`BuildKit ${version}'s tests of Dockerfile frontends, with ${[image, ...options['build-arg']].join(' ')}`, ...notes].join('\n'), comparison);
  writeFileSync(join(folder, 'report.txt'), report);
  process.stdout.write(report);
  for (const name of ['image.tar', 'reference.tar']) rmSync(join(folder, name), { force: true });
  say(`report and logs: ${folder}`);
  return options.baseline || comparison.regressions.length === 0;
}

process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));
try {
  if (process.getuid?.() !== 0) throw new Error('the tests start BuildKit daemons in namespaces of their own: run this as root');
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
