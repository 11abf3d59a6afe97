import { APT_CONFIGURATION, STATE_DIRECTORY, WRAPPER_DIRECTORY } from './layout.ts';
import { shellWord } from './shell.ts';

/** What the wrapper and the apt methods know of the snapshot. */
export interface AptSettings {
  /** `20240101T000000Z`; undefined: the time of the image's own list of sources, found in the RUN. */
  readonly time?: string;
  /** Base URLs with a slash at the end. */
  readonly debianBase: string;
  readonly ubuntuBase: string;
  /** Debian's backports suite is there too. */
  readonly backports: boolean;
  /** Downloaded packages stay in /var/cache/apt/archives. */
  readonly keepCache: boolean;
  /** Folder of the methods, for tests. */
  readonly wrapper?: string;
}

/** The configuration that apt reads during a RUN, besides its own. */
export function aptConfiguration(settings: AptSettings, state: string = STATE_DIRECTORY): string {
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

/** The wrapper's variables for {@link APT_FUNCTIONS}. */
export function aptSettings(settings: AptSettings): string {
  return `  W=${shellWord(settings.wrapper ?? WRAPPER_DIRECTORY)}
  time=${shellWord(settings.time ?? '')}
  backports=${settings.backports ? '1' : ''}
  keep_cache=${settings.keepCache ? '1' : ''}
`;
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
