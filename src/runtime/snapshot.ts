import { WRAPPER_DIRECTORY } from './layout.ts';
import { shellWord } from './shell.ts';

/** What the wrapper and the programs that fetch packages know of the snapshot. */
export interface SnapshotSettings {
  /** `20240101T000000Z`; undefined: the time of the image's own list of sources, found in the RUN. */
  readonly time?: string;
  /** Base URLs with a slash at the end. */
  readonly debianBase: string;
  readonly ubuntuBase: string;
  /** Debian's backports suite is there too. */
  readonly backports: boolean;
  /** Downloaded packages stay in /var/cache/apt/archives. */
  readonly keepCache: boolean;
  /** Folder of the methods, for tests. */
  readonly wrapper?: string;
}

/** The wrapper's variables for the functions of apt. */
export function snapshotVariables(settings: SnapshotSettings): string {
  return `  W=${shellWord(settings.wrapper ?? WRAPPER_DIRECTORY)}
  time=${shellWord(settings.time ?? '')}
  backports=${settings.backports ? '1' : ''}
  keep_cache=${settings.keepCache ? '1' : ''}
`;
}
