import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cached, say, withLock } from './cache.ts';
import { mustRun, run } from './command.ts';

/** Programs that come from Debian packages, and the package of each. */
const PACKAGES: ReadonlyMap<string, string> = new Map([
  ['runc', 'runc'],
  ['mmdebstrap', 'mmdebstrap'],
  ['git', 'git'],
  ['gpg', 'gnupg'],
  ['dpkg-deb', 'dpkg'],
  ['dpkg-scanpackages', 'dpkg-dev'],
  ['unshare', 'util-linux'],
  ['setpriv', 'util-linux'],
  ['tar', 'tar'],
  ['ip', 'iproute2'],
  ['mkfs.ext4', 'e2fsprogs'],
  ['ssh-agent', 'openssh-client'],
  ['ssh-add', 'openssh-client'],
  ['chromium', 'chromium'],
]);

/** The path of a program, also in the sbin folders that a user's PATH lacks. */
export function which(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** Installs the Debian packages of those programs that are missing, and says so; throws when it may not. */
export async function ensurePrograms(programs: readonly string[]): Promise<void> {
  const missing = () => [...new Set(programs.filter((each) => which(each) === undefined).map((each) => PACKAGES.get(each) ?? each))];
  if (missing().length === 0) return;
  await withLock('apt', async () => {
    const packages = missing();
    if (packages.length === 0) return;
    const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
    if (process.getuid?.() !== 0 || which('apt-get') === undefined) throw new Error(`missing programs; as root on Debian: ${command}`);
    say(`installing: ${packages.join(' ')} (apt)`);
    await aptGet(['install', '-y', '--no-install-recommends', ...packages]);
  });
}

/**
 * The contents of a Debian package, unpacked below `.cache/deb/` and not installed: for what would start a service or
 * replace another package. Returns the folder.
 */
export function unpackedPackage(name: string): Promise<string> {
  return cached(`deb/${name}`, async (path) => {
    say(`unpacking: ${name} (apt)`);
    const folder = mkdtempSync(join(tmpdir(), 'repro-deb-'));
    try {
      await withLock('apt', () => aptGet(['download', '-o', 'APT::Sandbox::User=root', name], folder));
      const file = readdirSync(folder).find((each) => each.endsWith('.deb'));
      if (file === undefined) throw new Error(`apt-get download ${name} left no file`);
      await mustRun('dpkg-deb', ['--extract', join(folder, file), path]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** apt-get, and once more after an update when it fails. */
async function aptGet(args: readonly string[], cwd?: string): Promise<void> {
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, ...(cwd === undefined ? {} : { cwd }) };
  const command = ['-q', '-o', 'DPkg::Lock::Timeout=300'];
  if ((await run('apt-get', [...command, ...args], options)).exitCode === 0) return;
  await mustRun('apt-get', [...command, 'update'], options);
  await mustRun('apt-get', [...command, ...args], options);
}
