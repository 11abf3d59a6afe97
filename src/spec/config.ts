import { CodedError, messageOf } from '../diag/error.ts';
import { JsonReader, parseJson } from './json-reader.ts';
import type { JsonPlace } from './json-reader.ts';
import { encodeJsonMap, encodeJsonMembers, encodeJsonString, encodeJsonStrings } from './json.ts';
import type { Platform } from './platform.ts';
import { quote } from './text.ts';
import { canonicalTimestamp } from './time.ts';
import type { Timestamp } from './time.ts';

/**
 * An image's configuration: ocispecs.Image with Docker's additions (moby/docker-image-spec, DockerOCIImage).
 * Strings that the JSON lacks are '', lists and maps empty. All values are immutable.
 */
export interface ImageConfig {
  readonly created?: Timestamp;
  readonly author: string;
  readonly architecture: string;
  readonly os: string;
  readonly osVersion: string;
  readonly osFeatures: readonly string[];
  readonly variant: string;
  readonly rootfs: RootFs;
  readonly history: readonly HistoryEntry[];
  readonly config: ContainerConfig;
}

export interface RootFs {
  readonly type: string;
  /** Undefined: null, as of an image that has not been built. */
  readonly diffIds?: readonly string[];
}

export interface HistoryEntry {
  readonly created?: Timestamp | undefined;
  readonly createdBy: string;
  readonly author: string;
  readonly comment: string;
  readonly emptyLayer: boolean;
}

/** How containers of the image run. */
export interface ContainerConfig {
  readonly user: string;
  readonly exposedPorts: ReadonlySet<string>;
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly volumes: ReadonlySet<string>;
  readonly workingDir: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly stopSignal: string;
  readonly argsEscaped: boolean;
  readonly healthcheck?: HealthcheckConfig;
  readonly onBuild: readonly string[];
  readonly shell: readonly string[];
}

/** Durations are nanoseconds. */
export interface HealthcheckConfig {
  readonly test: readonly string[];
  readonly interval: bigint;
  readonly timeout: bigint;
  readonly startPeriod: bigint;
  readonly startInterval: bigint;
  readonly retries: number;
}

export const EMPTY_CONTAINER_CONFIG: ContainerConfig = {
  user: '', exposedPorts: new Set(), env: [], entrypoint: [], cmd: [], volumes: new Set(), workingDir: '', labels: new Map(), stopSignal: '',
  argsEscaped: false, onBuild: [], shell: [],
};

export const EMPTY_HEALTHCHECK: HealthcheckConfig = { test: [], interval: 0n, timeout: 0n, startPeriod: 0n, startInterval: 0n, retries: 0 };

/** The search path of a container whose image gives none (util/system DefaultPathEnv). */
export function defaultPathEnv(os: string): string {
  if (os === 'windows') return 'c:\\Windows\\System32;c:\\Windows;C:\\Windows\\System32\\WindowsPowerShell\\v1.0';
  return '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
}

/** The configuration that `FROM scratch` starts from (dockerfile2llb's emptyImage). */
export function emptyImageConfig(platform: Platform): ImageConfig {
  return {
    author: '',
    architecture: platform.architecture,
    os: platform.os,
    osVersion: platform.osVersion ?? '',
    osFeatures: platform.osFeatures ?? [],
    variant: platform.variant ?? '',
    rootfs: { type: 'layers' },
    history: [],
    config: { ...EMPTY_CONTAINER_CONFIG, workingDir: '/', env: platform.os === 'windows' ? [] : [`PATH=${defaultPathEnv(platform.os)}`] },
  };
}

/** The bytes that Go's json.Marshal writes of a DockerOCIImage: its field order, and nothing of what is empty. */
export function encodeImageConfig(image: ImageConfig): string {
  return encodeJsonMembers([
    ['created', image.created === undefined ? undefined : encodeJsonString(image.created)],
    ['author', text(image.author)],
    ['architecture', encodeJsonString(image.architecture)],
    ['os', encodeJsonString(image.os)],
    ['os.version', text(image.osVersion)],
    ['os.features', list(image.osFeatures)],
    ['variant', text(image.variant)],
    ['rootfs', encodeRootFs(image.rootfs)],
    ['history', image.history.length === 0 ? undefined : `[${image.history.map(encodeHistory).join(',')}]`],
    ['config', encodeContainerConfig(image.config)],
  ]);
}

function encodeRootFs(rootfs: RootFs): string {
  return encodeJsonMembers([
    ['type', encodeJsonString(rootfs.type)],
    ['diff_ids', rootfs.diffIds === undefined ? 'null' : encodeJsonStrings(rootfs.diffIds)],
  ]);
}

