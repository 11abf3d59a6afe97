/** Tells whether a whole path matches, or one of the folders that it is in. */
export type PathPattern = (path: string, parents: readonly string[]) => boolean;

/** One place of a compiled pattern. */
type Atom =
  | { readonly kind: 'one'; readonly accepts: (character: string) => boolean }
  /** `source` is how the expression writes what it accepts. */
  | { readonly kind: 'many'; readonly source: string; readonly accepts: (character: string) => boolean }
  /** Nothing, or anything that ends in a slash. */
  | { readonly kind: 'folders' }
  /** Nothing, or one character. */
  | { readonly kind: 'optional'; readonly accepts: (character: string) => boolean }
  | { readonly kind: Condition };

/** What must hold between two characters. */
type Condition = 'start' | 'end' | 'boundary' | 'inside';

const ESCAPED_CONDITIONS: ReadonlyMap<string, Condition> = new Map([['A', 'start'], ['z', 'end'], ['b', 'boundary'], ['B', 'inside']]);

/** One place after the other. */
type Sequence = readonly Atom[];

/**
 * Compiles one pattern as moby/patternmatcher does: `*` and `?` within a folder, `**` through folders. Undefined when the regular
 * expression that it becomes there is none. Matching takes time in proportion to pattern and path, not more: parents are no path of their own.
 */
export function compilePattern(pattern: string): PathPattern | undefined {
  const read = withoutMark(pattern);
  switch (classify(read)) {
    case 'exact': return orParent((path) => path === pattern);
    case 'prefix': return orParent((path) => path.startsWith(pattern.slice(0, -2)));
    // With a mark, what is left of the pattern without its first two bytes begins within a character.
    case 'suffix': return read !== pattern ? () => false : orParent((path) => path.endsWith(pattern.slice(2)) || (pattern[2] === '/' && path === pattern.slice(3)));
    case 'expression': {
      const alternatives = parseAlternatives(toExpression(read));
      return alternatives === undefined ? undefined : (path, parents) => alternatives.some((sequence) => matchSequence(sequence, path, parents));
    }
  }
}

/** The pattern as Go's text/scanner reads it, which passes over a byte order mark. */
function withoutMark(pattern: string): string {
  return pattern.startsWith('\ufeff') ? pattern.slice(1) : pattern;
}

function orParent(matches: (path: string) => boolean): PathPattern {
  return (path, parents) => matches(path) || parents.some(matches);
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

/** The regular expression that the reference makes of a pattern. It leaves `|`, `{` and `}` as they are, so that they have their meaning there. */
function toExpression(pattern: string): string {
  const characters = [...pattern];
  let out = '^';
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === '*' && characters[at + 1] === '*') {
      at += characters[at + 2] === '/' ? 2 : 1;
      out += at === characters.length - 1 ? '.*' : '(.*/)?';
    } else if (character === '*') out += '[^/]*';
    else if (character === '?') out += '[^/]';
    else if ('.+()$'.includes(character)) out += `\\${character}`;
    else if (character === '\\') out += `\\${characters[++at] ?? ''}`;
    else out += character;
  }
  return `${out}$`;
}

const notNewline = (character: string): boolean => character !== '\n';

/** Reads the few forms that toExpression gives; undefined where Go finds an error. */
function parseAlternatives(expression: string): readonly Sequence[] | undefined {
  const characters = [...expression];
  const alternatives: Atom[][] = [[]];
  for (let at = 0; at < characters.length;) {
    const atoms = alternatives.at(-1) ?? [];
    const character = characters[at] ?? '';
    if (character === '|') {
      alternatives.push([]);
      at++;
    } else if (character === '(') {
      addAtoms(atoms, { kind: 'folders' });
      at += 6;
    } else if (character === '.') {
      addAtoms(atoms, { kind: 'many', source: '.', accepts: notNewline });
      at += 2;
    } else if (character === '$') {
      atoms.push({ kind: 'end' });
      at++;
    } else if (character === '^' || (character === '\\' && ESCAPED_CONDITIONS.has(characters[at + 1] ?? ''))) {
      const end = character === '^' ? at + 1 : at + 2;
      const counts = parseCounts(characters, end);
      if (counts?.least !== 0) atoms.push({ kind: ESCAPED_CONDITIONS.get(characters[end - 1] ?? '') ?? 'start' });
      at = counts?.end ?? end;
    } else {
      const one = character === '[' ? parseClass(characters, at + 1) : character === '\\' ? parseEscape(characters, at + 1) : literal(character, at + 1);
      const repeated = one === undefined || character === '{' && parseCounts(characters, at) !== undefined ? undefined : repeat(characters, one, characters.slice(at, one.end).join(''));
      if (repeated === undefined) return undefined;
      addAtoms(atoms, ...repeated.atoms);
      at = repeated.end;
    }
  }
  return alternatives;
}

