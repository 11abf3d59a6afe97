/**
 * The world of the rebuild tests: base images behind tags, files and repositories on a web server, and a Debian archive, all of which move
 * on after the first builds. What a build read is then to be had by digest, checksum, commit or snapshot time alone.
 */
import { makeArchive, type ArchiveState } from './apt-archive.ts';
import type { Environment } from './environment.ts';
import { digestOf } from './layout.ts';
import { startSnapshotServer, type SnapshotServer } from './snapshot-server.ts';
import { writeTar } from './tar.ts';
import { startWebServer } from './web-server.ts';

/** A package of the archive: version 1.0, and 2.0 once the archive has moved. */
export const PACKAGE = 'repro-hello';
const APT_HOSTS = ['deb.debian.org', 'security.debian.org'];
const PLATFORMS = 'linux/amd64,linux/arm64';
const PROJECT = 'FROM scratch AS files\nCOPY . /\nFROM scratch\nCOPY --from=files /src /src\nCOPY only-* /marks/\n';

export interface RebuildWorld {
  /** Tags of images that have `/generation`: with a shell; nothing but files, for two platforms; with triggers; with apt. */
  readonly tags: { readonly base: string; readonly tools: string; readonly triggers: string; readonly apt: string };
  /** URLs of a file, and of an archive to be a main context: their names say what is in them, so they stay. */
  readonly urls: { readonly file: string; readonly archive: string };
  /** URLs of repositories at their branch main, and of the second one at its first commit. */
  readonly repositories: { readonly library: string; readonly project: string; readonly projectFirst: string };
  readonly snapshots: SnapshotServer;
  /** Points tags and branches at something else, and the archive's public hosts at the second state. */
  move(): Promise<void>;
  stop(): Promise<void>;
}

/** Makes all of it in its first generation. */
export async function startRebuildWorld(env: Environment): Promise<RebuildWorld> {
  const web = await startWebServer(env.tempFolder());
  const publishFile = (content: Uint8Array, extension: string): string => {
    const name = `${digestOf(content).slice('sha256:'.length)}.${extension}`;
    web.files.set(name, content);
    return `${web.url}/${name}`;
  };
  const urls = {
    file: publishFile(Buffer.from('a file that is where its digest says\n'), 'txt'),
    archive: publishFile(writeTar([{ path: 'Dockerfile', content: 'FROM scratch\nCOPY data /data\n' }, { path: 'data', content: 'in the archive\n' }]), 'tar'),
  };

  const started = Date.now();
  // Later than any build of the test starts: snapshots as of then are of the first state.
  const archiveMoves = new Date(started + 1_200_000);
  const { keyring, states } = await makeArchive([new Date(started - 7_200_000), archiveMoves].map((date, index) => ({
    date, packages: [{ name: PACKAGE, version: `${index + 1}.0`, suite: 'bookworm' }, { name: 'other', version: '1.0', suite: 'bookworm-security' }],
  })));
  const publicHosts = new Map<string, ReadonlyMap<string, Uint8Array>>();
  const publish = (state: ArchiveState | undefined): void => APT_HOSTS.forEach((host) => publicHosts.set(host, state?.files ?? new Map<string, Uint8Array>()));
  publish(states[0]);
  const snapshots = await startSnapshotServer({ states, publicHosts });

  const tags = { base: env.image('base'), tools: env.image('tools'), triggers: env.image('triggers'), apt: env.image('apt') };
  const moveTo = async (generation: string): Promise<string> => {
    const files = { generation: `${generation}\n` };
    const push = (reference: string, dockerfile: string, more = {}) => env.mustBuild({ frontend: 'reference', dockerfile, files, output: { push: reference }, ...more });
    await Promise.all([
      push(tags.base, `FROM ${env.bases.busybox}\nCOPY generation /\nENV GENERATION=${generation}\n`),
      push(tags.tools, 'FROM scratch\nARG TARGETARCH\nCOPY generation /\nCOPY generation /$TARGETARCH\n', { platform: PLATFORMS }),
      push(tags.triggers, `FROM ${env.bases.busybox}\nCOPY generation /\nONBUILD COPY greeting /\nONBUILD RUN cat /generation > /triggered\n`),
      push(tags.apt, `FROM ${env.bases.debian}\nRUN rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*\nCOPY . /\n`, {
        files: {
          ...files,
          'usr/share/keyrings/test-archive.gpg': keyring,
          'etc/apt/sources.list': [['debian', 'bookworm'], ['debian-security', 'bookworm-security']].map(([path, suite]) =>
            `deb [signed-by=/usr/share/keyrings/test-archive.gpg] http://deb.debian.org/${path} ${suite} main\n`).join(''),
          // The second state is one of the future for apt, too.
          'etc/apt/apt.conf.d/99test-world': `${APT_HOSTS.map((host) => `Acquire::http::Proxy::${host} "${snapshots.proxy}";\n`).join('')}Acquire::Max-FutureTime "3600";\n`,
        },
      }),
    ]);
    await web.commit('library', { 'library.txt': `library ${generation}\n`, 'sub/part.txt': `part ${generation}\n` });
    return web.commit('project', { Dockerfile: PROJECT, 'src/main.txt': `main ${generation}\n`, [`only-${generation}`]: '' });
  };
  const commit = await moveTo('one');
  return {
    tags, urls, snapshots,
    repositories: { library: `${web.url}/library.git#main`, project: `${web.url}/project.git#main`, projectFirst: `${web.url}/project.git#${commit}` },
    async move() {
      await moveTo('two');
      publish(states[1]);
    },
    async stop() {
      await web.stop();
      await snapshots.stop();
    },
  };
}
