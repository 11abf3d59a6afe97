/** Builds of several stages, files and platforms: the image is the reference's, and caches work across builds and daemons. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildRequest, BuildResult } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';
import { rootfs } from '../support/rootfs.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const EPOCH = 1700000000;
const FILES = { 'a.txt': 'a\n', 'dir/b.txt': 'b\n', 'dir/c.md': 'c\n', 'dir/deep/d.txt': 'd\n', 'run.sh': '#!/bin/sh\necho ran\n', 'hidden.txt': 'no\n', '.dockerignore': 'hidden*\n**/*.md\n!dir/c.md\n' };
const FROM = `FROM ${env.bases.busybox}`;

/** Deterministic with rewrite-timestamp, so that ours and the reference's must be one image. */
const CASES: readonly (readonly [string, string, BuildRequest?])[] = [
  ['COPY in all its shapes', `${FROM}\nCOPY . /all/\nCOPY a.txt dir/*.txt /some/\nCOPY --chown=12:34 --chmod=640 a.txt /owned\nCOPY ["a.txt", "/with space/"]\nCOPY --link dir /linked/\nCOPY <<EOF /inline\nhello $PATH\nEOF\nCOPY <<"EOF" <<-END /two/\nhello $PATH\nEOF\n\tindented\n\tEND\nCOPY --parents dir/./deep/d.txt /parents/\nCOPY --exclude=*.txt dir /excluded/\n`],
  ['stages', `ARG BASE=${env.bases.busybox}\nFROM $BASE AS first\nARG WHO=nobody\nRUN mkdir /out && echo "$WHO" > /out/who && ln -s who /out/link\nFROM $BASE AS unused\nRUN exit 1\nFROM first AS second\nWORKDIR /out\nRUN cat who > more\nFROM scratch\nCOPY --from=first /out /one\nCOPY --from=0 --link /etc/passwd /passwd\nCOPY --from=second /out/more /more\nCOPY --from=${env.bases.busybox} /bin/busybox /box\n`, { buildArgs: { WHO: 'me' } }],
  ['a target', `${FROM} AS one\nRUN echo 1 > /n\nFROM one AS two\nRUN echo 2 > /n\nFROM two AS three\nRUN exit 1\n`, { target: 'two' }],
  ['metadata', `${FROM}\nENV A=1 B="2 3"\nLABEL x=y "a b"='c d'\nEXPOSE 80 443/udp 8000-8002\nVOLUME /v ["/w"]\nVOLUME ["/x", "/y z"]\nUSER 1:2\nWORKDIR /work/dir\nSTOPSIGNAL SIGQUIT\nHEALTHCHECK --interval=30s --timeout=3s --retries=2 CMD true || false\nONBUILD RUN echo later\nSHELL ["/bin/sh", "-ec"]\nMAINTAINER someone\nENTRYPOINT ["/bin/sh"]\nCMD echo $A\n`],
  ['RUN with its own mounts', `${FROM} AS tool\nRUN mkdir /t && echo tool > /t/file\n${FROM}\nRUN --mount=target=/ctx --mount=from=tool,source=/t,target=/t --mount=type=tmpfs,target=/tmp/x sh /ctx/run.sh > /ran; cat /t/file >> /ran; touch /tmp/x/gone\n`],
  ['ADD', `${FROM}\nADD a.txt /added/\nADD --chmod=600 dir /dir/\nADD --checksum=sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a http://${env.registry}/v2/ /fetched\nADD http://${env.registry}/v2/ /named/file\n`],
  ['platform arguments', `FROM --platform=$BUILDPLATFORM ${env.bases.busybox} AS build\nARG TARGETPLATFORM TARGETARCH BUILDARCH TARGETSTAGE\nRUN echo "$TARGETPLATFORM $TARGETARCH $BUILDARCH $TARGETSTAGE" > /p\nFROM scratch\nCOPY --from=build /p /\n`],
  ['network and secrets', `${FROM}\nRUN --network=none --mount=type=secret,id=s,target=/s,mode=0444 cat /s | wc -c > /size\n`, { secrets: { s: '12345' } }],
  ['labels and names from the client', `${FROM}\nRUN hostname > /name; grep -c extra.test /etc/hosts > /hosts\n`, { opts: { 'label:from': 'client', hostname: 'given', 'add-hosts': 'extra.test=10.0.0.1' } }],
];

async function both(request: BuildRequest): Promise<readonly [BuildResult, BuildResult]> {
  const complete: BuildRequest = { files: FILES, epoch: EPOCH, rewriteTimestamp: true, ...request };
  return [await env.mustBuild({ ...complete, frontend: 'reference' }), await env.mustBuild({ ...complete, frontend: 'ours' })];
}

