import type { Digest } from '../spec/digest.ts';
import type { Platform } from '../spec/platform.ts';
import type { Reference } from '../spec/reference.ts';

/** The SLSA predicate, or the other document, that the facts come from. */
export type ProvenanceForm = 'slsa-v1' | 'slsa-v0.2' | 'source-policy';

/** What a provenance statement is about. */
export interface Subject {
  readonly name: string;
  /** By algorithm: `sha256` → hexadecimal digits. */
  readonly digest: ReadonlyMap<string, string>;
}

/** Something from outside that the build read. `uri` is as the provenance has it. */
export type Material =
  | { readonly kind: 'image'; readonly uri: string; /** From an OCI layout, not a registry. */ readonly local: boolean; readonly reference: Reference; readonly platform?: Platform; readonly digest: Digest }
  | { readonly kind: 'git'; readonly uri: string; readonly remote: string; readonly ref: string; readonly commit: string }
  | { readonly kind: 'http'; readonly uri: string; readonly digest: Digest }
  | { readonly kind: 'other'; readonly uri: string; readonly digest: ReadonlyMap<string, string> };

export interface ConfigSource {
  readonly uri: string;
  readonly digest: ReadonlyMap<string, string>;
  /** The Dockerfile's path in it, '' when not told. */
  readonly path: string;
}

/** The request that started the build. */
export interface BuildRequest {
  readonly frontend: string;
  readonly args: ReadonlyMap<string, string>;
  readonly secrets: readonly { readonly id: string; readonly optional: boolean }[];
  readonly ssh: readonly { readonly id: string; readonly optional: boolean }[];
  readonly locals: readonly string[];
  /** The outermost request, when this one was made by a frontend (`# syntax=`). */
  readonly root?: { readonly configSource: ConfigSource; readonly request?: BuildRequest };
}

/** A source file that the definition of the build points to: the Dockerfile. */
export interface SourceFile {
  readonly filename: string;
  readonly language: string;
  readonly data: Uint8Array;
}

/** The process of an exec op. */
export interface RecordedCommand {
  readonly args: readonly string[];
  /** `KEY=VALUE` */
  readonly env: readonly string[];
}

/** How an image was built, in one form for all that it can be written in. */
export interface Provenance {
  /** Where it was read, for messages. */
  readonly name: string;
  readonly form: ProvenanceForm;
  /** Who signed it, when that was asked for and found true. */
  readonly signer?: string;
  readonly subjects: readonly Subject[];
  readonly builderId: string;
  readonly materials: readonly Material[];
  readonly configSource: ConfigSource;
  readonly request: BuildRequest;
  /** The platform of the builder, as written. */
  readonly builderPlatform: string;
  /** Seconds since 1970. */
  readonly startedOn?: bigint;
  readonly finishedOn?: bigint;
  /** Whether the request and the materials are told in full. */
  readonly complete: { readonly request: boolean; readonly materials: boolean };
  /** With mode=max only. */
  readonly sourceFiles: readonly SourceFile[];
  /** What the build graph runs; undefined when the graph is not told (mode=min). */
  readonly commands?: readonly RecordedCommand[];
}
