# The SBOM generator of the frontend's image. BuildKit runs it over the image that it has built, and attaches what it writes: docs/release.md.
#
#   docker buildx build -f frontend-sbom.Dockerfile --tag example.com/frontend-sbom --push .     with the public images, after `make build`

ARG NODE_VERSION=24.21.0
ARG DEBIAN_VERSION=bookworm

FROM node:${NODE_VERSION}-${DEBIAN_VERSION}-slim AS node

FROM debian:${DEBIAN_VERSION}-slim AS tools

# Each library of the packages that frontend.Dockerfile takes libraries from, for both architectures: SHA-256, package, version, architecture,
# source, its version, and the SHA-256 of the package's file. The program that strips Node is in it, too.
FROM tools AS libraries
RUN --mount=type=tmpfs,target=/var/lib/apt/lists --mount=type=tmpfs,target=/var/cache/apt --mount=type=tmpfs,target=/libraries <<'EOT'
set -eu
dpkg --add-architecture amd64
dpkg --add-architecture arm64
apt-get update -q
cd /libraries
for architecture in amd64 arm64; do
  apt-get download -q "libc6:$architecture" "libgcc-s1:$architecture" "libstdc++6:$architecture" "libatomic1:$architecture"
done
for package in *.deb; do
  words=$(dpkg-deb --show --showformat '${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}' "$package")
  sum=$(sha256sum "$package" | cut -d ' ' -f 1)
  rm -rf content
  dpkg-deb --extract "$package" content
  find content -type f -name '*.so*' | while read -r file; do
    printf '%s\t%s\t%s\n' "$(sha256sum "$file" | cut -d ' ' -f 1)" "$words" "$sum"
  done
done | sort > /libraries.tsv
for triplet in x86-64-linux-gnu aarch64-linux-gnu; do
  apt-cache show --no-all-versions "binutils-$triplet" | sed -n 's/^Version: //p' | head -n 1 | sed "s/^/binutils-$triplet\t/"
done > /tools.tsv
EOT

FROM tools
ARG NODE_VERSION
ENV NODE_VERSION=${NODE_VERSION}
RUN --mount=type=tmpfs,target=/var/lib/apt/lists --mount=type=tmpfs,target=/var/cache/apt \
    apt-get update -q && apt-get install -q -y --no-install-recommends libstdc++6 libatomic1
COPY --from=node /usr/local/bin/node /usr/local/bin/
COPY --from=libraries /libraries.tsv /tools.tsv /
COPY dist/packages.json scripts/sbom.mjs /
ENTRYPOINT ["/usr/local/bin/node", "/sbom.mjs"]
