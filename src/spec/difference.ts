import type { EntryType } from './layer-entry.ts';

/**
 * How two images compare. `equal`: one digest. `repacked`: a container of either sees the same; compression, order, layers' borders or the like
 * differ. `different`: a container, or somebody who inspects the image, sees something else.
 */
export type Verdict = 'equal' | 'repacked' | 'different';

/** Why something differs. What each means, and what removes it, is in `compare/causes.ts`. */
export type Cause =
  | 'timestamp' | 'embedded-date' | 'archive-timestamp' | 'shadow-date' | 'pyc' | 'log' | 'ldconfig-cache' | 'package-cache' | 'cache' | 'backup' | 'machine-id' | 'tool-state'
  | 'package-version' | 'package-database' | 'key-material' | 'keystore' | 'database' | 'host-name' | 'line-order' | 'content' | 'only-one-side'
  | 'mode' | 'owner' | 'type' | 'link' | 'hard-link' | 'device' | 'extended-attribute'
  | 'config' | 'history' | 'platform'
  | 'compression' | 'order' | 'layer-split' | 'tar-header' | 'access-time' | 'media-type' | 'annotation' | 'json-encoding' | 'attestation';

/** Which part of an image a difference is in. */
export type Scope = 'index' | 'platform' | 'manifest' | 'config' | 'layer' | 'entry';

/** One field that differs; '' for a side that lacks it. */
export interface Change {
  /** `modified`, `content`, `mode` …; for JSON `value`. */
  readonly field: string;
  readonly a: string;
  readonly b: string;
  readonly cause: Cause;
  /** What removes the difference, where it is another than the cause's own. */
  readonly remedy?: string;
}

/** How the contents of a file differ: lines of a unified diff, or the first bytes that differ. */
export type ContentDifference =
  | { readonly kind: 'text'; readonly lines: readonly string[]; readonly isCut: boolean }
  | { readonly kind: 'binary'; readonly offset: number; readonly a: string; readonly b: string };

/** One thing that differs, with all its fields that do. */
export interface Difference {
  readonly scope: Scope;
  /** Of a layer or an entry: which of the platform's `layers`. */
  readonly layer?: number;
  /** The entry's path, `/` first; of JSON the member's path; else what it is. */
  readonly subject: string;
  readonly presence: 'both' | 'only-a' | 'only-b';
  readonly entryType?: EntryType;
  /** Bytes of content on each side. */
  readonly sizes?: readonly [a: number, b: number];
  readonly changes: readonly Change[];
  readonly content?: ContentDifference;
}

/** A layer of one side, as far as it is known. */
export interface LayerSide {
  /** From 0. */
  readonly index: number;
  readonly digest: string;
  readonly diffId: string;
  readonly mediaType: string;
  /** Bytes as packed. */
  readonly size: number;
  /** Both are absent of a layer that was not read. */
  readonly unpackedSize?: number;
  readonly compression?: string;
}

/** A layer of each side, or several where a border is in another place. */
export interface LayerComparison {
  readonly verdict: Verdict;
  readonly a: readonly LayerSide[];
  readonly b: readonly LayerSide[];
  /** The instruction that made it, by the history of the config. */
  readonly createdBy: string;
  /** Entries that were compared; 0 when digests said enough. */
  readonly entries: number;
  readonly differences: number;
}

/** A package that is installed in another version, or on one side only ('' on the other). */
export interface PackageChange {
  readonly system: 'dpkg' | 'apk';
  readonly name: string;
  readonly a: string;
  readonly b: string;
}

export interface PlatformComparison {
  /** `os/architecture[/variant]`. */
  readonly platform: string;
  readonly verdict: Verdict;
  /** Digests of the manifests, or of the configs where an image has no manifest. */
  readonly a: string;
  readonly b: string;
  readonly layers: readonly LayerComparison[];
  readonly packages: readonly PackageChange[];
  readonly differences: readonly Difference[];
  /** Differences that are counted and not listed, since there are too many. */
  readonly omitted: number;
}

/** How often a cause was found. */
export interface CauseCount {
  readonly cause: Cause;
  readonly title: string;
  readonly remedy: string;
  /** Whether it is of the packing alone. */
  readonly isPacking: boolean;
  readonly count: number;
  /** Changes of this cause that the user wants to be ignored. */
  readonly ignored: number;
}

/** All that is known of two addresses. */
export interface Comparison {
  readonly verdict: Verdict;
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  readonly platforms: readonly PlatformComparison[];
  /** Of the index, and platforms that one side lacks. */
  readonly differences: readonly Difference[];
  readonly causes: readonly CauseCount[];
  /** What was not looked at, in sentences. */
  readonly notes: readonly string[];
}

export interface ComparedSide {
  readonly address: string;
  /** `registry`, `oci-layout` and so on. */
  readonly kind: string;
  /** Of what the address names; '' where it has none. */
  readonly digest: string;
}
