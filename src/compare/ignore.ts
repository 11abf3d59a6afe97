import picomatch from 'picomatch';
import { CodedError } from '../diag/error.ts';
import type { Cause, Change, Difference } from '../spec/difference.ts';
import { CAUSES, isCause } from './causes.ts';

/** What the user does not want to be counted. */
export interface IgnoreRules {
  ignores(difference: Difference, change: Change): boolean;
}

/** Longer than any path needs; what picomatch takes for a glob grows with the square of its length. */
const MAX_GLOB = 1024;

/** At the end of a glob picomatch (4.0.7) collapses these beyond the end, and reads on for ever. */
const ENDLESS = '\\'.repeat(3);

/**
 * Rules from what the user wrote: the name of a cause, or a glob of paths, which begins with `/` or `*` (picomatch; `*` stays in a folder, `**` does not).
 * Throws (code `option`) when one is neither.
 */
export function parseIgnoreRules(texts: readonly string[]): IgnoreRules {
  const causes = new Set<Cause>();
  const globs: string[] = [];
  for (const text of texts) {
    if (isCause(text)) causes.add(text);
    else if (text.length > MAX_GLOB) throw new CodedError('option', `--ignore ${JSON.stringify(text.slice(0, 40))}…: has ${text.length} characters, of at most ${MAX_GLOB}`);
    else if (text.endsWith(ENDLESS)) throw new CodedError('option', `--ignore ${JSON.stringify(text)}: ends with more backslashes than two, which escape nothing`);
    else if (/^[/*]/.test(text)) globs.push(text);
    else throw new CodedError('option', `--ignore ${JSON.stringify(text)}: is neither a path (begin it with / or *) nor a cause (${Object.keys(CAUSES).join(', ')})`);
  }
  const matches = globs.length === 0 ? () => false : picomatch(globs, { dot: true, nonegate: true, strictSlashes: false });
  return { ignores: (difference, change) => causes.has(change.cause) || (difference.scope === 'entry' && matches(difference.subject)) };
}