function encodeHistory(entry: HistoryEntry): string {
  // Not by encodeJsonMembers: each instruction has one.
  const { created, createdBy, author, comment, emptyLayer } = entry;
  let members = created === undefined ? '' : `,"created":${encodeJsonString(created)}`;
  if (createdBy !== '') members += `,"created_by":${encodeJsonString(createdBy)}`;
  if (author !== '') members += `,"author":${encodeJsonString(author)}`;
  if (comment !== '') members += `,"comment":${encodeJsonString(comment)}`;
  if (emptyLayer) members += ',"empty_layer":true';
  return `{${members.slice(1)}}`;
}

function encodeContainerConfig(config: ContainerConfig): string {
  return encodeJsonMembers([
    ['User', text(config.user)],
    ['ExposedPorts', set(config.exposedPorts)],
    ['Env', list(config.env)],
    ['Entrypoint', list(config.entrypoint)],
    ['Cmd', list(config.cmd)],
    ['Volumes', set(config.volumes)],
    ['WorkingDir', text(config.workingDir)],
    ['Labels', config.labels.size === 0 ? undefined : encodeJsonMap(config.labels, encodeJsonString)],
    ['StopSignal', text(config.stopSignal)],
    ['ArgsEscaped', config.argsEscaped ? 'true' : undefined],
    ['Healthcheck', config.healthcheck === undefined ? undefined : encodeHealthcheck(config.healthcheck)],
    ['OnBuild', list(config.onBuild)],
    ['Shell', list(config.shell)],
  ]);
}

function encodeHealthcheck(healthcheck: HealthcheckConfig): string {
  return encodeJsonMembers([
    ['Test', list(healthcheck.test)],
    ['Interval', integer(healthcheck.interval)],
    ['Timeout', integer(healthcheck.timeout)],
    ['StartPeriod', integer(healthcheck.startPeriod)],
    ['StartInterval', integer(healthcheck.startInterval)],
    ['Retries', integer(healthcheck.retries)],
  ]);
}

function text(value: string): string | undefined {
  return value === '' ? undefined : encodeJsonString(value);
}

function list(items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : encodeJsonStrings(items);
}

function set(items: ReadonlySet<string>): string | undefined {
  return items.size === 0 ? undefined : encodeJsonMap([...items].map((item) => [item, null] as const), () => '{}');
}

function integer(value: number | bigint): string | undefined {
  if (typeof value === 'number' && !Number.isInteger(value)) throw new CodedError('internal', `${value} is no integer`);
  return BigInt(value) === 0n ? undefined : value.toString();
}

/**
 * Reads a configuration's JSON as Go's json.Unmarshal does: names in any case, unknown ones skipped.
 * Throws encoding/json's text when it is not JSON or a value has the wrong type.
 */
export function parseImageConfig(json: Uint8Array | string): ImageConfig {
  return parseAs(DOCKER, json);
}

/** The same for an ocispecs.Image, which has nothing of Docker's additions. */
export function parseOciImageConfig(json: Uint8Array | string): ImageConfig {
  return parseAs(OCI, json);
}

/** What Go calls the types of a configuration in its messages, and the structs that are embedded in them. */
interface GoTypes {
  readonly image: string;
  readonly inImage: string;
  readonly config: string;
  readonly inConfig: string;
  /** Members of `config` that the type does not have. */
  readonly unknown: readonly string[];
}

const DOCKER: GoTypes = { image: 'DockerOCIImage', inImage: '.Image', config: 'DockerOCIImageConfig', inConfig: '.ImageConfig', unknown: [] };
const OCI: GoTypes = { image: 'Image', inImage: '', config: 'ImageConfig', inConfig: '', unknown: ['healthcheck', 'onbuild', 'shell'] };

function parseAs(types: GoTypes, json: Uint8Array | string): ImageConfig {
  const reader = new JsonReader();
  let image: ImageConfig;
  try {
    image = readImage(reader, types, parseJson(typeof json === 'string' ? json : Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString('utf8')));
  } catch (error) {
    // Without the cause: Go's error is not wrapped, and a cause shows in what is told of stacks.
    throw new CodedError('convert', messageOf(error));
  }
  if (reader.problem !== undefined) throw new CodedError('convert', reader.problem);
  return image;
}

/** Makes the place of the member `name` of an object. `prefix` is Go's name for the object. */
function placesOf(members: ReadonlyMap<string, unknown>, prefix: string): (name: string) => JsonPlace {
  return (name) => ({ value: members.get(name.toLowerCase()), name: `${prefix}.${name}` });
}

