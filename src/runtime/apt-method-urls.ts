import { program } from './shell.ts';

/** URLs of the distribution, of the snapshot, and of where the snapshot server leads to. */
export const URL_FUNCTIONS = program`
# Whether the URL $1 is longer than any that apt can use, which makes names of files of them: what looks into it would take long.
is_endless() {
  [ \${#1} -gt 2048 ]
}

# The snapshot's counterpart of the URL $1: sets from, to (the parts that differ) and rest.
locate() {
  ! is_endless "$1" || return 1
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

# The URL of the snapshot that led to the URL $1, or that it is: sets canonical; false when there is none.
canonical() {
  canonical=$1
  case $1 in "$debian"*"/$time/"*|"$ubuntu"*"/$time/"*) return 0 ;; esac
  [ -f "$S/.redirects" ] || return 1
  while read -r led was; do
    case $1 in "$led"*) canonical=$was\${1#"$led"}; return 0 ;; esac
  done < "$S/.redirects"
  return 1
}

# The snapshot server leads from the URL $1 to $2: the same may be true of all below it.
note_redirect() {
  canonical "$1" || return 0
  old=$canonical
  ! canonical "$2" || return 0
  part=\${old#*"/$time/"}
  case $2 in
  *"/$part") echo "\${2%"$part"} \${old%"$part"}" ;;
  *) echo "$2 $old" ;;
  esac >> "$S/.redirects"
}

# The URL $1 as the name of a file; for one that is longer than names are, a name that no file can have.
name_of() {
  if [ \${#1} -gt 255 ]; then
    name=$(printf '%0300d' 0)
    return
  fi
  name=
  part=$1
  while case $part in */*) ;; *) false ;; esac; do
    name=$name\${part%%/*}!
    part=\${part#*/}
  done
  name=$name$part
}

# What is worth a line after the RUN, once.
note() {
  printf '%s\\n' "$*" >> "$S/.notes"
}

# A source that the snapshot does not have is used as it is, but not in silence.
note_other() {
  is_release "$1" || return 0
  case $1 in "$debian"*|"$ubuntu"*|http://snapshot.*|https://snapshot.*) return 0 ;; esac
  if is_endless "$1"; then
    note "not from the snapshot, left as it is: a URL of \${#1} characters"
    return
  fi
  other=\${1%/*}
  case \${other#*://} in *@*) other=\${other%%://*}://\${other#*@} ;; esac
  note "not from the snapshot, left as it is: \${other%%/dists/*}"
}
`;
