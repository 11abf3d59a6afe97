import type { StripPath } from '../runtime/strip-script.ts';
import type { Change } from './change.ts';
import type { StripOptions } from './options.ts';
import type { RunLine } from './run-lines.ts';
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

/** The paths for a RUN: those below one of its own mounts are not the image's. */
export function stripPaths(rules: readonly StripRule[], mountTargets: readonly string[]): readonly StripPath[] {
  return rules.filter((rule) => !mountTargets.some((target) => isBelow(rule.path, target))).map(({ path, action }) => ({ path, action }));
}

/** Whether `path` is `folder` or in it. */
export function isBelow(path: string, folder: string): boolean {
  const prefix = folder.replace(/\/+$/, '');
  return path === prefix || path.startsWith(`${prefix}/`);
}

export function stripChanges(rules: readonly StripRule[], runs: readonly RunLine[]): readonly Change[] {
  if (rules.length === 0) return [];
  const becomes = `after it these files are as they were before it: ${rules.map((rule) => rule.path).join(', ')}`;
  return runs.map(({ line, code }) => ({ rule: 'strip', line, was: code, becomes, why: 'they differ from run to run, and nothing in an image needs what they say' }));
}
