import { NORMALISER } from './layout.ts';
import { DATABASE_FUNCTIONS } from './package-databases.ts';
import { REPORT_FUNCTIONS } from './report-script.ts';
import { isFoundByName, searchCalls } from './search-script.ts';
import { shellPattern, shellWord } from './shell.ts';

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

const isKept = ({ action }: StripPath): boolean => action === 'restore' || action === 'remove' || action === 'empty';
const isSaved = (path: StripPath): boolean => isKept(path) || path.action === 'report-passwords';

/**
 * The wrapper's lines that hand the paths to `save`, `list` or `put_back`. Copies are kept by base name, so paths that share one are in
 * different groups; the first group is the state folder itself, which saves a mkdir. What is removed has no copies, and is one group.
 */
export function stripCalls(paths: readonly StripPath[], step: 'save' | 'put_back'): string {
  const groups = new Map<string, string[]>();
  const used = new Map<string, number>();
  for (const path of paths.filter((path) => !isFoundByName(path) && (step === 'save' ? isSaved(path) : isKept(path)))) {
    const { action, group } = groupOf(path, used);
    const key = step === 'put_back' ? `put_back ${action} ${group}` : action === 'remove' ? `list ${group}` : `save ${group}`;
    groups.set(key, [...(groups.get(key) ?? []), path.path]);
  }
  let out = '';
  for (const [key, members] of groups) out += `  ${key}${wordList(members)}\n`;
  return out;
}

