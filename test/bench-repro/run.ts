// Packages of Debian, each installed by one RUN on two daemons that are unlike each other, with our frontend and with the reference;
// layers compared byte for byte. Goes on where it was stopped: results are in .cache/bench-repro.
//   PACKAGES='curl git'   these alone (names need not be in packages.txt)     VARIANTS='clean apt'      FRONTENDS='ours reference'
//   COMMANDS='venv'       these alone of commands.ts, in the variant commands
//   AGAIN=differ|older|all    build again what differed or failed, what another bundle gave, all
//   DAYS=0                the second daemon's clock is right: a program that allocates by jemalloc may hang under the false one (bind9's rndc-confgen)
//   TABLE=1               only print the table of what is known
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { deb822Sources, findMirror, makeDebian, type Mirror } from '../support/bases.ts';
import type { BuildResult } from '../support/build.ts';
import { cacheFolder, projectFolder, say } from '../support/cache.ts';
import { describeFailure, run } from '../support/command.ts';
import type { Daemon } from '../support/daemon.ts';
import { startEnvironment, type Environment } from '../support/environment.ts';
import { goTool } from '../support/tools.ts';
import { startArchiveCache } from './archive-cache.ts';
import { benchCases, parsePackages, VARIANTS, type BenchBases, type BenchCase } from './cases.ts';
import { runtimeWithClock } from './clock.ts';
import { COMMANDS, TOOLS } from './commands.ts';
import { compareBuilds, openResults, type BenchResult } from './results.ts';
import { resultTable } from './table.ts';

/** The second daemon's clock is so many days ahead: another year, another weekday. */
const DAYS = Number(process.env['DAYS'] ?? 45);
const EPOCH = 1700000000;
/** Cases whose layers are kept at once; the second daemon builds them in the opposite order. */
const BATCH = 6;

const folder = join(cacheFolder, 'bench-repro');
const words = (name: string): readonly string[] | undefined => process.env[name]?.trim().split(/\s+/).filter((each) => each !== '');
const known = parsePackages(readFileSync(new URL('packages.txt', import.meta.url), 'utf8'));
const packages = words('PACKAGES')?.map((name) => known.find((each) => each.name === name) ?? { name, releases: ['trixie', 'bullseye'] }) ?? known;
const commands = COMMANDS.map(({ name }) => name).filter((name) => words('COMMANDS')?.includes(name) ?? true);
const variants = VARIANTS.filter(({ name }) => words('VARIANTS')?.includes(name) ?? true);
const frontends = (['ours', 'reference'] as const).filter((name) => words('FRONTENDS')?.includes(name) ?? true);
const bundle = createHash('sha256').update(readFileSync(join(projectFolder, 'dist/frontend.cjs'))).digest('hex').slice(0, 12);
const store = openResults(folder);

function isDue(each: BenchCase): boolean {
  const result = store.read(each);
  if (result === undefined) return true;
  const older = each.frontend === 'ours' && result.bundle !== bundle;
  switch (process.env['AGAIN'] ?? '') {
    case '': return false;
    case 'all': return true;
    case 'older': return older;
    case 'differ': return each.frontend === 'ours' && !result.equal;
    default: throw new Error('AGAIN is one of differ, older, all');
  }
}

async function makeBases(env: Environment, mirror: Mirror, proxy: string): Promise<BenchBases> {
  const official: Mirror = { main: 'http://deb.debian.org/debian', security: 'http://deb.debian.org/debian-security', proxy: '' };
  const make = async (release: string, name: string, more = ''): Promise<string> => {
    const [minimal, reference] = [env.image(`debian-${release}`), env.image(name)];
    await env.images.pushLayout(await makeDebian(mirror, release), minimal);
    const files = {
      'etc/apt/sources.list.d/debian.sources': deb822Sources(official, release),
      // The archive's Release files are out of date for the clock of the second daemon.
      'etc/apt/apt.conf.d/zz-archive': `Acquire::http::Proxy "${proxy}";\nAcquire::Check-Valid-Until "false";\n`,
    };
    await env.mustBuild({ frontend: 'reference', dockerfile: `FROM ${minimal}\n${more}COPY . /\n`, files, output: { push: reference } });
    return reference;
  };
  const bookworm = await make('bookworm', 'debian');
  const tools = env.image('tools');
  if (variants.some(({ name }) => name === 'commands')) {
    const lines = `RUN apt-get update && apt-get install -y --no-install-recommends ${TOOLS} && rm -rf /var/lib/apt/lists/*\nCOPY ca-certificates.crt /etc/ssl/certs/\nENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt\n`;
    // Registries may be behind a proxy of this machine's network, with certificates of its own.
    const files = { 'ca-certificates.crt': readFileSync('/etc/ssl/certs/ca-certificates.crt') };
    await env.mustBuild({ frontend: 'reference', dockerfile: `FROM ${bookworm}\n${lines}`, files, output: { push: tools }, outputAttributes: { compression: 'uncompressed' } });
  }
  return {
    bookworm,
    tools,
    plain: await make('bookworm', 'plain', 'RUN rm /etc/apt/apt.conf.d/docker-clean\n'),
    trixie: await make('trixie', 'trixie'),
    bullseye: await make('bullseye', 'bullseye'),
  };
}

