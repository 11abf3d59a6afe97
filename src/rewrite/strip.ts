import { trimEnd } from '../spec/strings.ts';
import { KnownOf, KnownValues } from '../spec/known.ts';
import type { RunFacts } from '../convert/options.ts';
import type { RunChange } from './change.ts';
import type { StripOptions } from './options.ts';
import { STRIP_TABLE } from './strip-table.ts';
import type { StripRule } from './strip-table.ts';

/** The rules that hold under the options: the table, less what REPRO_STRIP takes away, and what it adds. */
export function stripRules(options: StripOptions): readonly StripRule[] {
  if (!options.enabled) return [];
  if (options.remove.length === 0 && options.add.length === 0) return STRIP_TABLE;
  const removed = new Set(options.remove);
  const known = new Set(STRIP_TABLE.map((rule) => rule.path));
  const added = [...new Set(options.add)].filter((path) => !known.has(path)).map((path): StripRule => ({ path, action: 'restore', why: 'REPRO_STRIP names it' }));
  return [...STRIP_TABLE, ...added].filter((rule) => !removed.has(rule.path));
}

const rulesByTools = new KnownOf<readonly StripRule[], KnownValues<readonly StripRule[]>>();

/** What the strip rules of a RUN depend on. */
export interface StripFacts {
  readonly mountTargets: readonly string[];
  /** Of the tools of rules, those that the RUN names. */
  readonly tools: readonly string[];
}

/** The rules for a RUN: paths below one of its own mounts are not the image's, and what some tools leave anywhere is that of a RUN that names one. */
export function stripRulesFor(rules: readonly StripRule[], { mountTargets, tools }: StripFacts): readonly StripRule[] {
  const wanted = rulesByTools.get(rules, () => new KnownValues()).get(tools.join(' '), () => rules.filter((rule) => rule.tools?.some((tool) => tools.includes(tool)) ?? true));
  const isMounted = ({ path }: StripRule): boolean => mountTargets.some((target) => isBelow(path, target));
  return wanted.some(isMounted) ? wanted.filter((rule) => !isMounted(rule)) : wanted;
}

const NONE: readonly never[] = [];
const TOOLS = [...new Set(STRIP_TABLE.flatMap(({ tools = [] }) => tools))].map((tool) => ({ tool, word: new RegExp(`(?<![\\w.])${tool}\\b`) }));
const ANY_TOOL = new RegExp(TOOLS.map(({ tool }) => tool).join('|'));

/** The tools that a RUN's text, or a script in it, calls. A word after a dot is a file's ending. */
export function toolsOf({ code, args }: Pick<RunFacts, 'code' | 'args'>): readonly string[] {
  if (!mayCallTools(code) && !args.some(mayCallTools)) return NONE;
  return TOOLS.filter(({ word }) => word.test(code) || args.some((arg) => word.test(arg))).map(({ tool }) => tool);
}

function mayCallTools(text: string): boolean {
  return ANY_TOOL.test(text);
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
