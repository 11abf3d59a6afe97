import { findCause, LocatedError, messageOf } from '../diag/error.ts';
import type { Range } from '../diag/range.ts';
import type { Linter, LintWarning } from '../lint/linter.ts';
import { convertDockerfile } from './convert.ts';
import type { ConvertOptions } from './options.ts';
import { prepareDockerfile } from './prepare.ts';

/** What the lint subrequest answers. */
export interface LintResults {
  readonly warnings: readonly LintWarning[];
  /** Why the Dockerfile cannot be built. */
  readonly error?: { readonly message: string; readonly location: readonly Range[] };
}

/** More checks, after those that conversion makes. Throws what ends the build. */
export type ExtraChecks = (linter: Linter) => void;

/** Converts all stages, or the target's when one is named, for what the rules find on the way; an error is a finding too (DockerfileLint). */
export async function lintDockerfile(source: Uint8Array, options: Omit<ConvertOptions, 'warn' | 'linter'>, extra?: ExtraChecks): Promise<LintResults> {
  const warnings: LintWarning[] = [];
  try {
    const { dockerfile, linter } = prepareDockerfile(source, options.config.lintConfig, (warning) => void warnings.push(warning));
    await convertDockerfile(dockerfile, { ...options, linter, allStages: options.config.target === '' || options.allStages === true });
    extra?.(linter);
    return { warnings };
  } catch (error) {
    const located = findCause(error, LocatedError);
    return { warnings, error: { message: messageOf(error), location: mergeRanges(located?.locations.flat() ?? []) } };
  }
}

/** Ranges in the order of their lines, those that touch joined. */
function mergeRanges(ranges: readonly Range[]): readonly Range[] {
  const [first, ...rest] = ranges.toSorted((a, b) => a.start.line - b.start.line);
  if (first === undefined) return [];
  const merged: Range[] = [first];
  for (const range of rest) {
    const last = merged.at(-1) ?? range;
    if (range.start.line > last.end.line) merged.push(range);
    else merged[merged.length - 1] = { start: last.start, end: { ...last.end, line: Math.max(last.end.line, range.end.line) } };
  }
  return merged;
}
