import { newId } from './identity.ts';
import { CodedError } from '../diag/error.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Reference } from '../gateway/reference.ts';
import { singleRef } from '../gateway/result.ts';
import { decodeOp } from '../llb/definition-pb.ts';
import { marshal } from '../llb/definition.ts';
import type { State } from '../llb/state.ts';
import type { Definition } from '../llb/types.ts';
import { hostPlatform } from '../spec/platform.ts';

/** A source's identifier and attributes, as the daemon looks them up. */
export interface SourceOp {
  readonly identifier: string;
  readonly attrs: ReadonlyMap<string, string>;
}

/** The definition of a state that the frontend itself needs; the default platform is this process's, as in the reference. */
export async function marshalState(gateway: Gateway, state: State): Promise<Definition> {
  return marshal(state.output, { platform: hostPlatform(), caps: gateway.capabilities, localUniqueId: newId(gateway) });
}

/** Solves a definition to the one file system that it stands for. */
export async function solveToRef(gateway: Gateway, definition: Definition, evaluate = false): Promise<Reference> {
  const ref = singleRef(await gateway.solve({ definition, evaluate }));
  if (ref === undefined) throw new CodedError('gateway', 'the solve gave no file system');
  return ref;
}

/** A message of the daemon has at most four times this. */
const READ_BYTES = 4 << 20;

/** All of a file, however big; throws when that is more than `limit` bytes. */
export async function readWholeFile(ref: Reference, path: string, limit: number): Promise<Uint8Array> {
  const size = Number((await ref.statFile(path))?.size ?? 0);
  if (size > limit) throw new CodedError('gateway', `${path} is too large: ${size} bytes, of at most ${limit}`);
  if (size <= READ_BYTES) return ref.readFile(path);
  const parts: Uint8Array[] = [];
  for (let offset = 0; offset < size; offset += READ_BYTES) parts.push(await ref.readFile(path, { offset, length: Math.min(READ_BYTES, size - offset) }));
  return Buffer.concat(parts);
}

/** The digest of the vertex that a definition ends in; '' for an empty one. */
export function headDigest(definition: Definition): string {
  const last = definition.ops.at(-1);
  return last === undefined ? '' : decodeOp(last.bytes).inputs[0]?.digest ?? '';
}

/** The sources in a definition, in its order. */
export function sourceOps(definition: Definition): readonly SourceOp[] {
  return definition.ops.map((op) => decodeOp(op.bytes).source).filter((source) => source !== undefined);
}
