import type { Cause, CauseCount, Change, Difference } from '../spec/difference.ts';
import { CAUSES } from './causes.ts';
import type { IgnoreRules } from './ignore.ts';

/** More differences than this of one platform are counted and not listed. */
const MAX_LISTED = 100_000;
/** Lines and bytes of content diffs that are kept, over all differences. */
const MAX_CONTENT = 32 << 20;

/** What a path and cause have in our switches; undefined when the cause's own remedy is all there is. */
export type RemedyOf = (subject: string, cause: Cause) => string | undefined;

/** Counts of causes, over all platforms. */
export interface CauseCounter {
  add(change: Change, isIgnored: boolean): void;
  counts(): readonly CauseCount[];
}

export function makeCauseCounter(): CauseCounter {
  const counts = new Map<Cause, { count: number; ignored: number }>();
  return {
    add: ({ cause }, isIgnored) => {
      const found = counts.get(cause) ?? { count: 0, ignored: 0 };
      counts.set(cause, isIgnored ? { ...found, ignored: found.ignored + 1 } : { ...found, count: found.count + 1 });
    },
    counts: () => (Object.keys(CAUSES) as Cause[]).flatMap((cause) => {
      const found = counts.get(cause);
      return found === undefined ? [] : [{ cause, ...CAUSES[cause], ...found }];
    }),
  };
}

/** Takes differences in, and gives those that the user wants to see. */
export interface Collector {
  add(difference: Difference): void;
  /** Ends the collection. `recause` may change a change's cause, now that all is known. */
  finish(recause: (difference: Difference, change: Change) => Change): Collected;
}

export interface Collected {
  readonly differences: readonly Difference[];
  readonly omitted: number;
  /** Differences that count, listed or not, of each layer. */
  readonly perLayer: ReadonlyMap<number, { readonly all: number; readonly real: number }>;
  /** Whether one that counts is of more than the packing. */
  readonly hasReal: boolean;
}

export function makeCollector(rules: IgnoreRules, counter: CauseCounter, remedyOf: RemedyOf): Collector {
  const taken: Difference[] = [];
  let contentSize = 0;
  const unlisted: Difference[] = [];
  return {
    add: (difference) => {
      if (taken.length >= MAX_LISTED) {
        // Only what the verdict and the counts need.
        unlisted.push({ ...withoutContent(difference), changes: difference.changes.map(({ field, cause }) => ({ field, cause, a: '', b: '' })) });
        return;
      }
      contentSize += sizeOf(difference);
      taken.push(contentSize <= MAX_CONTENT ? difference : withoutContent(difference));
    },
    finish: (recause) => {
      const perLayer = new Map<number, { all: number; real: number }>();
      let hasReal = false;
      const judge = (difference: Difference): Difference | undefined => {
        const changes = difference.changes.map((change) => recause(difference, change)).filter((change) => {
          const isIgnored = rules.ignores(difference, change);
          counter.add(change, isIgnored);
          return !isIgnored;
        });
        if (changes.length === 0) return undefined;
        const isReal = changes.some(({ cause }) => !CAUSES[cause].isPacking);
        hasReal ||= isReal;
        if (difference.layer !== undefined) {
          const counts = perLayer.get(difference.layer) ?? { all: 0, real: 0 };
          perLayer.set(difference.layer, { all: counts.all + 1, real: counts.real + (isReal ? 1 : 0) });
        }
        return { ...difference, changes: changes.map((change) => withRemedy(change, remedyOf(difference.subject, change.cause))) };
      };
      const differences = taken.flatMap((each) => judge(each) ?? []);
      const omitted = unlisted.filter((each) => judge(each) !== undefined).length;
      return { differences, omitted, perLayer, hasReal };
    },
  };
}

function withoutContent({ content: _, ...difference }: Difference): Difference {
  return difference;
}

function withRemedy(change: Change, remedy: string | undefined): Change {
  return remedy === undefined ? change : { ...change, remedy };
}

function sizeOf({ content }: Difference): number {
  return content?.kind === 'text' ? content.lines.reduce((sum, line) => sum + line.length, 0) : 0;
}
