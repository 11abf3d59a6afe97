/** REPRO_TIMESTAMPS=clamp: exporters that rewrite no times export the same layers twice, with no time later than the epoch. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildRequest, BuildResult, ImageView } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';
import { writeTar } from '../support/tar.ts';

const env = await startEnvironment();
const server = createServer((_, response) => response.writeHead(200, { 'Last-Modified': new Date().toUTCString() }).end('downloaded\n')).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
test.after(async () => {
  server.close();
  await env.stop();
});

const EPOCH = 1_700_000_000;
/** Older than the epoch, as bases are. Folders that the container runtime makes, such as /proc, are in the layer of the first RUN, where the base lacks them: here it has them. */
const SMALL = env.image('small');
await env.mustBuild({ frontend: 'reference', epoch: EPOCH - 1, rewriteTimestamp: true, dockerfile: `FROM ${env.bases.busybox}\nRUN echo someone:x:1000:1000::/home/someone:/bin/sh >> /etc/passwd\nRUN mkdir /home/someone && chown 1000 /home/someone\n`, output: { push: SMALL } });
const BUSYBOX = `FROM ${SMALL}\n`;
const DEBIAN = `FROM ${env.bases.debian}\n`;
const baseLayers = new Map([[BUSYBOX, 3], [DEBIAN, 1]]);
/** Later than the epoch. */
const ARCHIVE = writeTar([
  { path: 'from-archive', type: 'directory', mode: 0o750, mtime: EPOCH + 5_000_000 },
  { path: 'from-archive/file', content: 'x', mtime: EPOCH + 5_000_000 },
  { path: 'from-archive/link', type: 'symlink', linkname: 'file', mtime: EPOCH + 5_000_000 },
  { path: 'from-archive/old', content: 'y', mtime: EPOCH - 5_000_000 },
]);
const TREE = { 'a.txt': 'a', 'b.txt': 'b', 'd/e/f.txt': 'f', 'd/g.txt': 'g', 'app.sh': '#!/bin/sh\n' };

/** Dockerfiles as people write them, each with what the steps before it do not try. */
const CASES: readonly (readonly [string, string, BuildRequest['files']?])[] = [
  ['apt-get install', `${DEBIAN}RUN apt-get update && apt-get install -y --no-install-recommends netcat-openbsd && rm -rf /var/lib/apt/lists/*\nCMD ["nc"]\n`],
  ['an application from the context', `${BUSYBOX}WORKDIR /srv/app/current\nCOPY . .\nRUN ls > list\nWORKDIR /srv/app\nCOPY app.sh /usr/bin\nCOPY app.sh /usr/sbin/app\nCOPY a.txt b.txt /opt/new/folder/\nCOPY *.txt /opt/other/\nCOPY none* /opt/never/\nADD . /added\n`, TREE],
  ['archives and downloads', `${BUSYBOX}ADD archive.tar /opt/x/\nADD archive.tar /etc\nADD arch*.tar /var/lib/y/\nADD a.txt /etc/a\nADD ${url}/file.txt /usr/share/\nADD ${url}/file.txt /usr/share/named\n`, { ...TREE, 'archive.tar': ARCHIVE }],
  ['heredocs', `${BUSYBOX}COPY <<one <<two /etc/conf/\n1\none\n2\ntwo\nCOPY <<EOF /root/.profile\nx\nEOF\nRUN <<EOF\nmkdir -p /a/b\necho x > /a/b/c\nEOF\n`],
  ['deletions', `${DEBIAN}RUN rm -rf /usr/share/doc /etc/motd /var/log/*\nRUN mkdir /gone && touch /gone/x && rm -r /gone\nRUN rm -rf /opt && mkdir /opt\nRUN rm -rf /etc/apt/apt.conf.d && mkdir /etc/apt/apt.conf.d && touch /etc/apt/apt.conf.d/one\n`],
  ['hard links, symbolic links and special files', `${DEBIAN}RUN cd /opt && touch a && ln a b && ln -s a c && mkfifo d && ln /etc/passwd /etc/passwd.link\n${DEBIAN}RUN ln /etc/shells /opt/shells && ln -sf nowhere /opt/gone\nCOPY --from=0 /opt /opt\n`],
  ['folders whose time is all that changes', `${BUSYBOX}RUN touch /etc/x && rm /etc/x\nRUN touch /var /usr/bin\nRUN chmod 700 /home\nRUN touch -h /usr/bin/env\n`],
  ['stages and flags of COPY', `${BUSYBOX}AS one\nRUN mkdir -p /out/x/y && echo z > /out/x/y/z\n${BUSYBOX}COPY --from=one /out /usr/share/out\nCOPY --from=one /out/x /usr/share/out/x\nCOPY --link --from=one /out/x /linked/x/\nCOPY --link a.txt b.txt /linked/two/\nCOPY --link a.txt /linked/three\nCOPY --chown=1:2 --chmod=600 a.txt b.txt /owned/\nCOPY --parents d/e/f.txt /parents/\nCOPY --parents */*.txt d/*/*.txt /usr/share/\nCOPY --exclude=*.txt --exclude=!a.txt . /exclude/\n`.replace(`${SMALL}\nAS`, `${SMALL} AS`), TREE],
  ['another user and mounts', `${BUSYBOX}USER someone\nWORKDIR /home/someone/project\nUSER root\nRUN chown someone /home/someone/project\nUSER someone\nRUN --mount=type=cache,target=/home/someone/.cache,uid=1000,gid=1000,id=timestamps touch file ../.cache/x\nRUN --mount=type=tmpfs,target=/opt/tmp --mount=target=/opt/context,rw --mount=type=secret,id=word touch more /opt/tmp/x\n`, TREE],
  ['exec form, bash and heredocs with a shebang', `${DEBIAN}SHELL ["/bin/bash", "-euo", "pipefail", "-c"]\nRUN mkdir -p /w/{1,2,3} && date > /w/1/fixed && echo > /w/1/fixed\nRUN ["/usr/bin/touch", "/w/2/a b", "/w/2/$x"]\nRUN <<EOF\n#!/usr/bin/perl\nmkdir "/w/perl";\nEOF\n`],
];

