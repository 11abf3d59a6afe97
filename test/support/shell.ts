import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './cache.ts';
import { run, type CommandOptions, type CommandResult } from './command.ts';

/** Programs as a user calls them, set up for one daemon. */
export interface UserPrograms {
  /** With the options that name the daemon. */
  readonly buildctl: readonly string[];
  readonly buildx: { readonly command: readonly string[]; readonly env: Readonly<Record<string, string>>; readonly builder: string };
}

/**
 * Runs a bash script as a user types it: `docker buildx …`, `docker build …`, `buildctl …` and `repro-dockerfile …` are there, and reach
 * the environment's daemon. `bin` is a folder for their wrappers. Ends at the first command that fails.
 */
export async function runAsUser(script: string, programs: UserPrograms, bin: string, options: CommandOptions = {}): Promise<CommandResult> {
  const { buildctl, buildx } = programs;
  const wrappers = {
    docker: `case "$1" in buildx) shift ;; build) ;; *) echo "docker $1: no engine here" >&2; exit 125 ;; esac\nexec ${quoted(buildx.command)} "$@"`,
    buildctl: `exec ${quoted(buildctl)} "$@"`,
    'repro-dockerfile': `exec ${quoted([process.execPath, join(projectFolder, 'dist/cli.cjs')])} "$@"`,
  };
  mkdirSync(bin, { recursive: true });
  for (const [name, text] of Object.entries(wrappers)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return run('bash', ['-euo', 'pipefail', '-c', script], {
    ...options,
    env: { ...buildx.env, BUILDX_BUILDER: buildx.builder, PATH: `${bin}:${process.env['PATH'] ?? ''}`, ...options.env },
  });
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
}
