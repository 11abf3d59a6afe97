import { CodedError } from '../diag/error.ts';
import { CAPS } from './caps.ts';
import { encodeOp } from './op.ts';
import type { EncodedOp, Input, OpContext } from './op.ts';
import type { DiffVertex, MergeVertex } from './types.ts';

/** The op of a merge (llb's MergeOp.Marshal): equal inputs stay apart. */
export function encodeMerge(vertex: MergeVertex, context: OpContext): EncodedOp {
  if (vertex.inputs.length < 2) throw new CodedError('convert', 'merge must have at least 2 inputs');
  const inputs = vertex.inputs.flatMap((output) => context.input(output) ?? []);
  return { bytes: encodeOp({ merge: { inputs: inputs.map((_, input) => ({ input })) } }, inputs), caps: [CAPS.mergeOp] };
}

/** The op of a difference (llb's DiffOp.Marshal): -1 stands for an empty side. */
export function encodeDiff(vertex: DiffVertex, context: OpContext): EncodedOp {
  const lower = context.input(vertex.lower);
  const upper = context.input(vertex.upper);
  const inputs = [lower, upper].filter((input): input is Input => input !== undefined);
  const diff = { lower: { input: lower === undefined ? -1 : 0 }, upper: { input: upper === undefined ? -1 : inputs.length - 1 } };
  return { bytes: encodeOp({ diff }, inputs), caps: [CAPS.diffOp] };
}
