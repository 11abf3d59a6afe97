import type { LintResults } from '../convert/lint.ts';
import type { Result } from '../gateway/result.ts';
import { sourceInfoJson } from '../gateway/source-detail.ts';
import type { LintWarning } from '../lint/linter.ts';
import type { SourceMap } from '../llb/types.ts';
import { decodeText, replaceBroken } from '../spec/bytes.ts';
import { compareStrings } from '../spec/text.ts';
import type { JsonValue } from './json-text.ts';
import { sourceText } from './source-text.ts';
import { locationJson, present, subrequestAnswer } from './subrequest-answer.ts';

/** The answer to `frontend.lint` (frontend/subrequests/lint). */
export function lintAnswer({ warnings, error }: LintResults, sourceMap: SourceMap, version: string): Result {
  const json = {
    warnings: warnings.length === 0 ? null : warnings.map(warningJson),
    sources: [sourceInfoJson(sourceMap) as JsonValue],
    buildError: error === undefined ? undefined : { message: error.message, location: locationJson(error.location) },
  };
  const status = warnings.length > 0 || error !== undefined ? '1' : '0';
  return subrequestAnswer(json, version, [['result.txt', lintText(warnings, sourceMap)], ['result.statuscode', status]]);
}

function warningJson({ rule, message, ranges }: LintWarning): JsonValue {
  return { ruleName: rule.name, description: present(rule.description), url: present(rule.url), detail: present(message), location: locationJson(ranges) };
}

/** Messages come from the JSON there, where broken characters are replaced; the source's lines stay as they are. */
function lintText(warnings: readonly LintWarning[], sourceMap: SourceMap): string {
  const data = decodeText(sourceMap.data);
  return warnings.toSorted(compareWarnings).map(({ rule, message, ranges }) => {
    const title = `WARNING: ${rule.name}${rule.url === '' ? '' : ` - ${rule.url}`}`;
    return `\n${title}\n${replaceBroken(message)}\n${sourceText(sourceMap.filename, data, ranges)}`;
  }).join('');
}

/** Those without a place come first, by name; the others by line. */
function compareWarnings(a: LintWarning, b: LintWarning): number {
  const [left] = a.ranges;
  const [right] = b.ranges;
  if (left === undefined && right === undefined) return compareStrings(a.rule.name, b.rule.name);
  if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
  return left.start.line - right.start.line;
}
