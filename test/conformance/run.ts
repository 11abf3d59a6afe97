// BuildKit's own integration tests of Dockerfile frontends, run against a frontend image. README.md in this folder has the details.
// Usage: node --import tsx test/conformance/run.ts [--image TAR|reference|none] [--tests REGEX|quick] [--workers oci,containerd] [--jobs N] [--build-arg KEY=VALUE]... [--disk] [--baseline]
import { spawn } from 'node:child_process';
import { copyFileSync, createReadStream, createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cacheFolder, say } from '../support/cache.ts';
import { mustRun } from '../support/command.ts';
import { unpackedPackage, which } from '../support/packages.ts';
import { writeFrontendTar } from './frontend-image.ts';
import { formatReference, parseReference } from './reference.ts';
import type { Expectation } from './reference.ts';
import { compare, formatReport } from './report.ts';
import { isCase, readOutcomes, testName } from './results.ts';
import type { Outcome } from './results.ts';
import { copyMirror, makeStandIns } from './standins.ts';
import { buildTools } from './tools.ts';

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

/** One call of the test program. */
interface Call {
  readonly worker: string;
  /** Regular expression of test names. */
  readonly tests: string;
}

type Runner = (call: Call, label: string) => Promise<Map<string, Outcome>>;

/** Everything of a run that does not depend on which tests it runs. */
async function prepare(folder: string): Promise<{ readonly version: string; readonly image: string; readonly run: Runner }> {
  const tools = await buildTools(source);
  const standIns = await makeStandIns(join(source, 'testdata'), join(tools.folder, 'hellofs'));
  const image = join(folder, 'image.tar');
  const named = options.baseline ? 'reference' : options.image;
  if (named === 'reference') await writeFrontendTar(tools.referenceFrontend, image);
  else if (named === 'none') await writeFrontendTar('/bin/false', image);
  else if (existsSync(named)) copyFileSync(named, image);
  else throw new Error(`no such image: ${named} (make image writes dist/frontend-image.tar)`);

  const run: Runner = async (call, label) => {
    const mirror = join(folder, `mirror-${label}`);
    const scratch = join(folder, `scratch-${label}`);
    mkdirSync(scratch);
    await copyMirror(standIns.folder, mirror);
    const log = join(folder, `${label}.log`);
    const env = { MIRROR: mirror, IMAGE: image, CONFORMANCE_DEBIAN_LAYER: standIns.debianLayer, CONFORMANCE_BUILD_ARGS: options['build-arg'].join(' '), DISK: options.disk ? '1' : '', JOBS: options.jobs ?? '', MORE_PATH: call.worker === 'containerd' ? ((await findContainerd()) ?? '') : '' };
    await runSandbox([tools.folder, scratch, '-test.timeout=120m', `-test.run=^TestIntegration$/^(${call.tests})$/^worker=${call.worker}$`], env, log);
    const outcomes = await convertLog(log);
    rmSync(mirror, { recursive: true, force: true });
    rmSync(scratch, { recursive: true, force: true });
    return outcomes;
  };
  return { version: tools.version, image: named, run };
}

/** The folder of the program containerd: this machine's, else that of Debian's package, unpacked. Undefined when there is neither. */
async function findContainerd(): Promise<string | undefined> {
  const found = which('containerd');
  if (found !== undefined) return dirname(found);
  return unpackedPackage('containerd').then((folder) => join(folder, 'usr/bin'), () => undefined);
}

