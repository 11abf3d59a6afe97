/** A small signed Debian archive, made by the test: bookworm's suites, or others, in any number of dated states. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

const execFileAsync = promisify(execFile);

/** A suite, and which archive it is in, as below http://deb.debian.org/ and snapshot.debian.org/archive/. */
export interface SuiteSpec {
  readonly suite: string;
  readonly archive: string;
  readonly label: string;
  /** How long its Release file is valid; 0: for ever. */
  readonly validDays: number;
}

const BOOKWORM: readonly SuiteSpec[] = [
  { suite: 'bookworm', archive: 'debian', label: 'Debian', validDays: 0 },
  { suite: 'bookworm-updates', archive: 'debian', label: 'Debian', validDays: 7 },
  { suite: 'bookworm-backports', archive: 'debian', label: 'Debian Backports', validDays: 7 },
  { suite: 'bookworm-security', archive: 'debian-security', label: 'Debian-Security', validDays: 7 },
];

/** One package in one suite. Each installs `/usr/share/NAME/version`, with its version inside. */
export interface PackageSpec {
  readonly name: string;
  readonly version: string;
  readonly suite: string;
  readonly component?: string;
}

export interface StateSpec {
  readonly date: Date;
  readonly packages: readonly PackageSpec[];
}

/** The archive at one moment: file contents by path, such as `debian/dists/bookworm/InRelease`. */
export interface ArchiveState {
  readonly date: Date;
  /** `20240110T031500Z`. */
  readonly timestamp: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export interface AptArchive {
  /** The public key, for `/etc/apt/trusted.gpg.d/` or `signed-by`. */
  readonly keyring: Uint8Array;
  readonly states: readonly ArchiveState[];
}

/** The form of snapshot.debian.org's URLs. */
export function toTimestamp(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z').replaceAll(/[-:]/g, '');
}

/** Builds the packages with dpkg-deb and signs each state's suites with a key that is thrown away. */
export async function makeArchive(specs: readonly StateSpec[], suites: readonly SuiteSpec[] = BOOKWORM): Promise<AptArchive> {
  const directory = await mkdtemp(join(tmpdir(), 'repro-apt-'));
  const home = join(directory, 'gnupg');
  await mkdir(home, { mode: 0o700 });
  const gpg = (args: readonly string[]) => execFileAsync('gpg', ['--homedir', home, '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', ...args], { encoding: 'buffer' });
  try {
    await gpg(['--quick-gen-key', 'Test archive <test@archive.invalid>', 'ed25519', 'sign', 'never']);
    const keyring = (await gpg(['--export'])).stdout;
    const sign = async (text: string): Promise<Buffer> => {
      await writeFile(join(directory, 'Release'), text);
      return (await gpg(['--clearsign', '--output', '-', join(directory, 'Release')])).stdout;
    };
    const debs = new Map<string, Buffer>();
    const states: ArchiveState[] = [];
    for (const spec of specs) states.push(await makeState(spec, suites, directory, debs, sign));
    return { keyring, states };
  } finally {
    await execFileAsync('gpgconf', ['--homedir', home, '--kill', 'all']).catch(() => undefined);
    await rm(directory, { recursive: true, force: true });
  }
}

async function makeState(spec: StateSpec, suites: readonly SuiteSpec[], directory: string, debs: Map<string, Buffer>, sign: (text: string) => Promise<Buffer>): Promise<ArchiveState> {
  const files = new Map<string, Uint8Array>();
  for (const suite of suites) {
    const indexes = new Map<string, Buffer>();
    const packages = spec.packages.filter((each) => each.suite === suite.suite);
    const components = [...new Set(['main', ...packages.map((each) => each.component ?? 'main')])];
    for (const component of components) {
      let stanzas = '';
      for (const each of packages.filter((one) => (one.component ?? 'main') === component)) {
        const deb: Buffer = debs.get(`${each.name} ${each.version}`) ?? (await buildPackage(each, directory));
        debs.set(`${each.name} ${each.version}`, deb);
        const path = `pool/${component}/${each.name[0]}/${each.name}/${each.name}_${each.version}_all.deb`;
        files.set(`${suite.archive}/${path}`, deb);
        stanzas += `${control(each)}Filename: ${path}\nSize: ${deb.length}\nSHA256: ${sha256(deb)}\n\n`;
      }
      for (const architecture of ['amd64', 'arm64']) {
        const index = Buffer.from(stanzas);
        indexes.set(`${component}/binary-${architecture}/Packages`, index);
        indexes.set(`${component}/binary-${architecture}/Packages.gz`, gzipSync(index));
      }
    }
    const root = `${suite.archive}/dists/${suite.suite}`;
    for (const [path, bytes] of indexes) files.set(`${root}/${path}`, bytes);
    files.set(`${root}/InRelease`, await sign(release(suite, spec.date, components, indexes)));
  }
  return { date: spec.date, timestamp: toTimestamp(spec.date), files };
}

function release(suite: SuiteSpec, date: Date, components: readonly string[], indexes: ReadonlyMap<string, Buffer>): string {
  const fields = [`Origin: ${suite.archive === 'ubuntu' ? 'Ubuntu' : 'Debian'}`, `Label: ${suite.label}`, `Suite: ${suite.suite}`, `Codename: ${suite.suite}`, `Date: ${date.toUTCString().replace('GMT', 'UTC')}`];
  if (suite.validDays > 0) fields.push(`Valid-Until: ${new Date(date.getTime() + suite.validDays * 86_400_000).toUTCString().replace('GMT', 'UTC')}`);
  fields.push('Architectures: all amd64 arm64', 'No-Support-for-Architecture-all: Packages', `Components: ${components.join(' ')}`, 'SHA256:');
  for (const [path, bytes] of indexes) fields.push(` ${sha256(bytes)} ${bytes.length} ${path}`);
  return `${fields.join('\n')}\n`;
}

function control(spec: PackageSpec): string {
  return `Package: ${spec.name}\nVersion: ${spec.version}\nArchitecture: all\nMaintainer: Test archive <test@archive.invalid>\nDescription: a package of the tests\n`;
}

async function buildPackage(spec: PackageSpec, directory: string): Promise<Buffer> {
  const root = join(directory, `${spec.name}_${spec.version}`);
  await mkdir(join(root, 'DEBIAN'), { recursive: true });
  await mkdir(join(root, 'usr/share', spec.name), { recursive: true });
  await writeFile(join(root, 'DEBIAN/control'), control(spec));
  await writeFile(join(root, 'usr/share', spec.name, 'version'), `${spec.version}\n`);
  await execFileAsync('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', root, `${root}.deb`], { env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000' } });
  return readFile(`${root}.deb`);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