/** Adds places; what takes as many as there are, again and again, is no more than once. */
function addAtoms(atoms: Atom[], ...added: readonly Atom[]): void {
  for (const atom of added) {
    const last = atoms.at(-1);
    const isSame = atom.kind === 'folders' ? last?.kind === 'folders' : atom.kind === 'many' && last?.kind === 'many' && last.source === atom.source;
    if (!isSame) atoms.push(atom);
  }
}

/** One place, or as many as the star or the counts behind it say. */
function repeat(characters: readonly string[], { accepts, end }: Accepting, source: string): { readonly atoms: readonly Atom[]; readonly end: number } | undefined {
  const counts = parseCounts(characters, end);
  if (characters[end] === '*') return parseCounts(characters, end + 1) === undefined ? { atoms: [{ kind: 'many', source, accepts }], end: end + 1 } : undefined;
  if (counts === undefined) return { atoms: [{ kind: 'one', accepts }], end };
  const { least, most } = counts;
  if (least > MAX_COUNT || (most !== undefined && (most < least || most > MAX_COUNT))) return undefined;
  const required = Array.from({ length: least }, (): Atom => ({ kind: 'one', accepts }));
  const extra = most === undefined ? [{ kind: 'many', source, accepts } as const] : Array.from({ length: most - least }, (): Atom => ({ kind: 'optional', accepts }));
  return { atoms: [...required, ...extra], end: counts.end };
}

const MAX_COUNT = 1000;

/** `{2}`, `{2,}` or `{2,3}`; anything else in braces is text. */
function parseCounts(characters: readonly string[], at: number): { readonly least: number; readonly most: number | undefined; readonly end: number } | undefined {
  if (characters[at] !== '{') return undefined;
  const match = /^\{(0|[1-9][0-9]{0,8})(,(0|[1-9][0-9]{0,8})?)?\}/.exec(characters.slice(at, at + 24).join(''));
  if (match === null) return undefined;
  const [text, least = '', comma, most] = match;
  return { least: Number(least), most: most !== undefined ? Number(most) : comma === undefined ? Number(least) : undefined, end: at + text.length };
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

const isWord = (character: string | undefined): boolean => character !== undefined && /^[0-9A-Za-z_]$/.test(character);

/**
 * Whether the places of a sequence fit a part of the path, or of one of its parents: all that can be reached are followed, character by
 * character, and where a parent ends it is seen what would be reached if the path did.
 */
function matchSequence(atoms: Sequence, path: string, parents: readonly string[]): boolean {
  const characters = [...path];
  const ends = new Set(parents.map((parent) => [...parent].length));
  const isAnchored = atoms[0]?.kind === 'start';
  let reached: ReadonlySet<number> = new Set();
  for (let at = 0; at <= characters.length; at++) {
    if (isAnchored && at > 0 && reached.size === 0) return false;
    const before = [...reached, 0];
    if (ends.has(at) && closure(atoms, before, conditions(at, characters[at - 1], undefined)).has(atoms.length * 2)) return true;
    const open = closure(atoms, before, conditions(at, characters[at - 1], characters[at]));
    if (open.has(atoms.length * 2)) return true;
    reached = step(atoms, open, characters[at] ?? '');
  }
  return false;
}

/** What holds between two characters, of which the second is undefined at the end. */
function conditions(at: number, before: string | undefined, after: string | undefined): Readonly<Record<Condition, boolean>> {
  const isBoundary = isWord(before) !== isWord(after);
  return { start: at === 0, end: after === undefined, boundary: isBoundary, inside: !isBoundary };
}

/** Where one more character leads. */
function step(atoms: Sequence, places: ReadonlySet<number>, character: string): ReadonlySet<number> {
  const next = new Set<number>();
  for (const place of places) {
    const atom = atoms[place >> 1];
    switch (atom?.kind) {
      case 'one': case 'optional': if (atom.accepts(character)) next.add(place + 2); break;
      case 'many': if (atom.accepts(character)) next.add(place); break;
      case 'folders':
        if (notNewline(character)) next.add(place | 1);
        if (character === '/') next.add((place & ~1) + 2);
        break;
      default:
    }
  }
  return next;
}

/** Places are twice the atom's number; odd inside of `folders`, which then must end in a slash. */
function closure(atoms: Sequence, places: readonly number[], holds: Readonly<Record<Condition, boolean>>): ReadonlySet<number> {
  const all = new Set(places);
  for (const place of all) {
    const kind = (place & 1) === 1 ? undefined : atoms[place >> 1]?.kind;
    if (kind === undefined || kind === 'one') continue;
    if (kind === 'many' || kind === 'folders' || kind === 'optional' || holds[kind]) all.add(place + 2);
  }
  return all;
}
