/** Where the wrapper lives during a RUN. Below /dev, which is the container's own tmpfs: no mount point stays in the layer. */

/** The read-only folder with the wrapper and its configuration. */
export const WRAPPER_DIRECTORY = '/dev/.repro';
/** The tmpfs in which the wrapper keeps what it puts back. */
export const STATE_DIRECTORY = '/dev/.repro-state';
/** The cache mount with what was downloaded. */
export const CACHE_DIRECTORY = '/dev/.repro-cache';

/** The files of {@link WRAPPER_DIRECTORY}. */
export const WRAPPER_SCRIPT = 'run';
export const LAUNCHER = 'exec';
/** What the launcher says where the image has no shell; absent: nothing. */
export const NO_SHELL_NOTICE = 'no-shell';
export const NORMALISER = 'normalise';
export const APT_METHOD = 'apt-method';
export const APT_CONFIGURATION = 'apt.conf';
export const PACMAN_FETCH = 'pacman-fetch';

/** The exit status by which the wrapper's first half says that the RUN must not go on. */
export const ABORT_STATUS = 125;

/** A file of the wrapper's folder. */
export interface WrapperFile {
  readonly name: string;
  readonly mode: number;
  readonly data: Uint8Array;
}
