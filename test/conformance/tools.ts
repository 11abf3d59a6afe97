import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cached, say } from '../support/cache.ts';
import { mustRun } from '../support/command.ts';
import { ensurePrograms, unpackedPackage, which } from '../support/packages.ts';
import { changeTests } from './changes.ts';

const BUILDKIT = 'github.com/moby/buildkit';
const CNI = 'github.com/containernetworking/plugins/plugins';
/** RUN --device is compiled in only with this. */
const TAGS = ['-tags', 'dfrundevice'];

/** The programs of one run. */
export interface Tools {
  /** dockerfile.test, buildkitd, buildctl, registry, hellofs, and in `cni` the network plugins. */
  readonly folder: string;
  /** The reference's own frontend, a static program. */
  readonly referenceFrontend: string;
  readonly version: string;
}

/** Programs that must be on the machine. */
const PROGRAMS = ['runc', 'ip', 'git', 'mkfs.ext4', 'ssh-agent', 'ssh-add', 'unshare', 'tar'] as const;

/** Sees to the machine's programs, and builds the others from the modules of `source`/go.mod, once for each state of the sources. */
export async function buildTools(source: string): Promise<Tools> {
  await ensurePrograms(PROGRAMS);
  if (which('go') === undefined) throw new Error('Go is needed: https://go.dev/dl/');
  const inputs = ['go.mod', 'go.sum', 'changes.ts', 'tools.ts', 'hellofs/main.go', 'testdata/route_test.go'];
  const hash = createHash('sha256');
  for (const name of inputs) hash.update(readFileSync(join(source, name)));
  const version = /github\.com\/moby\/buildkit (v\S+)/.exec(readFileSync(join(source, 'go.mod'), 'utf8'))?.[1] ?? 'unknown';
  const folder = await cached(`conformance/tools-${version}-${hash.digest('hex').slice(0, 12)}`, async (path) => {
    say(`building: BuildKit ${version} and its tests (minutes, the first time)`);
    await compile(source, path);
  });
  return { folder, version, referenceFrontend: join(folder, 'dockerfile-frontend') };
}

async function compile(source: string, folder: string): Promise<void> {
  mkdirSync(join(folder, 'cni'), { recursive: true });
  const go = (...args: string[]) => mustRun('go', args, { cwd: source, env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -trimpath -buildvcs=false', GOWORK: 'off' }, timeoutMs: 3_600_000 });
  await go('mod', 'download', BUILDKIT);
  const module = (await go('list', '-m', '-f', '{{.Dir}}', BUILDKIT)).stdout.trim();
  await go('build', ...TAGS, '-ldflags=-s -w', '-o', `${folder}/`, `${BUILDKIT}/cmd/buildkitd`, `${BUILDKIT}/cmd/buildctl`, `${BUILDKIT}/frontend/dockerfile/cmd/dockerfile-frontend`, './hellofs');
  await go('build', '-ldflags=-s -w', '-o', `${folder}/cni/`, `${CNI}/main/bridge`, `${CNI}/main/loopback`, `${CNI}/ipam/host-local`);
  const copy = join(folder, 'buildkit');
  const modfile = await copyModule(source, module, copy);
  changeTests(copy, join(source, 'testdata'));
  await go('test', '-c', ...TAGS, `-modfile=${modfile}`, '-o', join(folder, 'dockerfile.test'), `${BUILDKIT}/frontend/dockerfile`);
  rmSync(copy, { recursive: true });
  cpSync(join(source, 'testdata/cni.json'), join(folder, 'cni.json'));
  symlinkSync(which('docker-registry') ?? join(await unpackedPackage('docker-registry'), 'usr/bin/docker-registry'), join(folder, 'registry'));
}

/** Makes a writable copy of a module, and a go.mod beside it that has it instead of the module; returns the path of that. */
async function copyModule(source: string, module: string, copy: string): Promise<string> {
  await mustRun('cp', ['-R', module, copy]);
  await mustRun('chmod', ['-R', 'u+w', copy]);
  for (const name of ['go.mod', 'go.sum']) cpSync(join(source, name), `${copy}.${name.slice('go.'.length)}`);
  appendFileSync(`${copy}.mod`, `\nreplace ${BUILDKIT} => ${copy}\n`);
  return `${copy}.mod`;
}
