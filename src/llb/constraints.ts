import { joinLists } from '../spec/known.ts';
import type { Constraints, OpMetadata, SourceLocation, SourceMap } from './types.ts';
import type { Range } from '../diag/range.ts';
import { CapList } from './cap-list.ts';

const NO_WORDS: ReadonlyMap<string, string> = new Map();

/** `parts` as one: of platform, progress group and resources the last given; descriptions and locations together; no cache if any says so. */
export function mergeConstraints(...parts: readonly Constraints[]): Constraints {
  const merged: { -readonly [K in keyof Constraints]: Constraints[K] } = {};
  for (const { platform, description, ignoreCache, progressGroup, linuxResources, locations } of parts) {
    if (platform !== undefined) merged.platform = platform;
    if (description !== undefined) merged.description = mergeMaps(merged.description, description);
    if (ignoreCache === true) merged.ignoreCache = true;
    if (progressGroup !== undefined) merged.progressGroup = progressGroup;
    if (linuxResources !== undefined) merged.linuxResources = linuxResources;
    if (locations !== undefined) merged.locations = joinLists(merged.locations, locations);
  }
  return merged;
}

/** Constraints that give a vertex its name in the build's progress (llb.WithCustomName), and other words of its description. */
export function customName(name: string, ...words: readonly (readonly [key: string, value: string])[]): Constraints {
  // In the order of the wire, where the words are the usual ones: then it need not be sorted.
  const description = new Map<string, string>();
  for (const [key, value] of words) description.set(key, value);
  description.set('llb.customname', name);
  return { description };
}

/** Constraints that say where an op comes from; none without a source map (SourceMap.Location). */
export function location(sourceMap: SourceMap | undefined, ranges: readonly Range[]): Constraints {
  if (sourceMap === undefined) return {};
  const place: SourceLocation = { sourceMap, ranges };
  return { locations: [place] };
}

/** What a vertex's constraints leave in its metadata, with the capabilities that its op needs. */
export function metadataOf(constraints: Constraints, caps: readonly string[]): OpMetadata {
  const { progressGroup, linuxResources } = constraints;
  return { description: constraints.description ?? NO_WORDS, ignoreCache: constraints.ignoreCache ?? false, caps: eachOnce(caps), progressGroup, linuxResources };
}

/** The metadata of two vertices with one digest: the later one's words count (llb's mergeMetadata). */
export function mergeMetadata(first: OpMetadata | undefined, second: OpMetadata): OpMetadata {
  if (first === undefined) return second;
  return {
    ...first,
    ...second,
    description: mergeMaps(first.description, second.description),
    ignoreCache: first.ignoreCache || second.ignoreCache,
    caps: eachOnce([...first.caps, ...second.caps]),
  };
}

/** Capabilities, each once. The same array for the same ones. */
function eachOnce(caps: readonly string[]): readonly string[] {
  let list = CapList.empty;
  for (let index = 0; index < caps.length; index++) list = list.add(caps[index] ?? '');
  return list.ids;
}

function mergeMaps(first = NO_WORDS, second = NO_WORDS): ReadonlyMap<string, string> {
  if (second.size === 0) return first;
  return first.size === 0 ? second : new Map([...first, ...second]);
}
