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
 * `normalise-comments`: times in comments of files in a folder that the RUN wrote become SOURCE_DATE_EPOCH. `normalise-go`: the times in a cache of Go's build, which is a folder, become SOURCE_DATE_EPOCH. `normalise-git`: as normalise, for the index and the logs of git's clones in any folder; only for RUNs that name git.
 */
export type StripAction = 'restore' | 'remove' | 'empty' | 'normalise' | 'normalise-comments' | 'normalise-git' | 'normalise-go' | 'report' | 'report-keys' | 'report-passwords';

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
/** What is looked for in folders, not by its path. */
const isSearched = ({ action }: StripPath): boolean => action === 'report-keys' || action.startsWith('normalise-');
const isSaved = (path: StripPath): boolean => isKept(path) || path.action === 'report-passwords';

/**
 * The wrapper's lines that hand the paths to `save` or `put_back`. Copies are kept by base name, so paths that share one are in
 * different groups; the first group is the state folder itself, which saves a mkdir.
 */
export function stripCalls(paths: readonly StripPath[], step: 'save' | 'put_back'): string {
  const groups = new Map<string, string[]>();
  const used = new Map<string, number>();
  for (const path of paths.filter((path) => !isFoundByName(path) && (step === 'save' ? isSaved(path) : isKept(path)))) {
    const { action, group } = groupOf(path, used);
    // Saving is the same for all that is copied.
    const key = `${step === 'save' && action !== 'remove' ? 'restore' : action} ${group}`;
    groups.set(key, [...(groups.get(key) ?? []), path.path]);
  }
  let out = '';
  for (const [key, members] of groups) out += `  ${step} ${key}${wordList(members)}\n`;
  return out;
}

function groupOf({ path, action }: StripPath, used: Map<string, number>): { readonly action: StripAction; readonly group: string } {
  const slash = path.lastIndexOf('/');
  // Files of one name in many folders: no copies are kept.
  if (/[*?[]/.test(path.slice(0, slash))) return { action: 'remove', group: 'x' };
  const name = /[*?[]/.test(path.slice(slash)) ? path : path.slice(slash + 1);
  const turn = used.get(name) ?? 0;
  used.set(name, turn + 1);
  if (name === path) return { action, group: `p${used.size}` };
  if (action === 'remove') return { action, group: 'x' };
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
  const done = `${stripCalls(paths, 'put_back')}${normalised.length === 0 ? '' : `  normalise${words(normalised)}\n`}${reports.join('')}${passwords.length === 0 ? '' : `  report_passwords${words(passwords)}\n`}`;
  return `  scan${words(paths.filter((path) => !isSearched(path)))}\n${done === '' ? '' : `  [ "$changed" = : ] || {\n${done}  }\n`}` +
    `${folders.length === 0 ? '' : `  report_keys${words(folders)}\n`}${configurations.length === 0 ? '' : `  comments${words(configurations)}\n`}${paths.some(({ action }) => action === 'normalise-git') ? '  git_files\n' : ''}${caches.length === 0 ? '' : `  go_times${words(caches)}\n`}${searchCalls(all)}`;
}

/** The path to look at: of a folder its marker, or itself where the rule is for all below it. */
function markedPath({ path, marker }: StripPath): string {
  return marker === undefined ? path.replace(/\/\*\*$/, '') : `${path}/${marker}`;
}

/**
 * `save` notes which files the parent has and copies them to the state, or has the launcher do so; `watch` tells the launcher what to look
 * at after the command. In ordinary RUNs, which touch none of the files, that is all there is to pay: one shell that starts no program.
 */
export const SAVE_FUNCTIONS = `
# save ACTION GROUP FILE...
save() {
  action=$1
  copies=$S/$2
  shift 2
  for f; do
    shift
    [ -f "$f" ] && [ ! -L "$f" ] && set -- "$@" "$f"
  done
  [ $# -gt 0 ] || return 0
  had=
  for f; do had=$had:$f; done
  echo "$had:" > "$copies.had"
  [ "$action" != remove ] || return 0
  [ -d "$copies" ] || mkdir "$copies"
  [ -z "$launched" ] || { copy_later "$@" && return; }
  cp -p "$@" "$copies/" 2>/dev/null
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
 * `scan` finds the files that changed since `save`, by their change time, which no program can set; `put_back` undoes.
 * A symbolic link or folder at a path is left alone, and what the RUN deleted stays deleted.
 */
export const STRIP_FUNCTIONS = `${DATABASE_FUNCTIONS}${REPORT_FUNCTIONS}
# scan FILE...: sets changed; coarse when times have no fractions, or are those of the content.
scan() {
  changed=:
  coarse=
  for f; do
    shift
    [ -f "$f" ] && [ ! -L "$f" ] && set -- "$@" "$f"
  done
  [ $# -gt 0 ] || return 0
  if times=$(stat -c '%z %n' "$S/.mark" "$@" 2>/dev/null); then
    start=
    set -f
    IFS='
'
    for line in $times; do
      f=\${line#* * * }
      line=\${line%" $f"}
      line=\${line% *}
      if [ -z "$start" ]; then start=$line; elif [ ! "$line" \\< "$start" ]; then changed=$changed$f:; fi
    done
    set +f
    unset IFS
    case $start in *.*[1-9]*) ;; *) coarse=1 ;; esac
  else
    coarse=1
    for f; do changed=$changed$f:; done
  fi
}

# put_back ACTION GROUP FILE...
put_back() {
  action=$1
  copies=$S/$2
  shift 2
  had=
  [ ! -f "$copies.had" ] || IFS= read -r had < "$copies.had"
  for f; do
    shift
    case $changed in *":$f:"*) ;; *) continue ;; esac
    copy=$copies/\${f##*/}
    case $had in
    *":$f:"*)
      if [ ! -f "$copy" ]; then
        [ -n "$coarse" ] && [ ! "$f" -nt "$S/.mark" ] || set -- "$@" "$f"
      elif [ -z "$coarse" ] || [ "$f" -nt "$S/.mark" ] || ! cmp -s "$copy" "$f"; then
        rm -f "$f" && cp -p "$copy" "$f"
      fi
      ;;
    *)
      if [ "$action" != empty ]; then set -- "$@" "$f"; elif [ -s "$f" ]; then : > "$f"; fi
      ;;
    esac
  done 2>/dev/null
  [ $# = 0 ] || rm -f "$@" 2>/dev/null
}

# is_new FILE: whether the command made or changed it.
is_new() {
  case $changed in *":$1:"*) [ -z "$coarse" ] || [ "$1" -nt "$S/.mark" ] ;; *) false ;; esac
}

# comments FOLDER...: times in comments of what is new there.
comments() {
  for f; do
    ! has_news "$f" || find "$f" -xdev -type f -newer "$S/.mark" -exec grep -l -e '^#.*[0-9]:[0-5][0-9]:[0-5][0-9]' {} +
  done > "$S/.dated" 2>/dev/null
  set --
  while IFS= read -r f; do set -- "$@" "$f"; done < "$S/.dated"
  [ $# = 0 ] || perl "\${0%/*}/${NORMALISER}" "$@" 2>/dev/null
}

# normalise FILE...
normalise() {
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
  [ $# = 0 ] || perl "\${0%/*}/${NORMALISER}" "$@" 2>/dev/null
}
`;
