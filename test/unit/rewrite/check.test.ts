import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readdirSync, readFileSync } from 'node:fs';
import { prepareDockerfile } from '../../../src/convert/prepare.ts';
import { parseLintOptions } from '../../../src/lint/config.ts';
import { Linter } from '../../../src/lint/linter.ts';
import type { LintWarning } from '../../../src/lint/linter.ts';
import { REPRO_RULES } from '../../../src/lint/repro-rules.ts';
import { checkReproducibility, checkRuns } from '../../../src/rewrite/check.ts';
import { recordUnpinned } from '../../../src/rewrite/unpinned.ts';
import type { Unpinned } from '../../../src/rewrite/unpinned.ts';

function findings(dockerfile: string, { snapshots = false, check = '' } = {}): readonly LintWarning[] {
  const found: LintWarning[] = [];
  checkRuns(prepareDockerfile(Buffer.from(dockerfile)).dockerfile, new Linter(parseLintOptions(check), (warning) => void found.push(warning)), snapshots);
  return found;
}

const rulesOf = (run: string): readonly string[] => findings(`FROM a\nRUN ${run}\n`).map(({ rule }) => rule.name);

const broken: readonly (readonly [rule: string, runs: readonly string[]])[] = [
  ['ReproLivePackages', [
    'apt-get update && apt-get install -y curl', 'apt install nginx', 'DEBIAN_FRONTEND=noninteractive apt-get -y -q install x', 'sudo apt-get dist-upgrade -y', 'apk add --no-cache git', 'apk upgrade',
    'dnf install -y x', 'microdnf -y update', 'zypper in x', 'pacman -Syu --noconfirm x', 'pacman -S x', '["apt-get", "install", "x"]', '["/bin/sh", "-ec", "apk add x"]', 'apt-get install ./a.deb b', '(apt-get install x)',
    'if true; then apk add x; fi', 'apt-get install x || (apt-get update && apt-get install x)',
  ]],
  ['ReproUnversionedPackage', [
    'pip install flask', 'pip3 install --no-cache-dir flask==1 django', 'python3 -m pip install -U pip', 'pip install "requests>=2"', 'npm install -g yarn', 'npm i -g @angular/cli', 'npm install -g x@latest', 'yarn global add x', 'gem install rails',
    'go install example.com/x@latest', 'cargo install ripgrep', 'pip install --index-url https://example.com/simple torch', 'uv pip install --system ruff',
  ]],
  ['ReproUnverifiedDownload', [
    'curl -fsSL https://example.com/install.sh | sh', 'wget -O x.tgz http://example.com/x.tgz', 'wget -qO- https://example.com/x.tgz | tar xz', 'curl -o x "https://example.com/$VERSION/x"',
  ]],
  ['ReproUnpinnedClone', ['git clone https://example.com/x.git', 'git clone --depth 1 --branch v1 https://example.com/x.git /x', 'git -c a=b clone git@example.com:x']],
  ['ReproRandomCommand', ['date > /built', 'echo "$(date -u +%s)" > /x', 'openssl req -x509 -newkey rsa:2048 -nodes -out x', 'ssh-keygen -A', 'head -c 16 /dev/urandom > /x', 'uuidgen > /id', 'dd if=/dev/urandom of=/x bs=1 count=16', 'echo me:secret | chpasswd', 'htpasswd -bc /etc/users me secret', 'mkpasswd -m sha-512 x > /hash', 'openssl passwd -6 x > /hash', 'ssh-keygen -H -f /root/.ssh/known_hosts', 'gpg --batch --quick-gen-key me', 'keytool -genkeypair -alias x', 'wg genkey > /etc/wireguard/key']],
];

for (const [rule, runs] of broken) {
  for (const run of runs) test(`${rule}: ${run}`, () => assert.equal(rulesOf(run), [rule]));
}

const fine: readonly string[] = [
  'apt-get update', 'apt-get install -y /tmp/x.deb', 'apt-get remove x', 'apt-get clean', 'rm -rf /var/lib/apt/lists/*', 'apk del x', 'apk info install', 'pacman -Scc --noconfirm', 'pacman -Q x', 'dnf clean all', 'echo apt-get install x',
  'pip install -r requirements.txt', 'pip install flask==1.0', 'pip install .', 'pip install -e .', 'pip install ./x.whl', 'pip install -c constraints.txt flask', 'pip install git+https://example.com/x@0123', 'pip install $PACKAGES', 'npm ci', 'npm install',
  'npm install -g yarn@1.22.19', 'npm install -g @angular/cli@17', 'gem install rails -v 7.0.0', 'gem install bundler:2.4', 'go install ./...', 'go install example.com/x@v1.2.3', 'cargo install --path .', 'cargo install ripgrep --version 14.0.0',
  'curl --version', 'curl -I https://example.com', 'curl -X POST https://example.com', 'curl http://localhost:8080/health', 'wget --spider https://example.com', 'V=$(curl -s https://example.com/v | jq -r .v)',
  'curl -o x https://example.com/x && echo "abc  x" | sha256sum -c', 'wget https://example.com/x https://example.com/x.asc && gpg --verify x.asc', 'curl https://example.com/archive/$COMMIT.tar.gz | tar xz',
  'curl -L https://example.com/0123456789012345678901234567890123456789.tgz | tar xz', 'git clone https://example.com/x && cd x && git checkout 0123', 'git clone /src /dst', 'git clone -n https://example.com/x && git -C x reset --hard abc',
  'date -d @0', 'date -u -r /file', 'date -d "@$SOURCE_DATE_EPOCH"', 'ssh-keygen -F github.com', 'chpasswd -e < /hashes', 'htpasswd -D /etc/users me', 'htpasswd -bs /etc/users me secret', 'mkpasswd -S salt x', 'openssl passwd -6 -salt salt x', 'openssl rand -help', 'gpg --import /key', 'keytool -importcert -cacerts -file x', 'wg show', 'openssl version', 'ln -s /dev/urandom /dev/random', 'man date', 'touch -d "$X" /y',
];

