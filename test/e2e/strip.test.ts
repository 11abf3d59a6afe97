/** Strip does no harm: the files of real packages are the reference's but for what the list names, and what is installed goes on working. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { STRIP_TABLE } from '../../src/rewrite/strip-table.ts';
import type { BuildRequest, BuildResult } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';
import { rootfs, textsBelow } from '../support/rootfs.ts';
import type { TarEntry } from '../support/tar.ts';

const env = await startEnvironment();
test.after(() => env.stop());

/** With log folders, users, capabilities, keys made at install, a key store, a Berkeley DB, Info pages, systemd's machine id. */
const PACKAGES = 'nginx openssh-server postfix iputils-ping munin-node dbus rsyslog fontconfig logrotate man-db memcached ssl-cert info ed openjdk-17-jre-headless';
// The reference passes the epoch on to a stage that asks for it.
const DOCKERFILE = `FROM ${env.bases.debian}\nARG SOURCE_DATE_EPOCH\nRUN apt-get update && apt-get install -y --no-install-recommends ${PACKAGES}\n`;

const image = env.image('packages');
const request: BuildRequest = { dockerfile: DOCKERFILE, epoch: 1700000000, rewriteTimestamp: true };
let ours: BuildResult | undefined;
let theirs: BuildResult | undefined;

