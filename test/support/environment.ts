import type { BuildRequest, BuildResult } from './build.ts';
import type { CommandOptions, CommandResult } from './command.ts';
import type { Daemon, DaemonOptions } from './daemon.ts';
import type { RegistryClient } from './registry.ts';

/** References of the base images that every environment's registry has. */
export interface Bases {
  /** Debian bookworm, deb822 sources, configured as the official image (docker-clean and so on). */
  readonly debian: string;
  /** The same with a one-line /etc/apt/sources.list. */
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
  /** One more daemon with an empty cache; give it to `build` as `daemon`. Stopped with the environment at the latest. */
  startDaemon(options?: DaemonOptions): Promise<Daemon>;
  /** Stops what this environment started; what it found running (BUILDKIT_HOST, or the test runner's) stays. */
  stop(): Promise<void>;
}

/**
 * A ready environment. Below `make test` it joins the one that the runner started (so a test file pays nothing);
 * alone, it starts daemon and registry and stops them with `stop`, at exit and on signals.
 * Tests that share one must not rely on an empty cache: use `noCache`, unique texts, or `startDaemon`.
 */
export function startEnvironment(): Promise<Environment> {
  throw new Error("not filled yet");
}
