import { program } from './shell.ts';

/**
 * What package managers other than Debian's write of the moment into their databases, which have to stay; of those that write into folders of
 * the Dockerfile's choice see search-script.ts.
 *
 * pacman notes when it installed a package (alpm's `local/NAME/desc`): that becomes SOURCE_DATE_EPOCH, or the package's own build date.
 *
 * apk gives a package that `--virtual` makes a version from the clock, and an id that is the hash of a process number among other things
 * (apk-tools, src/app_add.c): the version becomes that of SOURCE_DATE_EPOCH, or of 1970, also in the list of what was asked for, and the id
 * its number among such packages. One whose version the Dockerfile gives keeps that.
 *
 * dnf 4 notes in its history when it began and ended (libdnf's `trans` table), and keeps there why a package was installed, which
 * `dnf autoremove` goes by: times later than SOURCE_DATE_EPOCH become that. It is written in Python, so Python's SQLite is there.
 *
 * Go notes in its build cache, in a file for each of thousands of actions, when it was done (cmd/go/internal/cache, `putIndexEntry`:
 * `v1 ACTION OUTPUT SIZE TIME`, in nanoseconds): that becomes SOURCE_DATE_EPOCH. The indexes of
 * source folders among them (cmd/go/internal/modindex) have names made of the sources' times: these entries are taken out, so that Go
 * reads the folder again.
 *
 * ghc-pkg puts packages into its cache in the order of the directory. The cache is made again of the same files in the state folder, a
 * tmpfs, whose order is that in which they were made.
 */
export const DATABASE_FUNCTIONS = program`
# pacman_date FILE
pacman_date() {
  previous= build=
  while IFS= read -r line; do
    case $previous in
    %BUILDDATE%) build=$line ;;
    %INSTALLDATE%) line=\${SOURCE_DATE_EPOCH:-\${build:-0}} ;;
    esac
    previous=$line
    printf '%s\\n' "$line"
  done < "$1" > "$S/.database"
  cat "$S/.database" > "$1"
}

# dnf_history FILE: one of the database's three files.
dnf_history() {
  f=\${1%-wal}
  f=\${f%-shm}
  python3 -c '
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
for column in "dt_begin", "dt_end": database.execute("UPDATE trans SET %s = :limit WHERE %s > :limit" % (column, column), {"limit": int(sys.argv[2])})
database.execute("PRAGMA journal_mode = DELETE")
database.execute("VACUUM")
' "$f" "\${SOURCE_DATE_EPOCH:-0}" 2>/dev/null || tell "$f" 'it has times of the RUN, and there is no Python with SQLite to take them out'
}

# ghc_cache FILE
ghc_cache() {
  { mkdir "$S/.ghc" && cp "\${1%/*}"/*.conf "$S/.ghc/" && ghc-pkg recache --package-db="$S/.ghc" && cat "$S/.ghc/package.cache" > "$1"; } >/dev/null 2>&1 ||
    tell "$1" 'its entries come in the order of the directory, and ghc-pkg could not make it again'
}

# go_times PATTERNS: folders.
go_times() {
  IFS=$nl
  set -- $1
  unset IFS
  for f; do
    [ -d "$f" ] || continue
    find "$f" -type f -name '*-d' -size -512 -newer "$S/.mark" -exec grep -l '^go index v' {} + | sed 's|.*/||; s|-d$||' > "$S/.indexes"
    [ ! -s "$S/.indexes" ] || find "$f" -type f -name '*-a' -newer "$S/.mark" -exec grep -l -F -f "$S/.indexes" {} + | while IFS= read -r entry; do rm -f "$entry"; done
    made=$(printf '%019d' "\${SOURCE_DATE_EPOCH:-0}000000000")
    find "$f" -type f -name '*-a' -newer "$S/.mark" -exec sed -i -e "s/^\\(v1 [0-9a-f]* [0-9a-f]* *[0-9]* *\\)[0-9]\\{19\\}\$/\\1$made/" {} +
  done 2>/dev/null
}

# apk_virtual FILE
apk_virtual() {
  if ! command -v awk >/dev/null; then
    ! grep -q '^T:virtual meta package$' "$1" || tell "$1" 'packages of --virtual have a version and an id of the moment, and there is no awk to take them out'
    return
  fi
  version=$(date -u -d "@\${SOURCE_DATE_EPOCH:-0}" +%Y%m%d.%H%M%S)
  awk -v version="$version" -v list="$S/.virtual" '
    BEGIN { RS = ""; FS = OFS = "\\n"; ORS = "\\n\\n" }
    /\\nT:virtual meta package(\\n|$)/ {
      number++
      for (i = 1; i <= NF; i++) {
        if ($i ~ /^P:/) name = substr($i, 3)
        else if ($i ~ /^C:Q1/) $i = sprintf("C:Q1%026dA=", number)
        else if ($i ~ /^V:[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]\\.[0-9][0-9][0-9][0-9][0-9][0-9]$/) { print name "=" substr($i, 3) > list; $i = "V:" version }
      }
    }
    { print }' "$1" > "$S/.database" && cat "$S/.database" > "$1"
  world=etc/apk/world
  [ -s "$S/.virtual" ] && [ -f "$world" ] || return 0
  awk -v version="$version" '
    FNR == NR { if ($0 != "") dated[$0]; next }
    $0 in dated { sub(/=.*/, "=" version) }
    { print }' "$S/.virtual" "$world" > "$S/.database" && cat "$S/.database" > "$world"
}
`;
