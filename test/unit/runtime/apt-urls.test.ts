/** Which URLs the shims of apt take to the snapshot, in every shell, for thousands of odd ones: held against a second reading of the same rule. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execFileSync } from 'node:child_process';
import { URL_FUNCTIONS } from '../../../src/runtime/apt-method-urls.ts';
import { Random } from '../../fuzz/random.ts';
import { SHELLS } from './shells.ts';

const COUNT = 3000;
const TIME = '20240101T000000Z';
const BASES = { debian: 'http://snapshot.debian.org/archive/', ubuntu: 'http://snapshot.ubuntu.com/' } as const;

const SCRIPT = `debian=${BASES.debian} ubuntu=${BASES.ubuntu} time=${TIME}
${URL_FUNCTIONS}
while IFS= read -r uri; do
  if locate "$uri"; then printf '%s %s %s\\n' "$from" "$to" "$rest"; else echo no; fi
done`;

const HOSTS = ['deb.debian.org', 'cdn-fastly.deb.debian.org', 'security.debian.org', 'ftp.de.debian.org', 'ftp.debian.org', 'httpredir.debian.org', 'archive.debian.org', 'archive.ubuntu.com', 'de.archive.ubuntu.com', 'ports.ubuntu.com', 'security.ubuntu.com', 'example.com', 'debian.org', 'deb.debian.org.example.com', 'notdeb.debian.org', 'xarchive.ubuntu.com', 'ftp.debian.org@example.com', ''];
const PIECES = ['debian', 'debian-security', 'debian-debug', 'debian-ports', 'ubuntu', 'ubuntu-ports', 'dists', 'pool', '..', '.', '', '*', '?', '[a-z]', '$(x)', '`x`', "'", '"', '%2e', '~', 'InRelease', '\\', 'a+b_1.deb', '{a,b}', '#x', '&', '!', 'é'];
const SCHEMES = ['http://', 'https://', 'http:/', 'HTTP://', 'ftp://', 'cdrom:', 'file:', ''];

function oddUrl(random: Random): string {
  const host = random.pick(HOSTS) + (random.chance(0.15) ? random.pick([':80', ':8080', ':', '.', ':80:90']) : '');
  return random.pick(random.chance(0.85) ? SCHEMES.slice(0, 2) : SCHEMES) + host + random.pick(['/', '/', '/', '//', '']) + random.list(0, 5, () => random.pick(PIECES)).join('/');
}

/** What of the archive `host` and the first folder of `path` are, or undefined when that is no server of the distribution. */
function archiveOf(host: string, path: string): { readonly base: string; readonly archive: string; readonly rest: string } | undefined {
  const name = host.replace(/:[^:]*$/, '');
  const slash = path.indexOf('/');
  const [first, below] = slash < 0 ? [path, path] : [path.slice(0, slash), path.slice(slash + 1)];
  const without = (folder: string): string | undefined => (path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined);
  if (/^(?:(?:.*\.)?deb\.debian\.org|ftp\.debian\.org|(?:ftp2?|http)\..*\.debian\.org|httpredir\.debian\.org|http\.debian\.net|cloudfront\.debian\.net)$/s.test(name)) {
    return /^debian(?:-(?:security|debug|ports|backports|volatile))?$/.test(first) ? { base: BASES.debian, archive: first, rest: below } : undefined;
  }
  if (/^security(?:-cdn)?\.debian\.org$/.test(name)) return { base: BASES.debian, archive: 'debian-security', rest: without('debian-security') ?? path };
  if (name === 'archive.debian.org') return { base: BASES.debian, archive: 'debian-archive', rest: path };
  const rest = /^(?:(?:.*\.)?archive|security|ports)\.ubuntu\.com$/s.test(name) ? without('ubuntu') ?? without('ubuntu-ports') : undefined;
  return rest === undefined ? undefined : { base: BASES.ubuntu, archive: 'ubuntu', rest };
}

function expected(url: string): string {
  const [, scheme = '', host = '', slashes = '', path = ''] = /^(https?:\/\/)([^/]*)(\/*)(.*)$/s.exec(url) ?? [];
  const found = scheme === '' ? undefined : archiveOf(host, path);
  if (found === undefined) return 'no';
  const from = scheme + host + slashes + path.slice(0, path.length - found.rest.length);
  return `${from} ${found.base}${found.archive}/${TIME}/ ${found.rest}`;
}

for (const shell of SHELLS) {
  test(`odd URLs, ${shell.join(' ')}`, () => {
    const random = new Random(20_240_101);
    const urls = Array.from({ length: COUNT }, () => oddUrl(random));
    const [program = '', ...args] = shell;
    const answers = execFileSync(program, [...args, '-c', SCRIPT], { input: `${urls.join('\n')}\n`, maxBuffer: 16 << 20 }).toString().split('\n');
    const wrong = urls.flatMap((url, at) => (answers[at] === expected(url) ? [] : [`${url}\n  gives    ${answers[at]}\n  expected ${expected(url)}`]));
    assert.is(wrong.length, 0, wrong.slice(0, 5).join('\n'));
    assert.ok(urls.filter((url) => expected(url) !== 'no').length > COUNT / 10);
  });
}

test.run();
