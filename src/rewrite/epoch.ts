import type { RunHookRule } from '../convert/options.ts';
import type { Change } from './change.ts';
import type { RunLine } from './run-lines.ts';

const NAME = 'SOURCE_DATE_EPOCH';

/**
 * SOURCE_DATE_EPOCH in the environment of every RUN, so that tools which honour it do; not in the image config. A stage that has the
 * variable itself (ARG, ENV) keeps its own.
 */
export function epochRule(epoch: bigint): RunHookRule {
  const hook = { entrypoint: [], mounts: [], env: [[NAME, String(epoch)]] as const };
  return (run) => (run.env(NAME) === undefined ? hook : undefined);
}

export function epochChanges(epoch: bigint, runs: readonly RunLine[]): readonly Change[] {
  return runs.map(({ line, code }) => ({
    rule: 'epoch', line, was: code, becomes: `${NAME}=${epoch} in its environment`, why: 'tools that honour it write this time in place of the current one',
  }));
}