async function build(request: BuildRequest): Promise<BuildResult> {
  return env.mustBuild({ noCache: true, epoch: EPOCH, secrets: { word: 'w' }, ...request });
}

/** `PATH TIME` of every entry above the base that is later than the epoch. */
function later(image: ImageView, dockerfile: string): readonly string[] {
  const first = baseLayers.get(dockerfile.startsWith(DEBIAN) ? DEBIAN : BUSYBOX);
  return image.layers.slice(first).flatMap((layer, index) => [...layer.entries().values()].filter((entry) => entry.mtime > EPOCH).map((entry) => `layer ${index + 1}: ${entry.path} ${new Date(entry.mtime * 1000).toISOString()}`));
}

/** All of an image's entries but their times. */
function shape(image: ImageView): readonly string[] {
  return image.layers.flatMap((layer, index) => [...layer.entries().values()].map((entry) => `${index} ${entry.path} ${entry.type} ${entry.mode.toString(8)} ${entry.uid}:${entry.gid} ${entry.linkname} ${entry.content.length}`)).sort();
}

for (const [name, dockerfile, files = {}] of CASES) {
  test(name, async () => {
    const request: BuildRequest = { dockerfile, files, buildArgs: { REPRO_TIMESTAMPS: 'clamp' } };
    const [one, plain] = await Promise.all([build(request), build({ dockerfile, files })]);
    assert.equal(later(one.image, dockerfile), []);
    const two = await build(request);
    assert.equal(two.image.config.rootfs.diff_ids, one.image.config.rootfs.diff_ids);
    assert.is(two.manifestDigest, one.manifestDigest);
    assert.ok(later(plain.image, dockerfile).length > 0, 'without the option, times are those of the build');
    assert.equal(shape(one.image), shape(plain.image));
    assert.equal(one.image.config.history, plain.image.config.history);
  });
}

test('where all files are new, layers are those of an exporter that rewrites times', async () => {
  const dockerfile = `${BUSYBOX}WORKDIR /srv/app/current\nCOPY . .\nCOPY app.sh /usr/bin\nCOPY app.sh /usr/sbin/app\nCOPY a.txt b.txt /opt/new/folder/\nCOPY --parents d/e/f.txt /parents/\nCOPY --link a.txt /linked/a\nRUN rm /etc/group && mkdir -p /usr/share/x/y\nWORKDIR /usr/bin\n`;
  const [clamped, rewritten] = await Promise.all([build({ dockerfile, files: TREE, buildArgs: { REPRO_TIMESTAMPS: 'clamp' } }), build({ dockerfile, files: TREE, rewriteTimestamp: true })]);
  assert.equal(clamped.image.config.rootfs.diff_ids, rewritten.image.config.rootfs.diff_ids);
});

test('what cannot be done is told', async () => {
  const none = await env.build({ dockerfile: `${BUSYBOX}RUN true\n`, buildArgs: { REPRO_TIMESTAMPS: 'clamp' }, output: 'none' });
  assert.is(none.ok, false);
  assert.match(none.log, /REPRO_TIMESTAMPS=clamp needs an epoch.*--build-arg SOURCE_DATE_EPOCH=SECONDS/);
  const noTools = await build({ dockerfile: `${DEBIAN}RUN rm /usr/bin/find\nRUN touch /x\n`, buildArgs: { REPRO_TIMESTAMPS: 'clamp' } });
  assert.match(noTools.log, /repro: no find or no touch in the image: file times stay as they are/);
  const noShell = await build({ dockerfile: `${BUSYBOX}AS tools\nFROM scratch\nCOPY --from=tools /bin/busybox /busybox\nRUN ["/busybox", "touch", "/x"]\n`.replace(`${SMALL}\nAS`, `${SMALL} AS`), buildArgs: { REPRO_TIMESTAMPS: 'clamp' } });
  assert.match(noShell.log, /repro: no \/bin\/sh in the image: file times stay as they are/);
  const notOwner = await build({ dockerfile: `${DEBIAN}USER 1234\nRUN touch /tmp/x && rm /tmp/x\n`, buildArgs: { REPRO_TIMESTAMPS: 'clamp' } });
  assert.match(notOwner.log, /repro: a time later than SOURCE_DATE_EPOCH stays: .*\/tmp/);
});

test.run();
