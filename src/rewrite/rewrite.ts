import type { MaterialPins, RunHookRule } from '../convert/options.ts';
import type { Dockerfile } from '../dockerfile/ast.ts';
import type { Provenance } from '../provenance/provenance.ts';
import type { Change } from './change.ts';
import { epochChanges, epochRule } from './epoch.ts';
import { hookChanges, hookRule } from './hook.ts';
import type { ReproOptions } from './options.ts';
import { NO_PINS, provenancePins } from './pin.ts';
import { runLines } from './run-lines.ts';
import { sourcesList, sourcesListChanges } from './sources-list.ts';
import { stripChanges, stripRules } from './strip.ts';
import { withoutWrapper, wrapRule } from './wrap.ts';

/** All that the rewrites may know. */
export interface RewriteFacts {
  readonly options: ReproOptions;
  /** The session has the secret {@link SOURCES_LIST_SECRET}. */
  readonly secretPresent: boolean;
  readonly provenance?: Provenance;
  /** SOURCE_DATE_EPOCH, in seconds. */
  readonly epoch?: bigint;
}

/** What is done to a build: which hooks its RUNs get, what is pinned. */
export interface Rewrite {
  readonly dockerfile: Dockerfile;
  readonly runHooks: readonly RunHookRule[];
  readonly pins: MaterialPins;
  /** In the order of the rules. Pins are known when conversion has asked for them: read this after it. */
  readonly changes: readonly Change[];
  /** An error's text as it is without the rewrites. */
  plainMessage(text: string): string;
}

/** Decides what is done to a build. Reads nothing but its arguments; with REPRO=off it does nothing. */
export function rewrite(dockerfile: Dockerfile, facts: RewriteFacts): Rewrite {
  const { options, provenance, epoch } = facts;
  if (!options.enabled) return { dockerfile, runHooks: [], pins: NO_PINS, changes: [], plainMessage: (text) => text };
  const runs = runLines(dockerfile);
  const pinChanges: Change[] = [];
  const pins = provenance === undefined ? NO_PINS : provenancePins(provenance, options.pin, (change) => pinChanges.push(change));
  const strip = stripRules(options.strip);
  const apt = sourcesList(facts);
  const { hook } = options;
  const runHooks: RunHookRule[] = [wrapRule({ strip, ...(apt === undefined ? {} : { apt }), ...(hook === undefined ? {} : { hook }) })];
  if (hook !== undefined) runHooks.push(hookRule(hook, pins));
  if (epoch !== undefined) runHooks.push(epochRule(epoch));
  const changes = [
    ...sourcesListChanges(facts, runs),
    ...stripChanges(strip, runs),
    ...(epoch === undefined ? [] : epochChanges(epoch, runs)),
    ...(hook === undefined ? [] : hookChanges(hook, runs)),
  ];
  return {
    dockerfile, runHooks, pins,
    get changes() {
      return [...pinChanges, ...changes];
    },
    plainMessage: withoutWrapper,
  };
}
