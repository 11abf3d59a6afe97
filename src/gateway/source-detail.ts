import type { Range } from '../diag/range.ts';
import type { Definition, DefinitionSource, OpMetadata, SourceMap } from '../llb/types.ts';
import { jsonDetail, omitEmpty } from './error.ts';
import type { ErrorDetail } from './error.ts';

type Json = Readonly<Record<string, unknown>>;

/** The detail by which a client prints the lines of a source file below an error (errdefs.Source), as Go's JSON has it. */
export function sourceDetail(sourceMap: SourceMap, ranges: readonly Range[]): ErrorDetail {
  return jsonDetail('errdefs.Source', omitEmpty({ info: sourceInfoJson(sourceMap), ranges: ranges.map(rangeJson) }));
}

/** A source file with the definition that it was read from, as Go writes pb.SourceInfo. */
export function sourceInfoJson(sourceMap: SourceMap): Json {
  return omitEmpty({
    filename: sourceMap.filename,
    data: base64(sourceMap.data),
    definition: sourceMap.definition === undefined ? {} : definitionJson(sourceMap.definition),
    language: sourceMap.language,
  });
}

function definitionJson(definition: Definition): Json {
  return omitEmpty({
    def: definition.ops.map((op) => base64(op.bytes)),
    metadata: mapJson([...definition.metadata].map(([digest, metadata]) => [digest, metadataJson(metadata)])),
    Source: definition.source === undefined ? undefined : definitionSourceJson(definition.source),
  });
}

function metadataJson(metadata: OpMetadata): Json {
  return omitEmpty({
    ignore_cache: metadata.ignoreCache,
    description: mapJson([...metadata.description]),
    export_cache: metadata.exportCache === undefined ? undefined : omitEmpty({ Value: metadata.exportCache }),
    caps: mapJson(metadata.caps.map((capability) => [capability, true])),
    progress_group: metadata.progressGroup === undefined ? undefined : omitEmpty({ ...metadata.progressGroup }),
    linux_resources: metadata.linuxResources === undefined ? undefined : omitEmpty({ ...metadata.linuxResources }),
  });
}

function definitionSourceJson(source: DefinitionSource): Json {
  const locations = [...source.locations].map(([digest, places]) => {
    const list = places.map((place) => omitEmpty({ sourceIndex: place.sourceIndex, ranges: place.ranges.map(rangeJson) }));
    return [digest, omitEmpty({ locations: list })] as const;
  });
  return omitEmpty({ locations: mapJson(locations), infos: source.infos.map(sourceInfoJson) });
}

/** A range as JSON: zero numbers are left out. */
export function rangeJson(range: Range): Json {
  return { start: omitEmpty({ ...range.start }), end: omitEmpty({ ...range.end }) };
}

/** An object with sorted keys, or undefined when there are none. */
function mapJson(entries: readonly (readonly [string, unknown])[]): Json | undefined {
  if (entries.length === 0) return undefined;
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
