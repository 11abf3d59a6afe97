import { GIT_FUNCTIONS } from './git-script.ts';
import { NORMALISER } from './layout.ts';
import { DATABASE_FUNCTIONS } from './package-databases.ts';
import { REPORT_FUNCTIONS } from './report-script.ts';
import { isFoundByName, SEARCH_FUNCTIONS, searchCalls } from './search-script.ts';
import { patternLines, program, shellWord } from './shell.ts';

/**
 * What is done with a file that the RUN made or changed. `restore`: the parent's comes back with its owner, mode and time, or it is
 * removed where the parent had none. `remove`: it is removed (for files too big to keep a copy of). `empty`: as restore, but where the
 * parent had none an empty file stays. `normalise`: it stays, less what differs in it. `report`: it stays as it is, and a line on stderr
 * says why every build has another one. `report-keys`: the same for new files in a folder with a private key, what belongs to it, and what
 * looks like another secret. `report-passwords`: the same for a list of users that has a password's hash which it did not have.
 * `normalise-comments`: times in comments of files in a folder that the RUN wrote become SOURCE_DATE_EPOCH. `normalise-go`: the times in a cache of Go's build, which is a folder, become SOURCE_DATE_EPOCH.
 * With `tools`, `remove`, `report` and `normalise` are for files of that name in any folder; so are `normalise-git`: as normalise, for the index
 * and the logs of git's clones; `normalise-times`: times in what pnpm and Maven write become SOURCE_DATE_EPOCH; `normalise-composer`: the random
 * name of Composer's class loader becomes one made of the project's lock.
 */
export type StripAction = 'restore' | 'remove' | 'empty' | 'normalise' | 'normalise-comments' | 'normalise-composer' | 'normalise-git' | 'normalise-go' | 'normalise-times' | 'report' | 'report-keys' | 'report-passwords';

export interface StripPath {
  /** An absolute path; `*`, `?` and `[…]` match. `**`, where all folders are searched, is any number of them. */
  readonly path: string;
  readonly action: StripAction;
  /** For `report`: the path is a folder, which is told of when this file in it is new. */
  readonly marker?: string;
  /** For paths that begin with all folders (`/**` and a slash): only a RUN whose text has one of these words is looked after. */
  readonly tools?: readonly string[];
  readonly why: string;
}

/** The wrapper's text for a list of paths. */
export interface StripLines {
  /** A call for each group of files: `FUNCTION FILES ARG…`, where FILES are patterns, a line each. */
  readonly rules: string;
  /** The lines before the command that tell the launcher where to look for a change. */
  readonly watch: string;
  /** The lines after the command for what is looked for in the whole file system. */
  readonly search: string;
  /** The functions that are called after the command. */
  readonly functions: string;
}

const known = new WeakMap<readonly StripPath[], StripLines>();

/** The lines for these paths: most builds have the same ones, which are known before they start. */
export function stripLines(paths: readonly StripPath[]): StripLines {
  const before = known.get(paths);
  if (before !== undefined) return before;
  const listed = paths.filter((path) => !isOfGit(path) && !isFoundByName(path));
  const [git, found] = [paths.some(isOfGit), searchCalls(paths)];
  const search = `${git ? 'git_files\n' : ''}${found}`;
  const functions = `${STRIP_FUNCTIONS}${git ? GIT_FUNCTIONS : ''}${found === '' ? '' : SEARCH_FUNCTIONS}`;
  const lines: StripLines = { rules: ruleCalls(listed) || ':\n', watch: search === '' ? watchLines(listed) : '', search, functions };
  known.set(paths, lines);
  return lines;
}

const isOfGit = ({ action }: StripPath): boolean => action === 'normalise-git';

/** The functions by action, in the order in which they are called after the command. */
const FUNCTIONS: ReadonlyMap<StripAction, string> = new Map([
  ['empty', 'put_back'], ['restore', 'put_back'], ['remove', 'put_back'], ['normalise', 'normalise'], ['report', 'report'], ['report-passwords', 'report_passwords'],
  ['report-keys', 'report_keys'], ['normalise-comments', 'comments'], ['normalise-go', 'go_times'],
]);

/**
 * The calls of `each_rule`. Copies are kept by base name, so paths that share one are in different groups; the first group is the state
 * folder itself, which saves a mkdir. What is removed has no copies, and is one group.
 */
function ruleCalls(paths: readonly StripPath[]): string {
  const used = new Map<string, number>();
  const calls = new Map<string, { readonly name: string; readonly words: string; readonly members: string[] }>();
  for (const [action, name] of FUNCTIONS) {
    for (const path of paths.filter((path) => path.action === action)) {
      const words = argumentsOf(path, used).map((word) => ` ${shellWord(word)}`).join('');
      const call = calls.get(name + words) ?? { name, words, members: [] };
      call.members.push(markedPath(path));
      calls.set(name + words, call);
    }
  }
  return [...calls.values()].map(({ name, words, members }) => `$1 ${name} ${shellWord(patternLines(members))}${words}\n`).join('');
}

