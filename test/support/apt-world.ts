/**
 * The world of the sources list tests: a Debian archive in three states (1.0 and 2.0 on the snapshot server, 3.0 on the public hosts), a
 * third-party archive, and base images whose sources name the public hosts and whose apt goes through the loopback server to reach them.
 */
import { makeArchive, type ArchiveState, type PackageSpec } from './apt-archive.ts';
import type { Environment } from './environment.ts';
import { startSnapshotServer, type SnapshotServer } from './snapshot-server.ts';

/** Everything in one version, in all suites. */
function packages(version: string): PackageSpec[] {
  return [
    { name: 'repro-hello', version, suite: 'bookworm' },
    { name: 'repro-extra', version, suite: 'bookworm', component: 'contrib' },
    { name: 'repro-late', version, suite: 'bookworm-updates' },
    { name: 'repro-fix', version, suite: 'bookworm-security' },
  ];
}

const HOUR = 3_600_000;
export const FIRST = '20240110T031500Z';
export const SECOND = '20240220T091500Z';
/** No state is of this time: the server leads to the first. */
export const BETWEEN = '20240201T000000Z';
/** Of these, each state has the same version. */
export const PACKAGES = packages('').map(({ name }) => name);

const KEYRING = '/usr/share/keyrings/test-archive.gpg';
const HOSTS = ['deb.debian.org', 'security.debian.org', 'archive.ubuntu.com', 'security.ubuntu.com'];
const THIRD_HOST = 'packages.third.invalid';

const DEB822 = `# Comments stay.
Types: deb
URIs: http://deb.debian.org/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: ${KEYRING}

Types: deb
URIs: http://deb.debian.org/debian-security
Suites: bookworm-security
Components: main
Signed-By: ${KEYRING}
`;
export const ONE_LINE = `# Comments stay.
deb http://deb.debian.org/debian bookworm main contrib
deb [signed-by=${KEYRING} arch=amd64,arm64]  http://deb.debian.org/debian/ bookworm-updates main
# deb http://deb.debian.org/debian bookworm-backports main
deb http://security.debian.org/debian-security bookworm-security main
`;
const UBUNTU = `deb [signed-by=${KEYRING}] http://archive.ubuntu.com/ubuntu/ bookworm main contrib
deb [signed-by=${KEYRING}] http://archive.ubuntu.com/ubuntu/ bookworm-updates main
deb [signed-by=${KEYRING}] http://security.ubuntu.com/ubuntu/ bookworm-security main
`;
const THIRD_PARTY = `deb [signed-by=/usr/share/keyrings/third.gpg] http://${THIRD_HOST}/debian bookworm main\n`;

/** Bases by the form of their sources. */
const SOURCES = {
  deb822: { 'etc/apt/sources.list.d/debian.sources': DEB822 },
  'one-line': { 'etc/apt/sources.list': ONE_LINE },
  ubuntu: { 'etc/apt/sources.list': UBUNTU, 'etc/os-release': 'ID=ubuntu\nVERSION_CODENAME=bookworm\n' },
  mixed: { 'etc/apt/sources.list.d/debian.sources': DEB822, 'etc/apt/sources.list.d/third.list': THIRD_PARTY },
};

export type Sources = keyof typeof SOURCES;

export interface AptWorld {
  readonly server: SnapshotServer;
  /** References of the base images. */
  readonly bases: Readonly<Record<Sources, string>>;
}

/** Makes the archives, starts the server (stop it), and pushes the bases. */
export async function startAptWorld(env: Environment): Promise<AptWorld> {
  const now = new Date(Date.now() - HOUR);
  const archive = await makeArchive([
    { date: toDate(FIRST), packages: packages('1.0') },
    { date: toDate(SECOND), packages: packages('2.0') },
    { date: now, packages: packages('3.0') },
  ]);
  const third = await makeArchive([{ date: now, packages: [{ name: 'third-party', version: '7.0', suite: 'bookworm' }] }]);
  const [first, second, current] = archive.states.map(asUbuntu);
  const [elsewhere] = third.states;
  if (first === undefined || second === undefined || current === undefined || elsewhere === undefined) throw new Error('a state is missing');
  const server = await startSnapshotServer({
    states: [first, second],
    publicHosts: new Map([...HOSTS.map((host) => [host, current.files] as const), [THIRD_HOST, elsewhere.files]]),
  });
  const common = {
    [KEYRING.slice(1)]: archive.keyring,
    'etc/apt/trusted.gpg.d/test-archive.gpg': archive.keyring,
    'usr/share/keyrings/third.gpg': third.keyring,
    'etc/apt/apt.conf.d/99test-world': [...HOSTS, THIRD_HOST].map((host) => `Acquire::http::Proxy::${host} "${server.proxy}";\n`).join(''),
  };
  const push = async (name: Sources): Promise<string> => {
    const reference = env.image(name);
    const dockerfile = `FROM ${env.bases.debian}\nRUN rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*\nCOPY . /\n`;
    await env.mustBuild({ frontend: 'reference', dockerfile, files: { ...common, ...SOURCES[name] }, output: { push: reference } });
    return reference;
  };
  return { server, bases: { deb822: await push('deb822'), 'one-line': await push('one-line'), ubuntu: await push('ubuntu'), mixed: await push('mixed') } };
}

/** The archive with its files once more under the path that Ubuntu's has. */
function asUbuntu(state: ArchiveState): ArchiveState {
  const files = new Map(state.files);
  for (const [path, bytes] of state.files) files.set(path.replace(/^debian(-security)?\//, 'ubuntu/'), bytes);
  return { ...state, files };
}

/** The moment of a timestamp in snapshot.debian.org's form. */
export function toDate(timestamp: string): Date {
  return new Date(timestamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
