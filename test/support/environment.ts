import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runBuild, type BuildHost, type BuildRequest, type BuildResult } from './build.ts';
import { writeFiles } from './build-arguments.ts';
import { makeBases } from './bases.ts';
import { runFolder, say } from './cache.ts';
import { describeFailure, mustRun, run, type CommandOptions, type CommandResult } from './command.ts';
import { findDaemon, startDaemon, type Daemon, type DaemonOptions, type OwnDaemon } from './daemon.ts';
import { frontendImage } from './image.ts';
import { onEnd } from './lifetime.ts';
import { ensurePrograms } from './packages.ts';
import { registryClient, startRegistry, type RegistryClient } from './registry.ts';
import { runAsUser } from './shell.ts';
import { goTool } from './tools.ts';

/** References of the base images that every environment's registry has. */
export interface Bases {
  /** Debian bookworm, deb822 sources, configured as the official image (docker-clean and so on). */
  readonly debian: string;
  /** The same with a one-line /etc/apt/sources.list, and dpkg told to leave out documentation, as slim images have it. */
  readonly debianOneLine: string;
  /** A static busybox with a shell. */
  readonly busybox: string;
}

/** A BuildKit daemon, a registry with base images, and our frontend's image in it. */
export interface Environment {
  /** `127.0.0.1:PORT`, plain http. */
  readonly registry: string;
  /** Our frontend's image: REGISTRY/repro-dockerfile:test (fixed for the environment). */
  readonly frontend: string;
  readonly bases: Bases;
  readonly daemon: Daemon;
  /** A folder of this environment's own, removed by `stop`. */
  readonly folder: string;
  /** Reads and writes the registry: manifests, tags, blobs. */
  readonly images: RegistryClient;
  /** A reference in the registry under a repository that no one else uses: `image('x')` → 127.0.0.1:1234/t3f9a/x:latest. */
  image(name: string, tag?: string): string;
  /** A new empty folder below `folder`, filled with `files` (path → text). */
  tempFolder(files?: Readonly<Record<string, string | Uint8Array>>): string;
  /** Runs one build to its end; a failed build is a result with `exitCode` ≠ 0, not an exception. */
  build(request: BuildRequest): Promise<BuildResult>;
  /** As `build`, but throws when it fails. */
  mustBuild(request: BuildRequest): Promise<BuildResult>;
  /** Plain buildctl against the daemon: buildctl(['debug', 'workers']). */
  buildctl(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Plain `docker buildx` with the remote driver on the same daemon: buildx(['build', …]). */
  buildx(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Runs a bash script as a user types it, in `options.cwd`: `docker buildx`, `buildctl` and `repro-dockerfile` reach the daemon. */
  shell(script: string, options?: CommandOptions): Promise<CommandResult>;
  /** One more daemon with an empty cache; give it to `build` as `daemon`. Stopped with the environment at the latest. */
  startDaemon(options?: DaemonOptions): Promise<OwnDaemon>;
  /** Stops what this environment started; what it found running (BUILDKIT_HOST, or the test runner's) stays. */
  stop(): Promise<void>;
}

/** What an environment shares with the test files that join it, as JSON in REPRO_ENVIRONMENT. */
export interface SharedEnvironment {
  readonly registry: string;
  readonly frontend: string;
  readonly bases: Bases;
  readonly address: string;
}

/**
 * A ready environment. Below `make test` it joins the one that the runner started (so a test file pays nothing);
 * alone, it starts daemon and registry and stops them with `stop`, at exit and on signals.
 * Tests that share one must not rely on an empty cache: use `noCache`, unique texts, or `startDaemon`.
 */
export async function startEnvironment(): Promise<Environment> {
  const given = process.env['REPRO_ENVIRONMENT'];
  if (given === undefined || given === '') return openEnvironment();
  const shared = JSON.parse(given) as SharedEnvironment;
  const folder = runFolder();
  const daemon: Daemon = { address: shared.address, log: () => '', stop: async () => undefined };
  return environment(shared, daemon, folder, onEnd(() => rmSync(folder, { recursive: true, force: true })));
}

/** An environment of one's own, with the frontend's image when there is a bundle to make it of. */
async function openEnvironment(): Promise<Environment> {
  const started = performance.now();
  await ensurePrograms(['git', 'gpg', 'dpkg-deb', 'dpkg-scanpackages', 'tar']);
  const folder = runFolder();
  const removeFolder = onEnd(() => rmSync(folder, { recursive: true, force: true }));
  const layouts = await makeBases();
  const registry = await startRegistry(join(folder, 'registry'));
  const daemon = await findDaemon(join(folder, 'daemon'), registry.host);
  for (const [name, layout] of layouts) await registryClient.pushLayout(layout, `${registry.host}/${name}`);
  const shared: SharedEnvironment = {
    registry: registry.host,
    frontend: `${registry.host}/repro-dockerfile:test`,
    bases: {
      debian: `${registry.host}/debian:bookworm`,
      debianOneLine: `${registry.host}/debian:bookworm-one-line`,
      busybox: `${registry.host}/busybox:stable`,
    },
    address: daemon.address,
  };
  const stop = async () => {
    await daemon.stop();
    await registry.stop();
    await removeFolder();
  };
  const opened = environment(shared, daemon, folder, stop);
  try {
    const image = await frontendImage({ registry: registry.host, debian: shared.bases.debian, build: opened.build });
    if (image === undefined) say('no dist/frontend.cjs (make build): the registry has no image of our frontend');
    else await registryClient.pushLayout(image, shared.frontend);
  } catch (error) {
    await opened.stop();
    throw error;
  }
  say(`environment: buildkitd ${daemon.address}, registry ${registry.host} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  return opened;
}

/** What joins may know of an environment. */
export function share({ registry, frontend, bases, daemon }: Environment): SharedEnvironment {
  return { registry, frontend, bases, address: daemon.address };
}

function environment(shared: SharedEnvironment, daemon: Daemon, folder: string, stop: () => Promise<void>): Environment {
  const unique = `t${randomBytes(4).toString('hex')}`;
  const extra: Daemon[] = [];
  mkdirSync(join(folder, 'files'));
  const tempFolder = (files: Readonly<Record<string, string | Uint8Array>> = {}) => {
    const made = mkdtempSync(join(folder, 'files', 'f-'));
    writeFiles(made, files);
    return made;
  };
  const buildctl = async (target: Daemon) => [await goTool('buildctl'), '--addr', target.address];
  const buildx = buildxBuilders(folder);
  const host: BuildHost = { daemon, frontend: shared.frontend, newFolder: tempFolder, buildctl, buildx };
  const build = (request: BuildRequest) => runBuild(request, host);
  return {
    registry: shared.registry,
    frontend: shared.frontend,
    bases: shared.bases,
    daemon,
    folder,
    images: registryClient,
    image: (name, tag = 'latest') => `${shared.registry}/${unique}/${name}:${tag}`,
    tempFolder,
    build,
    mustBuild: async (request) => {
      const result = await build(request);
      if (!result.ok) throw new Error(describeFailure(result));
      return result;
    },
    buildctl: async (args, options) => {
      const [program = '', ...first] = await buildctl(daemon);
      return run(program, [...first, ...args], options);
    },
    buildx: async (args, options = {}) => {
      const { command: [program = ''], env, builder } = await buildx(daemon);
      return run(program, args, { ...options, env: { BUILDX_BUILDER: builder, ...env, ...options.env } });
    },
    shell: async (script, options) => runAsUser(script, { buildctl: await buildctl(daemon), buildx: await buildx(daemon) }, join(folder, 'bin'), options),
    startDaemon: async (options) => {
      const made = await startDaemon(join(folder, `daemon-${randomBytes(4).toString('hex')}`), shared.registry, options);
      extra.push(made);
      return made;
    },
    stop: async () => {
      for (const each of extra) await each.stop();
      await stop();
    },
  };
}

/** Makes one buildx builder for each daemon, in a configuration folder of its own. */
function buildxBuilders(folder: string): BuildHost['buildx'] {
  const builders = new Map<string, ReturnType<BuildHost['buildx']>>();
  const make = async (daemon: Daemon, number: number): ReturnType<BuildHost['buildx']> => {
    const program = await goTool('buildx');
    const env = { BUILDX_CONFIG: join(folder, 'buildx'), DOCKER_CONFIG: join(folder, 'docker') };
    const builder = `repro-${number}`;
    await mustRun(program, ['create', '--name', builder, '--driver', 'remote', daemon.address], { env });
    return { command: [program], env, builder };
  };
  return (daemon) => {
    const found = builders.get(daemon.address) ?? make(daemon, builders.size);
    builders.set(daemon.address, found);
    return found;
  };
}
