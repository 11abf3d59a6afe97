import { program, shellWord } from './shell.ts';

/** What the wrapper brings file times back to. */
export interface ClampSettings {
  /** Seconds since 1970. */
  readonly epoch: bigint;
  /** Absolute paths that are not the image's: mount targets of the RUN. */
  readonly mounts: readonly string[];
}

/** Mounts of every container. */
const RUNTIME_MOUNTS = ['/proc', '/sys', '/dev', '/etc/hosts', '/etc/resolv.conf'];

/** The wrapper's variables for {@link CLAMP_FUNCTIONS}. */
export function clampVariables({ epoch }: ClampSettings): string {
  return `epoch=${shellWord(String(epoch))}\n`;
}

/** The wrapper's line that brings back what is not below a mount. */
export function clampCall({ mounts }: ClampSettings): string {
  const paths = [...new Set([...RUNTIME_MOUNTS, ...mounts.map((mount) => mount.split('/').filter((part) => part !== '').map((part) => `/${part}`).join('')).filter((mount) => mount !== '')])];
  const words = paths.map((path) => `-path "$R"${shellWord(path.replaceAll(/[\\*?[\]]/g, '\\$&'))}`);
  return `clamp ${words.join(' -o ')}\n`;
}

/**
 * File times later than the epoch become the epoch. Only what changed since the container started is looked at, by change time; a find
 * that knows none (busybox's) goes by content time alone. The start is when the runtime mounted /dev/pts, before it made any other mount
 * point, less two ticks of the kernel's clock for file times.
 */
export const CLAMP_FUNCTIONS = program`
clamp_before() {
  if ! command -v find >/dev/null || ! command -v touch >/dev/null; then
    echo 'repro: no find or no touch in the image: file times stay as they are' >&2
    return 0
  fi
  started=$R/dev/pts
  [ -d "$started" ] || started=$S
  touch -r "$started" -d '0.02 seconds ago' "$S/.start" 2>/dev/null || touch -r "$started" "$S/.start"
  touch -d "@$epoch" "$S/.epoch" || fail 'touch cannot set a time'
}

# clamp EXPRESSION: what matches the expression is left out.
clamp() {
  [ -e "$S/.epoch" ] || return 0
  find "$R/" -xdev \\( "$@" \\) -prune -o -newer "$S/.epoch" -cnewer "$S/.start" -exec touch -c -h -r "$S/.epoch" {} + 2> "$S/.errors"
  IFS= read -r line < "$S/.errors"
  case $line in
  *cnewer*) find "$R/" -xdev \\( "$@" \\) -prune -o -newer "$S/.epoch" -exec touch -c -h -r "$S/.epoch" {} + 2> "$S/.errors" ;;
  esac
  while IFS= read -r line; do
    case $line in
    *'ead-only file system') ;;
    touch:*) echo "repro: a time later than SOURCE_DATE_EPOCH stays: \${line#touch: }" >&2 ;;
    esac
  done < "$S/.errors"
}
`;
