import type { BuildRequest } from '../support/build.ts';

/** What an address outside of the request is replaced with: see `fill` in older-daemon.test.ts. */
export interface Places {
  readonly busybox: string;
  /** http://…/ of a folder with file.txt, archive.tar and repository.git. */
  readonly server: string;
  readonly commit: string;
}

/** A build that the older daemon gets from both frontends. */
export interface OlderCase {
  readonly name: string;
  /** Whether the reference builds it there. */
  readonly builds: boolean;
  readonly request: (places: Places) => BuildRequest;
}

const FILES = { 'a.txt': 'a\n', 'b.md': 'b\n', 'folder/c.txt': 'c\n', 'folder/deep/d.txt': 'd\n' };

function dockerfile(name: string, builds: boolean, text: (places: Places) => string, more: BuildRequest = {}): OlderCase {
  return { name, builds, request: (places) => ({ dockerfile: text(places), files: FILES, ...more }) };
}

/** Base and all: each names what it is about. Where the daemon lacks a capability, the reference's error is the measure. */
export const CASES: readonly OlderCase[] = [
  dockerfile('every instruction', true, ({ busybox }) => `FROM ${busybox} AS base
ARG VERSION=1
ENV A=1 B="two \${VERSION}"
LABEL org.example=x
WORKDIR /w
COPY a.txt ./
ADD b.md ./dir/
RUN echo \${VERSION} >version && touch -d 2030-01-01 later
USER 1000:1000
EXPOSE 80/tcp 53/udp
VOLUME /data
STOPSIGNAL SIGINT
HEALTHCHECK --interval=5s --start-interval=1s CMD true
SHELL ["/bin/sh", "-ec"]
ENTRYPOINT ["/bin/sh"]
CMD echo hello
ONBUILD RUN touch /built
`),
  dockerfile('stages, heredocs, owners and modes', true, ({ busybox }) => `FROM ${busybox} AS one
COPY --chown=1000:1000 --chmod=640 a.txt b.md /x/
RUN <<EOF
#!/bin/sh
echo heredoc >/x/heredoc
EOF
COPY <<one <<two /y/
1
one
2
two
FROM scratch
COPY --from=one /x /x
COPY --from=one /y/one /
`),
  dockerfile('COPY --link', true, ({ busybox }) => `FROM ${busybox}\nCOPY --link a.txt /linked/\nCOPY --link --chown=5:6 folder /linked/folder\n`),
  dockerfile('COPY --parents', true, ({ busybox }) => `FROM ${busybox}\nCOPY --parents folder/./deep/*.txt folder/c.txt /p/\n`),
  dockerfile('COPY --exclude', true, ({ busybox }) => `FROM ${busybox}\nCOPY --exclude=*.md --exclude=folder/deep . /e/\n`),
  dockerfile('COPY --chmod in words', true, ({ busybox }) => `FROM ${busybox}\nCOPY --chmod=u=rwX,go=r a.txt /\n`),
  dockerfile('a source that is missing', false, ({ busybox }) => `FROM ${busybox}\nCOPY no-such-file /\n`),
  dockerfile('a wildcard that matches nothing', true, ({ busybox }) => `FROM ${busybox}\nCOPY none* /\n`),
  dockerfile('RUN mounts', true, ({ busybox }) => `FROM ${busybox} AS other
RUN echo other >/other
FROM ${busybox}
RUN --mount=type=cache,target=/c,id=x,uid=1,mode=0700 \\
    --mount=type=tmpfs,target=/t,size=1m \\
    --mount=type=bind,from=other,target=/o \\
    --mount=type=bind,target=/ctx,rw \\
    --mount=type=secret,id=s,required \\
    cat /run/secrets/s /o/other /ctx/a.txt >/got && touch /ctx/new /c/x /t/x
`, { secrets: { s: 'secret\n' } }),
  dockerfile('a secret in the environment', true, ({ busybox }) => `FROM ${busybox}\nRUN --mount=type=secret,id=s,env=S echo "$S" >/got\n`, { secrets: { s: 'secret' } }),
  dockerfile('RUN --network and --security', true, ({ busybox }) => `FROM ${busybox}\nRUN --network=none ls /sys/class/net >/net\nRUN --security=insecure true\n`, { args: ['--allow', 'security.insecure'] }),
  dockerfile('RUN --device', true, ({ busybox }) => `FROM ${busybox}\nRUN --device=vendor1.com/device=foo true\n`),
  dockerfile('ADD from http', true, ({ server, busybox }) => `FROM ${busybox}\nADD --chmod=600 --chown=3:4 ${server}/file.txt /h/\nADD --checksum=sha256:87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7 ${server}/file.txt /checked\n`),
  dockerfile('ADD with a wrong checksum', false, ({ server, busybox }) => `FROM ${busybox}\nADD --checksum=sha256:1111111111111111111111111111111111111111111111111111111111111111 ${server}/file.txt /\n`),
  dockerfile('ADD --unpack', true, ({ server, busybox }) => `FROM ${busybox}\nADD --unpack=true ${server}/archive.tar /u/\nADD --unpack=false ${server}/archive.tar /packed/\n`),
  dockerfile('ADD from git', true, ({ server, busybox }) => `FROM ${busybox}\nADD ${server}/repository.git#main /g/\nADD --keep-git-dir=true ${server}/repository.git#main:sub /k/\n`),
  dockerfile('ADD from git with a checksum', false, ({ server, busybox, commit }) => `FROM ${busybox}\nADD --checksum=${commit} ${server}/repository.git#main /g/\n`),
  dockerfile('ADD from git with a query', false, ({ server, busybox }) => `FROM ${busybox}\nADD ${server}/repository.git?ref=main&submodules=false /g/\n`),
  dockerfile('platforms', true, () => `FROM --platform=$BUILDPLATFORM scratch AS build\nCOPY a.txt /\nFROM scratch\nARG TARGETARCH\nENV ARCH=$TARGETARCH\nCOPY --from=build /a.txt /\n`, { platform: 'linux/amd64,linux/arm64' }),
  { name: 'a named context', builds: true, request: ({ busybox }) => ({ dockerfile: 'FROM base\nCOPY --from=more a.txt /\n', files: FILES, contexts: { base: `docker-image://${busybox}`, more: `docker-image://${busybox.replace('busybox:stable', 'with-file:latest')}` } }) },
  { name: 'a context from git', builds: true, request: ({ server }) => ({ context: `${server}/repository.git#main` }) },
  { name: 'a context from an http archive', builds: true, request: ({ server }) => ({ context: `${server}/archive.tar` }) },
  dockerfile('.dockerignore', true, ({ busybox }) => `FROM ${busybox}\nCOPY . /all/\n`, { files: { ...FILES, '.dockerignore': '*.md\nfolder\n!folder/c.txt\n' } }),
  dockerfile('ulimit, shm-size, cgroup-parent, hosts, hostname', true, ({ busybox }) => `FROM ${busybox}\nRUN (ulimit -n; hostname; df -k /dev/shm; cat /etc/hosts) >/got\n`, { opts: { ulimit: 'nofile=1062:1062', 'shm-size': '134217728', 'add-hosts': 'example.test=1.2.3.4', hostname: 'older' } }),
  dockerfile('resources', true, ({ busybox }) => `FROM ${busybox}\nRUN true\n`, { opts: { memory: '134217728', 'cpu-shares': '512' } }),
  dockerfile('the epoch', true, ({ busybox }) => `FROM ${busybox}\nRUN touch /now\nWORKDIR /made\nCOPY folder /f\n`, { epoch: 1_600_000_000, rewriteTimestamp: true }),
  dockerfile('warnings', true, ({ busybox }) => `from ${busybox} as Lower\nMAINTAINER nobody\nENV KEY value\nCMD echo $UNKNOWN\n`),
  dockerfile('an ARG in the epoch', true, ({ busybox }) => `ARG SOURCE_DATE_EPOCH=1500000000\nFROM ${busybox}\nRUN touch /now\n`),
  dockerfile('a failing RUN', false, ({ busybox }) => `FROM ${busybox}\nRUN echo first\nRUN echo second && exit 3\n`),
  dockerfile('a syntax error', false, ({ busybox }) => `FROM ${busybox}\nRUN true\nCOPPY a b\n`),
  dockerfile('an unknown base', false, ({ busybox }) => `FROM ${busybox.replace('busybox', 'no-such-image')}\nRUN true\n`),
];