/** Runs the tests in namespaces of their own, its output in `log`, and says now and then how far it is. */
function runSandbox(args: readonly string[], env: Readonly<Record<string, string>>, log: string): Promise<void> {
  const started = Date.now();
  const child = spawn('unshare', ['--mount', '--net', '--pid', '--fork', '--mount-proc', '--kill-child', join(source, 'sandbox.sh'), ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const file = createWriteStream(log);
  let ended = 0;
  child.stdout.on('data', (data: Buffer) => (ended += data.toString('latin1').match(/--- (?:PASS|FAIL|SKIP): TestIntegration\/[^/\s]+\/worker=[^/\s]+\/frontend=[^/\s]+ /g)?.length ?? 0));
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  const timer = setInterval(() => say(`  ${ended} tests ended after ${Math.round((Date.now() - started) / 1000)} s`), 60_000);
  const stop = () => void child.kill('SIGKILL');
  process.once('exit', stop);
  return new Promise((done, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      clearInterval(timer);
      process.off('exit', stop);
      file.end(done);
    });
  });
}

async function convertLog(log: string): Promise<Map<string, Outcome>> {
  const events = `${log}.json`;
  await mustRun('sh', ['-c', 'go tool test2json -t <"$1" >"$2"', 'sh', log, events]);
  const outcomes = await readOutcomes(createInterface({ input: createReadStream(events), crlfDelay: Infinity }));
  rmSync(events);
  if (outcomes.size === 0) throw new Error(`no test ran:\n${readFileSync(log, 'utf8').split('\n').slice(-20).join('\n')}`);
  return outcomes;
}

/** What to run for the chosen tests and workers. */
function plan(tests: string, workers: readonly string[]): Call[] {
  const chosen = new RegExp(`^(?:${tests})$`);
  return workers.flatMap((worker) => {
    if (worker !== 'containerd') return [{ worker, tests }];
    const names = CONTAINERD_TESTS.filter((name) => chosen.test(name));
    return names.length === 0 ? [] : [{ worker, tests: names.join('|') }];
  });
}

/** Runs what failed though it should not once more; takes the new outcomes over and returns what passes now. */
async function retry(outcomes: Map<string, Outcome>, failed: readonly string[], run: Runner): Promise<string[]> {
  const workers = new Set(failed.map(workerOf));
  for (const worker of workers) {
    const tests = new Set(failed.filter((name) => workerOf(name) === worker).map(testName));
    say(`running ${tests.size} of them a second time`);
    for (const [name, outcome] of await run({ worker, tests: [...tests].join('|') }, `${worker}-again`)) outcomes.set(name, outcome);
  }
  return failed.filter((name) => outcomes.get(name)?.status === 'pass');
}

const workerOf = (name: string): string => /\/worker=([^/]+)/.exec(name)?.[1] ?? 'oci';

async function main(): Promise<boolean> {
  mkdirSync(runs, { recursive: true });
  for (const name of readdirSync(runs).sort().slice(0, -KEPT_RUNS)) rmSync(join(runs, name), { recursive: true, force: true });
  const folder = mkdtempSync(join(runs, `${new Date().toISOString().slice(0, 19).replaceAll(':', '')}-`));
  const { version, image, run } = await prepare(folder);
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
  const due = new Map([...known].filter(([name]) => calls.some((call) => call.worker === workerOf(name) && new RegExp(`^(?:${call.tests})$`).test(testName(name)))));
  const failed = options.baseline ? [...outcomes.values()].filter(({ status }) => status === 'fail').map(({ name }) => name) : compare(outcomes, due, []).regressions;
  const unsteady = failed.length === 0 || failed.filter(isCase).length > MOST_RETRIES ? [] : await retry(outcomes, failed, run);
  if (options.baseline && options.tests === '.*') {
    writeFileSync(list, formatReference(outcomes, [`How BuildKit ${version}'s tests end with its own Dockerfile frontend as the image. Written by make conformance BASELINE=1.`]));
    say(`wrote ${list}`);
  }
  const comparison = compare(outcomes, options.baseline ? parseReference(formatReference(outcomes, [])) : due, unsteady);
  const report = formatReport([`BuildKit ${version}'s tests of Dockerfile frontends, with ${[image, ...options['build-arg']].join(' ')}`, ...notes].join('\n'), comparison);
  writeFileSync(join(folder, 'report.txt'), report);
  process.stdout.write(report);
  rmSync(join(folder, 'image.tar'), { force: true });
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
