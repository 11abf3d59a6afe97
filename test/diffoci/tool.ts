import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached, projectFolder, say } from '../support/cache.ts';
import { mustRun, run, type CommandResult } from '../support/command.ts';
import { which } from '../support/packages.ts';

const source = join(projectFolder, 'test/diffoci');

/** diffoci's version in this folder's go.mod. */
export const diffociVersion = /github\.com\/reproducible-containers\/diffoci (v\S+)/.exec(readFileSync(join(source, 'go.mod'), 'utf8'))?.[1] ?? '';

/** The path of diffoci, built from its Go module. */
export function diffociTool(): Promise<string> {
  return cached(`tools/diffoci-${diffociVersion}`, async (path) => {
    if (which('go') === undefined) throw new Error('Go is needed to build diffoci: https://go.dev/dl/');
    say(`building: diffoci ${diffociVersion} (a minute, the first time)`);
    await mustRun('go', ['build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', path, 'github.com/reproducible-containers/diffoci/cmd/diffoci'], {
      cwd: source,
      env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' },
      timeoutMs: 15 * 60_000,
    });
  });
}

/** What diffoci calls an image of an archive that was loaded under this name. */
export function diffociName(name: string): string {
  return `example.test/${name}:1`;
}

/** Runs diffoci with its images below `folder`. */
export async function diffoci(folder: string, args: readonly string[], options: Parameters<typeof run>[2] = {}): Promise<CommandResult> {
  return run(await diffociTool(), ['--backend', 'local', '--local-cache', folder, ...args], options);
}
