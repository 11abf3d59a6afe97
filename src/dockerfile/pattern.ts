import { CodedError } from '../diag/error.ts';

/** `*` and `?` match no line end, as in the reference. */
type Token = { readonly kind: 'star' } | { readonly kind: 'any' } | { readonly kind: 'literal'; readonly code: number };

/** What is left of a `${name%pattern}` style pattern after reading it: no two stars beside each other. */
export interface Pattern {
  readonly tokens: readonly Token[];
  /** A star takes as much as it can. */
  readonly greedy: boolean;
  /** A match begins at the beginning of the text. */
  readonly anchored: boolean;
}

/** A match in a text of code points: from `start` up to but without `end`. */
export interface Match {
  readonly start: number;
  readonly end: number;
}

const STAR = 0x2a, QUESTION = 0x3f, BACKSLASH = 0x5c, SLASH = 0x2f, BRACE = 0x7d, NEWLINE = 0x0a;

/** The code points of a text without a byte order mark at its beginning, as text/scanner reads it. */
export function scannerRunes(text: string): number[] {
  const runes = toRunes(text);
  if (runes[0] === 0xfeff) runes.shift();
  return runes;
}

export function toRunes(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

export function fromRunes(runes: readonly number[]): string {
  let text = '';
  for (const rune of runes) text += String.fromCodePoint(rune);
  return text;
}

/**
 * Reads a shell pattern: `*`, `?`, and `\` before one of `* ? \ / }` (shell/lex.go, convertShellPatternToRegex).
 * Throws CodedError `syntax` for a `\` before anything else.
 */
export function readPattern(text: string, greedy: boolean, anchored: boolean): Pattern {
  const runes = scannerRunes(text);
  const tokens: Token[] = [];
  for (let index = 0; index < runes.length; index++) {
    let code = runes[index] ?? 0;
    if (code === STAR) {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
      continue;
    }
    if (code === QUESTION) {
      tokens.push({ kind: 'any' });
      continue;
    }
    if (code === BACKSLASH) {
      const next = runes[index + 1];
      if (next === SLASH || next === BRACE) continue;
      if (next !== STAR && next !== QUESTION && next !== BACKSLASH) {
        throw new CodedError('syntax', `invalid escape '\\${String.fromCodePoint(next ?? 0xfffd)}'`);
      }
      code = next;
      index++;
    }
    tokens.push({ kind: 'literal', code });
  }
  return { tokens, greedy, anchored };
}

/**
 * The first match in `text` at or after `from`, preferring as Go's regular expressions do: leftmost, then by each star in turn.
 * All ways to match go forward together, so the time is at most the product of both lengths.
 */
export function findMatch(pattern: Pattern, text: readonly number[], from = 0): Match | undefined {
  const { tokens, greedy, anchored } = pattern;
  const marks = new Int32Array(tokens.length + 1).fill(-1);
  let threads: Thread[] = [];
  let found: Match | undefined;
  for (let position = from; ; position++) {
    if (found === undefined && (position === 0 || !anchored)) {
      follow(threads, marks, position, tokens, 0, position, greedy);
    }
    if (threads.length === 0) {
      if (found !== undefined || anchored || position >= text.length) return found;
      continue;
    }
    const code = text[position];
    const next: Thread[] = [];
    for (const { state, start } of threads) {
      const token = tokens[state];
      if (token === undefined) {
        found = { start, end: position };
        break;
      }
      if (code === undefined) continue;
      if (token.kind === 'literal') {
        if (token.code === code) follow(next, marks, position + 1, tokens, state + 1, start, greedy);
      } else if (code !== NEWLINE) {
        follow(next, marks, position + 1, tokens, token.kind === 'star' ? state : state + 1, start, greedy);
      }
    }
    if (code === undefined) return found;
    threads = next;
  }
}

/** One way to match: the token it waits at, and where it began. */
interface Thread {
  readonly state: number;
  readonly start: number;
}

/** Adds the ways that go on at `state`, the preferred one first; `marks` tells which states are in already at `position`. */
function follow(threads: Thread[], marks: Int32Array, position: number, tokens: readonly Token[], state: number, start: number, greedy: boolean): void {
  const states = tokens[state]?.kind !== 'star' ? [state] : greedy ? [state, state + 1] : [state + 1, state];
  for (const each of states) {
    if (marks[each] === position) continue;
    marks[each] = position;
    threads.push({ state: each, start });
  }
}
