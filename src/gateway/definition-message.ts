import type { Range } from '../diag/range.ts';
import { encodeDefinition } from '../llb/definition-pb.ts';
import type { SourceMap } from '../llb/types.ts';
import type { Messages } from '../pb/schema.ts';
import type { Platform } from '../spec/platform.ts';
import type { MessageInput } from './bridge.ts';

/** A source file with the definition that it was read from (pb.SourceInfo). */
export function sourceInfoMessage(sourceMap: SourceMap): MessageInput<Messages['pb.SourceInfo']> {
  const { filename, data, language, definition } = sourceMap;
  return { filename, data, language, definition: definition === undefined ? {} : encodeDefinition(definition) };
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