/** A path of the list, with its patterns, as a regular expression for a file at it or below it. */
function pathPattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/[.+^$(){}|\\]/g, '\\$&').replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}(?:$|/)`);
}

const RULES = STRIP_TABLE.map((rule) => ({ ...rule, pattern: pathPattern(rule.path) }));
const isNamed = (path: string, actions: readonly string[]): boolean => RULES.some(({ action, pattern }) => actions.includes(action) && pattern.test(`/${path}`));

/** The files that a build's output names as other ones in every build. */
function toldOf(build: BuildResult): readonly string[] {
  return [...build.log.matchAll(/^#\d+ [\d.]+ repro: (\/.*?): it .*differs in every build$/gm)].map((match) => match[1] ?? '').sort();
}

/** All of an entry but its content. */
function attributes({ type, mode, uid, gid, mtime, linkname, pax }: TarEntry): string {
  // A folder's time shows that a file came and went.
  return JSON.stringify({ type, mode, uid, gid, mtime: type === 'directory' ? 0 : mtime, linkname, pax: [...pax].filter(([name]) => !['path', 'linkpath', 'size', 'mtime'].includes(name)).sort() });
}

test('files, modes, owners, links, capabilities: the reference\'s but for the list', async () => {
  ours = await env.mustBuild({ ...request, frontend: 'ours' });
  theirs = await env.mustBuild({ ...request, frontend: 'reference' });
  const [mine, reference, base] = [rootfs(ours.image), rootfs(theirs.image), rootfs({ ...ours.image, layers: ours.image.layers.slice(0, 1) })];
  const told = toldOf(ours);
  const wrong: string[] = [];
  for (const [path, entry] of reference) {
    const own = mine.get(path);
    const restored = isNamed(path, ['restore', 'remove', 'empty']);
    const expected = restored ? base.get(path) : entry;
    if (own === undefined || expected === undefined) {
      if (own !== expected && !(own?.size === 0 && isNamed(path, ['empty']))) wrong.push(`${path} is ${own === undefined ? 'not ' : ''}there`);
      continue;
    }
    if (attributes(own) !== attributes(expected)) wrong.push(`${path}: ${attributes(own)}, not ${attributes(expected)}`);
    if (!own.content.equals(expected.content) && !isNamed(path, ['normalise']) && !told.includes(`/${path}`)) wrong.push(`${path} has other content`);
  }
  for (const path of mine.keys()) if (!reference.has(path)) wrong.push(`${path} is ours alone`);
  assert.equal(wrong, []);
  // What the rules are about is there to see.
  assert.ok(reference.has('var/log/apt/history.log') && !mine.has('var/log/apt/history.log'));
  assert.ok([...mine.values()].some(({ pax }) => [...pax.keys()].some((name) => name.includes('security.capability'))));
  for (const path of ['var/log/nginx', 'var/log/munin']) assert.is(mine.get(path)?.type, 'directory', path);
});

test('the output names what every build has otherwise', () => {
  assert.ok(ours !== undefined);
  assert.equal(toldOf(ours), [
    ...['ecdsa', 'ed25519', 'rsa'].flatMap((kind) => [`/etc/ssh/ssh_host_${kind}_key`, `/etc/ssh/ssh_host_${kind}_key.pub`]),
    '/etc/ssl/certs/ssl-cert-snakeoil.pem', '/etc/ssl/private/ssl-cert-snakeoil.key',
  ]);
});

const USE = `FROM ${image}
RUN <<EOF
set -ex
mkdir /out
dpkg --audit > /out/audit
dpkg --verify > /out/verify
apt-get check
apt-get update -q
apt-get install -q -y hello
hello
grep -q 'status installed hello' /var/log/dpkg.log
grep -q hello /var/log/apt/history.log
apt-get purge -q -y hello
! command -v hello
dpkg-reconfigure -f noninteractive ssl-cert
echo 'ssl-cert make-ssl-cert/hostname string here' | debconf-set-selections
update-alternatives --display pager
nginx
kill "$(cat /run/nginx.pid)"
test -e /var/log/nginx/access.log
mkdir -p /run/sshd
/usr/sbin/sshd -t
logrotate --force /etc/logrotate.conf
dbus-uuidgen --ensure
test -s /var/lib/dbus/machine-id
postalias -q postmaster /etc/aliases > /out/alias
rsyslogd -N1
munin-node-configure > /dev/null
fc-cache
test -n "$(fc-list)"
info --subnodes --output=/out/ed ed
man -w ed
ldconfig
test -s /var/cache/ldconfig/aux-cache
keytool -list -keystore /etc/ssl/certs/java/cacerts -storepass changeit > /out/keys
EOF
`;

test('what is installed goes on working', async () => {
  await env.mustBuild({ ...request, frontend: 'ours', output: { push: image } });
  const { image: used } = await env.mustBuild({ frontend: 'reference', dockerfile: USE, noCache: true });
  const texts = textsBelow(rootfs(used), 'out');
  assert.is(texts['audit'], '');
  assert.is(texts['verify'], '');
  assert.is(texts['alias'], 'root\n');
  assert.match(texts['keys'] ?? '', /Your keystore contains \d{3} entries/);
});

test('what COPY puts at such a path stays, also after a RUN that changes it', async () => {
  const dockerfile = `FROM ${env.bases.busybox}\nCOPY dpkg.log /var/log/\nRUN echo more >> /var/log/dpkg.log\n`;
  const { image: built } = await env.mustBuild({ dockerfile, files: { 'dpkg.log': 'mine\n' }, noCache: true });
  assert.is(rootfs(built).get('var/log/dpkg.log')?.content.toString(), 'mine\n');
});

// busybox's find compares whole seconds.
test('what a RUN writes there on purpose stays when REPRO_STRIP takes the path out', async () => {
  const dockerfile = `FROM ${env.bases.busybox}\nRUN echo 0123 > /etc/machine-id; echo x > /etc/passwd-; sleep 1.1; echo '-----BEGIN PRIVATE KEY-----' > /etc/key\n`;
  const withRules = await env.mustBuild({ dockerfile, noCache: true });
  assert.is(rootfs(withRules.image).get('etc/machine-id')?.content.toString(), '');
  assert.match(withRules.log, 'repro: /etc/key: it has a private key');
  const without = await env.mustBuild({ dockerfile, buildArgs: { REPRO_STRIP: '-/etc/machine-id,-/etc' }, noCache: true });
  assert.is(rootfs(without.image).get('etc/machine-id')?.content.toString(), '0123\n');
  assert.is(rootfs(without.image).get('etc/passwd-'), undefined);
  assert.not.match(without.log, 'repro: /etc/key');
});

test.run();
