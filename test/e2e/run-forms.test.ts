/** Every form of RUN builds, and the files that it makes are those that it makes with the reference. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildRequest } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';
import { rootfs } from '../support/rootfs.ts';

const env = await startEnvironment();
test.after(() => env.stop());

/** An image whose only file is a static program: no shell, no folders, no /etc/passwd. */
const NO_SHELL = `FROM ${env.bases.busybox} AS tools\nFROM scratch\nCOPY --from=tools /bin/busybox /busybox\n`;
const BUSYBOX = `FROM ${env.bases.busybox}\n`;
const DEBIAN = `FROM ${env.bases.debian}\n`;

async function countLayers(base: string): Promise<number> {
  return (await env.mustBuild({ frontend: 'reference', dockerfile: base })).image.layers.length;
}
const debianLayers = await countLayers(DEBIAN);
const busyboxLayers = await countLayers(BUSYBOX);

/** A line of a Dockerfile has 65,535 bytes at most, an argument of a program 131,071. */
const LONG = 'x'.repeat(60_000);

const CASES: readonly (readonly [string, string, BuildRequest?])[] = [
  ['exec form where there is no shell', `${NO_SHELL}RUN ["/busybox", "mkdir", "-p", "/out/folder"]\nRUN ["/busybox", "cp", "/busybox", "/out/copy"]\n`],
  ['exec form by PATH where there is no shell', `${NO_SHELL}ENV PATH=/nowhere:/\nRUN ["busybox", "mkdir", "/out"]\nRUN ["busybox", "touch", "/out/x y", "/out/$HOME"]\n`],
  ['exec form from WORKDIR where there is no shell', `${NO_SHELL}WORKDIR /w\nRUN ["/busybox", "touch", "here"]\nRUN ["../busybox", "touch", "there"]\n`],
  ['exec form as another user where there is no shell', `${NO_SHELL}RUN ["/busybox", "mkdir", "-m", "777", "/out"]\nUSER 1234:5678\nRUN ["/busybox", "touch", "/out/mine"]\n`],
  ['a shell of its own where there is no /bin/sh', `${NO_SHELL}SHELL ["/busybox", "sh", "-c"]\nRUN /busybox mkdir /out && echo "$0" > /out/zero\n`],
  ['exec form with odd arguments', `${BUSYBOX}RUN ["/bin/sh", "-c", "mkdir /out; for a in \\"$@\\"; do echo \\"<$a>\\"; done > /out/args", "zero", "", "a b", "$HOME", "'", "\\"", "\\\\", "*", "line\\nbreak", "é", "-n", "--"]\n`],
  ['exec form that has no arguments', `${BUSYBOX}RUN ["true"]\nRUN ["/bin/sh", "-c", "echo ok > /ok"]\n`],
  ['heredoc', `${BUSYBOX}RUN <<EOF\nmkdir /out\necho "$0 $#" > /out/zero\ncat > /out/inner <<'INNER'\n$HOME\nINNER\nEOF\n`],
  ['heredoc that is not expanded', `${BUSYBOX}ENV A=value\nRUN <<'EOF'\nmkdir /out\necho "$A" > /out/a\nEOF\n`],
  ['heredoc with a shebang', `${BUSYBOX}RUN <<EOF\n#!/bin/sh -eu\nmkdir /out\necho "$#" "$-" > /out/flags\nEOF\n`],
  ['heredoc with a shebang of another language', `${DEBIAN}RUN <<EOF\n#!/usr/bin/perl -w\nmkdir "/out"; open(F, ">/out/perl"); print F "sum ", 1 + 2, "\\n";\nEOF\n`],
  ['heredoc given to a command', `${BUSYBOX}RUN mkdir /out && cat <<EOF > /out/text\nline one\nline two\nEOF\n`],
  ['two heredocs', `${BUSYBOX}RUN <<ONE <<TWO sh -s\nONE's text\nONE\nmkdir /out; echo two > /out/two\nTWO\n`],
  ['USER by number', `${BUSYBOX}RUN mkdir -m 777 /out\nUSER 1234\nRUN id > /out/id; touch /out/file\n`],
  ['USER by name', `${DEBIAN}RUN useradd -u 2222 -m someone && install -d -o someone /out\nUSER someone\nRUN id > /out/id; echo "$HOME" > /out/home; touch ~/file\n`],
  ['USER who may write nothing', `${BUSYBOX}USER nobody\nRUN ! touch /file\n`],
  ['SHELL bash with options', `${DEBIAN}SHELL ["/bin/bash", "-o", "pipefail", "-euc"]\nRUN mkdir /out; ! (false | true); echo "$0 $- \${BASH_VERSION%%.*}" > /out/bash; [[ a == a ]]\n`],
  ['SHELL perl', `${DEBIAN}SHELL ["/usr/bin/perl", "-e"]\nRUN mkdir "/out"; open(F, ">/out/perl"); print F "$0 @ARGV\\n";\n`],
  ['SHELL env', `${DEBIAN}SHELL ["/usr/bin/env", "A=1", "/bin/sh", "-c"]\nRUN mkdir /out; echo "$A" > /out/a\n`],
  ['logs and caches removed', `${DEBIAN}RUN rm -rf /var/log/* /var/cache/*\nRUN mkdir /var/log/mine\n`],
  ['everything below /var removed', `${DEBIAN}RUN rm -rf /var\n`],
  ['/tmp, /run and /dev/shm removed', `${DEBIAN}RUN rm -rf /tmp/* /run/* /dev/shm/*\n`],
  ['/etc/apt removed', `${DEBIAN}RUN rm -rf /etc/apt\n`],
  ['find over the whole file system', `${BUSYBOX}RUN mkdir /out; find / -xdev -path /out -prune -o -path /proc -prune -o -path /sys -prune -o -print | sort > /out/all\n`],
  ['tar of the whole file system', `${BUSYBOX}RUN mkdir /out && tar -c -f - --exclude=proc --exclude=sys --exclude=dev --exclude=out / 2>/dev/null | tar -t | sort > /out/all\n`],
  ['cache mount', `${BUSYBOX}RUN --mount=type=cache,target=/c,id=run-forms echo x > /c/x; mkdir /out; ls /c > /out/c\n`],
  ['tmpfs mounts over what is stripped', `${DEBIAN}RUN --mount=type=tmpfs,target=/var/log --mount=type=tmpfs,target=/var/cache/ldconfig ldconfig; echo x > /var/log/dpkg.log; touch /made\n`],
  ['cache mounts over what apt writes', `${DEBIAN}RUN --mount=type=cache,target=/var/cache/apt,id=run-forms-apt --mount=type=cache,target=/var/lib/apt,id=run-forms-lists touch /var/cache/apt/x /made\n`],
  ['read-only bind mount over /etc/apt', `FROM ${env.bases.busybox} AS other\nRUN mkdir /empty\n${DEBIAN}RUN --mount=from=other,source=/empty,target=/etc/apt ls -A /etc/apt > /made\n`],
  ['read-only mounts over what is stripped', `FROM ${env.bases.busybox} AS other\nRUN mkdir -p /empty/apt && echo parent > /empty/dpkg.log && echo id > /empty/machine-id\n${DEBIAN}RUN --mount=from=other,source=/empty,target=/var/log --mount=from=other,source=/empty,target=/var/cache/ldconfig --mount=from=other,source=/empty/machine-id,target=/etc/machine-id cat /var/log/dpkg.log /etc/machine-id > /made; ! echo x >> /var/log/dpkg.log\n`],
  ['cache mount over the logs, and all of it removed', `${DEBIAN}RUN --mount=type=cache,target=/var/log,id=run-forms-log echo x > /var/log/dpkg.log; rm -rf /var/log/* /var/cache/*; ls -A /var/log /var/cache > /made\n`],
  ['mounts over all that the wrapper writes to', `${DEBIAN}RUN --mount=type=tmpfs,target=/etc/apt --mount=type=tmpfs,target=/var/lib --mount=type=tmpfs,target=/var/cache --mount=type=tmpfs,target=/tmp echo x > /etc/apt/x; echo y > /var/lib/y; ls /etc/apt /var/lib > /made\n`],
  ['all rights', `${DEBIAN}RUN --security=insecure mount -t tmpfs none /mnt && touch /mnt/x && umount /mnt; grep CapEff /proc/self/status > /made\n`, { args: ['--allow', 'security.insecure'] }],
  ['the network of the host', `${BUSYBOX}RUN --network=host ip -o link | wc -l > /made\n`, { args: ['--allow', 'network.host'] }],
  ['a shell with set -e', `${BUSYBOX}SHELL ["/bin/sh", "-euc"]\nRUN mkdir /out; false || echo "$0 $-" > /out/flags\n`],
  ['another user, exec form, no rights', `${BUSYBOX}RUN mkdir -m 777 /out\nUSER 1234:5678\nRUN ["/bin/sh", "-c", "id > /out/id; ! touch /etc/x; umask > /out/umask"]\n`],
  ['files of the parent that are stripped, deleted by the command', `${DEBIAN}RUN rm -f /var/log/dpkg.log /var/log/alternatives.log /etc/machine-id /var/cache/ldconfig/aux-cache\n`],
  ['tmpfs mount over /dev', `${BUSYBOX}RUN --mount=type=tmpfs,target=/dev ls -A /dev | grep -v '^.repro' > /made || true\n`],
  ['bind mount from the context', `${BUSYBOX}RUN --mount=target=/src cp /src/a.txt /made\n`, { files: { 'a.txt': 'text' } }],
  ['secret mount and secret variable', `${BUSYBOX}RUN --mount=type=secret,id=token --mount=type=secret,id=token,env=TOKEN mkdir /out && sha256sum /run/secrets/token > /out/file && echo "$TOKEN" | sha256sum > /out/variable\n`, { secrets: { token: 'hidden' } }],
  ['no network', `${BUSYBOX}RUN --network=none mkdir /out; ip -o link | wc -l > /out/links\n`],
  ['empty PATH', `${BUSYBOX}ENV PATH=\nRUN /bin/busybox mkdir /out; echo "<$PATH>" > /out/path\n`],
  ['PATH with nothing in it', `${DEBIAN}ENV PATH=/nowhere\nRUN /bin/mkdir /out; echo "<$PATH>" > /out/path\n`],
  ['variables that shells and tools look at', `${DEBIAN}ENV IFS=x ENV=/nope BASH_ENV=/nope LD_PRELOAD= CDPATH=/usr POSIXLY_CORRECT=1 TMPDIR=/nowhere PS4=+ OPTIND=7\nRUN /bin/mkdir /out; export -p | grep -v -e PWD= -e SOURCE_DATE_EPOCH= -e FORCE_SOURCE_DATE= -e PERL_HASH_SEED= > /out/all; cd share 2>/dev/null; pwd > /out/pwd\n`],
  ['read-only folders and files', `${BUSYBOX}RUN mkdir -m 555 /out; echo x > /out/file; chmod 400 /out/file; chmod 1777 /tmp\n`],
  ['links, devices of no kind, long names', `${BUSYBOX}RUN mkdir /out; cd /out; touch a; ln a b; ln -s a c; mkfifo d; n=$(printf '%0200d' 7); touch $n; ln -s nowhere/$n e\n`],
  ['/bin/sh removed by the command', `${DEBIAN}RUN rm -f /bin/sh /bin/dash\nRUN ["/bin/bash", "-c", "echo x > /made"]\n`],
  ['/bin/sh replaced by what is no shell', `${DEBIAN}RUN ln -sf /bin/false /bin/sh\nRUN ["/bin/touch", "/made"]\n`],
  ['/bin/sh replaced by what waits for input', `${DEBIAN}RUN printf '#!/bin/bash\\ncat\\n' > /new && chmod 755 /new && mv /new /bin/sh\nRUN ["/bin/touch", "/made"]\n`],
  ['the C library removed', `${DEBIAN}RUN ["rm", "-rf", "/usr/lib"]\n`],
  ['all programs moved away', `${DEBIAN}RUN mv /usr/bin /elsewhere\n`],
  ['all processes killed by the command', `${DEBIAN}RUN sleep 50 & sleep 0.1; kill -TERM -1; kill -KILL 1; sleep 0.1; echo alive > /made\n`],
  ['orphans and zombies', `${DEBIAN}RUN for i in $(seq 50); do sh -c 'sleep 0.05 & '; done; sleep 0.3; echo x > /made\n`],
  ['hundreds of descriptors', `${DEBIAN}SHELL ["/bin/bash", "-c"]\nRUN for i in $(seq 20 900); do eval "exec $i>/dev/null"; done; ls /proc/self/fd | wc -l > /made\n`],
  ['a variable with a line break', `${BUSYBOX}ARG A\nRUN env | grep -A1 '^A=' > /one; echo "$A" > /two\n`, { buildArgs: { A: 'one\ntwo' } }],
  ['USER whose home is missing, and no list of users', `${DEBIAN}RUN useradd -M -d /nowhere/home u\nUSER u\nRUN echo "$HOME $(pwd)" > /tmp/one\nUSER 0\nRUN rm /etc/passwd /etc/group\nRUN id > /two; echo $HOME >> /two\n`],
  ['the working folder removed', `${DEBIAN}WORKDIR /w/x\nRUN rm -rf /w; echo x > /made\n`],
  ['links and folders at paths that are stripped', `${DEBIAN}RUN rm -f /etc/machine-id && ln -s /nowhere /etc/machine-id; ln -s group- /etc/group-; ln -s /etc/shadow /etc/shadow-; mkdir /etc/gshadow-\n`],
  ['/dev and /proc unmounted', `${DEBIAN}RUN --security=insecure umount -l /dev && ls -A /dev > /one\nRUN --security=insecure umount -l /proc && ls -A /proc > /two\n`, { args: ['--allow', 'security.insecure'] }],
  ['the file system made read-only by the command', `${DEBIAN}RUN --security=insecure touch /made && mount -o remount,ro /\n`, { args: ['--allow', 'security.insecure'] }],
  ['limits: no bytes to be written', `${DEBIAN}RUN touch /made\n`, { opts: { ulimit: 'fsize=0:0' } }],
  ['limits: one process', `${DEBIAN}USER 4321\nRUN ["touch", "/tmp/made"]\n`, { opts: { ulimit: 'nproc=1:1' } }],
  ['limits: two processes', `${DEBIAN}USER 4322\nRUN touch /tmp/made\n`, { opts: { ulimit: 'nproc=2:2' } }],
  ['limits: a stack of 32 KB', `${DEBIAN}RUN echo x > /made\n`, { opts: { ulimit: 'stack=32768:32768' } }],
  ['a command as long as the kernel takes, nearly', `${BUSYBOX}RUN : ${LONG}\\\n${LONG}\\\n${'x'.repeat(10_900)}; echo x > /made\n`],
  ['another platform, whose programs are of this one', `FROM --platform=linux/386 ${env.bases.busybox}\nRUN echo x > /made\n`],
  ['ONBUILD', `${BUSYBOX}ONBUILD RUN exit 1\nRUN touch /made\n`],
];

