import { CodedError } from '../diag/error.ts';
import type { Messages } from '../pb/schema.ts';
import type { Digest } from '../spec/digest.ts';
import { decodeOp } from './definition-pb.ts';
import type { Definition, DefinitionVertex, Output, SourceLocation } from './types.ts';

interface DecodedOp {
  readonly bytes: Uint8Array;
  readonly op: Messages['pb.Op'];
}

/**
 * The result of a definition that came from elsewhere, to build on (llb.NewDefinitionOp). Its ops go into what is built as they are.
 * Undefined for a definition without ops; throws llb's text when it is malformed.
 */
export function definitionVertex(definition: Definition): Output | undefined {
  if (definition.metadata.size === 0) throw new CodedError('convert', 'invalid nil input definition to definition op');
  const ops = new Map<string, DecodedOp>();
  for (const { digest, bytes } of definition.ops) ops.set(digest, { bytes, op: decodeOp(bytes) });
  const last = definition.ops.at(-1);
  if (last === undefined) return undefined;
  const edge = ops.get(last.digest)?.op.inputs[0];
  if (edge === undefined) throw new CodedError('convert', 'invalid definition op with no inputs in its last op');
  return new InputGraph(definition, ops).output(edge);
}

/** The vertices of one definition: one for each output that is used, as llb has them. */
class InputGraph {
  readonly #definition: Definition;
  readonly #ops: ReadonlyMap<string, DecodedOp>;
  readonly #locations: ReadonlyMap<Digest, readonly SourceLocation[]>;
  readonly #vertices = new Map<string, DefinitionVertex>();

  constructor(definition: Definition, ops: ReadonlyMap<string, DecodedOp>) {
    this.#definition = definition;
    this.#ops = ops;
    this.#locations = locationsOf(definition);
  }

  output(edge: Messages['pb.Input']): Output {
    const index = Number(edge.index);
    if (index < 0) throw new CodedError('convert', 'invalid definition op with invalid index');
    const key = `${edge.digest} ${index}`;
    const known = this.#vertices.get(key);
    if (known !== undefined) return { vertex: known, index };
    const vertex = this.#make(edge.digest as Digest);
    this.#vertices.set(key, vertex);
    return { vertex, index };
  }

  #make(digest: Digest): DefinitionVertex {
    const decoded = this.#ops.get(digest);
    const metadata = this.#definition.metadata.get(digest);
    if (decoded === undefined) throw new CodedError('convert', `invalid definition op with unknown op "${digest}"`);
    if (metadata === undefined) throw new CodedError('convert', `invalid definition op with unknown metas "${digest}"`);
    let inputs: readonly Output[] | undefined;
    return {
      kind: 'definition',
      digest,
      bytes: decoded.bytes,
      metadata,
      locations: this.#locations.get(digest) ?? [],
      inputs: () => (inputs ??= decoded.op.inputs.map((edge) => this.output(edge))),
    };
  }
}

function locationsOf({ source }: Definition): ReadonlyMap<Digest, readonly SourceLocation[]> {
  if (source === undefined) return new Map();
  return new Map(Array.from(source.locations, ([digest, places]) => [digest, places.map(({ sourceIndex, ranges }) => {
    const sourceMap = source.infos[sourceIndex];
    if (sourceMap === undefined) throw new CodedError('convert', `failed to find source map with index ${sourceIndex}`);
    return { sourceMap, ranges };
  })]));
}
