import type { Descriptor, ImageIndex, Manifest } from '../spec/descriptor.ts';
import type { KeepContent, LayerEntry } from '../spec/layer-entry.ts';

/** What comparing needs of an image of one platform. */
export interface ComparedImage {
  readonly manifest?: { readonly digest: string; readonly bytes: Uint8Array; readonly value: Manifest };
  readonly config?: { readonly digest: string; readonly bytes: Uint8Array };
  readonly layers: readonly ComparedLayer[];
}

export interface ComparedLayer {
  readonly descriptor?: Descriptor;
  readonly diffId?: string;
  readonly packedSize: number;
  /** Its members in order, some at a time; reads it anew at each call. */
  entries(options: { readonly keep: KeepContent; readonly progress?: (bytes: number) => void }): AsyncGenerator<readonly LayerEntry[], LayerFacts>;
}

/** What is known of a layer after it was read. */
export interface LayerFacts {
  readonly compression: string;
  readonly unpackedSize: number;
}

/** What comparing needs of an address: its index, if it has one. */
export interface ComparedRoot {
  readonly mediaType: string;
  readonly digest: string;
  readonly index?: ImageIndex;
}