for (const run of fine) test(`nothing: ${run}`, () => assert.equal(rulesOf(run), []));

test('a later RUN of the stage may check a download, or check out a clone; another stage\'s does not count', () => {
  assert.equal(findings('FROM a\nRUN curl -O https://e.com/x\nRUN sha256sum -c x.sha256\nRUN git clone https://e.com/y\nRUN cd y && git checkout abc\n'), []);
  assert.is(findings('FROM a\nRUN curl -O https://e.com/x\nFROM b\nRUN sha256sum -c x\n').length, 1);
});

test('with a snapshot, apt and pacman are fine, apk is not', () => {
  assert.equal(findings('FROM a\nRUN apt-get install x && pacman -S y\nRUN apk add z\n', { snapshots: true }).map(({ message }) => message), ['apk installs what its archive has at the time of the build, and no snapshot server keeps that']);
});

test('heredocs are scripts of the shell, or of the shebang\'s interpreter', () => {
  const run = (body: string): string => `FROM a\nRUN <<EOF\n${body}\nEOF\n`;
  assert.is(findings(run('set -e\napt-get install x')).length, 1);
  assert.is(findings(run('#!/usr/bin/env bash\napt-get install x')).length, 1);
  assert.is(findings(run('#!/usr/bin/env python3\ndate = 1')).length, 0);
  assert.is(findings('FROM a\nRUN python3 <<EOF\ndate\nEOF\n').length, 0);
});

test('the shell of a stage comes from its base stage; what no POSIX shell runs is not read', () => {
  assert.equal(findings('FROM a AS B\nSHELL ["powershell", "-Command"]\nRUN curl https://e.com/x\nFROM b\nRUN curl https://e.com/x\nSHELL ["/bin/bash", "-c"]\nRUN date\n').map(({ rule }) => rule.name), ['ReproRandomCommand']);
});

test('rules are switched like the others: by directive, by comment, all at once', () => {
  const text = 'FROM a\nRUN apk add x && date\n# check=skip=ReproLivePackages\nRUN apk add y\n';
  assert.equal(findings(text).map(({ rule }) => rule.name), ['ReproLivePackages', 'ReproRandomCommand']);
  assert.equal(findings(text, { check: 'skip=ReproRandomCommand' }).map(({ rule }) => rule.name), ['ReproLivePackages']);
  assert.equal(findings(text, { check: 'skip=all' }), []);
});

test('a finding has the lines of its RUN, and is told once', () => {
  const [finding, ...more] = findings('FROM a\n\nRUN apk add x && \\\n  apk add y\n');
  assert.equal(more, []);
  assert.equal(finding?.ranges.map(({ start }) => start.line), [3, 4]);
});

const place = (line: number) => [{ start: { line, character: 0 }, end: { line, character: 0 } }];

test('materials are told with their lines, once, and can be switched off above their instruction', () => {
  const found: LintWarning[] = [];
  const unpinned: Unpinned[] = [];
  const pins = recordUnpinned((material) => unpinned.push(material));
  const linux = { os: 'linux', architecture: 'amd64' };
  const digest = `sha256:${'0'.repeat(64)}`;
  for (const ref of ['docker.io/library/debian:12', 'docker.io/library/debian:12', `busybox@${digest}`]) assert.is(pins.image(ref, linux, place(1)), undefined);
  assert.is(pins.http('https://e.com/x', '', place(3)), undefined);
  pins.http('https://e.com/y', digest, place(3));
  pins.git({ remote: 'https://e.com/x.git', ref: 'main', checksum: '' }, place(4));
  pins.git({ remote: 'https://e.com/x.git', ref: 'a'.repeat(40), checksum: '' }, place(4));
  pins.git({ remote: 'https://e.com/x.git', ref: 'v1', checksum: 'a'.repeat(40) }, place(4));
  const { dockerfile } = prepareDockerfile(Buffer.from('FROM debian:12\n# check=skip=ReproUnverifiedAdd\nADD https://e.com/x /\nADD https://e.com/x.git#main /y\n'));
  const linter = new Linter(parseLintOptions(''), (warning) => void found.push(warning));
  checkReproducibility(dockerfile, { snapshots: false, epochKnown: false, unpinned }, linter);
  assert.equal(found.map(({ rule, message, ranges }) => [rule.name, message, ranges[0]?.start.line]), [
    ['ReproNoEpoch', 'No SOURCE_DATE_EPOCH is given: the image config, and files that record a time, differ from build to build; give one with --build-arg SOURCE_DATE_EPOCH=SECONDS', undefined],
    ['ReproUnpinnedImage', 'Image debian:12 has no digest, and no provenance pins it: its tag can move', 1],
    ['ReproUnpinnedGit', 'ADD https://e.com/x.git#main names no commit, and no provenance pins it: its branch or tag can move', 4],
  ]);
});

test('each rule has its page, and each page its rule', () => {
  const pages = readdirSync(new URL('../../../docs/rules/', import.meta.url)).filter((name) => name !== 'README.md').sort();
  assert.equal(pages, Object.keys(REPRO_RULES).map((name) => `${name}.md`).sort());
  const index = readFileSync(new URL('../../../docs/rules/README.md', import.meta.url), 'utf8');
  for (const [key, rule] of Object.entries(REPRO_RULES)) {
    assert.is(rule.name, key);
    assert.is(rule.url, `docs/rules/${key}.md`);
    assert.ok(index.includes(`[${key}](${key}.md)`), key);
  }
});

test.run();
