import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { cached, cacheFolder, say } from './cache.ts';
import { mustRun, run } from './command.ts';
import { writeLayout } from './layout.ts';
import { ensurePrograms, unpackedPackage } from './packages.ts';
import { architecture } from './registry.ts';
import { writeTar, type TarInput } from './tar.ts';
import { versions } from './versions.ts';

/** Raise it when a recipe below changes in a way that its text does not show. */
const RECIPE = 1;
/** No file of a base is newer; the images are "created" then. */
const EPOCH = 1697000000;
const CREATED = new Date(EPOCH * 1000).toISOString().replace('.000Z', 'Z');
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const CONFIG = { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'] };

/** What the official Debian images add to a minimal system, by path. */
const DOCKER_FILES: Readonly<Record<string, string>> = {
  'etc/apt/apt.conf.d/docker-autoremove-suggests': 'Apt::AutoRemove::SuggestsImportant "false";\n',
  'etc/apt/apt.conf.d/docker-clean': `DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };

Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
`,
  'etc/apt/apt.conf.d/docker-gzip-indexes': 'Acquire::GzipIndexes "true";\n',
  'etc/apt/apt.conf.d/docker-no-languages': 'Acquire::Languages "none";\n',
  'etc/dpkg/dpkg.cfg.d/docker-apt-speedup': 'force-unsafe-io\n',
  'usr/sbin/policy-rc.d': '#!/bin/sh\n\n# Services are not started while an image is built.\nexit 101\n',
};

/** What the official slim images leave out. */
const SLIM_EXCLUDES = ['doc/*', 'groff/*', 'info/*', 'linda/*', 'lintian/*', 'locale/*', 'man/*'];
const SLIM_FILE = `${SLIM_EXCLUDES.map((each) => `path-exclude /usr/share/${each}\n`).join('')}path-include /usr/share/doc/*/copyright\n`;

export interface Mirror {
  readonly main: string;
  readonly security: string;
  /** Proxy lines of this machine's apt configuration. */
  readonly proxy: string;
}

/** The Debian mirrors that this machine's own apt uses; the public names where it has none. */
export async function findMirror(): Promise<Mirror> {
  const { stdout } = await run('apt-get', ['indextargets', '--format', '$(REPO_URI) $(RELEASE)', 'Created-By: Packages']);
  const sources = stdout.split('\n').map((line) => line.replace(/\/? /, ' ').split(' ')).filter(([uri]) => /\bdebian\b/.test(uri ?? ''));
  const pick = (security: boolean) => sources.find(([, suite]) => suite?.endsWith('-security') === security)?.[0];
  const dump = await run('apt-config', ['dump']);
  const proxy = dump.stdout.split('\n').filter((line) => /^Acquire::https?::Proxy\b.*"[^"]+";$/i.test(line)).map((line) => `${line}\n`).join('');
  return { main: pick(false) ?? 'http://deb.debian.org/debian', security: pick(true) ?? 'http://deb.debian.org/debian-security', proxy };
}

/** The list of sources as deb822, with its comments, as the official image has it. */
export function deb822Sources(mirror: Mirror, debian: string): string {
  const stanza = (name: string, uri: string, suites: string) =>
    `Types: deb\n# http://snapshot.debian.org/archive/${name}/${snapshotTime()}\nURIs: ${uri}\nSuites: ${suites}\nComponents: main\nSigned-By: ${KEYRING}\n`;
  return `${stanza('debian', mirror.main, `${debian} ${debian}-updates`)}\n${stanza('debian-security', mirror.security, `${debian}-security`)}`;
}

function oneLineSources(mirror: Mirror): string {
  const { debian } = versions;
  const line = (name: string, uri: string, suite: string) => `# deb http://snapshot.debian.org/archive/${name}/${snapshotTime()} ${suite} main\ndeb ${uri} ${suite} main\n`;
  return line('debian', mirror.main, debian) + line('debian-security', mirror.security, `${debian}-security`) + line('debian', mirror.main, `${debian}-updates`);
}

function snapshotTime(): string {
  return CREATED.replaceAll(/[-:]/g, '');
}

function keyOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify([RECIPE, EPOCH, architecture(), ...parts])).digest('hex').slice(0, 16);
}

/** The minimal system of mmdebstrap as a tar. */
function debianTar(mirror: Mirror, debian: string): Promise<string> {
  return cached(`bases/debian-${keyOf(debian, mirror)}.tar`, async (path) => {
    await ensurePrograms(['mmdebstrap']);
    say(`making: Debian ${debian} base (mmdebstrap)`);
    const sources = [`deb ${mirror.main} ${debian} main`, `deb ${mirror.main} ${debian}-updates main`, `deb ${mirror.security} ${debian}-security main`];
    await mustRun('mmdebstrap', [
      '--quiet', '--variant=minbase', '--include=debian-archive-keyring', '--format=tar', `--architectures=${architecture()}`,
      ...(mirror.main.startsWith('https:') ? ['--include=ca-certificates'] : []),
      '--customize-hook=rm -f "$1/etc/apt/sources.list"; : > "$1/etc/machine-id"; rm -f "$1"/var/cache/apt/*.bin',
      debian, path, ...sources,
    ], { env: { SOURCE_DATE_EPOCH: String(EPOCH), LC_ALL: 'C' } });
  });
}