function argumentsOf(path: StripPath, used: Map<string, number>): readonly string[] {
  switch (path.action) {
    case 'restore': case 'empty': case 'remove': return groupOf(path, used);
    case 'report-passwords': return groupOf(path, used).slice(0, 1);
    case 'report': return [path.marker === undefined ? '' : `/${path.marker}`, path.why];
    default: return [];
  }
}

/** Where the file's copy is, and what is done with it. */
function groupOf({ path, action }: StripPath, used: Map<string, number>): readonly [group: string, action: string] {
  const slash = path.lastIndexOf('/');
  // Files of one name in many folders: no copies are kept.
  if (action === 'remove' || PATTERN.test(path.slice(0, slash))) return ['x', 'remove'];
  const name = PATTERN.test(path.slice(slash)) ? path : path.slice(slash + 1);
  const turn = used.get(name) ?? 0;
  used.set(name, turn + 1);
  if (name === path) return [`p${used.size}`, action];
  return [turn === 0 ? '.' : String(turn), action];
}

const PATTERN = /[*?[]/;

/**
 * The lines that have the launcher look for a change. A path without a pattern may be missing before the command, and then be there with the
 * time of the command. Where patterns match, what they match by then is looked at, and so is each folder in which something else that they
 * match could come up: the one before the first pattern, and what the folders after that match. There is nothing to tell where there are
 * thousands of files of Go's build cache to look at.
 */
function watchLines(paths: readonly StripPath[]): string {
  if (paths.length === 0) return '';
  const listed = new Set(paths.map(markedPath));
  const folders = new Set(paths.flatMap((path) => (['report-keys', 'normalise-comments'].includes(path.action) ? newsFolders(markedPath(path)) : foldersOf(markedPath(path)))));
  const more = [...folders].filter((folder) => !listed.has(folder));
  const caches = paths.filter(({ action }) => action === 'normalise-go').map(({ path }) => `[ -d ${shellWord(patternLines([path]))} ] || `);
  return `${caches.join('')}watch ${shellWord(patternLines(more))}\n`;
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/');
  const first = parts.findIndex((part) => PATTERN.test(part));
  if (first < 0) return [];
  const folders = parts.map((_, index) => `${parts.slice(0, index).join('/')}/`).slice(first + 1);
  return [parts.slice(0, first).join('/') || '/', ...folders];
}

/** What `has_news` looks at before a folder is searched. */
function newsFolders(folder: string): readonly string[] {
  return [`${folder}/*/`, `${folder}/*/*/`];
}

/** The path to look at: of a folder its marker, or itself where the rule is for all below it. */
function markedPath({ path, marker }: StripPath): string {
  return marker === undefined ? path.replace(/\/\*\*$/, '') : `${path}/${marker}`;
}

/**
 * `keep` copies the parent's files of a rule to the state, or has the launcher do so, and notes which there are of those without copies;
 * `watch` tells the launcher what to look at after the command. In ordinary RUNs, which touch none of the files, that is all there is to
 * pay: one shell that starts no program.
 *
 * There may be thousands of files (caches of downloads). Words and strings of a shell that grow by one take the time of all that they have,
 * so files are handled a hundred at a time. A name with a line break in it is left alone.
 */
export const KEEP_FUNCTIONS = program`
nl='
'

# keep FUNCTION PATTERNS ARG...: what has to be done before the command for what is called after it.
keep() {
  watched=$watched$nl$2
  case $1,$4 in
  put_back,remove)
    had=$S/$3.had
    each_file note "$2"
    ;;
  put_back,* | report_passwords,*)
    copies=$S/$3
    each_file copy "$2"
    ;;
  esac
}

# each_file FUNCTION PATTERNS: calls the function with those that are files, a hundred at a time.
each_file() {
  call=$1 some= count=0
  IFS=$nl
  set -- $2
  unset IFS
  for f; do
    [ -f "$f" ] && [ ! -L "$f" ] || continue
    case $f in *"$nl"*) continue ;; esac
    some=$some$nl$f count=$((count + 1))
    [ "$count" -lt 100 ] || call_some
  done
  [ "$count" = 0 ] || call_some
}

call_some() {
  set -f
  IFS=$nl
  set -- $some
  set +f
  unset IFS
  some= count=0
  "$call" "$@"
}

copy() {
  [ -d "$copies" ] || mkdir "$copies"
  [ -z "$launched" ] || { copy_later "$@" && return; }
  cp -p "$@" "$copies/" 2>/dev/null
}

# copy_later FILE...: has the launcher copy, which needs no program for it.
copy_later() {
  for f; do printf '%s\\0' "$R/$f" "$copies/\${f##*/}" || return; done >> "$S/.copies"
}

note() {
  printf '%s\\n' "$@" >> "$had"
}

# watch PATTERNS: that, and the files of all rules.
watch() {
  [ -n "$launched" ] || return
  IFS=$nl
  set -- $1 $watched
  unset IFS
  printf "$R/%s\\0" "$@" > "$S/.watched" || : > "$S/.watched"
}
`;

/**
 * `each_new` finds the files that changed since `keep`, by their change time, which no program can set; `put_back` undoes.
 * A symbolic link or folder at a path is left alone, and what the RUN deleted stays deleted.
 */
const STRIP_FUNCTIONS = DATABASE_FUNCTIONS + REPORT_FUNCTIONS + program`
# each_new FUNCTION PATTERNS: calls the function with those files that the command made or changed, a hundred at most at a time; with all of
# them, and coarse set, when times have no fractions, or are those of the content alone.
each_new() {
  act=$1
  each_file new_ones "$2"
}

new_ones() {
  coarse=1
  times=$(stat -c '%z %n' "$S/.mark" "$@" 2>/dev/null)
  first=\${times%%"$nl"*}
  start=\${first%" $S/.mark"}
  start=\${start% *}
  case $start in *.*[1-9]*)
    coarse=
    set -f
    IFS=$nl
    set --
    for line in \${times#"$first"}; do
      f=\${line#* * * }
      line=\${line%" $f"}
      line=\${line% *}
      [ "$line" \\< "$start" ] || set -- "$@" "$f"
    done
    set +f
    unset IFS
    ;;
  esac
  [ $# = 0 ] || "$act" "$@"
}

# put_back PATTERNS GROUP ACTION
put_back() {
  copies=$S/$2 action=$3 next=
  if [ -f "$copies.had" ]; then
    exec 7< "$copies.had"
    IFS= read -r next <&7
  fi
  each_new undo "$1"
}

undo() {
  for f; do
    shift
    copy=$copies/\${f##*/}
    if [ "$action" = remove ]; then
      [ -z "$coarse" ] || ! was_listed "$f" || [ "$f" -nt "$S/.mark" ] || continue
      set -- "$@" "$f"
    elif [ -f "$copy" ]; then
      [ -n "$coarse" ] && [ ! "$f" -nt "$S/.mark" ] && cmp -s "$copy" "$f" || { rm -f "$f" && cp -p "$copy" "$f"; }
    elif [ "$action" != empty ]; then
      set -- "$@" "$f"
    elif [ -s "$f" ]; then
      : > "$f"
    fi
  done 2>/dev/null
  [ $# = 0 ] || rm -f "$@" 2>/dev/null
}

# was_listed FILE: whether the parent had it, of all files there are in the order of the list.
was_listed() {
  while [ -n "$next" ] && { [ ! -f "$next" ] || [ -L "$next" ]; }; do
    IFS= read -r next <&7 || next=
  done
  [ "$1" = "$next" ] || return 1
  IFS= read -r next <&7 || next=
}

# is_new FILE: of a file that each_new gave, whether the command wrote it.
is_new() {
  [ -z "$coarse" ] || [ "$1" -nt "$S/.mark" ]
}

# comments PATTERNS: times in comments of what is new in these folders.
comments() {
  with_news comments_in "$1"
}

comments_in() {
  date='^#.*((Sun|Mon|Tue|Wed|Thu|Fri|Sat) [A-Z][a-z]{2} [ 0-9][0-9] |[0-9]{2}-[0-9]{2}-[0-9]{2} - )[0-9]{2}:[0-9]{2}:[0-9]{2}'
  find "$@" -xdev -type f -newer "$S/.mark" -exec grep -l -E -e "$date" {} + > "$S/.dated" 2>/dev/null
  list_by_perl 'a comment in it may have the time of the RUN' "$S/.dated"
}

lacked=

# by_perl CAUSE FILE...: has the program in Perl normalise the files; what differs in them is told of where that cannot be.
by_perl() {
  cause=$1
  shift
  lack='neither the Perl module Digest::SHA nor sha1sum'
  if ! perl "\${0%/*}/${NORMALISER}" "$@" 2>/dev/null > "$S/.unable"; then
    lack='no Perl'
    printf '%s\\n' "$@" > "$S/.unable"
  fi
  while IFS= read -r f; do
    case $lacked in *":\${f#./}:"*) continue ;; esac
    lacked=$lacked:\${f#./}:
    tell "$f" "$cause, and there is $lack to take that out"
  done < "$S/.unable"
}

# list_by_perl CAUSE LIST: the same for files that are listed in another, a line each.
list_by_perl() {
  list=$2
  set -- "$1"
  while IFS= read -r f; do set -- "$@" "$f"; done < "$list"
  [ $# = 1 ] || by_perl "$@"
}

# normalise PATTERNS
normalise() {
  each_new normalise_some "$1"
}

normalise_some() {
  for f; do
    shift
    is_new "$f" || continue
    case $f in
    var/lib/pacman/*) pacman_date "$f" ;;
    */apk/db/installed) apk_virtual "$f" ;;
    var/lib/dnf/*) dnf_history "$f" ;;
    var/lib/ghc/*) ghc_cache "$f" ;;
    *) set -- "$@" "$f" ;;
    esac
  done
  [ $# = 0 ] || by_perl 'it may have what differs from build to build' "$@"
}
`;
