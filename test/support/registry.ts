import type { Index, Manifest } from './build.ts';

/** Reads and writes one registry over plain http. References are `HOST:PORT/NAME:TAG` or `…@sha256:…`. */
export interface RegistryClient {
  /** The manifest or index as bytes; undefined when there is none. */
  manifest(reference: string): Promise<{ readonly digest: string; readonly mediaType: string; readonly bytes: Buffer; readonly json: Manifest | Index } | undefined>;
  /** The digest that a reference has now; throws when there is none. */
  digest(reference: string): Promise<string>;
  blob(reference: string, digest: string): Promise<Buffer>;
  /** Points `to` at what `from` names: moves a tag. Same registry; blobs are mounted when the names differ. */
  tag(from: string, to: string): Promise<string>;
  /** Uploads a layout folder's root under a reference and returns its digest. */
  pushLayout(folder: string, reference: string): Promise<string>;
  /** Uploads an image of one layer made of these files (path → content; a trailing '/' makes a folder). Returns its digest. */
  pushFiles(reference: string, files: Readonly<Record<string, string | Uint8Array>>, config?: Readonly<Record<string, unknown>>): Promise<string>;
  putManifest(reference: string, mediaType: string, bytes: Uint8Array): Promise<string>;
  putBlob(reference: string, bytes: Uint8Array): Promise<string>;
}
