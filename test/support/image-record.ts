import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildResult } from './build.ts';
import { projectFolder } from './cache.ts';
import { IMAGE_FILES, NODE_SCRIPTS } from './image.ts';
import { architecture } from './registry.ts';
import { versions } from './versions.ts';

/** What the frontend's image came out as, and all that decides on it. */
export interface ImageRecord {
  /** SHA-256 of the files of the tree that it is made of. */
  readonly tree: Readonly<Record<string, string>>;
  /** Versions of what is in it from elsewhere, and of what made it. */
  readonly world: Readonly<Record<string, string>>;
  /** The processor, which V8's snapshot depends on. */
  readonly processor: string;
  /** Digests, lowest first: Node with its libraries, the snapshot, the check of signatures. */
  readonly layers: readonly string[];
  readonly manifest: string;
}

/** What an SBOM of the image says of packages (SPDX). */
interface Packages {
  readonly packages: readonly { readonly name: string; readonly versionInfo: string; readonly externalRefs: readonly { readonly referenceLocator: string }[] }[];
}

/** The records by platform: frontend.digest.json. */
export const RECORD_FILE = join(projectFolder, 'frontend.digest.json');
export const RECORD_PLATFORM = `linux/${architecture()}`;
/** Of a build that is recorded. */
export const RECORD_EPOCH = 1_700_000_000;

/** The record of this platform; undefined when there is none. */
export function readRecord(): ImageRecord | undefined {
  if (!existsSync(RECORD_FILE)) return undefined;
  return (JSON.parse(readFileSync(RECORD_FILE, 'utf8')) as Readonly<Record<string, ImageRecord>>)[RECORD_PLATFORM];
}

/** The record of a build with an SBOM. */
export function recordOf(build: BuildResult): ImageRecord {
  const sbom = build.layout.attestations(build.manifestDigest).find(({ predicateType }) => predicateType === 'https://spdx.dev/Document')?.statement['predicate'] as Packages;
  const parts = sbom.packages.filter(({ name, externalRefs: [reference] }) => reference?.referenceLocator.startsWith('pkg:deb/') === true || name === 'node');
  const hash = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');
  return {
    tree: Object.fromEntries(['frontend.Dockerfile', ...IMAGE_FILES].map((path) => [path, hash(readFileSync(join(projectFolder, path)))])),
    world: { buildkit: versions.buildkit, ...Object.fromEntries(parts.map(({ name, versionInfo }) => [name, versionInfo] as const).sort(([a], [b]) => (a < b ? -1 : 1))) },
    processor: hash((readFileSync('/proc/cpuinfo', 'utf8').match(/^(?:model name|flags|Features)\s*:.*$/gm) ?? []).slice(0, 2).join('\n')).slice(0, 16),
    layers: build.image.layers.map(({ descriptor }) => descriptor.digest),
    manifest: build.manifestDigest,
  };
}

export interface RecordComparison {
  /** Inputs that are not those of the record; with none, all must be equal. */
  readonly changed: readonly string[];
  /** What differs though its inputs do not. */
  readonly wrong: readonly string[];
}

/** Holds a build against a record: Node's layer where that is made of the same, the whole image where all is. */
export function compareRecords(record: ImageRecord, now: ImageRecord): RecordComparison {
  const differing = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): readonly string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => a[key] !== b[key]).sort();
  const tree = differing(record.tree, now.tree);
  const world = differing(record.world, now.world);
  const changed = [...tree, ...world, ...(record.processor === now.processor ? [] : ['the processor'])];
  const runtimeIsSame = world.length === 0 && !['frontend.Dockerfile', ...NODE_SCRIPTS].some((path) => tree.includes(path));
  const wrong = [
    ...(runtimeIsSame && record.layers[0] !== now.layers[0] ? [`Node's layer is ${now.layers[0]}, recorded ${record.layers[0]}`] : []),
    ...(changed.length === 0 && record.manifest !== now.manifest ? [`the image is ${now.manifest}, recorded ${record.manifest}`] : []),
  ];
  return { changed, wrong };
}
