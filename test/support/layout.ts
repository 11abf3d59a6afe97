import type { Descriptor, ImageView, Index } from './build.ts';
import type { TarEntry } from './tar.ts';

/** An OCI image layout in a folder. */
export interface Layout {
  readonly folder: string;
  readonly index: Index;
  /** The descriptor that index.json names (an index itself when attestations are attached). */
  readonly root: Descriptor;
  blob(digest: string): Buffer;
  json<T>(digest: string): T;
  /** All images but attestations, in index order. */
  images(): readonly ImageView[];
  /** The in-toto statements attached to an image (provenance, sbom). */
  attestations(manifestDigest: string): readonly { readonly predicateType: string; readonly statement: Readonly<Record<string, unknown>> }[];
}

/** One layer, decompressed when asked. */
export interface LayerView {
  readonly descriptor: Descriptor;
  readonly diffId: string;
  /** Every tar entry by path, with no leading './' or '/' and no trailing '/'. */
  entries(): ReadonlyMap<string, TarEntry>;
  /** A regular file's text; throws when it is not there. */
  text(path: string): string;
}
