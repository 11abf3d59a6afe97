import { APT_CONFIGURATION, APT_METHOD, STATE_DIRECTORY } from './layout.ts';
import { program } from './shell.ts';

/** The configuration that apt reads during a RUN, besides its own. */
export function aptConfiguration(state: string = STATE_DIRECTORY): string {
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
  return `${lines.join('\n')}\n`;
}

/**
 * apt is told of the methods in a file among its configuration, for the length of the command: unlike APT_CONFIG it is seen through sudo
 * and by every program that uses apt's library. The lists of sources are not touched at all.
 */
export const APT_FUNCTIONS = program`
apt_before() {
  methods=$R/usr/lib/apt/methods
  [ -d "$methods" ] || return 0
  apt_file || return 0
  lists=$R/etc/apt/sources.list.d
  need_time "$lists/debian.sources" "$lists/ubuntu.sources" "$R/etc/apt/sources.list"
  mkdir "$S/.methods" || fail 'cannot prepare the apt methods'
  for f in "$methods/"*; do
    case \${f##*/} in
    cdrom|copy|file|gpgv|sqv|rred|store|mirror*) set -- "$@" "$f" ;;
    *) ln -s "$W/${APT_METHOD}" "$S/.methods/\${f##*/}" ;;
    esac
  done
  [ $# = 0 ] || ln -s "$@" "$S/.methods/"
  echo "$conf" > "$S/.apt"
  echo '#include "'"$W/${APT_CONFIGURATION}"'";' > "$conf"
  if [ -n "$C" ] && [ -w "$C" ]; then
    [ -d "$C/release" ] || mkdir -p "$C/sha256" "$C/release"
    for f in "$C/new."*; do [ ! -e "$f" ] || find "$C" -name 'new.*' -mmin +1440 -delete; break; done
  fi
  [ -z "$backports" ] || backports_list
}

# The file for apt's configuration: sets conf. An APT_CONFIG can move the folder of such files, or do away with it.
apt_file() {
  parts=$R/etc/apt/apt.conf.d
  main=
  if [ -n "$APT_CONFIG" ] && [ -r "$APT_CONFIG" ] && command -v apt-config >/dev/null; then
    eval "$(apt-config shell parts Dir::Etc::parts/d main Dir::Etc::main/f)"
    parts=\${parts%/}
  fi
  if [ -d "$parts" ]; then
    conf=$parts/zzzz-repro
  elif [ -n "$main" ] && [ ! -e "$main" ]; then
    parts=\${main%/*}
    conf=$main
  else
    [ -z "$main" ] || note "APT_CONFIG=$APT_CONFIG leaves no place for apt's configuration: packages do not come from the snapshot"
    return 1
  fi
  [ ! -w "$parts" ] || return 0
  [ ! -w "$R/" ] || note "$parts cannot be written: packages do not come from the snapshot"
  return 1
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
  [ -f "$S/.apt" ] || return 0
  read -r conf < "$S/.apt"
  [ -e "$conf" ] || note "$conf was removed by the RUN: what it fetched after that is not from the snapshot"
  rm -f "$conf" "$R/etc/apt/sources.list.d/zzzz-repro.list"
}
`;
