import { CodedError } from '../diag/error.ts';
import { OPAQUE_WHITEOUT, WHITEOUT_PREFIX } from '../spec/layer-entry.ts';
import type { LayerEntry } from '../spec/layer-entry.ts';
import { MAX_TEXT_SIZE } from './content.ts';
import { reportAlone, reportPair } from './layer.ts';
import type { LayerSink } from './layer.ts';
import type { ComparedLayer, LayerFacts } from './view.ts';

/** Content that is kept of each side. */
const MAX_HELD = 24 << 20;
const MAX_ENTRIES = 1_000_000;

/** What several layers make together. */
interface Flattened {
  readonly entries: ReadonlyMap<string, LayerEntry>;
  /** One for each layer, in order. */
  readonly facts: readonly LayerFacts[];
}

/**
 * Compares what the layers of each side make together: for images whose layers have other borders, and for folders. With `isWhole` there is nothing
 * below them, so that whiteouts count for nothing. Memory: the headers of all entries.
 */
export async function compareFlattened(layersA: readonly ComparedLayer[], layersB: readonly ComparedLayer[], layer: number, isWhole: boolean, sink: LayerSink): Promise<{ readonly a: readonly LayerFacts[]; readonly b: readonly LayerFacts[]; readonly entries: number }> {
  const a = await flatten('a', layersA, isWhole, sink);
  const b = await flatten('b', layersB, isWhole, sink);
  for (const [path, left] of a.entries) {
    const right = b.entries.get(path);
    if (right === undefined) reportAlone(left, 'a', layer, sink);
    else reportPair(left, right, layer, sink);
  }
  for (const [path, right] of b.entries) if (!a.entries.has(path)) reportAlone(right, 'b', layer, sink);
  return { a: a.facts, b: b.facts, entries: a.entries.size + b.entries.size };
}

/** Reads from the top layer down: what is seen already, or deleted by a layer above, does not count (image-spec layer.md). */
async function flatten(side: 'a' | 'b', layers: readonly ComparedLayer[], isWhole: boolean, sink: LayerSink): Promise<Flattened> {
  const entries = new Map<string, LayerEntry>();
  /** Paths below which nothing of a lower layer is seen, and those of which not even they are. */
  const covered = new Set<string>();
  const deleted = new Set<string>();
  const facts: LayerFacts[] = [];
  let held = 0;
  for (const layer of layers.toReversed()) {
    const own = new Map<string, LayerEntry>();
    const source = layer.entries({ keep: (header) => (header.size <= MAX_TEXT_SIZE && held + header.size <= MAX_HELD) || sink.wants(header), progress: sink.progress });
    let step = await source.next();
    for (; step.done !== true; step = await source.next()) {
      for (const entry of step.value) {
        if (entries.has(entry.path) || deleted.has(entry.path) || isBelow(entry.path, covered)) continue;
        sink.entry(side, entry);
        held += (entry.content?.length ?? 0) - (own.get(entry.path)?.content?.length ?? 0);
        own.set(entry.path, entry);
        if (own.size + entries.size > MAX_ENTRIES) throw new CodedError('image', `more than ${MAX_ENTRIES} entries in layers that cannot be paired: the images cannot be compared in bounded memory`);
      }
    }
    facts.unshift(step.value);
    for (const [path, entry] of own) {
      const slash = path.lastIndexOf('/') + 1;
      const name = path.slice(slash);
      const isOpaque = name === OPAQUE_WHITEOUT;
      if (isOpaque) covered.add(path.slice(0, Math.max(slash - 1, 0)));
      else if (name.startsWith(WHITEOUT_PREFIX)) {
        const target = path.slice(0, slash) + name.slice(WHITEOUT_PREFIX.length);
        deleted.add(target);
        covered.add(target);
      } else if (entry.type !== 'directory') covered.add(path);
      if (!isWhole || !name.startsWith(WHITEOUT_PREFIX)) entries.set(path, entry);
    }
  }
  return { entries: isWhole ? withoutLinks(entries) : entries, facts };
}

/** Each hard link as the file that it is another name of: which of the names comes first depends on who wrote the tree. */
function withoutLinks(entries: ReadonlyMap<string, LayerEntry>): ReadonlyMap<string, LayerEntry> {
  return new Map([...entries].map(([path, entry]) => {
    const target = entry.type === 'hardlink' ? entries.get(entry.linkTarget.replace(/^(?:\.?\/+)+/, '')) : undefined;
    return [path, target?.type === 'file' ? { ...target, path, rawPath: entry.rawPath } : entry];
  }));
}

/** Whether a folder on the way to `path` is in `paths`. */
function isBelow(path: string, paths: ReadonlySet<string>): boolean {
  if (paths.size === 0) return false;
  if (paths.has('') && path !== '') return true;
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) if (paths.has(path.slice(0, slash))) return true;
  return false;
}
