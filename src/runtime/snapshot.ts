import { CACHE_DIRECTORY, WRAPPER_DIRECTORY } from './layout.ts';
import { program, shellWord } from './shell.ts';

/** What the wrapper and the programs that fetch packages know of the snapshot. */
export interface SnapshotSettings {
  /** `20240101T000000Z`; undefined: the time of the image's own list of sources, found in the RUN. */
  readonly time?: string;
  /** Base URLs with a slash at the end. */
  readonly debianBase: string;
  readonly ubuntuBase: string;
  readonly archBase: string;
  /** Debian's backports suite is there too. */
  readonly backports: boolean;
  /** What apt downloads stays in a cache mount, for other builds. */
  readonly keepCache: boolean;
  /** Where the wrapper's folder and the cache are, for tests. */
  readonly wrapper?: string;
  readonly cache?: string;
}

/** The wrapper's variables for {@link SNAPSHOT_FUNCTIONS} and those of each package manager. */
export function snapshotVariables(settings: SnapshotSettings): string {
  return `W=${shellWord(settings.wrapper ?? WRAPPER_DIRECTORY)}
time=${shellWord(settings.time ?? '')}
backports=${settings.backports ? '1' : ''}
C=${settings.keepCache ? shellWord(settings.cache ?? CACHE_DIRECTORY) : ''}
`;
}

/** What the package managers have in common. */
export const SNAPSHOT_FUNCTIONS = program`
snapshot_before() {
  : > "$S/.notes"
  chmod 666 "$S/.notes"
  apt_before
  pacman_before
}

snapshot_after() {
  apt_after
  pacman_after
  seen=
  while IFS= read -r line; do
    case $seen in *"|$line|"*) continue ;; esac
    seen="$seen|$line|"
    printf 'repro: %s\\n' "$line" >&2
  done < "$S/.notes"
}

# Settles the snapshot time: the one given, or that of the first of these files that has something in it.
need_time() {
  for f; do
    [ -z "$time" ] && [ -s "$f" ] && time=$(date -u -r "$f" +%Y%m%dT%H%M%SZ)
  done
  [ -n "$time" ] || fail 'no snapshot time: set REPRO_SNAPSHOT or SOURCE_DATE_EPOCH'
  echo "$time" > "$S/.time"
}

# What is worth a line after the RUN.
note() {
  printf '%s\\n' "$*" >> "$S/.notes"
}
`;
