import { spawn } from 'node:child_process';
import { copyFileSync, createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { say } from '../support/cache.ts';
import { mustRun } from '../support/command.ts';
import { unpackedPackage, which } from '../support/packages.ts';
import { writeFrontendTar } from './frontend-image.ts';
import { readOutcomes } from './results.ts';
import type { Outcome } from './results.ts';
import { copyMirror, makeStandIns } from './standins.ts';
import { buildTools } from './tools.ts';

const source = dirname(fileURLToPath(import.meta.url));

/** One call of the test program. */
export interface Call {
  readonly worker: string;
  /** Regular expression of test names. */
  readonly tests: string;
}

/** Runs tests with an image and names the files of the run after `label`. */
export type Runner = (call: Call, label: string, image?: 'reference') => Promise<Map<string, Outcome>>;

/** What a run is asked for, beside the tests. */
export interface Settings {
  /** Path of an image, or `reference`, or `none`. */
  readonly image: string;
  /** KEY=VALUE, for every build. */
  readonly buildArgs: readonly string[];
  /** How many daemons at once; as many as there are processors when absent. */
  readonly jobs?: string | undefined;
  /** Keeps the daemons' state on disk. */
  readonly disk: boolean;
}

/** Makes everything that does not depend on which tests run; logs and state go below `folder`. */
export async function prepare(folder: string, settings: Settings): Promise<{ readonly version: string; readonly run: Runner }> {
  const tools = await buildTools(source);
  const standIns = await makeStandIns(join(source, 'testdata'), join(tools.folder, 'hellofs'));
  const image = join(folder, 'image.tar');
  const reference = join(folder, 'reference.tar');
  await writeFrontendTar(tools.referenceFrontend, reference);
  const named = settings.image;
  if (named === 'reference') copyFileSync(reference, image);
  else if (named === 'none') await writeFrontendTar('/bin/false', image);
  else if (existsSync(named)) copyFileSync(named, image);
  else throw new Error(`no such image: ${named} (make image writes dist/frontend-image.tar)`);

  const run: Runner = async (call, label, other) => {
    const mirror = join(folder, `mirror-${label}`);
    const scratch = join(folder, `scratch-${label}`);
    mkdirSync(scratch);
    await copyMirror(standIns.folder, mirror);
    const log = join(folder, `${label}.log`);
    const env = { MIRROR: mirror, IMAGE: other === 'reference' ? reference : image, CONFORMANCE_DEBIAN_LAYER: standIns.debianLayer, CONFORMANCE_BUILD_ARGS: settings.buildArgs.join(' '), DISK: settings.disk ? '1' : '', JOBS: settings.jobs ?? '', MORE_PATH: call.worker === 'containerd' ? ((await findContainerd()) ?? '') : '' };
    await runSandbox([tools.folder, scratch, '-test.timeout=120m', `-test.run=^TestIntegration$/^(${call.tests})$/^worker=${call.worker}$`], env, log);
    const outcomes = await convertLog(log);
    rmSync(mirror, { recursive: true, force: true });
    rmSync(scratch, { recursive: true, force: true });
    return outcomes;
  };
  return { version: tools.version, run };
}

/** The folder of the program containerd: this machine's, else that of Debian's package, unpacked. Undefined when there is neither. */
export async function findContainerd(): Promise<string | undefined> {
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
