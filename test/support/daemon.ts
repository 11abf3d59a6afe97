import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { say, socketFolder } from './cache.ts';
import { mustRun, run } from './command.ts';
import { onEnd } from './lifetime.ts';
import { ensurePrograms, which } from './packages.ts';
import { startService, type Service } from './service.ts';
import { goTool } from './tools.ts';
import { versions } from './versions.ts';

/** A reachable buildkitd. */
export interface Daemon {
  /** What buildctl takes as --addr. */
  readonly address: string;
  /** The daemon's own log so far ('' when somebody else's). */
  log(): string;
  /** Stops it if this process started it. */
  stop(): Promise<void>;
}

/** A buildkitd that this process started. */
export interface OwnDaemon extends Daemon {
  /** The folder of its state, where this process can read it: not in a Docker engine, not on a tmpfs. */
  readonly root?: string;
  /** Kills it and its steps with SIGKILL, and starts it again on the same state. Throws when that is on a tmpfs. */
  crash(): Promise<void>;
}

/** What may be unlike the first daemon, to shake out what depends on the machine. */
export interface DaemonOptions {
  /** Root folder on a tmpfs: another directory order. Not for a daemon in a Docker engine. */
  readonly tmpfs?: boolean;
  /** CPU list for taskset, such as '0'. Not for a daemon in a Docker engine. */
  readonly cpus?: string;
  /** The machine's name. Not for a daemon in a Docker engine. */
  readonly hostname?: string;
  /** A program in runc's place. Not for a daemon in a Docker engine. */
  readonly runtime?: string;
  /** More text for buildkitd.toml. */
  readonly config?: string;
}

/**
 * The daemon for an environment: the one that BUILDKIT_HOST names, else a new one.
 * `folder` is for its state, `registry` the HOST:PORT that it may talk plain http to.
 */
export async function findDaemon(folder: string, registry: string): Promise<Daemon> {
  const address = process.env['BUILDKIT_HOST'];
  if (address === undefined || address === '') return startDaemon(folder, registry);
  return { address, log: () => '', stop: async () => undefined };
}

/** Starts a daemon with an empty cache: in a container where a Docker engine has the image or gets it, else as a process. */
export async function startDaemon(folder: string, registry: string, options: DaemonOptions = {}): Promise<OwnDaemon> {
  return (await hasDockerImage()) ? startInDocker(folder, registry, options) : startProcess(folder, registry, options);
}

const DOCKER_IMAGE = `moby/buildkit:${versions.buildkit}`;
let dockerImage: Promise<boolean> | undefined;

function hasDockerImage(): Promise<boolean> {
  return (dockerImage ??= (async () => {
    if (which('docker') === undefined) return false;
    if ((await run('docker', ['version', '--format', '{{.Server.Os}}'], { timeoutMs: 10_000 })).exitCode !== 0) return false;
    if ((await run('docker', ['image', 'inspect', DOCKER_IMAGE])).exitCode === 0) return true;
    if ((await run('docker', ['pull', '--quiet', DOCKER_IMAGE])).exitCode === 0) return true;
    say(`the Docker engine cannot pull ${DOCKER_IMAGE}: running buildkitd from source instead`);
    return false;
  })());
}

function commonConfig(registry: string, options: DaemonOptions): string {
  return `insecure-entitlements = [ "network.host", "security.insecure" ]\n${options.config ?? ''}\n[registry."${registry}"]\n  http = true\n`;
}

async function startProcess(folder: string, registry: string, options: DaemonOptions): Promise<OwnDaemon> {
  await ensurePrograms(['runc', 'unshare', 'setpriv']);
  if (process.getuid?.() !== 0) throw new Error('buildkitd needs root here; or set BUILDKIT_HOST to a daemon that runs');
  const buildkitd = await goTool('buildkitd');
  mkdirSync(folder, { recursive: true });
  const sockets = socketFolder();
  const address = `unix://${sockets}/buildkitd.sock`;
  const root = join(folder, 'root');
  const config = join(folder, 'buildkitd.toml');
  mkdirSync(root, { recursive: true });
  writeFileSync(config, `root = "${root}"\n${commonConfig(registry, options)}[grpc]\n  address = [ "${address}" ]
[worker.oci]\n  enabled = true\n  snapshotter = "auto"\n  networkMode = "host"\n  gc = false\n${options.runtime === undefined ? '' : `  binary = "${options.runtime}"\n`}[worker.containerd]\n  enabled = false\n`);
  const start = `${options.tmpfs === true ? 'mount -t tmpfs tmpfs "$1"; ' : ''}${options.hostname === undefined ? '' : `hostname ${options.hostname}; `}exec ${options.cpus === undefined ? '' : `taskset -c ${options.cpus} `}"$2" --config "$3"`;
  const removeState = onEnd(() => {
    rmSync(sockets, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });
  const { BUILDKIT_HOST: _, NOTIFY_SOCKET: __, ...env } = process.env;
  const buildctl = await goTool('buildctl');
  const launch = async (): Promise<Service> => {
    const service = startService(['sh', '-ec', start, 'sh', root, buildkitd, config], {
      name: 'buildkitd',
      logFile: join(folder, 'buildkitd.log'),
      isolated: true,
      ownHostname: options.hostname !== undefined,
      env: { ...env, PATH: `${env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` },
    });
    await service.waitFor(async () => ((await run(buildctl, ['--addr', address, 'debug', 'workers'])).exitCode === 0 ? true : undefined));
    return service;
  };
  let service = await launch();
  return {
    address,
    log: () => service.log(),
    ...(options.tmpfs === true ? {} : { root }),
    crash: async () => {
      if (options.tmpfs === true) throw new Error('the state of a daemon on a tmpfs does not outlive it');
      await service.kill();
      service = await launch();
    },
    stop: async () => {
      await service.stop();
      await removeState();
    },
  };
}

/** The host's network, so that it reaches the registry on loopback. */
async function startInDocker(folder: string, registry: string, options: DaemonOptions): Promise<OwnDaemon> {
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'buildkitd.toml');
  writeFileSync(config, `${commonConfig(registry, options)}[worker.oci]\n  networkMode = "host"\n  gc = false\n`);
  const name = `repro-dockerfile-${process.pid}-${Math.random().toString(36).slice(2, 10)}`;
  await mustRun('docker', ['create', '--privileged', '--network', 'host', '--name', name, DOCKER_IMAGE, '--config', '/etc/buildkit/buildkitd.toml']);
  const stop = onEnd(async () => {
    await run('docker', ['rm', '--force', '--volumes', name]);
    rmSync(folder, { recursive: true, force: true });
  });
  await mustRun('docker', ['cp', config, `${name}:/etc/buildkit/buildkitd.toml`]);
  await mustRun('docker', ['start', name]);
  const address = `docker-container://${name}`;
  const buildctl = await goTool('buildctl');
  const waitUntilReady = async () => {
    for (let tries = 0; (await run(buildctl, ['--addr', address, 'debug', 'workers'])).exitCode !== 0; tries++) {
      if (tries < 30) continue;
      const { stdout, stderr } = await run('docker', ['logs', name]);
      await stop();
      throw new Error(`buildkitd in the container is not ready\n${stdout}${stderr}`);
    }
  };
  await waitUntilReady();
  const crash = async () => {
    await mustRun('docker', ['kill', '--signal', 'KILL', name]);
    await mustRun('docker', ['start', name]);
    await waitUntilReady();
  };
  return { address, log: () => '', crash, stop };
}
