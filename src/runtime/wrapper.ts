import { APT_FUNCTIONS } from './apt-script.ts';
import { CLAMP_FUNCTIONS, clampCall, clampVariables } from './clamp-script.ts';
import type { ClampSettings } from './clamp-script.ts';
import { ABORT_STATUS, STATE_DIRECTORY } from './layout.ts';
import { PACMAN_FUNCTIONS } from './pacman-script.ts';
import { program, shellWord } from './shell.ts';
import { SNAPSHOT_FUNCTIONS, snapshotVariables } from './snapshot.ts';
import type { SnapshotSettings } from './snapshot.ts';
import { KEEP_FUNCTIONS, stripLines } from './strip-script.ts';
import type { StripPath } from './strip-script.ts';

/** What the wrapper does around one RUN. Everything here is in its text, so that a change of it is a change of the build graph. */
export interface WrapperConfig {
  readonly strip: readonly StripPath[];
  /** Packages come from the snapshot; undefined: package managers are left alone. */
  readonly snapshot?: SnapshotSettings;
  /** File times are brought back to the epoch; undefined: they stay. */
  readonly clamp?: ClampSettings;
  /** The RUN may change root's files though its user is not root. */
  readonly sudo: boolean;
  /** SHLVL as the stage's environment has it: some shells count themselves in it. */
  readonly shellLevel?: string;
  /** For tests: where the file system and the state are in place of `/` and the tmpfs. */
  readonly root?: string;
  readonly state?: string;
}

/**
 * The wrapper: a POSIX sh program. `run COMMAND ARG…` is the whole of it: the first half, the command, the second half when the
 * command succeeded. `run --before` and `run --after` are the halves, for the launcher, which leaves the second out when it finds
 * nothing for it to do. It exits as the command does. A shell reads no further than it has to: what the first half needs comes first.
 *
 * The halves run in subshells: nothing of theirs (variables, PATH, umask) is seen by the command, whose stdin, stdout and stderr
 * are untouched. The shell's own remarks about a killed command ("Terminated") are not shown, since there are none without us.
 */
export function wrapperScript(config: WrapperConfig): string {
  const { snapshot, clamp } = config;
  const { rules, watch, search, functions } = stripLines(config.strip);
  const strips = config.strip.length > 0;
  return program`#!/bin/sh
# repro-dockerfile: what runs around one RUN.
setup() {
  R=${shellWord(config.root ?? '')}
  S=${shellWord(config.state ?? STATE_DIRECTORY)}
  sudo=${config.sudo ? '1' : ''}
  ${snapshot === undefined ? '' : snapshotVariables(snapshot)}${clamp === undefined ? '' : clampVariables(clamp)}
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  unset LD_PRELOAD LD_LIBRARY_PATH
  umask 022
  cd "$R/"
}

fail() {
  echo "repro: $*" >&2
  exit ${ABORT_STATUS}
}

# Root's files are out of reach of this user, but not of a command that uses sudo: then the halves use it too.
needs_sudo() {
  [ -n "$sudo" ] && [ ! -w "$R/" ] && command -v sudo >/dev/null && sudo -n true 2>/dev/null
}

before() {
  setup
  [ -w "$S" ] || return 0
  if needs_sudo; then
    sudo -n /bin/sh "$0" --before sudo
    return
  fi
  ${snapshot === undefined ? '' : 'snapshot_before\n'}${clamp === undefined ? '' : 'clamp_before\n'}: > "$S/.mark"
  ${strips ? 'each_rule keep\n' : ''}${snapshot === undefined && clamp === undefined ? watch : ''}return 0
}
${strips ? `each_rule() {\n${rules}}\n${KEEP_FUNCTIONS}` : ''}${snapshot === undefined ? '' : SNAPSHOT_FUNCTIONS + APT_FUNCTIONS + PACMAN_FUNCTIONS}${clamp === undefined ? '' : CLAMP_FUNCTIONS}
launched=
if [ "$1" = --before ]; then
  # Not under sudo: the launcher does what this user may do.
  [ "$2" = sudo ] || launched=1
  before </dev/null
  exit
fi

# after FIRST: FIRST is the process that the container ends with. What the command left running would end with the command, and could change
# again what is put back.
after() {
  setup
  [ -e "$S/.mark" ] || return 0
  [ "$1" != 1 ] || kill -KILL -1 2>/dev/null
  if needs_sudo; then
    sudo -n /bin/sh "$0" --after
    return
  fi
  ${snapshot === undefined ? '' : 'snapshot_after\n'}${strips ? 'each_rule\n' : ''}${search}${clamp === undefined ? '' : clampCall(clamp)}return 0
}
${strips ? functions : ''}
if [ "$1" = --after ]; then
  after "$PPID" </dev/null
  exit
fi

(before) </dev/null
[ $? != ${ABORT_STATUS} ] || exit 1
${config.shellLevel === undefined ? 'unset SHLVL' : `SHLVL=${shellWord(config.shellLevel)}`}
exec 9>&2 2>/dev/null
(exec "$@" 2>&9 9>&-)
set -- $?
exec 2>&9 9>&-
[ "$1" = 0 ] || exit "$1"
(after $$) </dev/null
exit 0
`;
}
