import { encodeMessage } from '../pb/codec.ts';
import { digestOf } from '../spec/digest.ts';
import type { Digest } from '../spec/digest.ts';
import { joinLists } from '../spec/known.ts';
import type { Platform } from '../spec/platform.ts';
import { CAPS } from './caps.ts';
import { mergeMetadata, metadataOf } from './constraints.ts';
import { encodeExec } from './op-exec.ts';
import { chainSources, encodeFile } from './op-file.ts';
import { encodeDiff, encodeMerge } from './op-layers.ts';
import { encodeSource } from './op-source.ts';
import type { EncodedOp, Input, OpContext } from './op.ts';
import { sortMounts } from './mounts.ts';
import { SourceMapCollector } from './sourcemap.ts';
import type { CapSet, Definition, ExecMount, LateOutput, OpMetadata, Output, SourceLocation, Vertex } from './types.ts';

/** What ops get that do not say otherwise (the llb.ConstraintsOpt of State.Marshal). */
export interface MarshalDefaults {
  readonly platform: Platform;
  readonly caps?: CapSet;
  /** `local.unique` of local sources that have neither that nor a session. */
  readonly localUniqueId?: string;
  /**
   * What was marshalled before with these capabilities: those that an op asked for then it goes on asking for, since llb's addCap
   * notes them in the vertex.
   */
  readonly earlier?: { readonly vertices: ReadonlySet<Vertex>; readonly caps: CapSet };
}

/** An output whose vertex is known. */
interface KnownOutput {
  readonly vertex: Vertex;
  readonly index: number;
}

interface MarshalledOp {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  readonly metadata: OpMetadata;
  readonly locations: readonly SourceLocation[];
}

/** A vertex on the way down, with those of its inputs that are still to come. */
interface Frame {
  readonly vertex: Vertex;
  readonly inputs: readonly Output[];
  next: number;
}

/**
 * The definition of everything that `output` needs, as llb's State.Marshal gives it: inputs before what uses them, each op once, the
 * terminal op last. Empty for scratch. Throws what the making of an op throws, and what a late output throws.
 */
export async function marshal(output: Output | undefined, defaults: MarshalDefaults): Promise<Definition> {
  return new Marshaller(defaults).run(output);
}

/** The vertices of everything that `output` needs. Throws as marshal does. */
export async function verticesOf(output: Output | undefined, defaults: MarshalDefaults): Promise<ReadonlySet<Vertex>> {
  const marshaller = new Marshaller(defaults);
  await marshaller.run(output);
  return marshaller.vertices();
}

class Marshaller {
  readonly #context: OpContext;
  readonly #earlier: MarshalDefaults['earlier'];
  readonly #done = new Map<Vertex, MarshalledOp>();
  readonly #late = new Map<LateOutput, KnownOutput | undefined>();
  readonly #ops = new Map<Digest, Uint8Array>();
  readonly #metadata = new Map<Digest, OpMetadata>();
  readonly #sources = new SourceMapCollector();

