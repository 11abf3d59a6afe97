/** Package managers other than apt, git and GnuPG: what they leave of the moment does not reach the layer. What they fetch comes from the test. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildRequest, BuildResult } from '../support/build.ts';
import { mustRun } from '../support/command.ts';
import { startEnvironment } from '../support/environment.ts';
import { ensurePrograms, unpackedPackage } from '../support/packages.ts';
import { rootfs } from '../support/rootfs.ts';
import { writeTar } from '../support/tar.ts';

const env = await startEnvironment();
test.after(async () => {
  server.close();
  await env.stop();
});

const EPOCH = 1_700_000_000;
await ensurePrograms(['openssl', 'gpg']);
const faketime = await unpackedPackage('libfaketime');
const library = readdirSync(faketime, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('/libfaketime.so.1')) ?? '';

/** A pacman package with one file, and the database of a repository that has it. */
function pacmanRepository(): Readonly<Record<string, Uint8Array>> {
  const info = 'pkgname = hello\npkgbase = hello\npkgver = 1-1\npkgdesc = x\nbuilddate = 1600000000\npackager = x\nsize = 5\narch = any\n';
  const archive = gzipSync(writeTar([{ path: '.PKGINFO', content: info }, { path: 'usr', type: 'directory' }, { path: 'usr/share', type: 'directory' }, { path: 'usr/share/hello', content: 'hello' }]));
  const fields = {
    FILENAME: 'hello-1-1-any.pkg.tar.gz', NAME: 'hello', BASE: 'hello', VERSION: '1-1', DESC: 'x', CSIZE: archive.length, ISIZE: 5,
    SHA256SUM: createHash('sha256').update(archive).digest('hex'), ARCH: 'any', BUILDDATE: 1_600_000_000, PACKAGER: 'x',
  };
  const description = Object.entries(fields).map(([name, value]) => `%${name}%\n${value}\n\n`).join('');
  const database = gzipSync(writeTar([{ path: 'hello-1-1', type: 'directory' }, { path: 'hello-1-1/desc', content: description }]));
  return {
    'test/repository/extra.db': database,
    'test/repository/hello-1-1-any.pkg.tar.gz': archive,
    'test/pacman.conf': Buffer.from('[options]\nArchitecture = auto\nSigLevel = Never\n[extra]\nServer = file:///dev/test/repository\n'),
  };
}

/** A zip archive of files as they are. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const names = Object.keys(files);
  const parts: Buffer[] = [], directory: Buffer[] = [];
  let offset = 0;
  for (const name of names) {
    const content = Buffer.from(files[name] ?? '');
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    // 1980-01-01
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), content]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, rest, Buffer.from(name)]));
    parts.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(names.length, 4);
  end.writeUInt16LE(names.length, 6);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, ...directory, Buffer.from('PK\x05\x06'), end]);
}

const WHEEL = zip({
  'hello_test.py': 'x = 1\n',
  'hello_test-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: hello-test\nVersion: 1.0\n',
  'hello_test-1.0.dist-info/WHEEL': 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  'hello_test-1.0.dist-info/RECORD': '',
});

const NPM_MANIFEST = { name: 'hello-test', version: '1.0.0' };
const NPM_PACKAGE = gzipSync(writeTar([{ path: 'package/package.json', content: JSON.stringify(NPM_MANIFEST) }, { path: 'package/index.js', content: 'module.exports = 1;\n' }]));

/** What rpmbuild makes a package of, with one file. */
const RPM_SPECIFICATION = `Name: hello
Version: 1
Release: 1
Summary: x
License: x
BuildArch: noarch
%description
x
%install
mkdir -p %{buildroot}/usr/share
echo hello > %{buildroot}/usr/share/hello
%files
/usr/share/hello
`;

/** A public key. */
async function publicKey(): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'repro-gnupg-'));
  const options = { env: { GNUPGHOME: home } };
  try {
    await mustRun('gpg', ['--batch', '--passphrase', '', '--quick-gen-key', 'Test <test@example.org>', 'rsa2048', 'sign', 'never'], options);
    return (await mustRun('gpg', ['--armor', '--export'], options)).stdout;
  } finally {
    await mustRun('gpgconf', ['--kill', 'gpg-agent'], options);
    rmSync(home, { recursive: true, force: true });
  }
}

