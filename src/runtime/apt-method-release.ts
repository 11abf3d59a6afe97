import { program } from './shell.ts';

/** What the apt method checks of Release files and redirections: nothing may be later than the snapshot. */
export const RELEASE_FUNCTIONS = program`
is_release() {
  case $1 in */InRelease|*/Release) ;; *) false ;; esac
}

# Whether the time $1 is later than $2, each as 20240101T000000Z: day by day, then in the day, since there are shells that count to 2147483647 alone.
# The 1 in front keeps a 0 from making an octal number.
later() {
  [ "1\${1%T*}" -le "1\${2%T*}" ] || return 0
  [ "1\${1%T*}" -eq "1\${2%T*}" ] || return 1
  set -- "\${1#*T}" "\${2#*T}"
  [ "1\${1%Z}" -gt "1\${2%Z}" ]
}

# Whether the Release file $1 is older than the snapshot, or as old; sets date.
release_fits() {
  date=
  while IFS= read -r field; do
    case $field in 'Date: '*) date=\${field#Date: }; break ;; esac
  done < "$1"
  set -- $date
  [ $# -ge 5 ] || return 0
  case $3 in
  Jan) m=01 ;; Feb) m=02 ;; Mar) m=03 ;; Apr) m=04 ;; May) m=05 ;; Jun) m=06 ;;
  Jul) m=07 ;; Aug) m=08 ;; Sep) m=09 ;; Oct) m=10 ;; Nov) m=11 ;; Dec) m=12 ;;
  *) return 0 ;;
  esac
  case $2 in ?) d=0$2 ;; *) d=$2 ;; esac
  case $5 in ?:*) h=0$5 ;; *) h=$5 ;; esac
  n=$4$m\${d}T\${h%%:*}
  h=\${h#*:}
  n=$n\${h%%:*}\${h#*:}Z
  # What is no time is no earlier one.
  case $n in
  [0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z) ! later "$n" "$time" ;;
  *) return 1 ;;
  esac
}

# The snapshot that the URL $1 is in, the latest when it names several: sets stamp; false when it names none.
stamp_of() {
  stamp=
  part=\${1#*://}
  while case $part in */*) ;; *) false ;; esac; do
    case \${part%%/*} in
    [0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z)
      [ -n "$stamp" ] && ! later "\${part%%/*}" "$stamp" || stamp=\${part%%/*}
      ;;
    esac
    part=\${part#*/}
  done
  [ -n "$stamp" ]
}

# Whether the URL $1, to which a snapshot's URL leads, is that of a later snapshot.
is_later() {
  stamp_of "$1" && later "$stamp" "$time"
}

# The days of the time $1 since some day: https://howardhinnant.github.io/date_algorithms.html#days_from_civil
days() {
  y=\${1%????T*}
  # A number that begins with 0 is an octal one.
  while case $y in 0?*) ;; *) false ;; esac; do y=\${y#0}; done
  d=\${1#????}
  d=\${d%T*}
  m=\${d%??}
  d=\${d#??}
  m=\${m#0}
  if [ "$m" -gt 2 ]; then m=$((m - 3)); else m=$((m + 9)) y=$((y - 1)); fi
  echo $((y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + \${d#0}))
}

# A server that leads to a much older snapshot lacks some that others may have. Archives that hardly change have no new snapshots.
note_age() {
  case $1 in */debian-archive/*|*/debian-backports/*|*/debian-volatile/*) return 0 ;; esac
  stamp_of "$1" && [ $(($(days "$time") - $(days "$stamp"))) -gt 7 ] || return 0
  note "the snapshot server has no snapshot of $time: it leads to $stamp"
}
`;