/** Adds files to a tar. */
async function addToTar(tar: string, files: Readonly<Record<string, string>>): Promise<void> {
  const folder = `${tar}-files`;
  writeTree(folder, files);
  const names = Object.keys(files).map((path) => `./${path}`);
  await mustRun('tar', ['-C', folder, '--owner=0', '--group=0', '--numeric-owner', `--mtime=@${EPOCH}`, '-rf', tar, ...names]);
}

function writeTree(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true, mode: 0o755 });
    writeFileSync(join(folder, path), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
}

/** A Debian image: the minimal system, what all have, and its own files. */
async function debianLayout(name: string, mirror: Mirror, debian: string, own: Readonly<Record<string, string>>): Promise<string> {
  const rootfs = await debianTar(mirror, debian);
  const add = { ...DOCKER_FILES, ...(mirror.proxy === '' ? {} : { 'etc/apt/apt.conf.d/proxy': mirror.proxy }), ...own };
  return cached(`bases/${name}-${keyOf(rootfs.slice(cacheFolder.length), add)}`, async (path) => {
    const tar = `${path}.tar`;
    await mustRun('cp', [rootfs, tar]);
    await addToTar(tar, add);
    writeLayout(path, { layers: [readFileSync(tar)], config: { ...CONFIG, Cmd: ['bash'] }, architecture: architecture(), created: CREATED });
  });
}

/** As `debian:CODENAME`: deb822 sources. Returns the layout folder. */
export function makeDebian(mirror: Mirror, debian: string = versions.debian): Promise<string> {
  return debianLayout('debian', mirror, debian, { 'var/log/dpkg.log': '', 'var/log/alternatives.log': '', 'etc/apt/sources.list.d/debian.sources': deb822Sources(mirror, debian) });
}

/** As `debian:bookworm-slim` was before: a one-line sources.list, and dpkg leaves documentation out. */
function makeDebianOneLine(mirror: Mirror): Promise<string> {
  return debianLayout('debian-one-line', mirror, versions.debian, { 'etc/apt/sources.list': oneLineSources(mirror), 'etc/dpkg/dpkg.cfg.d/docker': SLIM_FILE });
}

/** As `busybox`: one static program, a link for each applet, a root user. */
async function makeBusybox(): Promise<string> {
  const program = join(await unpackedPackage('busybox-static'), 'bin/busybox');
  const applets = (await mustRun(program, ['--list'])).stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
  const folders = ['bin', 'dev', 'etc', 'home', 'root', 'tmp', 'usr', 'usr/bin', 'usr/sbin', 'var', 'var/log', 'var/cache'];
  const members: TarInput[] = [
    ...folders.map((path): TarInput => ({ path, type: 'directory', mode: path === 'tmp' ? 0o1777 : path === 'root' ? 0o700 : 0o755 })),
    { path: 'bin/busybox', mode: 0o755, content: readFileSync(program) },
    ...applets.map((name): TarInput => ({ path: `bin/${name}`, type: 'link', linkname: 'bin/busybox', mode: 0o755 })),
    { path: 'usr/bin/env', type: 'symlink', linkname: '../../bin/env' },
    { path: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\nnobody:x:65534:65534:nobody:/home:/bin/false\n' },
    { path: 'etc/group', content: 'root:x:0:\ndaemon:x:1:\nnobody:x:65534:\n' },
    { path: 'etc/shadow', mode: 0o640, content: 'root:*:19000:0:99999:7:::\n' },
  ];
  const tar = writeTar(members.map((each) => ({ ...each, mtime: EPOCH })));
  return cached(`bases/busybox-${keyOf(createHash('sha256').update(tar).digest('hex'))}`, async (path) => {
    writeLayout(path, { layers: [tar], config: { ...CONFIG, Cmd: ['sh'] }, architecture: architecture(), created: CREATED });
  });
}

/** The base images' layout folders, by their name and tag in the registry. */
export async function makeBases(): Promise<ReadonlyMap<string, string>> {
  const mirror = await findMirror();
  return new Map([
    ['debian:bookworm', await makeDebian(mirror)],
    ['debian:bookworm-one-line', await makeDebianOneLine(mirror)],
    ['busybox:stable', await makeBusybox()],
  ]);
}
