#!/bin/bash
# Runs the tests where they can touch nothing of this machine. Called inside
# `unshare --mount --net --pid --fork --mount-proc`: mounts are private, the network is a loopback.
# Usage: sandbox.sh TOOLS SCRATCH TEST-ARGUMENT...   (SCRATCH: an empty folder)
# Environment: MIRROR (the registry's folder), IMAGE (a tar), CONFORMANCE_DEBIAN_LAYER,
# CONFORMANCE_BUILD_ARGS, MORE_PATH, DISK (not empty: no tmpfs), JOBS
set -euo pipefail
tools=$1 scratch=$2
shift 2

ip link set lo up
mount -t tmpfs tmpfs /run
# A short path: sockets below it must not pass 107 characters.
mkdir -p /run/t /run/over
if [ -n "${DISK:-}" ]; then mount --bind "$scratch" /run/t; else mount -t tmpfs -o size=75% tmpfs /run/t; fi

# Files that the daemon looks for at fixed places, over the machine's own.
for folder in etc opt var/lib; do
  mkdir -p "/run/over/$folder"/{upper,work}
  mount -t overlay overlay -o "lowerdir=/$folder,upperdir=/run/over/$folder/upper,workdir=/run/over/$folder/work" "/$folder"
done
mkdir -p /etc/buildkit /opt/cni/bin /run/buildkit /run/home
cp "$tools/cni.json" /etc/buildkit/cni.json
cp "$tools"/cni/* /opt/cni/bin/
rm -f /etc/resolv.conf
echo 'nameserver 127.0.0.1' >/etc/resolv.conf

cd /run/t
exec env -i HOME=/run/home TMPDIR=/run/t USER=root LANG=C.UTF-8 \
  PATH="$tools:${MORE_PATH:+$MORE_PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
  BUILDKIT_REGISTRY_MIRROR_DIR="$MIRROR" FRONTEND_GATEWAY_ONLY="local:$IMAGE" \
  BUILDKIT_RUN_NETWORK_INTEGRATION_TESTS=1 BUILDKIT_CNI_INIT_LOCK_PATH=/run/buildkit/cni.lock \
  ${JOBS:+GOMAXPROCS="$JOBS"} CONFORMANCE_DEBIAN_LAYER="$CONFORMANCE_DEBIAN_LAYER" CONFORMANCE_BUILD_ARGS="${CONFORMANCE_BUILD_ARGS:-}" \
  "$tools/dockerfile.test" -test.v=test2json "$@"