/** What strip takes away, and of what tools do before a change they leave no other trace. */
const STRIPPED = / \/etc\/(passwd|group|shadow|gshadow|subuid|subgid)- /;
/**
 * A mount point that the runtime makes where an image has no /dev. The daemon takes it away again when something of ours is
 * mounted below it, so that the layer has one folder less.
 */
const STUB = 'directory 755 0:0 /dev ';

interface Seen {
  readonly exitCode: number;
  readonly files: readonly string[];
  readonly config: unknown;
}

/** All that a user may see of an image but times: the files above the base, config and history. */
async function look(request: BuildRequest, baseLayers: number): Promise<Seen> {
  const result = await env.mustBuild({ noCache: true, epoch: 1700000000, rewriteTimestamp: true, ...request });
  const files = [...rootfs(result.image, baseLayers).values()].map((entry) => {
    const content = entry.type === 'file' ? entry.content.toString('base64') : entry.linkname;
    return `${entry.type} ${entry.mode.toString(8)} ${entry.uid}:${entry.gid} /${entry.path} ${content.length > 200 ? `${content.length}` : Buffer.from(content, 'base64').toString('latin1')}`;
  });
  const { config, history } = result.image.config;
  return { exitCode: result.exitCode, files: files.filter((line) => !STRIPPED.test(line)).sort(), config: { config, history } };
}

for (const [name, dockerfile, extra] of CASES) {
  test(name, async () => {
    const baseLayers = dockerfile.includes(NO_SHELL) ? 0 : dockerfile.includes(DEBIAN) ? debianLayers : busyboxLayers;
    const reference = look({ ...extra, dockerfile, frontend: 'reference' }, baseLayers);
    // The kernel counts a user's processes in all containers: under such a limit two builds at once are in each other's way.
    if (extra?.opts?.['ulimit'] !== undefined) await reference;
    const [theirs, ours] = await Promise.all([reference, look({ ...extra, dockerfile, frontend: 'ours' }, baseLayers)]);
    const missing = theirs.files.filter((line) => !ours.files.includes(line) && !(dockerfile.includes(NO_SHELL) && line === STUB));
    const added = ours.files.filter((line) => !theirs.files.includes(line));
    assert.equal({ missing, added }, { missing: [], added: [] });
    assert.equal(ours.config, theirs.config);
  });
}

test.run();
