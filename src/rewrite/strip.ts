import { trimEnd } from '../spec/strings.ts';
import type { RunFacts } from '../convert/options.ts';
import type { RunChange } from './change.ts';
import type { StripOptions } from './options.ts';
import { STRIP_TABLE } from './strip-table.ts';
import type { StripRule } from './strip-table.ts';

/** The rules that hold under the options: the table, less what REPRO_STRIP takes away, and what it adds. */
export function stripRules(options: StripOptions): readonly StripRule[] {
  if (!options.enabled) return [];
  const removed = new Set(options.remove);
  const known = new Set(STRIP_TABLE.map((rule) => rule.path));
  const added = [...new Set(options.add)].filter((path) => !known.has(path)).map((path): StripRule => ({ path, action: 'restore', why: 'REPRO_STRIP names it' }));
  return [...STRIP_TABLE, ...added].filter((rule) => !removed.has(rule.path));
}

/** What the strip rules of a RUN depend on. */
export interface StripFacts {
  readonly mountTargets: readonly string[];
  readonly namesGit: boolean;
}

/** The rules for a RUN: paths below one of its own mounts are not the image's, and clones are those of a RUN that names git. */
export function stripRulesFor(rules: readonly StripRule[], { mountTargets, namesGit }: StripFacts): readonly StripRule[] {
  return rules.filter(({ path, action }) => (namesGit || action !== 'normalise-git') && !mountTargets.some((target) => isBelow(path, target)));
}

/** Whether a RUN's text, or a script in it, calls git. */
export function namesGit({ code, args }: Pick<RunFacts, 'code' | 'args'>): boolean {
  return [code, ...args].some((text) => /\bgit\b/.test(text));
}

/** Whether `path` is `folder` or in it. */
export function isBelow(path: string, folder: string): boolean {
  const prefix = trimEnd(folder, '/');
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** What these rules change for a RUN. */
export function stripChange(rules: readonly StripRule[]): RunChange {
  return {
    rule: 'strip',
    becomes: 'these files are after it as they were before it, or gone, or less what differs in them; what has to differ is named in its output',
    why: 'they differ from run to run, and nothing in an image needs what they say',
    files: rules.map(({ path, action, why }) => ({ path, action, why })),
  };
}
