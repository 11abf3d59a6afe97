import { compareStrings } from '../spec/text.ts';
import type { ExecMount } from './types.ts';

/** Whether what a command leaves in a mount is an output of the exec. */
export function hasOutput(mount: ExecMount): boolean {
  return mount.noOutput !== true && mount.readOnly !== true && mount.tmpfs === undefined && (mount.cache === undefined || mount.cache.id === '');
}

/** Which output of an exec its root mount, the first of `mounts`, is: outputs are numbered in the order of the sorted targets. */
export function rootIndex(mounts: readonly ExecMount[]): number {
  let before = 0;
  for (let index = 1; index < mounts.length; index++) {
    const mount = mounts[index];
    if (mount !== undefined && hasOutput(mount) && compareStrings(mount.target, '/') < 0) before++;
  }
  return before;
}

/** The mounts in the order of the op: by target, those with the same target as they came. */
export function sortMounts(mounts: readonly ExecMount[]): readonly ExecMount[] {
  for (let index = 1; index < mounts.length; index++) {
    if (compareStrings(mounts[index - 1]?.target ?? '', mounts[index]?.target ?? '') > 0) return mounts.toSorted((a, b) => compareStrings(a.target, b.target));
  }
  return mounts;
}
