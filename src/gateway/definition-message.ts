import type { Range } from '../diag/range.ts';
import type { Definition, DefinitionSource, LinuxResources, OpMetadata, SourceMap } from '../llb/types.ts';
import type { Messages } from '../pb/schema.ts';
import type { Platform } from '../spec/platform.ts';
import type { MessageInput } from './bridge.ts';

/** A definition as the wire has it (pb.Definition). */
export function definitionMessage(definition: Definition): MessageInput<Messages['pb.Definition']> {
  return {
    def: definition.ops.map((op) => op.bytes),
    metadata: new Map([...definition.metadata].map(([digest, metadata]) => [digest, metadataMessage(metadata)])),
    Source: definition.source === undefined ? undefined : sourceMessage(definition.source),
  };
}

function metadataMessage(metadata: OpMetadata): MessageInput<Messages['pb.OpMetadata']> {
  return {
    ignoreCache: metadata.ignoreCache,
    description: metadata.description,
    caps: new Map(metadata.caps.map((capability) => [capability, true])),
    progressGroup: metadata.progressGroup,
    linuxResources: metadata.linuxResources === undefined ? undefined : resourcesMessage(metadata.linuxResources),
  };
}

function resourcesMessage(resources: LinuxResources): MessageInput<Messages['pb.LinuxResources']> {
  return { ...resources };
}

function sourceMessage(source: DefinitionSource): MessageInput<Messages['pb.Source']> {
  return {
    infos: source.infos.map(sourceInfoMessage),
    locations: new Map([...source.locations].map(([digest, places]) => [digest, {
      locations: places.map(({ sourceIndex, ranges }) => ({ sourceIndex, ranges: ranges.map(rangeMessage) })),
    }])),
  };
}

/** A source file with the definition that it was read from (pb.SourceInfo). */
export function sourceInfoMessage(sourceMap: SourceMap): MessageInput<Messages['pb.SourceInfo']> {
  const { filename, data, language, definition } = sourceMap;
  return { filename, data, language, definition: definition === undefined ? {} : definitionMessage(definition) };
}

/** A range of lines (pb.Range). */
export function rangeMessage(range: Range): MessageInput<Messages['pb.Range']> {
  return { start: range.start, end: range.end };
}

/** A platform (pb.Platform). */
export function platformMessage(platform: Platform): MessageInput<Messages['pb.Platform']> {
  const { os, architecture, variant, osVersion, osFeatures } = platform;
  return { OS: os, Architecture: architecture, Variant: variant, OSVersion: osVersion, OSFeatures: osFeatures };
}
