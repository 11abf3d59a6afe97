import { shellWord } from './shell.ts';

/**
 * What tools leave in folders that a Dockerfile chooses (a build folder of CMake, say): `remove_found` and `report_found` look for names, with
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
`;

/** Of a strip rule, what decides whether it is looked for, and how. */
interface SearchRule {
  readonly path: string;
  readonly action: string;
  readonly tools?: readonly string[];
  readonly why: string;
}

/** Whether the file is looked for in all folders, by `remove_found` or `report_found`. */
export function isFoundByName({ action, tools }: SearchRule): boolean {
  return tools !== undefined && (action === 'remove' || action === 'report');
}

/** The wrapper's lines that look for them. */
export function searchCalls(paths: readonly SearchRule[]): string {
  const groups = new Map<string, string[]>();
  for (const { path, action, why } of paths.filter(isFoundByName)) {
    const call = action === 'remove' ? 'remove_found' : `report_found ${shellWord(why)}`;
    groups.set(call, [...(groups.get(call) ?? []), shellWord(path.replace('/**/', ''))]);
  }
  return [...groups].map(([call, names]) => `  ${call} ${names.join(' ')}\n`).join('');
}