  constructor(defaults: MarshalDefaults) {
    this.#context = {
      platform: defaults.platform,
      caps: defaults.caps,
      localUniqueId: defaults.localUniqueId ?? '',
      input: (output) => this.#input(output),
    };
    this.#earlier = defaults.earlier;
  }

  vertices(): ReadonlySet<Vertex> {
    return new Set(this.#done.keys());
  }

  async run(output: Output | undefined): Promise<Definition> {
    await this.#resolve(output);
    const root = this.#known(output);
    if (root === undefined) return { ops: [], metadata: new Map() };
    await this.#walk(root.vertex);
    this.#addTerminal(root);
    // By forEach, since the iterator of a map makes a list for each entry.
    const ops: { digest: Digest; bytes: Uint8Array }[] = [];
    this.#ops.forEach((bytes, digest) => ops.push({ digest, bytes }));
    return { ops, metadata: this.#metadata, source: this.#sources.finish() };
  }

  /** Marshals a vertex and all below it, inputs first. Not recursive: graphs are deeper than the stack. */
  async #walk(root: Vertex): Promise<void> {
    const stack: Frame[] = [{ vertex: root, inputs: inputsOf(root), next: 0 }];
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const input = frame.inputs[frame.next++];
      if (input === undefined) {
        this.#marshalVertex(frame.vertex);
        stack.pop();
        continue;
      }
      if (input.vertex.kind === 'late' && !this.#late.has(input.vertex)) await this.#resolve(input);
      const vertex = this.#known(input)?.vertex;
      if (vertex !== undefined && !this.#done.has(vertex)) stack.push({ vertex, inputs: inputsOf(vertex), next: 0 });
    }
  }

  #marshalVertex(vertex: Vertex): void {
    if (this.#done.has(vertex)) return;
    const op = makeOp(vertex, this.#context, this.#earlier?.vertices.has(vertex) === true ? this.#earlier.caps : undefined);
    this.#done.set(vertex, op);
    this.#metadata.set(op.digest, mergeMetadata(this.#metadata.get(op.digest), op.metadata));
    this.#sources.add(op.digest, op.locations);
    if (!this.#ops.has(op.digest)) this.#ops.set(op.digest, op.bytes);
  }

  /** The last op has nothing but the edge to the result. */
  #addTerminal(root: KnownOutput): void {
    const bytes = encodeMessage('pb.Op', { inputs: [this.#input(root)] });
    const all = [...this.#metadata.values()];
    const caps: string[] = [CAPS.constraints, CAPS.platform];
    if (all.some((metadata) => metadata.ignoreCache)) caps.push(CAPS.metaIgnoreCache);
    if (all.some((metadata) => metadata.description.size > 0)) caps.push(CAPS.metaDescription);
    if (all.some((metadata) => metadata.exportCache !== undefined)) caps.push(CAPS.metaExportCache);
    const digest = digestOf(bytes);
    this.#ops.set(digest, bytes);
    this.#metadata.set(digest, metadataOf({}, caps));
  }

  /** Finds out what a late output stands for. */
  async #resolve(output: Output | undefined): Promise<void> {
    let current = output;
    const seen: LateOutput[] = [];
    while (current?.vertex.kind === 'late' && !this.#late.has(current.vertex)) {
      seen.push(current.vertex);
      current = await current.vertex.resolve();
    }
    const known = this.#known(current);
    for (const late of seen) this.#late.set(late, known);
  }

  #known(output: Output | undefined): KnownOutput | undefined {
    if (output === undefined) return undefined;
    return output.vertex.kind === 'late' ? this.#late.get(output.vertex) : (output as KnownOutput);
  }

  #input(output: Output | undefined): Input | undefined {
    const known = this.#known(output);
    if (known === undefined) return undefined;
    const op = this.#done.get(known.vertex);
    if (op === undefined) throw new Error('an op is used before it is marshalled');
    return { digest: op.digest, index: known.index };
  }
}

/** The vertices below, in the order in which llb visits them. */
function inputsOf(vertex: Vertex): readonly Output[] {
  switch (vertex.kind) {
    case 'source': return [];
    case 'exec': return sourcesOf(sortMounts(vertex.mounts));
    case 'file': return chainSources(vertex);
    case 'merge': return vertex.inputs;
    case 'diff': return present([vertex.lower, vertex.upper]);
    case 'definition': return vertex.inputs();
  }
}

/** By index, since the iterator of a list, and what it gives, are objects. */
function sourcesOf(mounts: readonly ExecMount[]): readonly Output[] {
  const sources: Output[] = [];
  for (let index = 0; index < mounts.length; index++) {
    const source = mounts[index]?.source;
    if (source !== undefined) sources.push(source);
  }
  return sources;
}

function present(outputs: readonly (Output | undefined)[]): readonly Output[] {
  return outputs.filter((output) => output !== undefined);
}

function makeOp(vertex: Vertex, context: OpContext, earlierCaps: CapSet | undefined): MarshalledOp {
  if (vertex.kind === 'definition') return vertex;
  const { bytes, caps } = encodeVertex(vertex, context);
  const earlier = earlierCaps === undefined ? undefined : encodeVertex(vertex, { ...context, caps: earlierCaps }).caps;
  return { digest: digestOf(bytes), bytes, metadata: metadataOf(vertex.constraints, joinLists(caps, earlier)), locations: vertex.constraints.locations ?? [] };
}

function encodeVertex(vertex: Exclude<Vertex, { kind: 'definition' }>, context: OpContext): EncodedOp {
  switch (vertex.kind) {
    case 'source': return encodeSource(vertex, context);
    case 'exec': return encodeExec(vertex, context);
    case 'file': return encodeFile(vertex, context);
    case 'merge': return encodeMerge(vertex, context);
    case 'diff': return encodeDiff(vertex, context);
  }
}
