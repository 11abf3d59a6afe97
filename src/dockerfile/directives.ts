import { CodedError } from '../diag/error.ts';
import { lineRanges, type Range } from '../diag/range.ts';
import { decodeText } from '../spec/bytes.ts';
import { readDirective, type DirectiveText } from '../spec/directive.ts';
import { cut } from '../spec/strings.ts';
import { readJson } from './json.ts';
import { LineReader } from './lines.ts';

type DirectiveName = DirectiveText['name'];

/** A parser directive and the line it is on. */
export interface Directive {
  readonly value: string;
  readonly ranges: readonly Range[];
}

/** The frontend that a file asks for: the image, and the whole value, which may go on after it. */
export interface SyntaxDirective {
  readonly ref: string;
  readonly cmdline: string;
  readonly ranges: readonly Range[];
}

/** Reads lines for parser directives until the first that is none (parser/directives.go, DirectiveParser). */
export class DirectiveScanner {
  readonly #mark: string;
  readonly #seen = new Set<DirectiveName>();
  #done = false;

  constructor(mark: '#' | '//' = '#') {
    this.#mark = mark;
  }

  get done(): boolean {
    return this.#done;
  }

  /** The directive on `line`, if it may be one still. Throws CodedError `syntax` when it is there for the second time. */
  read(line: string): DirectiveText | undefined {
    if (this.#done) return undefined;
    const directive = line.startsWith(this.#mark) ? readDirective(line.slice(this.#mark.length)) : undefined;
    if (directive === undefined) {
      this.#done = true;
      return undefined;
    }
    if (this.#seen.has(directive.name)) throw new CodedError('syntax', `only one ${directive.name} parser directive can be used`);
    this.#seen.add(directive.name);
    return directive;
  }
}

/** The directive `name` at the beginning of a Dockerfile, which may come after a `#!` line; undefined when there is none. */
export function parseDirective(name: DirectiveName, source: Uint8Array): Directive | undefined {
  return findDirective(name, skipShebang(source), '#');
}

/**
 * The `syntax` of a file of any kind: a `# syntax=` or `// syntax=` directive at its beginning, or the member of a
 * JSON object (parser/directives.go, DetectSyntax). Undefined when there is none.
 */
export function detectSyntax(source: Uint8Array): SyntaxDirective | undefined {
  const body = skipShebang(source);
  const directive = findDirective('syntax', body, '#') ?? findDirective('syntax', body, '//');
  if (directive !== undefined) return { ref: cut(directive.value, ' ').before, cmdline: directive.value, ranges: directive.ranges };
  const value = syntaxMember(body);
  return value === undefined ? undefined : { ref: value, cmdline: value, ranges: lineRanges(body.line, body.line) };
}

const JSON_BLANKS: readonly number[] = [0x20, 0x09, 0x0a, 0x0d];
const OPEN_BRACE = 0x7b;

/** A file from its first line that may hold a directive; `line` is the number of lines before. */
interface Body {
  readonly bytes: Uint8Array;
  readonly line: number;
}

function skipShebang(source: Uint8Array): Body {
  const hasMark = source[0] === 0xef && source[1] === 0xbb && source[2] === 0xbf;
  const bytes = hasMark ? source.subarray(3) : source;
  if (bytes[0] !== 0x23 || bytes[1] !== 0x21) return { bytes, line: 0 };
  const newline = bytes.indexOf(0x0a);
  return { bytes: bytes.subarray(newline < 0 ? bytes.length : newline + 1), line: 1 };
}

function findDirective(name: DirectiveName, body: Body, mark: '#' | '//'): Directive | undefined {
  const scanner = new DirectiveScanner(mark);
  const lines = new LineReader(body.bytes);
  for (let number = body.line + 1; ; number++) {
    const line = lines.next();
    if (line === undefined || scanner.done) return undefined;
    const directive = readOnce(scanner, line.replace(/\r?\n?$/, ''));
    if (directive === 'twice') return undefined;
    if (directive?.name === name) return { value: directive.value, ranges: lineRanges(number, number) };
  }
}

/** A directive that is there twice ends the search without an error here. */
function readOnce(scanner: DirectiveScanner, line: string): DirectiveText | 'twice' | undefined {
  try {
    return scanner.read(line);
  } catch {
    return 'twice';
  }
}

function syntaxMember(body: Body): string | undefined {
  // Only an object has members: other files are not decoded as a whole.
  if (body.bytes.find((byte) => !JSON_BLANKS.includes(byte)) !== OPEN_BRACE) return undefined;
  const value = readJson(decodeText(body.bytes));
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, 'syntax')) return undefined;
  const { syntax } = value as { syntax?: unknown };
  return typeof syntax === 'string' ? syntax : undefined;
}
