import { spawnSync } from 'node:child_process';

/** Whether a shell does what it is asked, and starts the programs of PATH: a rescue busybox has its own in their place, which the tests do not get at. */
function isUsable([program = '', ...args]: readonly string[]): boolean {
  return spawnSync(program, [...args, '-c', 'true']).status === 0 && spawnSync(program, [...args, '-c', 'PATH=/nowhere; ls /'], { stdio: 'ignore' }).status !== 0;
}

/** The shells of this machine that stand for images' /bin/sh: Debian's, Red Hat's, Alpine's. */
export const SHELLS: readonly (readonly string[])[] = [['dash'], ['bash', '--posix'], ['busybox', 'sh'], ['mksh']].filter(isUsable);
