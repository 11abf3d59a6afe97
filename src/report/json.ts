import type { Comparison, PlatformComparison } from '../spec/difference.ts';

/** Raised when a member of the report changes its meaning or goes. */
const SCHEMA_VERSION = 1;

/** The report for programs, piece by piece: the comparison as it is, one difference a line. Its form is in docs/diff.md. */
export function* jsonReport(comparison: Comparison): Generator<string> {
  const { platforms, ...rest } = comparison;
  yield `{"schemaVersion":${SCHEMA_VERSION},${JSON.stringify(rest).slice(1, -1)},"platforms":[`;
  for (const [at, platform] of platforms.entries()) {
    if (at > 0) yield ',';
    yield* platformJson(platform);
  }
  yield '\n]}\n';
}

function* platformJson({ differences, ...rest }: PlatformComparison): Generator<string> {
  yield `\n${JSON.stringify(rest).slice(0, -1)},"differences":[`;
  for (const [at, each] of differences.entries()) yield `${at === 0 ? '' : ','}\n${JSON.stringify(each)}`;
  yield '\n]}';
}
