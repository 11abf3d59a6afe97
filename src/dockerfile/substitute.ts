import { CodedError, messageOf } from '../diag/error.ts';
import { findMatch, fromRunes, readPattern, toRunes, type Pattern } from './pattern.ts';

/** `${name#pattern}` and `${name##pattern}`: `value` without the shortest or longest match at its beginning. Throws CodedError on a bad pattern. */
export function trimPrefix(pattern: string, value: string, longest: boolean): string {
  const match = findMatch(readOrExplain(pattern, longest, true), toRunes(value));
  return match === undefined ? value : fromRunes(toRunes(value).slice(match.end));
}

/** `${name%pattern}` and `${name%%pattern}`: the same at the end, found by turning both round. */
export function trimSuffix(pattern: string, value: string, longest: boolean): string {
  return reverse(trimPrefix(reversePattern(pattern), reverse(value), longest));
}

/**
 * `${name/pattern/replacement}`, and with two slashes for all matches. Only the latter reads `$0`, `${0}`, `$$` and
 * names of groups, which are empty, in the replacement, since the reference gives it to Go's ReplaceAllString.
 */
export function replacePattern(pattern: string, value: string, replacement: string, all: boolean): string {
  const compiled = readOrExplain(pattern, true, false);
  const runes = toRunes(value);
  if (all) return replaceAll(compiled, runes, replacement);
  const match = findMatch(compiled, runes);
  if (match === undefined) return value;
  return fromRunes(runes.slice(0, match.start)) + replacement + fromRunes(runes.slice(match.end));
}

function readOrExplain(pattern: string, greedy: boolean, anchored: boolean): Pattern {
  try {
    return readPattern(pattern, greedy, anchored);
  } catch (error) {
    throw new CodedError('syntax', `invalid pattern (${pattern}) in substitution: ${messageOf(error)}`);
  }
}

function replaceAll(pattern: Pattern, runes: readonly number[], replacement: string): string {
  let out = '';
  let lastEnd = 0;
  for (let from = 0; from <= runes.length;) {
    const match = findMatch(pattern, runes, from);
    if (match === undefined) break;
    out += fromRunes(runes.slice(lastEnd, match.start));
    // Go drops an empty match right behind the match before.
    if (match.end > lastEnd || match.start === 0) out += expandTemplate(replacement, fromRunes(runes.slice(match.start, match.end)));
    lastEnd = match.end;
    from = match.end > from ? match.end : from + 1;
  }
  return out + fromRunes(runes.slice(lastEnd));
}

const GROUP = /^\$(?:\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+)|(\$))/u;

/** Go's Regexp.Expand for an expression that has no groups. */
function expandTemplate(template: string, whole: string): string {
  let out = '';
  for (let rest = template; ;) {
    const dollar = rest.indexOf('$');
    if (dollar < 0) return out + rest;
    out += rest.slice(0, dollar);
    rest = rest.slice(dollar);
    const match = GROUP.exec(rest);
    if (match === null) {
      out += '$';
      rest = rest.slice(1);
      continue;
    }
    if (match[3] !== undefined) out += '$';
    else if ((match[1] ?? match[2]) === '0') out += whole;
    rest = rest.slice(match[0].length);
  }
}

function reverse(text: string): string {
  return fromRunes(toRunes(text).reverse());
}

/** Turns a pattern round but keeps each `\` before its character. */
function reversePattern(pattern: string): string {
  const runes = toRunes(pattern);
  const out: number[] = [];
  for (let index = 0; index < runes.length; index++) {
    const rune = runes[index] ?? 0;
    const next = runes[index + 1];
    if (rune === 0x5c && next !== undefined) {
      out.push(next, rune);
      index++;
    } else {
      out.push(rune);
    }
  }
  return fromRunes(out.reverse());
}
