import { CodedError, messageOf } from '../diag/error.ts';
import { toLower, toUpper } from '../spec/strings.ts';

/** Suggestions are at most this many edits away. */
const MAX_DISTANCE = 2;

/**
 * The option nearest to `value`, undefined when none is near or `value` is one of them (util/suggest). Without
 * `caseSensitive` the answer takes `value`'s case. Of options equally near, the first.
 */
export function suggest(value: string, options: Iterable<string>, caseSensitive: boolean): string | undefined {
  const wanted = caseSensitive ? value : toLower(value);
  let match: string | undefined;
  let nearest = MAX_DISTANCE + 1;
  for (const each of options) {
    const option = caseSensitive ? each : toLower(each);
    if (option === wanted) return undefined;
    const distance = editDistance(wanted, option);
    if (distance >= nearest) continue;
    nearest = distance;
    match = caseSensitive ? option : matchCase(option, value);
  }
  return match === '' ? undefined : match;
}

/** `error` with ` (did you mean X?)` after its text when there is a suggestion, else as it is. */
export function withSuggestion(error: CodedError, value: string, options: Iterable<string>, caseSensitive: boolean): CodedError {
  const match = suggest(value, options, caseSensitive);
  return match === undefined ? error : new CodedError(error.code, `${messageOf(error)} (did you mean ${match}?)`, { cause: error });
}

function matchCase(option: string, original: string): string {
  if (original === toLower(original)) return toLower(option);
  return original === toUpper(original) ? toUpper(option) : option;
}

/** Levenshtein's distance, or a number beyond MAX_DISTANCE; only the cells that can be near are computed. */
function editDistance(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  if (Math.abs(left.length - right.length) > MAX_DISTANCE) return MAX_DISTANCE + 1;
  const far = MAX_DISTANCE + 1;
  let previous = Array.from({ length: right.length + 1 }, (_, index) => Math.min(index, far));
  for (let row = 1; row <= left.length; row++) {
    const current = new Array<number>(right.length + 1).fill(far);
    if (row <= MAX_DISTANCE) current[0] = row;
    for (let column = Math.max(1, row - MAX_DISTANCE); column <= Math.min(right.length, row + MAX_DISTANCE); column++) {
      const replaced = (previous[column - 1] ?? far) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current[column] = Math.min(replaced, (previous[column] ?? far) + 1, (current[column - 1] ?? far) + 1, far);
    }
    previous = current;
  }
  return previous[right.length] ?? far;
}
