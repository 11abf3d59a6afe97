import type { FileRule, RunHookRule } from '../convert/options.ts';
import type { Dockerfile } from '../dockerfile/ast.ts';
import type { Provenance } from '../provenance/provenance.ts';
import { changeOf } from './change.ts';
import type { Change, RunRule } from './change.ts';
import { declaredRule } from './declared.ts';
import { epochRule } from './epoch.ts';
import type { Declared } from './from.ts';
import { hookRule } from './hook.ts';
import type { ReproOptions } from './options.ts';
import { NO_PINS, provenancePins } from './pin.ts';
import type { Pins } from './pin.ts';
import { secretChange, sourcesList, sourcesListChange } from './sources-list.ts';
import { stripRules } from './strip.ts';
import { timestampsRule } from './timestamps.ts';
import { recordUnpinned } from './unpinned.ts';
import type { Unpinned } from './unpinned.ts';
import { withoutWrapper, wrapRule } from './wrap.ts';

/** All that the rewrites may know. */
export interface RewriteFacts {
  readonly options: ReproOptions;
  /** The session has the secret {@link SOURCES_LIST_SECRET}. */
  readonly secretPresent: boolean;
  /** Why it could not be found out whether it has; then the build goes on as without. */
  readonly secretProblem?: string;
  readonly provenance?: Provenance;
  /** SOURCE_DATE_EPOCH, in seconds. */
  readonly epoch?: bigint;
  /** All that RUNs may ask of the client, with REPRO_FROM; undefined: anything. */
  readonly declared?: Declared;
}

/** What is done to a build: which hooks its RUNs get, what is pinned. */
export interface Rewrite {
  readonly dockerfile: Dockerfile;
  readonly runHooks: readonly RunHookRule[];
  /** What is done to COPY, ADD and WORKDIR; undefined: nothing. */
  readonly fileRule?: FileRule;
  readonly pins: Pins;
  /** Materials that conversion asked for and nothing pins, where there is no provenance to ask. */
  readonly unpinned: readonly Unpinned[];
  /** Packages come from a snapshot. */
  readonly snapshots: boolean;
  /** Nothing may be built that is not pinned: there is provenance, and REPRO_PIN is not lax. */
  readonly locked: boolean;
  /** What conversion asked for so far, in its order, each once, as far as it is kept: read this after it. */
  readonly changes: readonly Change[];
  /** An error's text as it is without the rewrites. */
  plainMessage(text: string): string;
}

/** Which changes are kept: a build that nobody asks to explain needs the warnings among them alone. */
export type KeptChanges = 'all' | 'warnings';

/** Decides what is done to a build. Reads nothing but its arguments; with REPRO=off it does nothing. */
export function rewrite(dockerfile: Dockerfile, facts: RewriteFacts, kept: KeptChanges = 'all'): Rewrite {
  const { options, provenance, declared } = facts;
  if (!options.enabled) return { dockerfile, runHooks: [], pins: NO_PINS, unpinned: [], snapshots: false, locked: false, changes: [], plainMessage: (text) => text };
  const asked: Change[] = [];
  const isKept = ({ warning }: Pick<Change, 'warning'>): boolean => kept === 'all' || warning === true;
  const record = (change: Change): void => {
    if (isKept(change)) asked.push(change);
  };
  const unpinned: Unpinned[] = [];
  const pins = provenance === undefined ? recordUnpinned((material) => unpinned.push(material)) : provenancePins(provenance, options.pin, record);
  const snapshot = sourcesList(facts);
  const { hook } = options;
  const clamp = options.timestamps === 'clamp';
  const rules: readonly RunRule[] = [
    ...(declared === undefined ? [] : [declaredRule(declared)]),
    wrapRule({
      strip: stripRules(options.strip), clamp,
      ...(snapshot === undefined ? {} : { snapshot: { settings: snapshot, change: sourcesListChange(facts) } }),
      ...(hook === undefined ? {} : { hook }),
    }),
    ...(hook === undefined ? [] : [hookRule(hook, pins)]),
    ...(options.epoch ? [epochRule()] : []),
  ];
  return {
    dockerfile, pins, unpinned,
    snapshots: snapshot !== undefined,
    locked: provenance !== undefined && options.pin === 'strict',
    runHooks: rules.map((rule): RunHookRule => (run) => {
      if (facts.secretProblem !== undefined) record(secretChange(facts.secretProblem));
      const made = rule(run);
      if (made !== undefined && made.changes.some(isKept)) for (const change of made.changes) record(changeOf(run, change));
      return made?.hook;
    }),
    ...(clamp ? { fileRule: timestampsRule(record) } : {}),
    get changes() {
      return once(asked);
    },
    plainMessage: withoutWrapper,
  };
}

/** The changes in their order, the same one of a line once. */
function once(changes: readonly Change[]): readonly Change[] {
  return [...new Map(changes.map((change) => [`${change.rule} ${change.line} ${change.was}\0${change.becomes}`, change])).values()];
}
