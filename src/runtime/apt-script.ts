import { APT_CONFIGURATION, STATE_DIRECTORY } from './layout.ts';
import type { SnapshotSettings } from './snapshot.ts';

/** The configuration that apt reads during a RUN, besides its own. */
export function aptConfiguration(settings: SnapshotSettings, state: string = STATE_DIRECTORY): string {
  const lines = [
    `Dir::Bin::methods "${state}/.methods";`,
    'Acquire::Check-Valid-Until "false";',
    'Acquire::Retries "5";',
    // What stands behind a delayed download in a queue of apt 2.6 waits for ever. The method waits by itself.
    'Acquire::Retries::Delay "false";',
    'APT::Update::Error-Mode "any";',
    'Acquire::https::snapshot.debian.org::Verify-Peer "false";',
    'Acquire::https::snapshot.ubuntu.com::Verify-Peer "false";',
  ];
  if (settings.keepCache) lines.push('Binary::apt::APT::Keep-Downloaded-Packages "true";', 'APT::Keep-Downloaded-Packages "true";');
  return `${lines.join('\n')}\n`;
}

/**
 * apt is told of the methods in a file among its configuration, for the length of the command: unlike APT_CONFIG it is seen through sudo
 * and by every program that uses apt's library. The lists of sources are not touched at all.
 */
export const APT_FUNCTIONS = `
apt_before() {
  parts=$R/etc/apt/apt.conf.d
  [ -d "$parts" ] && [ -d "$R/usr/lib/apt/methods" ] || return 0
  if [ ! -w "$parts" ]; then
    [ ! -w "$R/" ] || echo "repro: $parts cannot be written: packages do not come from the snapshot" >&2
    return 0
  fi
  lists=$R/etc/apt/sources.list.d
  for f in "$lists/debian.sources" "$lists/ubuntu.sources" "$R/etc/apt/sources.list"; do
    [ -z "$time" ] && [ -s "$f" ] && time=$(date -u -r "$f" +%Y%m%dT%H%M%SZ)
  done
  [ -n "$time" ] || fail 'no snapshot time: set REPRO_SNAPSHOT or SOURCE_DATE_EPOCH'
  echo "$time" > "$S/.time"
  for f in "$R/usr/lib/apt/methods/"*; do
    case \${f##*/} in http|https) f=$W/\${f##*/} ;; esac
    set -- "$@" "$f"
  done
  mkdir "$S/.methods" && ln -s "$@" "$S/.methods/" || fail 'cannot prepare the apt methods'
  : > "$S/.others"
  chmod 666 "$S/.others"
  echo '#include "'"$W/${APT_CONFIGURATION}"'";' > "$parts/zzzz-repro"
  if [ -n "$keep_cache" ] && [ -f "$parts/docker-clean" ]; then
    mv "$parts/docker-clean" "$parts/docker-clean.disabled"
    : > "$S/.keep"
  fi
  [ -n "$backports" ] && backports_list
  return 0
}

backports_list() {
  ID= VERSION_CODENAME=
  [ -r "$R/etc/os-release" ] && . "$R/etc/os-release"
  [ "$ID" = debian ] && [ -n "$VERSION_CODENAME" ] && [ -d "$lists" ] || return 0
  key=
  for f in "$R/usr/share/keyrings/debian-archive-keyring."*; do [ -f "$f" ] && key="[signed-by=\${f#"$R"}] "; done
  echo "deb \${key}http://deb.debian.org/debian $VERSION_CODENAME-backports main" > "$lists/zzzz-repro.list"
}

apt_after() {
  parts=$R/etc/apt/apt.conf.d
  lists=$R/etc/apt/sources.list.d
  [ -f "$S/.time" ] || return 0
  rm -f "$parts/zzzz-repro" "$lists/zzzz-repro.list"
  [ -e "$S/.keep" ] && [ -f "$parts/docker-clean.disabled" ] && mv "$parts/docker-clean.disabled" "$parts/docker-clean"
  others=
  while IFS= read -r other; do
    case $others in *" $other "*) ;; *) others="$others $other " ;; esac
  done < "$S/.others"
  for other in $others; do
    echo "repro: not from the snapshot, left as it is: $other" >&2
  done
}
`;
