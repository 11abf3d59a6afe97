import { messageJson } from '../pb/json.ts';
import type { Json } from '../pb/json.ts';
import { decodeMessage, encodeMessage } from '../pb/codec.ts';
import { compareStrings } from '../spec/text.ts';
import { decodeOp, definitionToPb } from './definition-pb.ts';
import type { Definition, OpMetadata } from './types.ts';

export type { Json } from '../pb/json.ts';

/** A definition for people: each op by its digest, its metadata, and the source map (frontend/subrequests/convertllb). */
export function definitionJson(definition: Definition): Json {
  return {
    def: sorted(definition.ops.map(({ digest, bytes }) => [digest, messageJson('pb.Op', decodeOp(bytes))])),
    metadata: sorted([...definition.metadata].map(([digest, metadata]) => [digest, metadataJson(metadata)])),
    source: sourceJson(definition),
  };
}

function sourceJson(definition: Definition): Json {
  const { Source } = decodeMessage('pb.Definition', encodeMessage('pb.Definition', definitionToPb(definition)));
  return Source === undefined ? {} : messageJson('pb.Source', Source);
}

/** llb.OpMetadata as encoding/json writes it. */
function metadataJson({ ignoreCache, description, exportCache, caps, progressGroup, linuxResources }: OpMetadata): Json {
  return {
    ignore_cache: ignoreCache ? true : undefined,
    description: description.size === 0 ? undefined : sorted([...description]),
    export_cache: exportCache === undefined ? undefined : nonZero({ Value: exportCache }),
    caps: caps.length === 0 ? undefined : sorted(caps.map((id) => [id, true])),
    progress_group: progressGroup === undefined ? undefined : nonZero({ ...progressGroup }),
    linux_resources: linuxResources === undefined ? undefined : nonZero({ ...linuxResources }),
  };
}

function nonZero(fields: Readonly<Record<string, Json>>): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== 0 && value !== 0n && value !== '' && value !== false));
}

function sorted(entries: readonly (readonly [string, Json])[]): Json {
  return Object.fromEntries([...entries].sort(([a], [b]) => compareStrings(a, b)));
}
