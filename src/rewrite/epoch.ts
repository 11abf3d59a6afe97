import type { RunChange, RunRule } from './change.ts';

const NAME = 'SOURCE_DATE_EPOCH';

/**
 * SOURCE_DATE_EPOCH in the environment of every RUN, so that tools which honour it do; not in the image config. A stage that has the
 * variable itself (ARG, ENV) keeps its own.
 */
export function epochRule(epoch: bigint): RunRule {
  const hook = { entrypoint: [], mounts: [], env: [[NAME, String(epoch)]] as const };
  const change: RunChange = { rule: 'epoch', becomes: `${NAME}=${epoch} in its environment`, why: 'tools that honour it write this time in place of the current one' };
  return (run) => (run.env(NAME) === undefined ? { hook, changes: [change] } : undefined);
}