function readImage(reader: JsonReader, types: GoTypes, value: unknown): ImageConfig {
  const members = reader.members({ value, name: 'value' }, `v1.${types.image}`);
  const at = placesOf(members, `struct field ${types.image}${types.inImage}`);
  const platform = placesOf(members, `struct field ${types.image}${types.inImage}.Platform`);
  return {
    ...readCreated(reader, at('created')),
    author: reader.string(at('author')),
    architecture: reader.string(platform('architecture')),
    os: reader.string(platform('os')),
    osVersion: reader.string(platform('os.version')),
    osFeatures: reader.strings(platform('os.features')) ?? [],
    variant: reader.string(platform('variant')),
    rootfs: readRootFs(reader, types, at('rootfs')),
    history: (reader.items(at('history'), '[]v1.History') ?? []).map((item) => readHistory(reader, types, item)),
    config: readContainerConfig(reader, types, { value: members.get('config'), name: `struct field ${types.image}.config` }),
  };
}

function readCreated(reader: JsonReader, place: JsonPlace): { readonly created?: Timestamp } {
  const { value } = place;
  if (value === null || value === undefined) return {};
  if (typeof value !== 'string') {
    reader.report('Time.UnmarshalJSON: input is not a JSON string');
    return {};
  }
  const created = canonicalTimestamp(value);
  if (created !== undefined) return { created };
  reader.report(`parsing time ${quote(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${quote(value)} as "2006"`);
  return {};
}

function readRootFs(reader: JsonReader, { inImage }: GoTypes, place: JsonPlace): RootFs {
  const at = placesOf(reader.members(place, 'v1.RootFS'), `struct field RootFS${inImage}.rootfs`);
  const diffIds = reader.strings(at('diff_ids'), 'digest.Digest');
  return { type: reader.string(at('type')), ...(diffIds === undefined ? {} : { diffIds }) };
}

function readHistory(reader: JsonReader, { image, inImage }: GoTypes, value: unknown): HistoryEntry {
  const at = placesOf(reader.members({ value, name: `struct field ${image}${inImage}.history` }, 'v1.History'), `struct field History${inImage}.history`);
  return {
    ...readCreated(reader, at('created')),
    createdBy: reader.string(at('created_by')),
    author: reader.string(at('author')),
    comment: reader.string(at('comment')),
    emptyLayer: reader.boolean(at('empty_layer')),
  };
}

function readContainerConfig(reader: JsonReader, { config, inConfig, unknown }: GoTypes, place: JsonPlace): ContainerConfig {
  const members = new Map(reader.members(place, `v1.${config}`));
  for (const name of unknown) members.delete(name);
  const at = placesOf(members, `struct field ${config}.config${inConfig}`);
  const extension = placesOf(members, 'struct field DockerOCIImageConfig.config.DockerOCIImageConfigExt');
  const labels = at('Labels');
  const healthcheck = members.get('healthcheck');
  return {
    user: reader.string(at('User')),
    exposedPorts: readSet(reader, at('ExposedPorts')),
    env: reader.strings(at('Env')) ?? [],
    entrypoint: reader.strings(at('Entrypoint')) ?? [],
    cmd: reader.strings(at('Cmd')) ?? [],
    volumes: readSet(reader, at('Volumes')),
    workingDir: reader.string(at('WorkingDir')),
    labels: new Map(reader.entries(labels, 'map[string]string').map(([key, value]) => [key, reader.string({ value, name: labels.name })])),
    stopSignal: reader.string(at('StopSignal')),
    argsEscaped: reader.boolean(at('ArgsEscaped')),
    ...(healthcheck === null || healthcheck === undefined ? {} : { healthcheck: readHealthcheck(reader, extension('Healthcheck')) }),
    onBuild: reader.strings(extension('OnBuild')) ?? [],
    shell: reader.strings(extension('Shell')) ?? [],
  };
}

function readSet(reader: JsonReader, place: JsonPlace): ReadonlySet<string> {
  const entries = reader.entries(place, 'map[string]struct {}');
  for (const [, value] of entries) reader.entries({ value, name: place.name }, 'struct {}');
  return new Set(entries.map(([key]) => key));
}

function readHealthcheck(reader: JsonReader, place: JsonPlace): HealthcheckConfig {
  const at = placesOf(reader.members(place, 'v1.HealthcheckConfig'), 'struct field HealthcheckConfig.config.DockerOCIImageConfigExt.Healthcheck');
  return {
    test: reader.strings(at('Test')) ?? [],
    interval: reader.int64(at('Interval'), 'time.Duration'),
    timeout: reader.int64(at('Timeout'), 'time.Duration'),
    startPeriod: reader.int64(at('StartPeriod'), 'time.Duration'),
    startInterval: reader.int64(at('StartInterval'), 'time.Duration'),
    retries: Number(reader.int64(at('Retries'), 'int')),
  };
}
