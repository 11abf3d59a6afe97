import { cached, say } from '../support/cache.ts';
import { mustRun } from '../support/command.ts';
import { ensurePrograms } from '../support/packages.ts';
import { architecture } from '../support/registry.ts';
import type { Release } from './releases.ts';

/**
 * The minimal system of a release as a tar, from the mirrors that this machine reaches. Ubuntu's keys are in no package of Debian's: what is
 * installed from there is not verified, and serves for these tests alone. A testing suite's Release file may be out of date.
 */
export function systemTar({ system, mirror }: Release): Promise<string> {
  return cached(`bases/system-${system}-${architecture()}.tar`, async (path) => {
    await ensurePrograms(['mmdebstrap']);
    say(`making: ${system} base (mmdebstrap)`);
    const source = mirror === 'ubuntu' ? `deb [trusted=yes] http://archive.ubuntu.com/ubuntu ${system} main` : `deb http://deb.debian.org/debian ${system} main`;
    await mustRun('mmdebstrap', [
      '--quiet', '--variant=minbase', '--include=apt', '--format=tar', `--architectures=${architecture()}`, '--aptopt=Acquire::Check-Valid-Until "false"',
      '--customize-hook=rm -f "$1"/etc/apt/sources.list "$1"/etc/apt/apt.conf.d/99mmdebstrap "$1"/var/cache/apt/*.bin "$1"/var/lib/apt/lists/*_*',
      system, path, source,
    ], { env: { LC_ALL: 'C' } });
  });
}
