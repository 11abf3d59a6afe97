import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cached, projectFolder, say } from './cache.ts';
import { mustRun } from './command.ts';
import { which } from './packages.ts';
import { versions } from './versions.ts';

const PACKAGES = {
  buildkitd: { path: 'github.com/moby/buildkit/cmd/buildkitd', version: versions.buildkit },
  buildctl: { path: 'github.com/moby/buildkit/cmd/buildctl', version: versions.buildkit },
  buildx: { path: 'github.com/docker/buildx/cmd/buildx', version: versions.buildx },
  /** The reference as a program: speaks the gateway protocol on stdin and stdout, and is the image to measure against. */
  'dockerfile-frontend': { path: 'github.com/moby/buildkit/frontend/dockerfile/cmd/dockerfile-frontend', version: versions.buildkit },
} as const;

export type Tool = keyof typeof PACKAGES;

/** The path of a program built from test/go/go.mod, statically linked, in `.cache/tools/`. */
export function goTool(tool: Tool): Promise<string> {
  const { path: source, version } = PACKAGES[tool];
  return cached(`tools/${tool}-${version}`, async (path) => {
    if (which('go') === undefined) throw new Error(`Go is needed to build ${tool}: https://go.dev/dl/`);
    say(`building: ${tool} ${version} (minutes, the first time)`);
    mkdirSync(join(path, '..'), { recursive: true });
    const flags = ['-s', '-w', `-X github.com/moby/buildkit/version.Version=${versions.buildkit}`, `-X github.com/docker/buildx/version.Version=${versions.buildx}`];
    const tags = tool === 'dockerfile-frontend' ? ['-tags', 'dfrundevice'] : [];
    await mustRun('go', ['build', '-trimpath', '-buildvcs=false', ...tags, '-ldflags', flags.join(' '), '-o', path, source], {
      cwd: join(projectFolder, 'test/go'),
      env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' },
      timeoutMs: 30 * 60_000,
    });
  });
}
