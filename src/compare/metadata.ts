import { isAttestation, parseJson } from '../spec/descriptor.ts';
import type { Cause, Change, Difference, Scope } from '../spec/difference.ts';
import type { ComparedImage, ComparedRoot } from './view.ts';

/** One member that differs in two JSON values; '' where it is absent. */
interface JsonChange {
  readonly path: readonly string[];
  readonly a: unknown;
  readonly b: unknown;
}

const CREATED = 'org.opencontainers.image.created';
/** What eStargz (containerd/stargz-snapshotter, docs/estargz.md) writes beside a layer that it packed. */
export const STARGZ_TOC = 'containerd.io/snapshot/stargz/toc.digest';
const STARGZ_ANNOTATIONS: ReadonlySet<string> = new Set([STARGZ_TOC, 'io.containers.estargz.uncompressed-size']);

/**
 * What differs between two manifests, but for the digests and sizes of config and layers, which other parts explain. Layers' other members are
 * compared where both manifests have as many. Throws (code `image`) when one is not JSON.
 */
export function compareManifests(a: NonNullable<ComparedImage['manifest']>, b: NonNullable<ComparedImage['manifest']>, name: string): readonly Difference[] {
  const changes: JsonChange[] = [];
  compareJson(parseJson(a.bytes, `${name}: the manifest`), parseJson(b.bytes, `${name}: the manifest`), [], changes);
  const hasSameLayers = a.value.layers.length === b.value.layers.length;
  const isExplained = ({ path }: JsonChange): boolean =>
    (path[0] === 'layers' && (!hasSameLayers || path[2] === 'digest' || path[2] === 'size')) || (path[0] === 'config' && (path[1] === 'digest' || path[1] === 'size'));
  if (changes.length === 0) return [difference('manifest', 'encoding', [{ field: 'bytes', a: `${a.bytes.length} bytes`, b: `${b.bytes.length} bytes`, cause: 'json-encoding' }])];
  return changes.filter((change) => !isExplained(change)).map((change) => toDifference('manifest', change, causeOfManifest(change)));
}

function causeOfManifest({ path, a, b }: JsonChange): Cause {
  const name = path.at(-1) ?? '';
  if (name === CREATED) return 'timestamp';
  if (STARGZ_ANNOTATIONS.has(name)) return 'compression';
  if (path[0] === 'layers' && name === 'mediaType' && withoutCompression(a) === withoutCompression(b)) return 'compression';
  return path.at(-1) === 'mediaType' || path[0] === 'artifactType' ? 'media-type' : 'annotation';
}

/** A layer's media type without how it is packed: `…layer.v1.tar` of `…layer.v1.tar+zstd`. */
function withoutCompression(mediaType: unknown): string {
  return String(mediaType).replace(/[.+](?:gzip|zstd)$/, '');
}

function toDifference(scope: Scope, { path, a, b }: JsonChange, cause: Cause): Difference {
  return { ...difference(scope, showPath(path), [{ field: 'value', a: show(a), b: show(b), cause }]), presence: b === undefined ? 'only-a' : a === undefined ? 'only-b' : 'both' };
}

/** What differs between two maps of annotations. */
function compareAnnotations(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): readonly Difference[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((key) => a.get(key) !== b.get(key)).map((key) =>
    difference('index', `annotations[${JSON.stringify(key)}]`, [{ field: 'value', a: a.get(key) ?? '', b: b.get(key) ?? '', cause: key === CREATED ? 'timestamp' : 'annotation' }]));
}

/** What differs between two addresses above their images. */
export function compareRoots(a: ComparedRoot, b: ComparedRoot): readonly Difference[] {
  const found: Difference[] = [];
  if (a.index === undefined || b.index === undefined) {
    // A folder and an archive of docker save have none.
    if (a.mediaType !== '' && b.mediaType !== '' && a.mediaType !== b.mediaType) found.push(difference('index', 'mediaType', [{ field: 'value', a: a.mediaType, b: b.mediaType, cause: 'media-type' }]));
    return found;
  }
  if (a.index.mediaType !== b.index.mediaType) found.push(difference('index', 'mediaType', [{ field: 'value', a: a.index.mediaType, b: b.index.mediaType, cause: 'media-type' }]));
  found.push(...compareAnnotations(a.index.annotations, b.index.annotations));
  const attestations = ({ index }: ComparedRoot): string => (index?.manifests ?? []).filter(isAttestation).map(({ digest }) => digest).join(' ');
  if (attestations(a) !== attestations(b)) found.push(difference('index', 'attestations', [{ field: 'value', a: attestations(a), b: attestations(b), cause: 'attestation' }]));
  return found;
}

/** What differs between two image configs, but for the diff IDs, which the layers explain. Throws (code `image`) when one is not JSON. */
export function compareConfigs(a: NonNullable<ComparedImage['config']>, b: NonNullable<ComparedImage['config']>, name: string): readonly Difference[] {
  if (a.digest === b.digest) return [];
  const [left, right] = [parseJson(a.bytes, `${name}: the config`), parseJson(b.bytes, `${name}: the config`)];
  const changes: JsonChange[] = [];
  compareJson(left, right, [], changes);
  const shown = changes.filter(({ path }) => !(path[0] === 'rootfs' && path[1] === 'diff_ids'));
  if (changes.length === 0) return [difference('config', 'encoding', [{ field: 'bytes', a: `${a.bytes.length} bytes`, b: `${b.bytes.length} bytes`, cause: 'json-encoding' }])];
  return shown.map((change) => toDifference('config', change, causeOfMember(change.path)));
}

function causeOfMember(path: readonly string[]): Cause {
  if (path.at(-1) === 'created' && (path.length === 1 || path[0] === 'history')) return 'timestamp';
  if (path.at(-1) === CREATED) return 'timestamp';
  return path[0] === 'history' ? 'history' : 'config';
}

/** Goes as deep as both values have objects or lists; members may have any name. Annotations are compared one by one also where one side has none. */
function compareJson(left: unknown, right: unknown, path: readonly string[], found: JsonChange[]): void {
  const isAnnotations = path.at(-1) === 'annotations' && (isObject(left) || isObject(right));
  const [a, b] = isAnnotations ? [left ?? {}, right ?? {}] : [left, right];
  if (isObject(a) && isObject(b) && Array.isArray(a) === Array.isArray(b) && path.length < 20) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) compareJson(own(a, key), own(b, key), [...path, key], found);
  } else if (JSON.stringify(a) !== JSON.stringify(b)) {
    found.push({ path, a, b });
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function own(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

/** `config.Env[2]`, `history[3].created`, `config.Labels["a.b"]`. */
function showPath(path: readonly string[]): string {
  return path.map((key, at) => (/^\d+$/.test(key) ? `[${key}]` : !/^\w+$/.test(key) ? `[${JSON.stringify(key)}]` : at === 0 ? key : `.${key}`)).join('');
}

function show(value: unknown): string {
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** A difference of metadata. */
export function difference(scope: Scope, subject: string, changes: readonly Change[]): Difference {
  return { scope, subject, presence: 'both', changes };
}

/** The instruction of each layer, by a config's history; fewer when the history does not fit. */
export function createdByOf(config: Uint8Array | undefined): readonly string[] {
  if (config === undefined) return [];
  const json = parseJson(config, 'the config');
  const history = isObject(json) ? own(json, 'history') : undefined;
  if (!Array.isArray(history)) return [];
  return history.filter((each) => isObject(each) && own(each, 'empty_layer') !== true).map((each) => {
    const text = own(each as object, 'created_by');
    return typeof text === 'string' ? text : '';
  });
}
