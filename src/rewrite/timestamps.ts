import type { FileRule } from '../convert/options.ts';
import { CodedError } from '../diag/error.ts';
import { changeOf } from './change.ts';
import type { Change, RunChange } from './change.ts';
import { clampFiles } from './clamp-files.ts';
import type { ReproOptions } from './options.ts';

/** That an instruction's file times become the epoch. */
export function timestampsChange(epoch: bigint): RunChange {
  return { rule: 'timestamps', becomes: `no file that it changes has a time later than ${epoch}`, why: 'REPRO_TIMESTAMPS=clamp, so that an exporter which rewrites no times exports the same layers' };
}

/** Throws (code `option`) when times are to be brought back, and conversion found no epoch to bring them back to. */
export function assertEpoch({ timestamps }: ReproOptions, epoch: bigint | undefined): void {
  if (timestamps === 'off' || epoch !== undefined) return;
  throw new CodedError('option', 'REPRO_TIMESTAMPS=clamp needs an epoch to bring times back to: expected --build-arg SOURCE_DATE_EPOCH=SECONDS, found none');
}

/** File times of COPY, ADD and WORKDIR. Without an epoch nothing is done: the build fails for that. */
export function timestampsRule(record: (change: Change) => void): FileRule {
  return (actions, facts) => {
    const { epoch, platform } = facts;
    if (epoch === undefined) return actions;
    if (platform.os === 'linux') {
      record(changeOf(facts, timestampsChange(epoch)));
      return clampFiles(actions, facts, epoch);
    }
    record(changeOf(facts, { rule: 'timestamps', becomes: facts.code, why: `timestamps does not reach it: files of ${platform.os} keep their times`, warning: true }));
    return actions;
  };
}
