import { CodedError } from '../diag/error.ts';
import { ATTRS } from './attrs.ts';
import { CAPS } from './caps.ts';
import { encodeOp, platformOf } from './op.ts';
import type { EncodedOp, OpContext } from './op.ts';
import type { SourceVertex } from './types.ts';

/** The op of a source (llb's SourceOp.Marshal); throws the error that the source was made with. */
export function encodeSource(vertex: SourceVertex, context: OpContext): EncodedOp {
  if (vertex.error !== undefined) throw vertex.error;
  if (vertex.identifier === '') throw new CodedError('convert', "source identifier can't be empty");
  const caps = [...(vertex.caps ?? [])];
  let attrs = vertex.attrs;
  if (vertex.identifier.startsWith('local://') && !attrs.has(ATTRS.localSessionId)) {
    if (!attrs.has(ATTRS.localUniqueId)) attrs = new Map([...attrs, [ATTRS.localUniqueId, context.localUniqueId]]);
    caps.push(CAPS.sourceLocalUnique);
  }
  const platform = isPlatformSpecific(vertex.identifier) ? platformOf(context, vertex.constraints) : undefined;
  return { bytes: encodeOp({ source: { identifier: vertex.identifier, attrs } }, [], platform), caps };
}

function isPlatformSpecific(identifier: string): boolean {
  return identifier.startsWith('docker-image://') || identifier.startsWith('oci-layout://');
}
