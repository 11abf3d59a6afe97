import { CodedError, messageOf } from '../diag/error.ts';
import type { Range } from '../diag/range.ts';
import { decodeMessage, encodeMessage, encodeToKeep } from '../pb/codec.ts';
import type { Messages } from '../pb/schema.ts';
import { digestOf } from '../spec/digest.ts';
import type { Digest } from '../spec/digest.ts';
import { KnownOf } from '../spec/known.ts';
import type { Definition, DefinitionSource, LinuxResources, OpMetadata, SourceMap, SourcePlace } from './types.ts';

/** The pb.Definition of a definition, as a message to be encoded, by itself or in a request. */
export function definitionToPb(definition: Definition): object {
  return {
    def: definition.ops.map((op) => op.bytes),
    metadata: mapValues(definition.metadata, metadataMessage),
    Source: definition.source === undefined ? undefined : sourceMessage(definition.source),
  };
}

/** By forEach, since the iterator of a map makes a list for each entry. */
function mapValues<V>(map: ReadonlyMap<string, V>, message: (value: V) => object): ReadonlyMap<string, object> {
  const messages = new Map<string, object>();
  map.forEach((value, key) => messages.set(key, message(value)));
  return messages;
}

/** A pb.OpMetadata in parts. The capabilities, most of it, are the same for most ops. */
function metadataMessage({ ignoreCache, description, exportCache, caps, progressGroup, linuxResources }: OpMetadata): readonly object[] {
  return [{ ignoreCache, description, exportCache: exportCache === undefined ? undefined : { Value: exportCache } }, encodeCaps(caps), { progressGroup, linuxResources }];
}

const capLists = new KnownOf<readonly string[], Uint8Array>();

function encodeCaps(caps: readonly string[]): Uint8Array {
  return capLists.get(caps, () => encodeToKeep('pb.OpMetadata', { caps: new Map(caps.map((id) => [id, true])) }));
}

function sourceMessage({ infos, locations }: DefinitionSource): object {
  return {
    locations: mapValues(locations, (places) => ({ locations: places.map(locationMessage) })),
    infos: infos.map(({ filename, data, definition, language }) => ({
      filename, data, definition: definition === undefined ? undefined : definitionToPb(definition), language,
    })),
  };
}

/** The bytes of long lists of ranges that were encoded before: what a rewrite adds to a RUN has the RUN's own, a line each. */
const rangeLists = new KnownOf<readonly Range[], Uint8Array>();
const LONG_LIST = 16;

/** A pb.Location, or its parts. */
function locationMessage({ sourceIndex, ranges }: SourcePlace): object {
  return ranges.length < LONG_LIST ? { sourceIndex, ranges } : [{ sourceIndex }, rangeLists.get(ranges, () => encodeToKeep('pb.Location', { ranges }))];
}

/** The bytes of a pb.Definition. The ops' bytes go in as they are. */
export function encodeDefinition(definition: Definition): Uint8Array {
  return encodeMessage('pb.Definition', definitionToPb(definition));
}

/** Reads the bytes of a pb.Definition; throws when they are malformed. */
export function decodeDefinition(bytes: Uint8Array): Definition {
  return definitionFromPb(decodeMessage('pb.Definition', bytes));
}

/** The definition of a decoded pb.Definition. Ops keep their bytes. */
export function definitionFromPb(message: Messages['pb.Definition']): Definition {
  const source = message.Source;
  return {
    ops: message.def.map((bytes) => ({ digest: digestOf(bytes), bytes })),
    metadata: new Map(Array.from(message.metadata, ([digest, metadata]) => [digest as Digest, metadataFromMessage(metadata)])),
    ...(source === undefined ? {} : { source: sourceFromMessage(source) }),
  };
}

function metadataFromMessage(message: Messages['pb.OpMetadata']): OpMetadata {
  const { progressGroup, linuxResources, exportCache } = message;
  return {
    description: message.description,
    ignoreCache: message.ignoreCache,
    caps: [...message.caps.keys()],
    ...(exportCache === undefined ? {} : { exportCache: exportCache.Value }),
    ...(progressGroup === undefined ? {} : { progressGroup }),
    ...(linuxResources === undefined ? {} : { linuxResources: linuxResources as LinuxResources }),
  };
}

function sourceFromMessage(message: Messages['pb.Source']): DefinitionSource {
  return {
    infos: message.infos.map(({ filename, data, definition, language }): SourceMap => ({
      filename, data, language, ...(definition === undefined ? {} : { definition: definitionFromPb(definition) }),
    })),
    locations: new Map(Array.from(message.locations, ([digest, { locations }]) => [digest as Digest, locations.map(({ sourceIndex, ranges }) => ({
      sourceIndex,
      ranges: ranges.map(({ start, end }) => ({ start: start ?? { line: 0, character: 0 }, end: end ?? { line: 0, character: 0 } })),
    }))])),
  };
}

/** The pb.Op in an op's bytes; throws llb's text when they are malformed. */
export function decodeOp(bytes: Uint8Array): Messages['pb.Op'] {
  try {
    return decodeMessage('pb.Op', bytes);
  } catch (error) {
    throw new CodedError('gateway', `failed to parse llb proto op: ${messageOf(error)}`, { cause: error });
  }
}
