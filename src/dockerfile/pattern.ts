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
  const { tokens, anchored } = pattern;
  let ways = new Ways(pattern);
  let next = new Ways(pattern);
  let found: Match | undefined;
  for (let position = from; ; position++) {
    if (found === undefined && (position === 0 || !anchored)) ways.add(0, position);
    if (ways.count === 0) return found;
    next.clear();
    const code = text[position];
    for (let index = 0; index < ways.count; index++) {
      const state = ways.state(index);
      const start = ways.start(index);
      const token = tokens[state];
      if (token === undefined) {
        // What comes behind in the order of preference does not matter any more.
        found = { start, end: position };
        break;
      }
      if (code === undefined) continue;
      if (token.kind === 'literal') {
        if (token.code === code) next.add(state + 1, start);
      } else if (code !== NEWLINE) {
        next.add(token.kind === 'star' ? state : state + 1, start);
      }
    }
    if (code === undefined) return found;
    [ways, next] = [next, ways];
  }
}

/** The ways to match that are alive at one position, the preferred first: the token each waits at, and where it began. */
class Ways {
  count = 0;
  readonly #tokens: readonly Token[];
  readonly #greedy: boolean;
  readonly #states: Int32Array;
  readonly #starts: Int32Array;
  /** The round in which each state was added last. */
  readonly #added: Int32Array;
  #round = 1;

  constructor(pattern: Pattern) {
    this.#tokens = pattern.tokens;
    this.#greedy = pattern.greedy;
    this.#states = new Int32Array(pattern.tokens.length + 1);
    this.#starts = new Int32Array(pattern.tokens.length + 1);
    this.#added = new Int32Array(pattern.tokens.length + 1);
  }

  clear(): void {
    this.count = 0;
    this.#round++;
  }

  state(index: number): number {
    return this.#states[index] ?? 0;
  }

  start(index: number): number {
    return this.#starts[index] ?? 0;
  }

  /** Adds the ways that go on at `state`: at a star, also behind it. */
  add(state: number, start: number): void {
    if (this.#tokens[state]?.kind !== 'star') {
      this.#push(state, start);
    } else if (this.#greedy) {
      this.#push(state, start);
      this.#push(state + 1, start);
    } else {
      this.#push(state + 1, start);
      this.#push(state, start);
    }
  }

  #push(state: number, start: number): void {
    if (this.#added[state] === this.#round) return;
    this.#added[state] = this.#round;
    this.#states[this.count] = state;
    this.#starts[this.count++] = start;
  }
}