function groupOf({ path, action }: StripPath, used: Map<string, number>): { readonly action: StripAction; readonly group: string } {
  const slash = path.lastIndexOf('/');
  // Files of one name in many folders: no copies are kept.
  if (action === 'remove' || /[*?[]/.test(path.slice(0, slash))) return { action: 'remove', group: 'x' };
  const name = /[*?[]/.test(path.slice(slash)) ? path : path.slice(slash + 1);
  const turn = used.get(name) ?? 0;
  used.set(name, turn + 1);
  if (name === path) return { action, group: `p${used.size}` };
  return { action, group: turn === 0 ? '.' : String(turn) };
}

/**
 * The wrapper's lines that tell the launcher where to look for a change. A path without a pattern may be missing before the command, and
 * then be there with the time of the command. Where patterns match, what they match by then is looked at, and so is each folder in which
 * something else that they match could come up: the one before the first pattern, and what the folders after that match. There is nothing
 * to tell where the whole file system is searched, or where there are thousands of files of Go's build cache to look at.
 */
export function stripWatch(paths: readonly StripPath[]): string {
  if (paths.length === 0 || paths.some((path) => path.action === 'normalise-git' || isFoundByName(path))) return '';
  const words = new Set(paths.flatMap((path) => (['report-keys', 'normalise-comments'].includes(path.action) ? newsFolders(markedPath(path)) : watchedBy(markedPath(path)))));
  const caches = paths.filter(({ action }) => action === 'normalise-go').map(({ path }) => `[ -d "$R"${shellPattern(path)} ] || `);
  return `  ${caches.join('')}watch${wordList([...words])}\n`;
}

function watchedBy(path: string): readonly string[] {
  const parts = path.split('/');
  const first = parts.findIndex((part) => /[*?[]/.test(part));
  if (first < 0) return [path];
  const folders = parts.map((_, index) => `${parts.slice(0, index).join('/')}/`).slice(first + 1);
  return [parts.slice(0, first).join('/') || '/', ...folders, path];
}

/** What `has_news` looks at before a folder is searched. */
function newsFolders(folder: string): readonly string[] {
  return [folder, `${folder}/*/`, `${folder}/*/*/`];
}

function wordList(paths: readonly string[]): string {
  return paths.map((path) => ` \\\n    "$R"${shellPattern(path)}`).join('');
}

/** The wrapper's lines after the command: what changed is found, put back, normalised, told of. */
export function stripAfter(all: readonly StripPath[]): string {
  if (all.length === 0) return '';
  const paths = all.filter((path) => !isFoundByName(path));
  const words = (some: readonly StripPath[]): string => wordList(some.map(markedPath));
  const normalised = paths.filter(({ action }) => action === 'normalise');
  const reports = paths.filter(({ action }) => action === 'report').map((path) => `  report ${shellWord(path.why)} ${shellWord(path.marker === undefined ? '' : `/${path.marker}`)}${words([path])}\n`);
  const passwords = paths.filter(({ action }) => action === 'report-passwords');
  const configurations = paths.filter(({ action }) => action === 'normalise-comments');
  const caches = paths.filter(({ action }) => action === 'normalise-go');
  const folders = paths.filter(({ action }) => action === 'report-keys');
  return `${stripCalls(paths, 'put_back')}${normalised.length === 0 ? '' : `  normalise${words(normalised)}\n`}${reports.join('')}${passwords.length === 0 ? '' : `  report_passwords${words(passwords)}\n`}` +
    `${folders.length === 0 ? '' : `  report_keys${words(folders)}\n`}${configurations.length === 0 ? '' : `  comments${words(configurations)}\n`}${paths.some(({ action }) => action === 'normalise-git') ? '  git_files\n' : ''}${caches.length === 0 ? '' : `  go_times${words(caches)}\n`}${searchCalls(all)}`;
}

/** The path to look at: of a folder its marker, or itself where the rule is for all below it. */
function markedPath({ path, marker }: StripPath): string {
  return marker === undefined ? path.replace(/\/\*\*$/, '') : `${path}/${marker}`;
}

/**
 * `save` copies the parent's files to the state, or has the launcher do so; `list` notes which there are; `watch` tells the launcher what to
 * look at after the command. In ordinary RUNs, which touch none of the files, that is all there is to pay: one shell that starts no program.
 *
 * There may be thousands of files (caches of downloads). Words and strings of a shell that grow by one take the time of all that they have,
 * so files are handled a hundred at a time. A name with a line break in it is left alone.
 */
export const SAVE_FUNCTIONS = `
nl='
'

# each_file FUNCTION FILE...: calls the function with those that are files, a hundred at a time.
each_file() {
  call=$1
  shift
  some= count=0
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

# save GROUP FILE...
save() {
  copies=$S/$1
  shift
  each_file copy "$@"
}

copy() {
  [ -d "$copies" ] || mkdir "$copies"
  [ -z "$launched" ] || { copy_later "$@" && return; }
  cp -p "$@" "$copies/" 2>/dev/null
}

# list GROUP FILE...
list() {
  had=$S/$1.had
  shift
  each_file note "$@"
}

note() {
  printf '%s\\n' "$@" >> "$had"
}

# copy_later FILE...: has the launcher copy, which needs no program for it.
copy_later() {
  for f; do printf '%s\\0' "$f" "$copies/\${f##*/}" || return; done >> "$S/.copies"
}

# watch FILE...
watch() {
  [ -z "$launched" ] || printf '%s\\0' "$@" > "$S/.watched" || : > "$S/.watched"
}
`;

/**
 * `each_new` finds the files that changed since `save`, by their change time, which no program can set; `put_back` undoes.
 * A symbolic link or folder at a path is left alone, and what the RUN deleted stays deleted.
 */
export const STRIP_FUNCTIONS = `${DATABASE_FUNCTIONS}${REPORT_FUNCTIONS}
# each_new FUNCTION FILE...: calls the function with those files that the command made or changed, a hundred at most at a time; with all of
# them, and coarse set, when times have no fractions, or are those of the content alone.
each_new() {
  act=$1
  shift
  each_file new_ones "$@"
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

# put_back ACTION GROUP FILE...
put_back() {
  action=$1
  copies=$S/$2
  shift 2
  next=
  if [ -f "$copies.had" ]; then
    exec 7< "$copies.had"
    IFS= read -r next <&7
  fi
  each_new undo "$@"
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

# comments FOLDER...: times in comments of what is new there.
comments() {
  date='^#.*((Sun|Mon|Tue|Wed|Thu|Fri|Sat) [A-Z][a-z]{2} [ 0-9][0-9] |[0-9]{2}-[0-9]{2}-[0-9]{2} - )[0-9]{2}:[0-9]{2}:[0-9]{2}'
  for f; do
    ! has_news "$f" || find "$f" -xdev -type f -newer "$S/.mark" -exec grep -l -E -e "$date" {} +
  done > "$S/.dated" 2>/dev/null
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
    case $lacked in *":$f:"*) continue ;; esac
    lacked=$lacked:$f:
    echo "repro: \${f#"$R"}: $cause, and there is $lack to take that out" >&2
  done < "$S/.unable"
}

# list_by_perl CAUSE LIST: the same for files that are listed in another, a line each.
list_by_perl() {
  list=$2
  set -- "$1"
  while IFS= read -r f; do set -- "$@" "$f"; done < "$list"
  [ $# = 1 ] || by_perl "$@"
}

# normalise FILE...
normalise() {
  each_new normalise_some "$@"
}

normalise_some() {
  for f; do
    shift
    is_new "$f" || continue
    case $f in
    "$R"/var/lib/pacman/*) pacman_date "$f" ;;
    "$R"/*/apk/db/installed) apk_virtual "$f" ;;
    "$R"/var/lib/dnf/*) dnf_history "$f" ;;
    "$R"/var/lib/ghc/*) ghc_cache "$f" ;;
    *) set -- "$@" "$f" ;;
    esac
  done
  [ $# = 0 ] || by_perl 'it may have what differs from build to build' "$@"
}
`;
