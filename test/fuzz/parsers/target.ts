import { decodeText } from '../../../src/spec/bytes.ts';

/** A reader of what strangers write. */
export interface Target {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  /** Pieces that the format is made of. */
  readonly words: readonly string[];
  /** Reads an input; what it gives is measured. What it throws must be an error that the program throws on purpose. */
  readonly run: (bytes: Uint8Array) => unknown;
  /** Bytes that a result may hold for each of the input's. */
  readonly growth: number;
  /** Makes the checksums of a changed input good again. */
  readonly repair?: (bytes: Uint8Array) => Uint8Array;
}

export const bytesOf = (all: readonly string[]): readonly Uint8Array[] => all.map((each) => Buffer.from(each));

/** A target that reads text. */
export function text(name: string, run: (text: string) => unknown, seeds: readonly string[], words: readonly string[] = [], growth = 64): Target {
  return { name, seeds: bytesOf(seeds), words, growth, run: (bytes) => run(decodeText(bytes)) };
}

export function bytes(name: string, run: (bytes: Uint8Array) => unknown, seeds: readonly Uint8Array[], words: readonly string[] = [], growth = 64): Target {
  return { name, seeds, words, growth, run };
}
