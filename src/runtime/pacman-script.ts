import { PACMAN_FETCH, STATE_DIRECTORY } from './layout.ts';
import { program, shellWord } from './shell.ts';
import type { SnapshotSettings } from './snapshot.ts';

/**
 * pacman's XferCommand (pacman.conf(5)): fetches the URL $1 into the file $2 with curl, which every Arch system has, since pacman's own
 * library needs it. A repository of the distribution comes from the Arch Linux Archive as of the snapshot's day, whatever mirror the
 * image names: https://wiki.archlinux.org/title/Arch_Linux_Archive. Others are used as they are.
 */
export function pacmanFetch(settings: SnapshotSettings, state: string = STATE_DIRECTORY): string {
  return `#!/bin/sh
# repro-dockerfile: what pacman fetches its files with.

S=${shellWord(state)}
arch=${shellWord(settings.archBase)}
${FETCH_PROGRAM}`;
}

const FETCH_PROGRAM = program`url=$1
out=$2

note() {
  printf '%s\\n' "$*" >> "$S/.notes"
}

give_up() {
  echo "repro: $*" >&2
  rm -f "$out"
  exit 1
}

IFS= read -r time < "$S/.time"
date=\${time%T*}
day=\${date%????}/\${date#????}
day=\${day%??}/\${date#??????}

# .../REPOSITORY/os/ARCHITECTURE/FILE
file=\${url##*/}
rest=\${url%/*}
architecture=\${rest##*/}
rest=\${rest%/*}
repository=\${rest%/os}
repository=\${repository##*/}
mapped=
case $url in
"$arch"repos/*|*://archive.archlinux.org/repos/*|file:*) ;;
*/"$repository"/os/"$architecture"/"$file")
  case $repository in
  core|extra|community|multilib|testing|staging|*-testing|*-staging|*-unstable)
    mapped=1
    url=\${arch}repos/$day/$repository/os/$architecture/$file
    ;;
  esac
  ;;
esac
case $mapped$url in
1*|"$arch"*|*://archive.archlinux.org/*|file:*) ;;
*.db)
  other=\${url%/*}
  case \${other#*://} in *@*) other=\${other%%://*}://\${other#*@} ;; esac
  note "not from the snapshot, left as it is: $other"
  ;;
esac

command -v curl >/dev/null || give_up 'curl is not in the image: it is needed to fetch packages from the snapshot'
# Signatures of databases are optional, and mostly not there.
case $file in *.db.sig) show=-s ;; *) show=-sS ;; esac
# curl waits 1, 2, 4 ... seconds after 408, 429 and 5xx, or as long as Retry-After says.
led=$(curl -f -L $show --connect-timeout 30 --retry 5 --retry-max-time 300 -w '%{url_effective}' -o "$out" "$url") || {
  status=$?
  rm -f "$out"
  [ -z "$mapped" ] || [ $show = -s ] || echo "repro: no answer from the snapshot as of $day: $url" >&2
  exit $status
}
[ -z "$mapped" ] && exit 0
case $led in
*/repos/"$day"/*) ;;
*/repos/[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9]/*|*/repos/last/*|*/repos/month/*|*/repos/week/*) give_up "the snapshot server leads to another day than $day: $led" ;;
esac
exit 0
`;

/**
 * pacman has no folder of configuration, so its one file gets a second section of options, at its end, for the length of the command.
 * What the command itself changes in the file stays.
 */
export const PACMAN_FUNCTIONS = program`
pacman_before() {
  conf=$R/etc/pacman.conf
  [ -f "$conf" ] && [ -x "$R/usr/bin/pacman" ] || return 0
  if [ ! -w "$conf" ]; then
    [ ! -w "$R/" ] || note "$conf cannot be written: packages do not come from the snapshot"
    return 0
  fi
  need_time "$R/var/log/pacman.log"
  cp -p "$conf" "$S/.pacman" || fail "cannot keep a copy of $conf"
  [ -z "$(tail -c 1 "$conf")" ] || echo >> "$conf"
  printf '# repro-dockerfile\\n[options]\\nXferCommand = %s %%u %%o\\n# repro-dockerfile\\n' "$W/${PACMAN_FETCH}" >> "$conf"
  cp -p "$conf" "$S/.pacman.during"
}

pacman_after() {
  [ -f "$S/.pacman" ] || return 0
  conf=$R/etc/pacman.conf
  if cmp -s "$conf" "$S/.pacman.during"; then
    rm -f "$conf" && cp -p "$S/.pacman" "$conf"
  elif [ -f "$conf" ]; then
    sed '/^# repro-dockerfile$/,/^# repro-dockerfile$/d' "$conf" > "$S/.pacman"
    touch -r "$conf" "$S/.pacman.during"
    cat "$S/.pacman" > "$conf"
    touch -r "$S/.pacman.during" "$conf"
  fi
}
`;
