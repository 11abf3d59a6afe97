import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached, projectFolder, say, socketFolder } from '../support/cache.ts';
import { mustRun, run } from '../support/command.ts';
import type { Daemon } from '../support/daemon.ts';
import { onEnd } from '../support/lifetime.ts';
import { ensurePrograms, which } from '../support/packages.ts';
import { startService } from '../support/service.ts';

const source = join(projectFolder, 'test/older-daemon');

/** BuildKit's version in this folder's go.mod. */
export const olderVersion = /github\.com\/moby\/buildkit (v\S+)/.exec(readFileSync(join(source, 'go.mod'), 'utf8'))?.[1] ?? '';

/** A program of the older BuildKit, built from its Go module. */
function olderTool(name: 'buildkitd' | 'buildctl'): Promise<string> {
  return cached(`tools/${name}-${olderVersion}`, async (path) => {
    if (which('go') === undefined) throw new Error('Go is needed: https://go.dev/dl/');
    say(`building: ${name} ${olderVersion} (minutes, the first time)`);
    await mustRun('go', ['build', '-trimpath', '-buildvcs=false', '-ldflags', `-s -w -X github.com/moby/buildkit/version.Version=${olderVersion}`, '-o', path, `github.com/moby/buildkit/cmd/${name}`], {
      cwd: source,
      env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' },
      timeoutMs: 30 * 60_000,
    });
  });
}

/** Starts the older daemon with an empty cache and its state below `folder`; it may talk plain http to `registry`. */
export async function startOlderDaemon(folder: string, registry: string): Promise<Daemon> {
  await ensurePrograms(['runc', 'unshare', 'setpriv']);
  if (process.getuid?.() !== 0) throw new Error('buildkitd needs root');
  const [buildkitd, buildctl] = [await olderTool('buildkitd'), await olderTool('buildctl')];
  mkdirSync(join(folder, 'root'), { recursive: true });
  const sockets = socketFolder();
  const removeState = onEnd(() => [sockets, folder].forEach((each) => rmSync(each, { recursive: true, force: true })));
  const address = `unix://${sockets}/buildkitd.sock`;
  const config = join(folder, 'buildkitd.toml');
  writeFileSync(config, `root = "${join(folder, 'root')}"
insecure-entitlements = [ "network.host", "security.insecure" ]
[registry."${registry}"]
  http = true
[grpc]
  address = [ "${address}" ]
[worker.oci]
  enabled = true
  snapshotter = "overlayfs"
  networkMode = "host"
  gc = false
[worker.containerd]
  enabled = false
`);
  const { BUILDKIT_HOST: _, NOTIFY_SOCKET: __, ...env } = process.env;
  const service = startService([buildkitd, '--config', config], {
    name: `buildkitd ${olderVersion}`,
    logFile: join(folder, 'buildkitd.log'),
    isolated: true,
    env: { ...env, PATH: `${env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` },
  });
  await service.waitFor(async () => ((await run(buildctl, ['--addr', address, 'debug', 'workers'])).exitCode === 0 ? true : undefined));
  return {
    address,
    log: service.log,
    stop: async () => {
      await service.stop();
      await removeState();
    },
  };
}
