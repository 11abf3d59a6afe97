import { scratch } from './state.ts';
import type { State } from './state.ts';
import type { Constraints, Output } from './types.ts';

/** One file system of several, each on top of the one before (llb.Merge). Empty ones do not count; of one, that one. */
export function merge(states: readonly State[], constraints: Constraints = {}): State {
  const filled = states.filter((state) => state.output !== undefined);
  const [first] = filled;
  if (first === undefined) return scratch();
  if (filled.length === 1) return first;
  const inputs = filled.map((state) => state.output as Output);
  return first.withOutput({ vertex: { kind: 'merge', inputs, constraints }, index: 0 });
}

/** What `upper` has beyond `lower` (llb.Diff). */
export function diff(lower: State, upper: State, constraints: Constraints = {}): State {
  if (lower.output === undefined) return upper.output === undefined ? scratch() : upper;
  return lower.withOutput({ vertex: { kind: 'diff', lower: lower.output, upper: upper.output, constraints }, index: 0 });
}
