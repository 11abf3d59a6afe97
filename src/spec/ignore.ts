import { CodedError } from '../diag/error.ts';
import { cleanPath, dirPath } from './path.ts';
import { compilePattern } from './ignore-pattern.ts';
import type { PathPattern } from './ignore-pattern.ts';
import { trimSpace } from './strings.ts';

/** A list of patterns as .dockerignore has them (github.com/moby/patternmatcher). */
export class IgnoreMatcher {
  readonly #patterns: readonly { readonly text: string; readonly isException: boolean }[];
  readonly #compiled = new Map<string, PathPattern | undefined>();

  /** Throws on a pattern that is none. */
  constructor(lines: readonly string[]) {
    this.#patterns = lines.map(trimSpace).filter((line) => line !== '').map((line) => {
      const clean = cleanPath(line);
      if (clean === '!') throw new CodedError('syntax', 'illegal exclusion pattern: "!"');
      const isException = clean.startsWith('!');
      const text = isException ? clean.slice(1) : clean;
      if (!isGlob(text)) throw new CodedError('syntax', 'syntax error in pattern');
      return { text, isException };
    });
  }

  /** Some lines begin with `!`. */
  get hasExceptions(): boolean {
    return this.#patterns.some(({ isException }) => isException);
  }

  /** The patterns that are no exceptions, cleaned. */
  get patterns(): readonly string[] {
    return this.#patterns.filter(({ isException }) => !isException).map(({ text }) => text);
  }

  /** Whether a path, or a folder that it is in, is matched in the end; undefined when a pattern turns out to be none. */
  matchesPathOrParent(path: string): boolean | undefined {
    const parents = parentsOf(path);
    let matched = false;
    for (const { text, isException } of this.#patterns) {
      if (isException !== matched) continue;
      const pattern = this.#compile(text);
      if (pattern === undefined) return undefined;
      if (pattern(path, parents)) matched = !isException;
    }
    return matched;
  }

  #compile(text: string): PathPattern | undefined {
    if (!this.#compiled.has(text)) this.#compiled.set(text, compilePattern(text));
    return this.#compiled.get(text);
  }
}

function parentsOf(path: string): readonly string[] {
  const parent = dirPath(path);
  if (parent === '.') return [];
  const parts = parent.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Whether Go's filepath.Match takes `pattern`, as far as it reads it to match `.`: what follows a part that fails is not looked at. */
function isGlob(pattern: string): boolean {
  let rest = pattern;
  let name = '.';
  while (rest !== '') {
    const { star, chunk, after } = nextChunk(rest);
    rest = after;
    if (star && chunk === '') return true;
    const direct = matchChunk(chunk, name);
    if (direct === undefined) return false;
    if (direct !== false && (direct === '' || rest !== '')) {
      name = direct;
      continue;
    }
    if (!star || name === '') return true;
    const skipped = matchChunk(chunk, '');
    if (skipped === undefined) return false;
    if (skipped === false) return true;
    name = skipped;
  }
  return true;
}

/** The part of a pattern up to the next star that is outside of brackets. */
function nextChunk(pattern: string): { readonly star: boolean; readonly chunk: string; readonly after: string } {
  let start = 0;
  while (pattern[start] === '*') start++;
  let inRange = false;
  let end = start;
  for (; end < pattern.length; end++) {
    const character = pattern[end];
    if (character === '\\') end++;
    else if (character === '[') inRange = true;
    else if (character === ']') inRange = false;
    else if (character === '*' && !inRange) break;
  }
  return { star: start > 0, chunk: pattern.slice(start, end), after: pattern.slice(end) };
}

/** What of `name` is left after `chunk`; false when it does not match, undefined when it is no pattern. */
function matchChunk(chunk: string, name: string): string | false | undefined {
  const characters = [...chunk];
  let rest: string | false = name;
  let at = 0;
  while (at < characters.length) {
    const current: string = rest === false ? '' : rest.charAt(0);
    if (current === '') rest = false;
    let matches: boolean;
    if (characters[at] === '[') {
      const range = readRange(characters, at + 1, current);
      if (range === undefined) return undefined;
      at = range.end;
      matches = range.matches;
    } else {
      const isEscaped = characters[at] === '\\';
      if (isEscaped && ++at === characters.length) return undefined;
      matches = characters[at] === '?' && !isEscaped ? current !== '/' : characters[at] === current;
      at++;
    }
    if (rest !== false) rest = matches ? rest.slice(1) : false;
  }
  return rest;
}

function readRange(characters: readonly string[], start: number, current: string): { readonly end: number; readonly matches: boolean } | undefined {
  const isNegated = characters[start] === '^';
  let at = isNegated ? start + 1 : start;
  let isInside = false;
  for (let count = 0; characters[at] !== ']' || count === 0; count++) {
    const low = readRangeEnd(characters, at);
    if (low === undefined) return undefined;
    const high = characters[low.end] === '-' ? readRangeEnd(characters, low.end + 1) : low;
    if (high === undefined) return undefined;
    isInside ||= codeOf(low.character) <= codeOf(current) && codeOf(current) <= codeOf(high.character);
    at = high.end;
  }
  return { end: at + 1, matches: isInside !== isNegated };
}

function readRangeEnd(characters: readonly string[], at: number): { readonly character: string; readonly end: number } | undefined {
  const first = characters[at];
  if (first === undefined || first === '-' || first === ']') return undefined;
  const place = first === '\\' ? at + 1 : at;
  const character = characters[place];
  return character === undefined || place + 1 >= characters.length ? undefined : { character, end: place + 1 };
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
