import { setFlagsFromString } from 'node:v8';

/**
 * Tells V8 to keep its heap small rather than its code fast, for verbs that stream layers: nearly all that they allocate is short-lived, and nearly all
 * their time goes into unpacking and hashing, which are no JavaScript. Measured on two images of 1 GB: 67 MB, with smaller buffers, in place of 114, for a tenth more processor time.
 */
export function saveMemory(): void {
  for (const flag of [
    // The young generation stays small, the old one is collected when it has grown by a fifth.
    '--semi-space-growth-factor=1', '--heap-growing-percent=20',
    // Optimizing compilers take memory for what they compile, and for their own code.
    '--no-opt', '--no-maglev',
  ]) setFlagsFromString(flag);
}
