import { STATE_DIRECTORY } from './layout.ts';
import { shellWord } from './shell.ts';
import type { SnapshotSettings } from './snapshot.ts';

/** Where the pieces are, for tests. */
export interface MethodPlaces {
  readonly state?: string;
  readonly methods?: string;
}

/**
 * The program that stands for apt's `http` and `https` methods: it starts the real one, and in the messages between that and apt
 * (http://www.fifi.org/doc/libapt-pkg-doc/method.html) it puts the snapshot's URL for the distribution's. apt, its lists and its output
 * know the distribution's URLs only, whoever wrote them and whenever: in the image, or in the RUN itself.
 *
 * A Release file with a date later than the snapshot, and a redirection to a later snapshot, are failures.
 */
export function aptMethod(settings: SnapshotSettings, places: MethodPlaces = {}): string {
  return `#!/bin/sh
# repro-dockerfile: apt's http and https methods, with the snapshot in place of the distribution's servers.

S=${shellWord(places.state ?? STATE_DIRECTORY)}
methods=${shellWord(places.methods ?? '/usr/lib/apt/methods')}
debian=${shellWord(settings.debianBase)}
ubuntu=${shellWord(settings.ubuntuBase)}
${METHOD_PROGRAM}`;
}

const METHOD_PROGRAM = `method=\${0##*/}
pairs=$S/.pairs.$$
IFS= read -r time < "$S/.time"

# The snapshot's counterpart of the URL $1: sets from, to (the parts that differ) and rest.
locate() {
  case $1 in http://*) rest=\${1#http://} ;; https://*) rest=\${1#https://} ;; *) return 1 ;; esac
  host=\${rest%%/*}
  rest=\${rest#"$host"}
  while case $rest in /*) ;; *) false ;; esac; do rest=\${rest#/}; done
  case \${host%:*} in
  deb.debian.org|*.deb.debian.org|ftp.debian.org|ftp.*.debian.org|ftp2.*.debian.org|http.*.debian.org|httpredir.debian.org|http.debian.net|cloudfront.debian.net)
    base=$debian
    archive=\${rest%%/*}
    case $archive in debian|debian-security|debian-debug|debian-ports|debian-backports|debian-volatile) ;; *) return 1 ;; esac
    rest=\${rest#*/}
    ;;
  security.debian.org|security-cdn.debian.org)
    base=$debian
    archive=debian-security
    rest=\${rest#debian-security/}
    ;;
  archive.debian.org)
    base=$debian
    archive=debian-archive
    ;;
  archive.ubuntu.com|*.archive.ubuntu.com|security.ubuntu.com|ports.ubuntu.com)
    base=$ubuntu
    archive=ubuntu
    case $rest in ubuntu/*) rest=\${rest#ubuntu/} ;; ubuntu-ports/*) rest=\${rest#ubuntu-ports/} ;; *) return 1 ;; esac
    ;;
  *) return 1 ;;
  esac
  from=\${1%"$rest"}
  to=$base$archive/$time/
}

is_release() {
  case $1 in */InRelease|*/Release) ;; *) false ;; esac
}

# A source that the snapshot does not have is used as it is, but not in silence.
note_other() {
  is_release "$1" || return 0
  case $1 in "$debian"*|"$ubuntu"*|http://snapshot.*|https://snapshot.*) return 0 ;; esac
  other=\${1%/*}
  case \${other#*://} in *@*) other=\${other%%://*}://\${other#*@} ;; esac
  echo "\${other%%/dists/*}" >> "$S/.others"
}

# From apt to the method.
questions() {
  seen= mapped=
  while IFS= read -r line; do
    case $line in
    '') mapped= ;;
    'URI: '*)
      if locate "\${line#URI: }"; then
        case $seen in *" $from "*) ;; *) seen="$seen $from "; echo "$to $from" >> "$pairs" ;; esac
        line="URI: $to$rest"
        mapped=1
      else
        note_other "\${line#URI: }"
      fi
      ;;
    # A proxy that is set for the distribution's server is not one for the snapshot's; the method finds that one itself.
    'Proxy: '*) [ -z "$mapped" ] || continue ;;
    esac
    printf '%s\\n' "$line"
  done
}

# The distribution's URL of the snapshot's URL $1, for those that this process asked for: sets uri and known.
restore() {
  uri=$1
  known=
  while :; do
    case $1 in
    "$last_to"*)
      [ -z "$last_to" ] || { known=1; uri=$last_from\${1#"$last_to"}; return 0; }
      ;;
    esac
    [ -f "$pairs" ] || return 0
    last_to=
    while read -r to from; do
      case $1 in "$to"*) last_to=$to; last_from=$from; break ;; esac
    done < "$pairs"
    [ -n "$last_to" ] || return 0
  done
}

# 20240101T000000Z as a number.
number() {
  n=\${1%Z}
  echo "\${n%T*}\${n#*T}"
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
  n=$4$m$d\${h%%:*}
  h=\${h#*:}
  [ "$n\${h%%:*}\${h#*:}" -le "$(number "$time")" ]
}

# Whether the URL $1, to which a snapshot's URL leads, is that of a later snapshot.
is_later() {
  case $1 in
  *://*/[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z/*) ;;
  *) return 1 ;;
  esac
  stamp=\${1%%T[0-9][0-9][0-9][0-9][0-9][0-9]Z/*}
  tail=\${1#"$stamp"}
  [ "$(number "\${stamp##*/}\${tail%%/*}")" -gt "$(number "$time")" ]
}

# Some versions of apt give up at once when a server says that it is asked too often: wait, and tell them that it will pass. All waiting
# of one method is bounded.
slow_down() {
  [ "$delay" -le 32 ] || return 0
  sleep "$delay"
  delay=$((delay * 2))
  body="$body
Transient-Failure: true"
}

# From the method to apt: one message at a time.
answers() {
  delay=1
  head= body= uri= known= file= next= snapshot= message= last_to= last_from=
  while IFS= read -r line; do
    case $line in
    '')
      case $head in
      103*)
        if is_later "$next"; then
          head='400 URI Failure'
          body="
URI: $uri"
          message="Message: the snapshot server leads to a later snapshot than $time: $next"
        fi
        ;;
      201*)
        if [ -n "$snapshot" ] && is_release "$uri" && [ -r "$file" ] && ! release_fits "$file"; then
          head='400 URI Failure'
          body="
URI: $uri"
          message="Message: the snapshot server has a later state than $time: its Release file is of $date"
        fi
        ;;
      esac
      if [ -n "$message" ]; then
        case $head in
        400*)
          case $known$message in '1Message: 429 '*) slow_down ;; esac
          [ -z "$known" ] || message="$message ($snapshot)"
          ;;
        esac
        body="$body
$message"
      fi
      printf '%s%s\\n\\n' "$head" "$body"
      head= body= uri= known= file= next= snapshot= message=
      continue
      ;;
    'URI: '*)
      snapshot=\${line#URI: }
      case $snapshot in "$debian"*|"$ubuntu"*) ;; *) snapshot= ;; esac
      restore "\${line#URI: }"
      line="URI: $uri"
      ;;
    'New-URI: '*) next=\${line#New-URI: } ;;
    'Message: '*)
      # The fields come in any order.
      message=$line
      continue
      ;;
    'Filename: '*) file=\${line#Filename: } ;;
    esac
    if [ -z "$head" ]; then head=$line; else body="$body
$line"; fi
  done
}

[ -x "$methods/$method" ] || exit 100
questions | "$methods/$method" | answers
`;