for (const [name, dockerfile, extra] of CASES) {
  test(`${name}: the reference's image`, async () => {
    const [theirs, ours] = await both({ ...extra, dockerfile });
    assert.equal(ours.image.config, theirs.image.config);
    const list = (result: BuildResult) => [...rootfs(result.image).values()].map((entry) => [entry.path, entry.type, entry.mode, entry.uid, entry.gid, entry.type === 'file' ? entry.size : entry.linkname]);
    assert.equal(list(ours), list(theirs));
    assert.is(ours.manifestDigest, theirs.manifestDigest);
  });
}

test('several platforms without RUN: the reference\'s images', async () => {
  const dockerfile = 'FROM scratch\nARG TARGETARCH\nCOPY <<EOF /arch\n$TARGETARCH\nEOF\n';
  const [theirs, ours] = await both({ dockerfile, platform: 'linux/amd64,linux/arm64,linux/arm/v7' });
  assert.is(ours.layout.images().length, 3);
  assert.equal(ours.layout.images().map((image) => image.manifestDigest), theirs.layout.images().map((image) => image.manifestDigest));
});

test('named contexts: folder, image, and another name for a stage', async () => {
  const dockerfile = 'FROM base AS start\nCOPY --from=extra e.txt /\nFROM start\nCOPY --from=image /bin/busybox /box\n';
  const contexts = { base: `docker-image://${env.bases.busybox}`, extra: env.tempFolder({ 'e.txt': 'e\n' }), image: `docker-image://${env.bases.busybox}` };
  const [theirs, ours] = await both({ dockerfile, contexts });
  assert.is(ours.manifestDigest, theirs.manifestDigest);
});

test('a second build runs nothing', async () => {
  const request: BuildRequest = { dockerfile: `${FROM}\nRUN cat /proc/sys/kernel/random/uuid > /uuid\nCOPY a.txt /\nRUN cat /proc/sys/kernel/random/uuid > /second\n`, files: FILES };
  const first = await env.mustBuild(request);
  const second = await env.mustBuild(request);
  assert.equal(second.image.config.rootfs, first.image.config.rootfs);
  const changed = await env.mustBuild({ ...request, files: { ...FILES, 'a.txt': 'changed\n' } });
  assert.is(changed.image.config.rootfs.diff_ids[1], first.image.config.rootfs.diff_ids[1], 'what comes before the change is cached');
  assert.is.not(changed.image.config.rootfs.diff_ids.at(-1), first.image.config.rootfs.diff_ids.at(-1));
  const fresh = await env.mustBuild({ ...request, noCache: true });
  assert.is.not(fresh.image.config.rootfs.diff_ids[1], first.image.config.rootfs.diff_ids[1]);
});

for (const kind of ['registry', 'inline'] as const) {
  test(`cache export and import (${kind}) to a daemon that has none`, async () => {
    const dockerfile = `${FROM}\nRUN cat /proc/sys/kernel/random/uuid > /uuid-${kind}\n`;
    const reference = env.image(`cache-${kind}`);
    const exported: BuildRequest = kind === 'inline' ? { args: ['--export-cache', 'type=inline'], output: { push: reference } } : { args: ['--export-cache', `type=registry,ref=${reference},mode=max`] };
    const first = await env.mustBuild({ dockerfile, ...exported });
    const uuid = kind === 'inline' ? undefined : first.image.layers.at(-1)?.text(`uuid-${kind}`);
    const local = await env.mustBuild({ dockerfile });
    const daemon = await env.startDaemon();
    try {
      const second = await env.mustBuild({ dockerfile, daemon, args: ['--import-cache', `type=registry,ref=${reference}`] });
      const seen = second.image.layers.at(-1)?.text(`uuid-${kind}`);
      assert.is(seen, local.image.layers.at(-1)?.text(`uuid-${kind}`));
      if (uuid !== undefined) assert.is(seen, uuid);
    } finally {
      await daemon.stop();
    }
  });
}

test('no-cache for one stage by its name', async () => {
  const dockerfile = `${FROM} AS kept\nRUN cat /proc/sys/kernel/random/uuid > /kept\n${FROM} AS fresh\nRUN cat /proc/sys/kernel/random/uuid > /fresh\nFROM scratch\nCOPY --from=kept /kept /\nCOPY --from=fresh /fresh /\n`;
  const request: BuildRequest = { dockerfile };
  const first = await env.mustBuild(request);
  const second = await env.mustBuild({ ...request, opts: { 'no-cache': 'fresh' } });
  const text = (result: BuildResult, name: string) => rootfs(result.image).get(name)?.content.toString();
  assert.is(text(second, 'kept'), text(first, 'kept'));
  assert.is.not(text(second, 'fresh'), text(first, 'fresh'));
});

test.run();
