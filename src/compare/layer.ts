import { CodedError } from '../diag/error.ts';
import type { Difference } from '../spec/difference.ts';
import type { EntryHeader, LayerEntry } from '../spec/layer-entry.ts';
import { diffContents, MAX_TEXT_SIZE } from './content.ts';
import type { DiffEffort } from './content.ts';
import { compareEntries } from './entry.ts';
import { causeOfPath } from './path-causes.ts';
import type { ComparedLayer, LayerFacts } from './view.ts';

/** Hears what comparing finds. */
export interface LayerSink {
  difference(difference: Difference): void;
  /** An entry of one side, for what needs whole files (databases of packages). */
  entry(side: 'a' | 'b', entry: LayerEntry): void;
  /** Whether a file's content is wanted, beyond those that are small. */
  wants(header: EntryHeader): boolean;
  /** Packed bytes that were read. */
  progress(bytes: number): void;
  /** What is left for showing how contents differ. */
  readonly effort: DiffEffort;
}

/** What is known of a pair of layers after both were read. */
export interface LayerResult {
  readonly a: LayerFacts;
  readonly b: LayerFacts;
  readonly entries: number;
  /** Entries that differ, or have no counterpart. */
  readonly differences: number;
  /** Whether entries that both have come in one order. */
  readonly isInOrder: boolean;
}

/** Content of entries whose other side has not come yet is kept up to this many bytes on each side. */
const MAX_HELD = 24 << 20;
/** Entries that wait for their other side: more are a bomb, or layers that have nothing in common. */
const MAX_WAITING = 1_000_000;

/** An entry that waits for the other side's, with its place in its layer. */
interface Waiting {
  readonly entry: LayerEntry;
  readonly at: number;
}

/** One of the two layers while it is read. */
interface Side {
  readonly name: 'a' | 'b';
  readonly source: AsyncGenerator<readonly LayerEntry[], LayerFacts>;
  readonly waiting: Map<string, Waiting[]>;
  next: Promise<IteratorResult<readonly LayerEntry[], LayerFacts>> | undefined;
  /** Entries in `waiting`, and bytes of their content. */
  count: number;
  held: number;
  taken: number;
  facts: LayerFacts | undefined;
}

/**
 * Compares two layers while both stream, entry by entry: those at the same place in both cost no memory; one that comes earlier on one side waits
 * for the other's. Of several entries with one path the first is compared with the first, and so on. Throws what reading throws, and (code `image`)
 * when more than `maxWaiting` entries wait.
 */
export async function compareLayers(layerA: ComparedLayer, layerB: ComparedLayer, layer: number, receiver: LayerSink, maxWaiting = MAX_WAITING): Promise<LayerResult> {
  let differences = 0;
  const sink: LayerSink = { ...receiver, difference: (each) => (differences++, receiver.difference(each)) };
  const a = openSide('a', layerA, sink);
  const b = openSide('b', layerB, sink);
  const places: number[] = [];
  let entries = 0;
  const pair = (left: Waiting, right: Waiting): void => {
    places[left.at] = right.at;
    reportPair(left.entry, right.entry, layer, sink);
  };
  try {
    while (a.facts === undefined || b.facts === undefined) {
      const side = a.facts !== undefined || (b.facts === undefined && b.taken < a.taken) ? b : a;
      const other = side === a ? b : a;
      const batch = await read(side);
      for (const entry of batch) {
        sink.entry(side.name, entry);
        entries++;
        const mine = { entry, at: side.taken++ };
        const theirs = takeWaiting(other, entry.path);
        if (theirs === undefined) wait(side, mine, maxWaiting);
        else if (side === a) pair(mine, theirs);
        else pair(theirs, mine);
      }
    }
  } finally {
    await Promise.allSettled([a, b].map((side) => side.source.return({ compression: '', unpackedSize: 0 })));
  }
  for (const side of [a, b]) for (const queue of side.waiting.values()) for (const { entry } of queue) reportAlone(entry, side.name, layer, sink);
  return { a: a.facts, b: b.facts, entries, differences, isInOrder: isIncreasing(places) };
}

