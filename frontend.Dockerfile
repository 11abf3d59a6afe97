# The image of the frontend: Node without what it does not need, the C and C++ libraries that it loads, and our program.
#
#   make image                                                    builds dist/frontend-image.tar for this machine
#   docker buildx build -f frontend.Dockerfile --platform linux/amd64,linux/arm64 .     with the public images, after `make build`
#   --output …,compression=gzip,compression-level=9,force-compression=true            to publish it: 2 MB less to pull
#
# The named contexts `node` and `tools` take the place of the public images. Nothing needs an emulator; a builder of the target's own
# architecture makes an image that starts faster.
# File times are set here, so that any exporter gives the same layers, and the big one stays the same from release to release.

ARG NODE_VERSION=24.21.0
ARG DEBIAN_VERSION=bookworm

FROM node:${NODE_VERSION}-${DEBIAN_VERSION}-slim AS node

FROM --platform=$BUILDPLATFORM debian:${DEBIAN_VERSION}-slim AS tools

FROM tools AS runtime
ARG TARGETARCH
RUN --mount=from=node,target=/node --mount=source=scripts/quick-start.pl,target=/quick-start.pl \
    --mount=source=scripts/trim-exports.pl,target=/trim-exports.pl \
    --mount=type=tmpfs,target=/var/lib/apt/lists --mount=type=tmpfs,target=/var/cache/apt --mount=type=tmpfs,target=/libraries \
    <<'EOT'
set -eu
case $TARGETARCH in
  amd64) triplet=x86_64-linux-gnu loader=lib64/ld-linux-x86-64.so.2 ;;
  arm64) triplet=aarch64-linux-gnu loader=lib/ld-linux-aarch64.so.1 ;;
  *) echo "no runtime for linux/$TARGETARCH" >&2; exit 1 ;;
esac
dpkg --add-architecture "$TARGETARCH"
apt-get update -q
apt-get install -q -y --no-install-recommends "binutils-$(echo $triplet | tr _ -)"
mkdir /runtime
cd /libraries
apt-get download -q "libc6:$TARGETARCH" "libgcc-s1:$TARGETARCH" "libstdc++6:$TARGETARCH" "libatomic1:$TARGETARCH"
for package in *.deb; do dpkg-deb --extract "$package" .; done
cp /node/usr/local/bin/node /runtime/node
perl /quick-start.pl /runtime/node
"$triplet-strip" /runtime/node
perl /trim-exports.pl /runtime/node

# The libraries that Node names, those that these name, and so on.
needed() { "$triplet-readelf" -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }
copy() {
  for name in $(needed "$1"); do
    [ ! -e "/runtime/lib/$triplet/$name" ] && [ "$name" != "${loader##*/}" ] || continue
    file=$(find /libraries -name "$name" | head -n 1)
    [ -n "$file" ] || { echo "no $name, which $1 needs" >&2; exit 1; }
    install -D -m 0755 "$file" "/runtime/lib/$triplet/$name"
    copy "$file"
  done
}
copy /runtime/node
install -D -m 0755 "$(find /libraries -name "${loader##*/}" | head -n 1)" "/runtime/$loader"
find /runtime -exec touch --no-dereference --date=@0 {} +
EOT

# V8's heap with the program in it, loaded and rehearsed: Node goes on from there. Only the Node that starts from it can make it.
# The flags, the empty environment and the fixed seeds make it the same each time. What stands in the padding of strings and functions gets
# into it as well: so memory is not used again without being cleared, and there is no machine code, whose addresses are random.
# The FIFOs are the stdin and stdout of the rehearsed builds, and their other ends: a rehearsal that comes to no end would wait for them.
FROM tools AS snapshot
RUN --mount=from=runtime,source=/runtime,target=/runtime --mount=source=dist/snapshot.cjs,target=/snapshot.cjs \
    --mount=source=scripts/trim-snapshot.mjs,target=/trim-snapshot.mjs <<'EOT'
set -eu
mkdir /snapshot
cd /snapshot
mkfifo input1 output1 input2 output2
node() { timeout 300 env -i LD_LIBRARY_PATH="$(echo /runtime/lib/*-linux-gnu)" /runtime/node "$@"; }
node --no-rehash-snapshot --hash-seed=1 --random-seed=1 --single-threaded --no-sparkplug --no-maglev --no-opt \
  --clear-free-memory --min-semi-space-size=128 --max-semi-space-size=128 \
  --disable-warning=ExperimentalWarning --snapshot-blob frontend.blob --build-snapshot /snapshot.cjs \
  0<>input1 3<>output1 4<>output1 5<>input1 6<>input2 7<>output2 8<>output2 9<>input2
node /trim-snapshot.mjs frontend.blob
chmod 0644 frontend.blob
rm input1 output1 input2 output2
touch --date=@0 frontend.blob
EOT

FROM tools AS bundle
RUN --mount=source=dist,target=/dist \
    install -D -m 0644 -t /bundle /dist/frontend.cjs /dist/sigstore.cjs && touch --date=@0 /bundle/*

# --no-rehash-snapshot: strings keep the hashes that V8's snapshots have. To hash them anew takes a fifth of Node's start.
# --initial-heap-size: what a build makes stays until its end. --max-semi-space-size: and so a large space for what is new takes more, in fresh
# memory, than it saves. The compilers' flags: most builds call nothing so often that to compile it
# pays, and what compiles in the background takes a core from the daemon. So do threads: one for V8, none for SIGUSR1.
# What each is worth: docs/performance.md.
FROM scratch AS base
LABEL moby.buildkit.frontend.network.none="true" \
      moby.buildkit.frontend.caps="moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts,moby.buildkit.frontend.gitquerystring"
# The snapshot is read into the heap of malloc, in large pages where the machine gives them: a start takes 4 ms less. One heap for all threads.
ENV NODE_ENV=production GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:glibc.malloc.arena_max=1
COPY --from=runtime /runtime /

# What a release changes, in one layer: each layer of a frontend's image takes the daemon 2 ms more at each build.
FROM scratch AS release
COPY --from=snapshot /snapshot/frontend.blob /
COPY --from=bundle /bundle/sigstore.cjs /

FROM base AS native
COPY --from=release / /
ENTRYPOINT ["/node", "--no-rehash-snapshot", "--initial-heap-size=64", "--max-semi-space-size=4", "--baseline-batch-compilation-threshold=49152", "--invocation-count-for-maglev=1000", "--no-opt", "--v8-pool-size=1", "--disable-sigusr1", "--snapshot-blob", "/frontend.blob"]

# Built on another architecture there is no snapshot, and Node compiles the program at each start.
FROM base AS foreign
COPY --from=bundle /bundle/frontend.cjs /bundle/sigstore.cjs /
ENTRYPOINT ["/node", "--no-rehash-snapshot", "--initial-heap-size=64", "--max-semi-space-size=4", "--baseline-batch-compilation-threshold=49152", "--invocation-count-for-maglev=1000", "--no-opt", "--v8-pool-size=1", "--disable-sigusr1", "/frontend.cjs"]

FROM native AS amd64-on-amd64
FROM native AS arm64-on-arm64
FROM foreign AS amd64-on-arm64
FROM foreign AS arm64-on-amd64
FROM ${TARGETARCH}-on-${BUILDARCH} AS frontend
