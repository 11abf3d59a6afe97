import { encodeMessage, encodeToKeep } from '../pb/codec.ts';
import { KnownOf } from '../spec/known.ts';
import type { Platform } from '../spec/platform.ts';
import type { CapSet, Constraints, Output } from './types.ts';

/** An edge in an op's bytes: another op's digest and which of its outputs. */
export interface Input {
  readonly digest: string;
  readonly index: number;
}

/** What is the same for all ops of a definition. */
export interface OpContext {
  readonly platform: Platform;
  readonly caps: CapSet | undefined;
  /** `local.unique` of local sources that have neither that nor a session. */
  readonly localUniqueId: string;
  /** The edge to an output; undefined for scratch. The vertex is marshalled already. */
  readonly input: (output: Output | undefined) => Input | undefined;
}

/** An op's bytes and the capabilities that it needs. */
export interface EncodedOp {
  readonly bytes: Uint8Array;
  readonly caps: readonly string[];
}

/** The inputs of an op, each edge once, in the order in which they are first asked for. */
export class InputList {
  readonly inputs: Input[] = [];

  /** The position of an edge in the list; -1 for scratch. */
  add(input: Input | undefined): number {
    if (input === undefined) return -1;
    for (let at = 0; at < this.inputs.length; at++) {
      const known = this.inputs[at];
      if (known?.digest === input.digest && known.index === input.index) return at;
    }
    return this.inputs.push(input) - 1;
  }
}

/** The platform that an op runs on: the constraints', else the given one, else the definition's. */
export function platformOf(context: OpContext, constraints: Constraints, fallback?: Platform): Platform {
  return constraints.platform ?? fallback ?? context.platform;
}

/** The bytes of a pb.Op. Ops without a platform are the same on all. */
export function encodeOp(kind: object, inputs: readonly Input[], platform?: Platform): Uint8Array {
  return encodeMessage('pb.Op', { inputs, platform: platform === undefined ? undefined : platforms.get(platform, encodePlatform), constraints: {}, ...kind });
}

/** A build has few, and many ops for each. */
const platforms = new KnownOf<Platform, Uint8Array>();

function encodePlatform({ architecture, os, variant = '', osVersion = '', osFeatures = [] }: Platform): Uint8Array {
  return encodeToKeep('pb.Platform', { Architecture: architecture, OS: os, Variant: variant, OSVersion: osVersion, OSFeatures: osFeatures });
}
