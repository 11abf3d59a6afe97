/** Tells whether a whole path matches. */
export type PathPattern = (path: string) => boolean;

/** One place of a compiled pattern. */
type Atom =
  | { readonly kind: 'one'; readonly accepts: (character: string) => boolean }
  | { readonly kind: 'many'; readonly accepts: (character: string) => boolean }
  /** Nothing, or anything that ends in a slash. */
  | { readonly kind: 'folders' }
  /** Only at the beginning. */
  | { readonly kind: 'start' };

/**
 * Compiles one pattern as moby/patternmatcher does: `*` and `?` within a folder, `**` through folders. Undefined when the regular
 * expression that it becomes there is none. Matching takes time in proportion to pattern and path, not more.
 */
export function compilePattern(pattern: string): PathPattern | undefined {
  const kind = classify(pattern);
  switch (kind) {
    case 'exact': return (path) => path === pattern;
    case 'prefix': return (path) => path.startsWith(pattern.slice(0, -2));
    case 'suffix': return (path) => path.endsWith(pattern.slice(2)) || (pattern[2] === '/' && path === pattern.slice(3));
    case 'expression': {
      const atoms = parseAtoms(toExpression(pattern));
      return atoms === undefined ? undefined : (path) => matchAtoms(atoms, path);
    }
  }
}

/** How a pattern is matched: the quick ways are not quite those that the expression would give, and are kept as they are. */
function classify(pattern: string): 'exact' | 'prefix' | 'suffix' | 'expression' {
  let kind: 'exact' | 'prefix' | 'suffix' | 'expression' = 'exact';
  const characters = [...pattern];
  for (let at = 0, step = 0; at < characters.length; at++, step++) {
    const character = characters[at];
    if (character === '*' && characters[at + 1] === '*') {
      at += characters[at + 2] === '/' ? 2 : 1;
      const atEnd = at === characters.length - 1;
      kind = atEnd && kind === 'exact' ? 'prefix' : 'expression';
      if (step === 0) kind = 'suffix';
    } else if (character === '\\') {
      if (at + 1 < characters.length) kind = 'expression';
      at++;
    } else if (character !== undefined && '*?[]'.includes(character)) kind = 'expression';
  }
  return kind;
}

/** The regular expression that the reference makes of a pattern. */
function toExpression(pattern: string): string {
  const characters = [...pattern];
  let out = '';
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === '*' && characters[at + 1] === '*') {
      at += characters[at + 2] === '/' ? 2 : 1;
      out += at === characters.length - 1 ? '.*' : '(.*/)?';
    } else if (character === '*') out += '[^/]*';
    else if (character === '?') out += '[^/]';
    else if ('.+()|{}$'.includes(character)) out += `\\${character}`;
    else if (character === '\\') out += `\\${characters[++at] ?? ''}`;
    else out += character;
  }
  return out;
}

const notNewline = (character: string): boolean => character !== '\n';

/** Reads the few forms that toExpression gives; undefined where Go finds an error. */
function parseAtoms(expression: string): readonly Atom[] | undefined {
  const characters = [...expression];
  const atoms: Atom[] = [];
  for (let at = 0; at < characters.length;) {
    const character = characters[at] ?? '';
    if (character === '(') {
      atoms.push({ kind: 'folders' });
      at += 6;
    } else if (character === '.') {
      atoms.push({ kind: 'many', accepts: notNewline });
      at += 2;
    } else if (character === '^') {
      atoms.push({ kind: 'start' });
      at++;
    } else {
      const one = character === '[' ? parseClass(characters, at + 1) : character === '\\' ? parseEscape(characters, at + 1) : literal(character, at + 1);
      if (one === undefined) return undefined;
      const isMany = characters[one.end] === '*';
      atoms.push({ kind: isMany ? 'many' : 'one', accepts: one.accepts });
      at = isMany ? one.end + 1 : one.end;
    }
  }
  return atoms;
}

interface Accepting {
  readonly accepts: (character: string) => boolean;
  readonly end: number;
}

function literal(wanted: string, end: number): Accepting {
  return { accepts: (character) => character === wanted, end };
}

const ESCAPED_CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['d', /^[0-9]$/], ['D', /^[^0-9]$/u], ['s', /^[\t\n\f\r ]$/], ['S', /^[^\t\n\f\r ]$/u], ['w', /^[0-9A-Za-z_]$/], ['W', /^[^0-9A-Za-z_]$/u],
]);
const ESCAPED_CONTROLS: ReadonlyMap<string, string> = new Map([['a', '\u0007'], ['f', '\f'], ['t', '\t'], ['n', '\n'], ['r', '\r'], ['v', '\v']]);

/** A backslash and one character. Letters and digits that have a meaning to Go but no use in a path count as errors. */
function parseEscape(characters: readonly string[], at: number): Accepting | undefined {
  const character = characters[at] ?? '';
  const escaped = ESCAPED_CLASSES.get(character);
  if (escaped !== undefined) return { accepts: (candidate) => escaped.test(candidate), end: at + 1 };
  const wanted = ESCAPED_CONTROLS.get(character) ?? (/^[0-9A-Za-z]$/.test(character) || character === '' || character > '\x7f' ? undefined : character);
  return wanted === undefined ? undefined : literal(wanted, at + 1);
}

