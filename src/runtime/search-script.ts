import { program, shellWord } from './shell.ts';

/**
 * What tools leave in folders that a Dockerfile chooses (a build folder of CMake, say): `remove_found`, `report_found` and so on look for names, with
 * the folders that are always above them, among the files of the whole file system that the RUN wrote. Only a RUN that names one of the tools
 * has this.
 *
 * pnpm notes when it checked a file of its store (`checkedAt`, milliseconds), when a server told of a package (`cachedAt`), when it last
 * took away what nothing needs (`prunedAt`) and looked at a project's own files (`lastValidatedTimestamp`): these become SOURCE_DATE_EPOCH. It looks at a file's content again where that has a later time.
 *
 * Maven notes in its local repository when an artifact was installed (`lastUpdated` in maven-metadata-local.xml), in UTC.
 *
 * Composer before 2.6 gives the class of its class loader a random name. Since then it makes the name of the lock's `content-hash` where
 * there is a lock (https://getcomposer.org/doc/06-config.md#autoloader-suffix), and so does this; without a lock the name is told of.
 */
export const SEARCH_FUNCTIONS = program`
# found NAME...: lists what the command wrote of that.
found() {
  for name; do
    shift
    set -- "$@" -o -path "*/$name"
  done
  shift
  find . -xdev -type f -newer "$S/.mark" \\( "$@" \\) > "$S/.found" 2>/dev/null
}

# remove_found NAME...
remove_found() {
  found "$@"
  while IFS= read -r f; do rm -f "$f"; done < "$S/.found"
}

# report_found CAUSE NAME...
report_found() {
  cause=$1
  shift
  found "$@"
  while IFS= read -r f; do tell "$f" "$cause"; done < "$S/.found"
}

# normalise_found NAME...
normalise_found() {
  found "$@"
  list_by_perl 'it may have what differs from build to build' "$S/.found"
}

# found_times NAME...: there may be thousands.
found_times() {
  found "$@"
  set --
  while IFS= read -r f; do
    set -- "$@" "$f"
    [ $# -lt 100 ] || { times_in "$@"; set --; }
  done < "$S/.found"
  [ $# = 0 ] || times_in "$@"
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
    tell "$folder/$each" "without composer.lock the name of Composer's class loader is random: every build has another one"
  done
}

# composer_names NAME
composer_names() {
  found "$@"
  while IFS= read -r f; do composer_name "$f"; done < "$S/.found"
}
`;

/** Of a strip rule, what decides whether it is looked for, and how. */
interface SearchRule {
  readonly path: string;
  readonly action: string;
  readonly tools?: readonly string[];
  readonly why: string;
}

/** The function for an action; that of `report` is given the cause. */
const CALLS: ReadonlyMap<string, string> = new Map([['remove', 'remove_found'], ['report', 'report_found'], ['normalise', 'normalise_found'], ['normalise-times', 'found_times'], ['normalise-composer', 'composer_names']]);

/** Whether the file is looked for in all folders, by name. */
export function isFoundByName({ action, tools }: SearchRule): boolean {
  return tools !== undefined && CALLS.has(action);
}

/** The wrapper's lines that look for them. */
export function searchCalls(paths: readonly SearchRule[]): string {
  const groups = new Map<string, string[]>();
  for (const { path, action, why } of paths.filter(isFoundByName)) {
    const call = `${CALLS.get(action) ?? ''}${action === 'report' ? ` ${shellWord(why)}` : ''}`;
    groups.set(call, [...(groups.get(call) ?? []), shellWord(path.replace('/**/', ''))]);
  }
  return [...groups].map(([call, names]) => `${call} ${names.join(' ')}\n`).join('');
}
