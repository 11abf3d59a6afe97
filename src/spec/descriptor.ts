import { CodedError, messageOf } from '../diag/error.ts';
import { isDigest } from './digest.ts';
import type { Digest } from './digest.ts';
import { makePlatform } from './platform.ts';
import type { Platform } from './platform.ts';
import { assertPlainJson } from './plain-json.ts';
import { foldCase } from './strings.ts';

/** What a manifest or index says of a blob (image-spec descriptor.md). Absent maps are empty, an absent type ''. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly artifactType: string;
  readonly annotations: ReadonlyMap<string, string>;
  readonly platform?: Platform;
}

/** image-spec manifest.md, and Docker's image manifest version 2, schema 2. */
export interface Manifest {
  readonly kind: 'manifest';
  readonly mediaType: string;
  readonly artifactType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations: ReadonlyMap<string, string>;
  readonly subject?: Descriptor;
}

/** image-spec image-index.md, and Docker's manifest list. */
export interface ImageIndex {
  readonly kind: 'index';
  readonly mediaType: string;
  readonly artifactType: string;
  readonly manifests: readonly Descriptor[];
  readonly annotations: ReadonlyMap<string, string>;
  readonly subject?: Descriptor;
}

export const MEDIA_TYPES = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
} as const;

/** Whether a media type is that of an index or manifest list. */
export function isIndexType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPES.index || mediaType === MEDIA_TYPES.dockerList;
}

/** Whether a media type is that of an image manifest. */
export function isManifestType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPES.manifest || mediaType === MEDIA_TYPES.dockerManifest;
}

/** Whether an entry of an index is an attestation manifest (BuildKit's attestation-storage.md), not an image. */
export function isAttestation(descriptor: Descriptor): boolean {
  return descriptor.annotations.get('vnd.docker.reference.type') === 'attestation-manifest';
}

/**
 * Reads a manifest or an index; `name` is what messages call it. Throws (code `image`) when it is neither, with the first wrong field.
 * What it is says its own mediaType, or the one it was served with, or else its members.
 */
export function parseManifest(bytes: Uint8Array, name: string, servedAs = ''): Manifest | ImageIndex {
  const json = members(parsePlainJson(bytes, name), name);
  const mediaType = optionalString(json.get('mediaType'), `${name}: mediaType`) || servedAs;
  if (json.get('schemaVersion') !== 2) throw invalid(`${name}: schemaVersion is ${JSON.stringify(json.get('schemaVersion')) ?? 'absent'}, not 2`);
  const common = {
    mediaType,
    artifactType: optionalString(json.get('artifactType'), `${name}: artifactType`),
    annotations: stringMap(json.get('annotations'), `${name}: annotations`),
    ...optional('subject', json.get('subject'), (value) => parseDescriptor(value, `${name}: subject`)),
  };
  const isIndex = isIndexType(mediaType) || (!isManifestType(mediaType) && json.has('manifests'));
  if (isIndex && (json.has('layers') || json.has('config'))) throw invalid(`${name} is an index and has layers or a config: it is ambiguous`);
  if (isIndex) {
    const manifests = list(json.get('manifests') ?? [], `${name}: manifests`).map((each, at) => parseDescriptor(each, `${name}: manifests[${at}]`));
    return { kind: 'index', ...common, manifests };
  }
  if (json.has('manifests')) throw invalid(`${name} is an image manifest and has a list of manifests: it is ambiguous`);
  const config = parseDescriptor(json.get('config'), `${name}: config`);
  const layers = list(json.get('layers'), `${name}: layers`).map((each, at) => parseDescriptor(each, `${name}: layers[${at}]`));
  return { kind: 'manifest', ...common, config, layers };
}

/** A descriptor from JSON; throws (code `image`) with `name` and the first wrong field. */
export function parseDescriptor(value: unknown, name: string): Descriptor {
  const json = members(value, name);
  const digest = json.get('digest');
  const size = json.get('size');
  if (typeof digest !== 'string' || !isDigest(digest)) throw invalid(`${name}.digest is ${JSON.stringify(digest) ?? 'absent'}, not a digest`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw invalid(`${name}.size is ${JSON.stringify(size) ?? 'absent'}, not a number of bytes`);
  return {
    mediaType: optionalString(json.get('mediaType'), `${name}.mediaType`),
    digest,
    size,
    artifactType: optionalString(json.get('artifactType'), `${name}.artifactType`),
    annotations: stringMap(json.get('annotations'), `${name}.annotations`),
    ...optional('platform', json.get('platform'), (platform) => parsePlatformObject(platform, `${name}.platform`)),
  };
}

/** A platform as descriptors and image configs have it. */
export function parsePlatformObject(value: unknown, name: string): Platform {
  const json = members(value, name);
  const field = (key: string): string => optionalString(json.get(key), `${name}.${key}`);
  const features = list(json.get('os.features') ?? [], `${name}.os.features`).filter((each) => typeof each === 'string');
  return makePlatform(field('os'), field('architecture'), field('variant'), field('os.version'), features);
}

/** A JSON text's value; throws (code `image`) with its name. */
export function parseJson(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    throw new CodedError('image', `${name} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

/** Deeper than any image's JSON. */
const MAX_DEPTH = 1000;
/** Members of manifests and configs whose value is an object with names that are data (image-spec, annotations.md and config.md). */
const MAPS: ReadonlySet<string> = new Set(['annotations', 'labels', 'exposedports', 'volumes']);

/**
 * The value of a JSON text that says what an image is. Throws (code `image`) also for what another reader might take for another image: container engines
 * read a member in any case, the last of several, and put objects that come twice together.
 */
export function parsePlainJson(bytes: Uint8Array, name: string): unknown {
  const value = parseJson(bytes, name);
  try {
    assertPlainJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'), { maxDepth: MAX_DEPTH, isStructure: (member) => !MAPS.has(foldCase(member)) });
  } catch (error) {
    throw new CodedError('image', `${name} is ambiguous: ${messageOf(error)}`, { cause: error });
  }
  return value;
}

/** The members of a JSON object, whose names are data; throws (code `image`) when it is none. */
export function members(value: unknown, name: string): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${name} is ${value === undefined ? 'absent' : 'not a JSON object'}`);
  return new Map(Object.entries(value));
}

/** The items of a JSON list; throws (code `image`) when it is none. */
export function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(`${name} is ${value === undefined ? 'absent' : 'not a list'}`);
  return value as readonly unknown[];
}

function optional<K extends string, T>(key: K, value: unknown, parse: (value: unknown) => T): { readonly [P in K]?: T } {
  return (value === undefined || value === null ? {} : { [key]: parse(value) }) as { readonly [P in K]?: T };
}

function optionalString(value: unknown, name: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw invalid(`${name} is not a string`);
  return value;
}

function stringMap(value: unknown, name: string): ReadonlyMap<string, string> {
  if (value === undefined || value === null) return new Map();
  return new Map([...members(value, name)].map(([key, item]) => [key, optionalString(item, `${name}[${JSON.stringify(key)}]`)]));
}

function invalid(message: string): CodedError {
  return new CodedError('image', message);
}