const NAMED_CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['alnum', /^[0-9A-Za-z]$/], ['alpha', /^[A-Za-z]$/], ['ascii', /^[\0-\x7f]$/], ['blank', /^[\t ]$/], ['cntrl', /^[\0-\x1f\x7f]$/], ['digit', /^[0-9]$/],
  ['graph', /^[!-~]$/], ['lower', /^[a-z]$/], ['print', /^[ -~]$/], ['punct', /^[!-/:-@[-`{-~]$/], ['space', /^[\t\n\v\f\r ]$/], ['upper', /^[A-Z]$/],
  ['word', /^[0-9A-Za-z_]$/], ['xdigit', /^[0-9A-Fa-f]$/],
]);

/** A class in brackets, from behind the first one (regexp/syntax, parseClass). */
function parseClass(characters: readonly string[], start: number): Accepting | undefined {
  const isNegated = characters[start] === '^';
  const tests: ((character: string) => boolean)[] = [];
  let at = isNegated ? start + 1 : start;
  for (let first = true; first || characters[at] !== ']'; first = false) {
    if (characters[at] === undefined) return undefined;
    if (characters[at] === '-' && !first && characters[at + 1] !== ']') return undefined;
    const named = characters[at] === '[' && characters[at + 1] === ':' ? parseNamedClass(characters, at) : 'none';
    if (named === undefined) return undefined;
    const part = named === 'none' ? parseClassRange(characters, at) : named;
    if (part === undefined) return undefined;
    tests.push(part.accepts);
    at = part.end;
  }
  return { accepts: (character) => tests.some((test) => test(character)) !== isNegated, end: at + 1 };
}

function parseNamedClass(characters: readonly string[], at: number): Accepting | 'none' | undefined {
  const close = characters.findIndex((character, index) => index >= at + 2 && character === ':' && characters[index + 1] === ']');
  if (close < 0) return 'none';
  const name = characters.slice(at + 2, close).join('');
  const test = NAMED_CLASSES.get(name.replace(/^\^/, ''));
  return test === undefined ? undefined : { accepts: (character) => test.test(character) !== name.startsWith('^'), end: close + 2 };
}

function parseClassRange(characters: readonly string[], at: number): Accepting | undefined {
  if (characters[at] === '\\' && ESCAPED_CLASSES.has(characters[at + 1] ?? '')) return parseEscape(characters, at + 1);
  const low = parseClassCharacter(characters, at);
  if (low === undefined) return undefined;
  const isRange = characters[low.end] === '-' && characters[low.end + 1] !== undefined && characters[low.end + 1] !== ']';
  const high = isRange ? parseClassCharacter(characters, low.end + 1) : low;
  if (high === undefined || high.code < low.code) return undefined;
  return { accepts: (character) => codeOf(character) >= low.code && codeOf(character) <= high.code, end: high.end };
}

function parseClassCharacter(characters: readonly string[], at: number): { readonly code: number; readonly end: number } | undefined {
  const character = characters[at];
  if (character === undefined) return undefined;
  if (character !== '\\') return { code: codeOf(character), end: at + 1 };
  const next = characters[at + 1] ?? '';
  const control = ESCAPED_CONTROLS.get(next);
  if (control !== undefined) return { code: codeOf(control), end: at + 2 };
  return /^[0-9A-Za-z]?$/.test(next) || next > '\x7f' ? undefined : { code: codeOf(next), end: at + 2 };
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/** All places of the pattern that can be reached, character by character. */
function matchAtoms(atoms: readonly Atom[], path: string): boolean {
  let reached = closure(atoms, [0], true);
  for (const character of path) {
    const next: number[] = [];
    for (const place of reached) {
      const atom = atoms[place >> 1];
      if (atom === undefined) continue;
      if (atom.kind === 'one' && atom.accepts(character)) next.push(place + 2);
      else if (atom.kind === 'many' && atom.accepts(character)) next.push(place);
      else if (atom.kind === 'folders' && character !== '\n') {
        next.push(place | 1);
        if (character === '/') next.push((place & ~1) + 2);
      }
    }
    reached = closure(atoms, next, false);
    if (reached.size === 0) return false;
  }
  return reached.has(atoms.length * 2);
}

/** Places are twice the atom's number; odd inside of `folders`, which then must end in a slash. */
function closure(atoms: readonly Atom[], places: readonly number[], atStart: boolean): ReadonlySet<number> {
  const all = new Set(places);
  for (const place of all) {
    const atom = atoms[place >> 1];
    if (atom === undefined || (place & 1) === 1) continue;
    if (atom.kind === 'many' || atom.kind === 'folders' || (atom.kind === 'start' && atStart)) all.add(place + 2);
  }
  return all;
}
