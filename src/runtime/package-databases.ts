/**
 * What package managers other than Debian's write of the moment into their databases, which have to stay.
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
 * pnpm notes when it checked a file of its store (`checkedAt`, milliseconds), when a server told of a package (`cachedAt`), when it last
 * took away what nothing needs (`prunedAt`) and looked at a project's own files (`lastValidatedTimestamp`): these become SOURCE_DATE_EPOCH. It looks at a file's content again where that has a later time.
 *
 * Maven notes in its local repository when an artifact was installed (`lastUpdated` in maven-metadata-local.xml), in UTC.
 *
 * Composer before 2.6 gives the class of its class loader a random name. Since then it makes the name of the lock's `content-hash` where
 * there is a lock (https://getcomposer.org/doc/06-config.md#autoloader-suffix), and so does this; without a lock the name is told of.
 *
 * ghc-pkg puts packages into its cache in the order of the directory. The cache is made again of the same files in the state folder, a
 * tmpfs, whose order is that in which they were made.
 */
export const DATABASE_FUNCTIONS = `
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
  python3 -c 'if 1:
    import sqlite3, sys
    limit = {"limit": int(sys.argv[2])}
    database = sqlite3.connect(sys.argv[1], isolation_level=None)
    for column in "dt_begin", "dt_end":
        database.execute("UPDATE trans SET %s = :limit WHERE %s > :limit" % (column, column), limit)
    database.execute("PRAGMA journal_mode = DELETE")
    database.execute("VACUUM")
  ' "$f" "\${SOURCE_DATE_EPOCH:-0}" 2>/dev/null || echo "repro: \${f#"$R"}: it has times of the RUN, and there is no Python with SQLite to take them out" >&2
}

# ghc_cache FILE
ghc_cache() {
  if mkdir "$S/.ghc" && cp "\${1%/*}"/*.conf "$S/.ghc/" && ghc-pkg recache --package-db="$S/.ghc"; then
    cat "$S/.ghc/package.cache" > "$1"
  else
    echo "repro: \${1#"$R"}: its entries come in the order of the directory, and ghc-pkg could not make it again" >&3
  fi 3>&2 >/dev/null 2>&1
}

# go_times FOLDER...
go_times() {
  for f; do
    [ -d "$f" ] || continue
    find "$f" -type f -name '*-d' -size -512 -newer "$S/.mark" -exec grep -l '^go index v' {} + | sed 's|.*/||; s|-d$||' > "$S/.indexes"
    [ ! -s "$S/.indexes" ] || find "$f" -type f -name '*-a' -newer "$S/.mark" -exec grep -l -F -f "$S/.indexes" {} + | while IFS= read -r entry; do rm -f "$entry"; done
    made=$(printf '%019d' "\${SOURCE_DATE_EPOCH:-0}000000000")
    find "$f" -type f -name '*-a' -newer "$S/.mark" -exec sed -i -e "s/^\\(v1 [0-9a-f]* [0-9a-f]* *[0-9]* *\\)[0-9]\\{19\\}\$/\\1$made/" {} +
  done 2>/dev/null
}

# times_in FILE...: of pnpm and Maven.
times_in() {
  made=\${SOURCE_DATE_EPOCH:-0}
  day=$(LC_ALL=C date -u -d "@$made" '+%a, %d %b %Y %H:%M:%S GMT')
  second=$(date -u -d "@$made" +%Y%m%d%H%M%S)
  [ "$made" = 0 ] || made=\${made}000
  sed -i -E -e 's/("(cachedAt|checkedAt|lastValidatedTimestamp)": ?)[0-9]{13}([,}]|$)/\\1'"$made"'\\3/g' \\
    -e 's/^( *"?prunedAt"?: "?)[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT/\\1'"$day/" \\
    -e "s|<lastUpdated>[0-9]{14}</lastUpdated>|<lastUpdated>$second</lastUpdated>|" "$@"
} 2>/dev/null

# composer_name FILE: the autoload.php of a folder of packages.
composer_name() {
  name=$(sed -n 's/^.*ComposerAutoloaderInit\\([0-9a-f]\\{32\\}\\)::getLoader.*$/\\1/p' "$1")
  [ -n "$name" ] || return 0
  folder=\${1%/autoload.php}
  hash=$(sed -n 's/^ *"content-hash": "\\([0-9a-f]\\{32\\}\\)".*$/\\1/p' "\${folder%/vendor}/composer.lock" 2>/dev/null)
  if [ -n "$hash" ]; then
    [ "$name" = "$hash" ] || sed -i "s/$name/$hash/g" "$1" "$folder/composer/autoload_real.php" "$folder/composer/autoload_static.php"
    return
  fi
  for each in autoload.php composer/autoload_real.php composer/autoload_static.php; do
    echo "repro: \${folder#"$R"}/$each: without composer.lock the name of Composer's class loader is random: every build has another one" >&2
  done
}

# apk_virtual FILE
apk_virtual() {
  if ! command -v awk >/dev/null; then
    ! grep -q '^T:virtual meta package$' "$1" || echo "repro: \${1#"$R"}: packages of --virtual have a version and an id of the moment, and there is no awk to take them out" >&2
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
  world=$R/etc/apk/world
  [ -s "$S/.virtual" ] && [ -f "$world" ] || return 0
  awk -v version="$version" '
    FNR == NR { if ($0 != "") dated[$0]; next }
    $0 in dated { sub(/=.*/, "=" version) }
    { print }' "$S/.virtual" "$world" > "$S/.database" && cat "$S/.database" > "$world"
}
`;