async function build(env: Environment, bases: BenchBases, daemon: Daemon, each: BenchCase): Promise<BuildResult> {
  const result = await env.build({
    daemon, frontend: each.frontend, dockerfile: each.variant.dockerfile(bases, each.package), epoch: EPOCH, rewriteTimestamp: true, noCache: true,
    outputAttributes: { compression: 'uncompressed' },
  });
  // What the RUNs made, not the bases.
  await run(await goTool('buildctl'), ['--addr', daemon.address, 'prune', '--filter', 'description~=exec', '--filter', 'description~=copy']);
  return result;
}

function judge(each: BenchCase, one: BuildResult, two: BuildResult): BenchResult {
  const common = { package: each.package, variant: each.variant.name, frontend: each.frontend, bundle, seconds: [one.milliseconds / 1000, two.milliseconds / 1000] as const };
  const failed = [one, two].find((result) => !result.ok);
  if (failed !== undefined) return { ...common, equal: false, differences: [], failure: describeFailure(failed) };
  return { ...common, equal: one.manifestDigest === two.manifestDigest, differences: compareBuilds(one, two, store.differencesFolder(each)) };
}

/** Each daemon builds the batch, one in its order and one in the opposite. */
async function buildBatch(env: Environment, bases: BenchBases, daemons: readonly [Daemon, Daemon], batch: readonly BenchCase[]): Promise<readonly BenchResult[]> {
  const inOrder = async (daemon: Daemon, cases: readonly BenchCase[]): Promise<ReadonlyMap<BenchCase, BuildResult>> => {
    const results = new Map<BenchCase, BuildResult>();
    for (const each of cases) results.set(each, await build(env, bases, daemon, each));
    return results;
  };
  const [one, two] = await Promise.all([inOrder(daemons[0], batch), inOrder(daemons[1], batch.toReversed())]);
  return batch.map((each) => {
    const [a, b] = [one.get(each), two.get(each)];
    if (a === undefined || b === undefined) throw new Error(`${each.package} was not built`);
    const result = judge(each, a, b);
    store.write(each, result);
    return result;
  });
}

function outcome({ equal, failure, differences, seconds }: BenchResult): string {
  const time = `${seconds.map((each) => each.toFixed(0)).join(' s and ')} s`;
  if (failure !== undefined) return `failed (${failure.split('\n').slice(-2).join(' ')})`;
  return equal ? `equal (${time})` : `differs in ${differences.map(({ path, cause }) => `${path}${cause === undefined ? '' : ' (named)'}`).slice(0, 8).join(' ')} (${time})`;
}

async function runBench(due: readonly BenchCase[]): Promise<void> {
  const env = await startEnvironment();
  const mirror = await findMirror();
  const archive = await startArchiveCache(join(folder, 'archive'), mirror);
  try {
    const clock = DAYS === 0 ? {} : { runtime: await runtimeWithClock(join(folder, 'runtime'), DAYS, ['bookworm', 'trixie', 'bullseye'], archive.proxy) };
    const other = await env.startDaemon({ tmpfs: true, cpus: '0', hostname: 'another-host', ...clock });
    if (other.address.startsWith('docker')) say('the daemons run in a Docker engine: they have the same clock, cores and file system');
    const bases = await makeBases(env, mirror, archive.proxy);
    const started = Date.now();
    for (let at = 0; at < due.length; at += BATCH) {
      const results = await buildBatch(env, bases, [env.daemon, other], due.slice(at, at + BATCH));
      results.forEach((result, index) => console.log(`[${at + index + 1}/${due.length}] ${result.variant} ${result.frontend} ${result.package}: ${outcome(result)}`));
      const left = ((Date.now() - started) / (at + results.length)) * (due.length - at - results.length);
      say(`about ${Math.ceil(left / 60_000)} minutes left`);
      for (const name of readdirSync(join(env.folder, 'files'))) rmSync(join(env.folder, 'files', name), { recursive: true, force: true });
    }
  } finally {
    await archive.stop();
    await env.stop();
  }
}

const due = process.env['TABLE'] === undefined ? benchCases({ packages, commands }, variants, frontends).filter(isDue) : [];
if (due.length > 0) await runBench(due);
const names = new Set([...packages.map(({ name }) => name), ...commands]);
console.log(`\n${resultTable(store.all().filter((each) => names.has(each.package)), [...names], bundle)}`);
process.exit(0);
