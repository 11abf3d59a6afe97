import { program } from './shell.ts';

/**
 * git's clones: `git_files` hands what a RUN wrote of an index or of logs to the normaliser, wherever the clone is, and tells of commits that
 * it made: these have its time, unless GIT_COMMITTER_DATE gives another one. The whole file system is searched, so only a RUN that names git
 * has this.
 */
export const GIT_FUNCTIONS = program`
git_files() {
  find . -xdev -type f -path '*/.git/*' -newer "$S/.mark" \\( -name index -o -path '*/logs/*' \\) > "$S/.git" 2>/dev/null
  tab=$(printf '\\t')
  told=
  set --
  while IFS= read -r f; do
    set -- "$@" "$f"
    case $f in */.git/*/HEAD | */.git/*/refs/heads/*) ;; *) continue ;; esac
    g=\${f%%/.git/*}/.git
    case $told in *":$g:"*) continue ;; esac
    while IFS= read -r line; do
      case $line in *"$tab"commit*) ;; *) continue ;; esac
      line=\${line%%"$tab"*}
      line=\${line% *}
      [ "\${line##* }" -gt "\${SOURCE_DATE_EPOCH:-0}" ] 2>/dev/null || continue
      told="$told:$g:"
      tell "$g" 'it has a commit with the time at which the RUN made it: every build has another one'
      break
    done < "$f"
  done < "$S/.git"
  [ $# = 0 ] || by_perl 'it has the time of the RUN, or inode numbers' "$@"
}
`;