/** A server as that of an index is: what pip keeps of its answers has their date. */
const certificates = env.tempFolder();
await mustRun('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', join(certificates, 'key'), '-out', join(certificates, 'certificate')]);
const certificate = readFileSync(join(certificates, 'certificate'));
let hours = 0;
const server = createServer({ key: readFileSync(join(certificates, 'key')), cert: certificate }, (request, response) => {
  const [type, content] = answer(request.url ?? '');
  response.setHeader('Date', new Date(Date.now() + 3_600_000 * hours++).toUTCString()).setHeader('Cache-Control', 'max-age=365000000').setHeader('Content-Type', type);
  response.end(content);
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** An index as pip wants it, and below /npm one as npm wants it. */
function answer(url: string): readonly [string, string | Uint8Array] {
  if (url.endsWith('.whl')) return ['application/octet-stream', WHEEL];
  if (url.endsWith('.tgz')) return ['application/octet-stream', NPM_PACKAGE];
  if (!url.startsWith('/npm/')) return ['text/html', '<a href="/hello_test-1.0-py3-none-any.whl">hello_test-1.0-py3-none-any.whl</a>'];
  const version = { ...NPM_MANIFEST, dist: { tarball: `${origin}/npm/hello-test/-/hello-test-1.0.0.tgz`, integrity: `sha512-${createHash('sha512').update(NPM_PACKAGE).digest('base64')}` } };
  return ['application/json', JSON.stringify({ name: 'hello-test', 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': version } })];
}

interface Case {
  /** What is tried, where that is not what the packages are for. */
  readonly about?: string;
  /** The packages of Debian that bring the tool. */
  readonly packages: string;
  /** What else the base has. */
  readonly prepare?: string;
  readonly command: string;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** The paths that differ without strip. */
  readonly unlike: RegExp;
  /** A file that the command is for. */
  readonly made: string;
}

const KEY = await publicKey();

const CASES: readonly Case[] = [
  {
    packages: 'pacman-package-manager', command: 'pacman --config /dev/test/pacman.conf -Sy --noconfirm hello', files: pacmanRepository(),
    unlike: /^var\/(log\/pacman\.log|cache\/ldconfig\/aux-cache|lib\/pacman\/local\/hello-1-1\/desc)$/, made: 'usr/share/hello',
  },
  {
    packages: 'python3-pip', command: `PIP_CERT=/dev/test/certificate pip install --index-url ${origin}/simple --break-system-packages hello-test`, files: { 'test/certificate': certificate },
    unlike: /^root\/\.cache\/pip\/(http|selfcheck)\//, made: 'usr/local/lib/python3.11/dist-packages/hello_test.py',
  },
  {
    packages: 'npm', command: `cd /srv && npm install --cafile /dev/test/certificate --registry ${origin}/npm/ hello-test`, files: { 'test/certificate': certificate },
    unlike: /^root\/\.npm\/(_cacache\/index-v5|_logs|_update-notifier-last-checked)/, made: 'srv/node_modules/hello-test/index.js',
  },
  {
    packages: 'gnupg', command: 'gpg --batch --import /dev/test/key && gpg --batch --no-default-keyring --keyring /usr/share/keyrings/test.gpg --import /dev/test/key && gpg --list-keys', files: { 'test/key': KEY },
    unlike: /^root\/\.gnupg\/(pubring\.kbx~?|trustdb\.gpg)$|^usr\/share\/keyrings\/test\.gpg~?$/, made: 'usr/share/keyrings/test.gpg',
  },
  {
    about: 'where Perl is its package perl-base alone', packages: 'gnupg',
    prepare: 'RUN dpkg --purge --force-depends $(dpkg-query -W -f \'${Package} \' perl "perl-modules-*" "libperl5*") && perl -e "use strict" && ! perl -e "use Digest::SHA"\n',
    command: 'gpg --batch --import /dev/test/key && echo "# $(LC_ALL=C date)" > /etc/made', files: { 'test/key': KEY },
    unlike: /^root\/\.gnupg\/(pubring\.kbx~?|trustdb\.gpg)$|^etc\/made$/, made: 'etc/made',
  },
  {
    about: 'in a folder of its own', packages: 'gnupg', prepare: 'ENV GNUPGHOME=/opt/keys\n',
    command: 'mkdir -m 700 /opt/keys && gpg --batch --import /dev/test/key && gpg --list-keys', files: { 'test/key': KEY },
    unlike: /^opt\/keys\/(pubring\.kbx~?|trustdb\.gpg)$/, made: 'opt/keys/pubring.kbx',
  },
  {
    packages: 'git',
    prepare: 'ENV GIT_AUTHOR_DATE=@1600000000 GIT_COMMITTER_DATE=@1600000000 GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=user.email GIT_CONFIG_VALUE_0=a@example.org\n' +
      'RUN git init -q /srv/upstream && cd /srv/upstream && mkdir folder && for i in 1 2 3 4 5; do seq $i 2000 > folder/$i; done && git add . && git commit -qm x && git tag v1\nENV GIT_COMMITTER_DATE=\n',
    command: 'git clone -q file:///srv/upstream /opt/whole && git clone -q --depth 1 --branch v1 file:///srv/upstream /opt/shallow && cd /opt/whole && test -z "$(git status --short)" && git diff --exit-code', files: { 'test/x': '' },
    unlike: /^opt\/(whole|shallow)\/\.git\/(index$|logs\/)/, made: 'opt/shallow/folder/1',
  },
  {
    packages: 'dnf rpm createrepo-c python3',
    prepare: 'COPY hello.spec /\nRUN rpmbuild -bb /hello.spec && mkdir /repository && cp /root/rpmbuild/RPMS/*/*.rpm /repository/ && createrepo_c /repository\n',
    command: 'dnf -y --disablerepo=* --repofrompath=test,file:///repository --nogpgcheck install hello', files: { 'hello.spec': RPM_SPECIFICATION },
    unlike: /^var\/(log\/(dnf|dnf\.librepo|dnf\.rpm|hawkey)\.log|cache\/dnf\/expired_repos\.json|lib\/dnf\/history\.sqlite(-wal|-shm)?)$|^root\/\.rpmdb\/rpmdb\.sqlite-shm$/, made: 'usr/share/hello',
  },
];

function differences(one: BuildResult, two: BuildResult): readonly string[] {
  const [a, b] = [rootfs(one.image, 2), rootfs(two.image, 2)];
  return [...new Set([...a.keys(), ...b.keys()])].filter((path) => {
    const [x, y] = [a.get(path), b.get(path)];
    return x === undefined || y === undefined || !x.content.equals(y.content) || x.mtime !== y.mtime;
  }).sort();
}

for (const { about, packages, prepare = '', command, files, unlike, made } of CASES) {
  const name = about === undefined ? packages : `${packages} ${about}`;
  test(name, async () => {
    const base = env.image(name.toLowerCase().replaceAll(/\W/g, '-'));
    await env.mustBuild({ frontend: 'reference', dockerfile: `FROM ${env.bases.debian}\nRUN apt-get update && apt-get install -y --no-install-recommends ${packages} && rm -rf /var/lib/apt/lists/*\n${prepare}`, files, output: { push: base } });
    const build = (days: number, request: BuildRequest = {}) => env.mustBuild({
      dockerfile: `FROM ${base}\nRUN --mount=target=/dev/test,source=test LD_PRELOAD=/dev/test/libfaketime.so.1 FAKETIME=+${days}d NO_FAKE_STAT=1 sh -c '${command}'\n`,
      files: { ...files, 'test/libfaketime.so.1': readFileSync(join(faketime, library)) }, epoch: EPOCH, rewriteTimestamp: true, noCache: true, ...request,
    });
    const plain = await Promise.all([build(0, { buildArgs: { REPRO_STRIP: 'none' } }), build(400, { buildArgs: { REPRO_STRIP: 'none' } })]);
    const found = differences(...plain);
    assert.ok(found.length > 0 && found.every((path) => unlike.test(path)), found.join(' '));
    const stripped = await Promise.all([build(0), build(400)]);
    assert.equal(differences(...stripped), []);
    assert.equal(stripped[0].image.layers.at(-1)?.diffId, stripped[1].image.layers.at(-1)?.diffId);
    assert.ok(rootfs(stripped[0].image, 2).has(made), made);
  });
}

test.run();