function openSide(name: 'a' | 'b', layer: ComparedLayer, sink: LayerSink): Side {
  const side: Side = {
    name,
    source: layer.entries({ keep: (header) => isKept(header, side.held, sink), progress: sink.progress }),
    waiting: new Map(), next: undefined, count: 0, held: 0, taken: 0, facts: undefined,
  };
  prefetch(side);
  return side;
}

function isKept(header: EntryHeader, held: number, sink: LayerSink): boolean {
  return (header.size <= MAX_TEXT_SIZE && held + header.size <= MAX_HELD) || sink.wants(header);
}

/** Starts the next read, so that both sides are unpacked at once. */
function prefetch(side: Side): void {
  side.next = side.source.next();
  // It is awaited later, or never when the other side fails first.
  side.next.catch(() => undefined);
}

async function read(side: Side): Promise<readonly LayerEntry[]> {
  const result = await side.next;
  if (result === undefined) throw new CodedError('internal', 'a layer is read after its end');
  if (result.done === true) {
    side.facts = result.value;
    return [];
  }
  prefetch(side);
  return result.value;
}

function wait(side: Side, waiting: Waiting, maxWaiting: number): void {
  const queue = side.waiting.get(waiting.entry.path);
  if (queue === undefined) side.waiting.set(waiting.entry.path, [waiting]);
  else queue.push(waiting);
  side.held += waiting.entry.content?.length ?? 0;
  if (++side.count > maxWaiting) throw new CodedError('image', `more than ${maxWaiting} entries of a layer have no counterpart: the images cannot be compared in bounded memory`);
}

function takeWaiting(side: Side, path: string): Waiting | undefined {
  const queue = side.waiting.get(path);
  const first = queue?.shift();
  if (queue?.length === 0) side.waiting.delete(path);
  if (first !== undefined) side.count--;
  side.held -= first?.entry.content?.length ?? 0;
  return first;
}

/** Reports what differs between two entries of one path. */
export function reportPair(a: LayerEntry, b: LayerEntry, layer: number, sink: Pick<LayerSink, 'difference' | 'effort'>): void {
  const changes = compareEntries(a, b);
  if (changes.length === 0) return;
  const content = changes.some(({ field }) => field === 'content') ? diffContents(a.path, { a: a.content, b: b.content }, sink.effort) : undefined;
  sink.difference({
    scope: 'entry', layer, subject: `/${a.path}`, presence: 'both', entryType: b.type,
    ...(a.size === 0 && b.size === 0 ? {} : { sizes: [a.size, b.size] as const }),
    changes, ...(content === undefined ? {} : { content }),
  });
}

/** Reports an entry that the other side lacks. */
export function reportAlone(entry: LayerEntry, side: 'a' | 'b', layer: number, sink: Pick<LayerSink, 'difference'>): void {
  const what = entry.type === 'file' ? `${entry.type}, ${entry.size} bytes` : entry.type;
  sink.difference({
    scope: 'entry', layer, subject: `/${entry.path}`, presence: side === 'a' ? 'only-a' : 'only-b', entryType: entry.type,
    ...(entry.size === 0 ? {} : { sizes: [side === 'a' ? entry.size : 0, side === 'b' ? entry.size : 0] as const }),
    changes: [{ field: 'entry', a: side === 'a' ? what : '', b: side === 'b' ? what : '', cause: causeOfPath(entry.path) ?? 'only-one-side' }],
  });
}

/** Whether the numbers that are there only grow. */
function isIncreasing(places: readonly (number | undefined)[]): boolean {
  let last = -1;
  for (const place of places) {
    if (place === undefined) continue;
    if (place < last) return false;
    last = place;
  }
  return true;
}
