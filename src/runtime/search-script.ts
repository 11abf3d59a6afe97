import { shellWord } from './shell.ts';

/**
 * What tools leave in folders that a Dockerfile chooses (a build folder of CMake, say): `remove_found`, `report_found` and so on look for names, with
 * the folders that are always above them, among the files of the whole file system that the RUN wrote. Only a RUN that names one of the tools
 * has this.
 */
export const SEARCH_FUNCTIONS = `
# found NAME...: lists what the command wrote of that.
found() {
  for name; do
    shift
    set -- "$@" -o -path "*/$name"
  done
  shift
  find "$R/" -xdev -type f -newer "$S/.mark" \\( "$@" \\) > "$S/.found" 2>/dev/null
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
  while IFS= read -r f; do echo "repro: \${f#"$R"}: $cause" >&2; done < "$S/.found"
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
  return [...groups].map(([call, names]) => `  ${call} ${names.join(' ')}\n`).join('');
}
