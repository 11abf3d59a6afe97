import { spawnSync } from 'node:child_process';

/** The shells of this machine that stand for images' /bin/sh: Debian's, Red Hat's, Alpine's. */
export const SHELLS: readonly (readonly string[])[] = [['dash'], ['bash', '--posix'], ['busybox', 'sh'], ['mksh']].filter(([program = '', ...args]) =>
  spawnSync(program, [...args, '-c', 'true']).status === 0);
