import { program } from './shell.ts';

/**
 * What is left of differences, and told: `report` names what is known to differ in every build, once the RUN made it; `report_keys` looks for
 * secrets in what is new. A package's own file has the time that it has in the package, so only what a script made is looked at.
 */
export const REPORT_FUNCTIONS = program`told=

# tell FILE WHAT
tell() {
  echo "repro: /\${1#./}: $2" >&2
}

# report PATTERNS ENDING CAUSE
report() {
  ending=$2 cause=$3
  each_new report_some "$1"
}

report_some() {
  for f; do
    is_new "$f" || continue
    f=\${f%"$ending"}
    told=$told:$f
    tell "$f" "$cause"
  done
}

# report_passwords PATTERNS GROUP: of a line with a hash that the saved copy lacks.
report_passwords() {
  copies=$S/$2
  each_new passwords_of "$1"
}

passwords_of() {
  for f; do
    is_new "$f" || continue
    while IFS= read -r line; do
      line=\${line#*:}
      line=\${line%%:*}
      case $line in '$'*) ;; *) continue ;; esac
      ! grep -q -F -e "$line" "$copies/\${f##*/}" 2>/dev/null || continue
      tell "$f" 'it has the hash of a password, whose salt is random: every build has another one'
      break
    done < "$f"
  done
}

# is_told FILE: whether \`report\` named it, or a folder above it.
is_told() {
  t=$told
  while [ -n "$t" ]; do
    t=\${t#:}
    case $1 in "\${t%%:*}"|"\${t%%:*}"/*) return ;; esac
    case $t in *:*) t=:\${t#*:} ;; *) t= ;; esac
  done
  false
}

# has_news FOLDER: whether something came or went in it, or up to two levels below.
has_news() {
  for d in "$1" "$1"/*/ "$1"/*/*/; do
    [ ! "$d" -nt "$S/.mark" ] || return 0
  done
  return 1
}

# with_news FUNCTION PATTERNS: calls the function with those of the folders that have news.
with_news() {
  call=$1
  IFS=$nl
  set -- $2
  unset IFS
  for f; do
    shift
    ! has_news "$f" || set -- "$@" "$f"
  done
  [ $# = 0 ] || "$call" "$@"
}

# report_keys PATTERNS: of folders, new files with a private key, the public keys and single certificates that belong to them, and other
# secrets by their looks.
report_keys() {
  with_news keys_in "$1"
}

keys_in() {
  cause='that the RUN wrote: one made in the build differs in every build'
  hash='[$]\\(apr1\\|2[aby]\\|[1567y]\\|gy\\)[$][^:[:space:]]\\{21,\\}'
  find "$@" -xdev -type f -newer "$S/.mark" -exec grep -l -e '-----BEGIN [A-Z ]*PRIVATE KEY' -e '-----BEGIN DH PARAM' -e '-----BEGIN CERTIFICATE' -e '-----BEGIN PUBLIC KEY' -e "$hash" {} + > "$S/.keys" 2>/dev/null
  keys=
  while IFS= read -r f; do
    if grep -q -e '-----BEGIN [A-Z ]*PRIVATE KEY' "$f"; then
      keys=1
      tell "$f" "it has a private key $cause"
      [ ! -f "$f.pub" ] || tell "$f.pub" "it belongs to a private key $cause"
    elif grep -q -e '-----BEGIN DH PARAM' "$f"; then
      tell "$f" "it has parameters of keys $cause"
    elif ! grep -q -e '-----BEGIN ' "$f"; then
      case $f in */shadow | */shadow-) continue ;; esac
      tell "$f" "it has the hash of a password, whose salt is random, $cause"
    fi
  done < "$S/.keys"
  [ -z "$keys" ] || while IFS= read -r f; do
    grep -q -e 'PRIVATE KEY-----' -e '-----BEGIN DH PARAM' "$f" || [ "$(grep -c -e '-----BEGIN ' "$f")" != 1 ] ||
      tell "$f" "it belongs to a private key $cause"
  done < "$S/.keys"
  password='[Pp][Aa][Ss][Ss]\\([Ww][Oo][Rr][Dd]\\|[Ww][Dd]\\|[Pp][Hh][Rr][Aa][Ss][Ee]\\)\\{0,1\\}[[:space:]]*[=:][[:space:]"'"'"']*[[:alnum:]]\\{6,\\}'
  find "$@" -xdev -type f -newer "$S/.mark" ! -perm -004 ! -name shadow ! -name gshadow ! -name authorized_keys -exec grep -l -e '[^[:print:][:space:]]' -e '[[:alnum:]]\\{12,\\}' -e "$password" {} + > "$S/.secrets" 2>/dev/null
  while IFS= read -r f; do
    ! is_told "$f" && ! grep -q -e 'PRIVATE KEY' "$f" && looks_random "$f" || continue
    tell "$f" 'it is not for everyone to read, and looks random: a secret or a database made in the build differs in every build'
  done < "$S/.secrets"
}

# looks_random FILE: it is not text, or has a long word in which letters stand between digits, or a password with both.
looks_random() {
  LC_ALL=C grep -q '[^[:print:][:space:]]' "$1" || grep -o '[[:alnum:]]\\{12,\\}' "$1" | grep -q '[0-9][[:alpha:]]\\{1,\\}[0-9]' ||
    grep -o -e "$password" "$1" | grep -q -e '[0-9][[:alpha:]]' -e '[=:].*[[:alpha:]][0-9]'
}
`;
