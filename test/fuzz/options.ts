import { NUMBERS } from './odd.ts';
import type { Random } from './random.ts';

/** Frontend options to build it with. Digest, time and session options are left to other tests. */
export function options(random: Random, wrong: number): Record<string, string> {
  const all: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['target', ['base', 'build', 'final', 'BASE', '0', 'mixed', 'stage-1'], ['nosuch', '']],
    ['platform', ['linux/amd64', 'linux/arm64', 'linux/amd64,linux/arm64', 'linux/arm/v7', 'windows/amd64'], ['x/y/z/w', ',', 'LINUX/']],
    ['no-cache', ['', 'base', 'build,final'], ['nosuch']],
    ['add-hosts', ['a=1.2.3.4', 'a=1.2.3.4,b=::1', '"a=1.2.3.4",B=fe80::1'], ['a', 'a=x', '=1.2.3.4', 'a=01.2.3.4', 'a=::ffff:1.2.3.4', 'a=fe80::1%eth0', 'a=1.2.3.4,', '"a=1.2.3.4', 'a"b=::1']],
    ['ulimit', ['nofile=1024:2048', 'nproc=5', 'core=9223372036854775807', 'nofile=9007199254740993:-1', 'core=-1,"stack=1:2"'], ['x', 'nofile=2:1', 'nofile=a', 'NOFILE=1', 'nofile=1:2:3', ...NUMBERS.map((number) => `core=${number}`)]],
    ['shm-size', ['1000000', '65536', '9223372036854775807'], ['x', '-1', ...NUMBERS]],
    ['cgroup-parent', ['/foo', 'bar'], []],
    ['force-network-mode', ['none', 'host', 'sandbox'], ['bogus', 'default']],
    ['hostname', ['box'], []],
    ['image-resolve-mode', ['pull', 'local', 'default'], ['bogus', 'preferLocal']],
    ['multi-platform', ['true', 'false', '1'], ['x']],
    ['memory', ['1000000', '9007199254740993'], ['x', ...NUMBERS]],
    ['memswap', ['-1', '9223372036854775807'], ['x', ...NUMBERS]],
    ['cpushares', ['2', '18446744073709551615'], ['x', ...NUMBERS]],
    ['cpuperiod', ['100000'], NUMBERS],
    ['cpuquota', ['50000'], NUMBERS],
    ['cpusetmems', ['0', '0,2-3'], ['3-1', 'x', '0-', ...NUMBERS]],
    ['cpusetcpus', ['0-1'], []],
    ['label:a', ['1', 'x y'], []],
    ['label:org.b', [''], []],
    ['build-arg:BUILDKIT_MULTI_PLATFORM', ['1', '0'], ['x']],
    ['build-arg:BUILDKIT_SANDBOX_HOSTNAME', ['sand'], []],
    ['build-arg:BUILDKIT_CACHE_MOUNT_NS', ['ns'], []],
    ['build-arg:BUILDKIT_DOCKERFILE_CHECK', ['skip=all', 'error=true', 'experimental=all'], ['bogus=1', '', 'skip=all; error=true']],
    ['build-arg:BUILDKIT_SYNTAX', [], ['other/frontend:2', ' other x=y ', '']],
    ['build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR', ['1'], ['x']],
    ['build-arg:BUILDKIT_SBOM_SCAN_STAGE', ['true', 'base'], []],
    ['build-arg:BUILDKIT_SBOM_SCAN_CONTEXT', ['true'], []],
    ['build-arg:HTTP_PROXY', ['http://p:1'], []],
    ['build-arg:no_proxy', ['x'], []],
    ['build-arg:SOURCE_DATE_EPOCH', ['0', '1700000000'], ['x', '-1', 'base']],
    ['context:alpine', ['docker-image://busybox', 'docker-image://scratch', 'local:ctx'], ['bogus', 'target:base']],
    ['context:base', ['docker-image://busybox:1', 'https://example.com/x.git', 'https://example.com/f.tgz', 'local:ctx'], ['docker-image://UPPER', 'nope:x']],
    ['context:debian:12', ['docker-image://alpine@sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d', 'https://github.com/a/b.git#main:dir', 'git://x.org/y', 'oci-layout://s@sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d'], ['oci-layout://x', 'oci-layout://s:tag', 'input:', 'input:nosuch', 'docker-image://', '']],
    ['context:build::linux/amd64', ['docker-image://busybox', 'local:ctx'], ['x:y']],
    ['context:Mixed', ['docker-image://ubuntu'], []],
    ['context:scratch', ['docker-image://ubuntu'], []],
    ['attest:sbom', ['', 'generator=scanner', 'generator=scanner,scan-all=1'], ['disabled=true', 'generator=UPPER', 'x', 'generator=']],
    ['attest:provenance', ['mode=max', ''], ['x']],
    ['frontend.caps', ['moby.buildkit.frontend.inputs', 'moby.buildkit.frontend.contexts+forward'], ['nosuch.cap', 'nosuch+forward']],
    ['override-copy-image', [], ['x']],
    ['build-arg:BUILDKIT_DISABLE_FILEOP', ['0'], ['1']],
    ['build-arg:BUILDKIT_INLINE_CACHE', ['1'], ['x']],
    ['build-arg:TARGETPLATFORM', [], ['linux/arm64', 'x']],
    ['build-arg:TARGETARCH', ['arm64'], ['']],
    ['build-arg:FTP_PROXY', ['ftp://p'], ['']],
    ['build-arg:All_Proxy', ['x'], ['']],
    // Not empty: the source gets a random `local.unique` then, which the answer of frontend.convertllb shows.
    ['local-sessionid:context', ['other'], []],
    ['local-sessionid:dockerfile', ['another'], []],
    ['contextkey', ['source'], ['']],
    ['contextsubdir', ['src'], ['', '..']],
    ['context', ['source'], ['', 'UPPER:x']],
    ['filename', [], ['missing', 'a/Dockerfile', '']],
    ['context:golang', ['target:base', 'docker-image://x/onbuild'], ['target:', 'docker-image://does-not-exist']],
    ['context:context', ['local:other'], ['docker-image://busybox', 'x']],
    ['context:docker.io/library/busybox:latest', ['docker-image://alpine'], []],
    ['context:', [], ['docker-image://alpine']],
    ['input-metadata:base', [], ['{}', 'x', '{"containerimage.config":"e30="}']],
    ['label:', ['x'], []],
    ['cache-from', ['a/b,c/d'], []],
    ['cache-imports', ['[{"Type":"registry","Attrs":{"ref":"a/b"}}]', '[]', '[{"Type":"gha","Attrs":{"scope":"x"}}]'], ['x', '{}', '[1]', '[{"Type":1}]']],
  ];
  const chosen: Record<string, string> = {};
  for (const [key, good, bad] of all) {
    if (!random.chance(0.06)) continue;
    chosen[key] = bad.length > 0 && random.chance(wrong) ? random.pick(bad) : random.pick(good);
  }
  for (const name of random.some(['BASE', 'VERSION', 'FOO', 'BAR', 'EMPTY'], 0.12)) chosen[`build-arg:${name}`] = random.pick(['', 'alpine', '1', 'a b', '$FOO', 'debian:11']);
  if (random.chance(0.06)) {
    chosen['requestid'] = random.pick(['frontend.outline', 'frontend.targets', 'frontend.lint', 'frontend.subrequests.describe', 'frontend.convertllb', ...(random.chance(wrong) ? ['frontend.nope'] : [])]);
    chosen['frontend.caps'] = 'moby.buildkit.frontend.subrequests';
  }
  return chosen;
}
