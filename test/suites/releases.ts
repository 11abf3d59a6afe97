/** The releases of Debian and Ubuntu, with the lists of sources that their official images have. */
import type { SuiteSpec } from '../support/apt-archive.ts';

export interface Release {
  readonly name: string;
  /** The system that is installed, and its mirror; another release where its own cannot be had. */
  readonly system: string;
  readonly mirror: 'debian' | 'ubuntu';
  /** How its apt's version begins, so that each kind of apt is known to have been there. */
  readonly apt: string;
  /** The version of its apt knows snapshots by itself. */
  readonly native: boolean;
  readonly suites: readonly SuiteSpec[];
  /** Its files of sources and os-release, by path. */
  readonly files: Readonly<Record<string, string>>;
}

const KEYRINGS = { debian: '/usr/share/keyrings/debian-archive-keyring.gpg', debian13: '/usr/share/keyrings/debian-archive-keyring.pgp', ubuntu: '/usr/share/keyrings/ubuntu-archive-keyring.gpg' };
/** The archive's key has the distribution's name: Signed-By names it. */
export const KEYRING_PATHS: readonly string[] = Object.values(KEYRINGS).map((path) => path.slice(1));

function debianSuites(codename: string, security = `${codename}-security`): readonly SuiteSpec[] {
  return [
    { suite: codename, archive: 'debian', label: 'Debian', validDays: 0 },
    { suite: `${codename}-updates`, archive: 'debian', label: 'Debian', validDays: 7 },
    { suite: `${codename}-backports`, archive: 'debian', label: 'Debian Backports', validDays: 7 },
    { suite: security, archive: 'debian-security', label: 'Debian-Security', validDays: 7 },
  ];
}

function ubuntuSuites(codename: string): readonly SuiteSpec[] {
  return ['', '-updates', '-backports', '-security'].map((pocket) => ({ suite: codename + pocket, archive: 'ubuntu', label: 'Ubuntu', validDays: 0 }));
}

const osRelease = (id: string, codename: string): Record<string, string> => ({ 'usr/lib/os-release': `ID=${id}\nVERSION_CODENAME=${codename}\n`, 'etc/os-release': `ID=${id}\nVERSION_CODENAME=${codename}\n` });

function debianOneLine(codename: string, security = `${codename}-security`, host = 'deb.debian.org', options = ''): Record<string, string> {
  const text = [
    `# deb http://snapshot.debian.org/archive/debian/20240101T000000Z ${codename} main`, `deb ${options}http://${host}/debian ${codename} main`,
    `deb ${options}http://${host === 'deb.debian.org' ? 'security.debian.org' : host}/debian-security ${security} main`, `deb ${options}http://${host}/debian ${codename}-updates main`,
  ];
  return { ...osRelease('debian', codename), 'etc/apt/sources.list': `${text.join('\n')}\n` };
}

function debianDeb822(codename: string, keyring = KEYRINGS.debian13): Record<string, string> {
  const stanza = (archive: string, suites: string): string => `Types: deb\nURIs: http://deb.debian.org/${archive}\nSuites: ${suites}\nComponents: main\nSigned-By: ${keyring}\n`;
  return { ...osRelease('debian', codename), 'etc/apt/sources.list.d/debian.sources': `${stanza('debian', `${codename} ${codename}-updates`)}\n${stanza('debian-security', `${codename}-security`)}` };
}

function ubuntuOneLine(codename: string): Record<string, string> {
  const text = [
    `deb http://archive.ubuntu.com/ubuntu/ ${codename} main restricted`, `# deb-src http://archive.ubuntu.com/ubuntu/ ${codename} main restricted`,
    `deb http://archive.ubuntu.com/ubuntu/ ${codename}-updates main restricted`, `deb http://archive.ubuntu.com/ubuntu/ ${codename}-backports main`,
    `deb http://security.ubuntu.com/ubuntu/ ${codename}-security main restricted`,
  ];
  return { ...osRelease('ubuntu', codename), 'etc/apt/sources.list': `${text.join('\n')}\n` };
}

function ubuntuDeb822(codename: string): Record<string, string> {
  const stanza = (host: string, suites: string): string => `Types: deb\nURIs: http://${host}/ubuntu/\nSuites: ${suites}\nComponents: main universe restricted multiverse\nSigned-By: ${KEYRINGS.ubuntu}\n`;
  return {
    ...osRelease('ubuntu', codename), 'etc/apt/sources.list': '# Ubuntu sources have moved to /etc/apt/sources.list.d/ubuntu.sources\n',
    'etc/apt/sources.list.d/ubuntu.sources': `# See http://help.ubuntu.com/community/UpgradeNotes\n${stanza('archive.ubuntu.com', `${codename} ${codename}-updates ${codename}-backports`)}\n## Ubuntu security updates.\n${stanza('security.ubuntu.com', `${codename}-security`)}`,
  };
}

/** Debian 10's own system is on no mirror any more: its lists are tried with the next apt. */
export const RELEASES: readonly Release[] = [
  { name: 'debian:10', system: 'bullseye', mirror: 'debian', apt: '2.2.', native: false, suites: debianSuites('buster', 'buster/updates'), files: debianOneLine('buster', 'buster/updates') },
  { name: 'debian:10 (archive)', system: 'bullseye', mirror: 'debian', apt: '2.2.', native: false, suites: archived(debianSuites('buster', 'buster/updates')), files: debianOneLine('buster', 'buster/updates', 'archive.debian.org') },
  { name: 'debian:11', system: 'bullseye', mirror: 'debian', apt: '2.2.', native: false, suites: debianSuites('bullseye'), files: debianOneLine('bullseye', undefined, undefined, `[signed-by=${KEYRINGS.debian}] `) },
  { name: 'debian:12', system: 'bookworm', mirror: 'debian', apt: '2.6.', native: false, suites: debianSuites('bookworm'), files: debianDeb822('bookworm', KEYRINGS.debian) },
  { name: 'debian:13', system: 'trixie', mirror: 'debian', apt: '3.0.', native: true, suites: debianSuites('trixie'), files: debianDeb822('trixie') },
  { name: 'debian:14', system: 'forky', mirror: 'debian', apt: '3.', native: true, suites: debianSuites('forky'), files: debianDeb822('forky') },
  { name: 'ubuntu:20.04', system: 'focal', mirror: 'ubuntu', apt: '2.0.', native: false, suites: ubuntuSuites('focal'), files: ubuntuOneLine('focal') },
  { name: 'ubuntu:22.04', system: 'jammy', mirror: 'ubuntu', apt: '2.4.', native: false, suites: ubuntuSuites('jammy'), files: ubuntuOneLine('jammy') },
  { name: 'ubuntu:24.04', system: 'noble', mirror: 'ubuntu', apt: '2.7.', native: true, suites: ubuntuSuites('noble'), files: ubuntuDeb822('noble') },
  { name: 'ubuntu:26.04', system: 'resolute', mirror: 'ubuntu', apt: '3.2.', native: true, suites: ubuntuSuites('resolute'), files: ubuntuDeb822('resolute') },
];

/** The suites as the archive of old releases has them: snapshot.debian.org/archive/debian-archive/TIME/debian/dists/... */
function archived(suites: readonly SuiteSpec[]): readonly SuiteSpec[] {
  return suites.map((each) => ({ ...each, archive: `debian-archive/${each.archive}` }));
}
