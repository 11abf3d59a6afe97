import { CodedError, withLocation } from '../diag/error.ts';
import { lineRanges, type Range } from '../diag/range.ts';
import { decodeText, fromByteText, toByteText } from '../spec/bytes.ts';
import { isSpace, toLower, trimSpace, trimSpaceLeft } from '../spec/strings.ts';
import { readArguments } from './arguments.ts';
import type { Heredoc } from './ast.ts';
import { DirectiveScanner } from './directives.ts';
import { heredocsOfLine } from './heredoc.ts';
import { isKeyword } from './keywords.ts';
import { discardByteOrderMark, LineReader, MAX_LINE_SIZE, trimNewline } from './lines.ts';
import { splitCommand, type SplitLine } from './split.ts';

/** One instruction, split into its parts but not understood (parser/parser.go, Node). */
export interface Statement {
  /** As written. */
  readonly keyword: string;
  /** The keyword in lower case. */
  readonly name: string;
  readonly flags: readonly string[];
  readonly args: readonly string[];
  /** The arguments are a JSON array. */
  readonly json: boolean;
  /** The line with continuations joined. */
  readonly original: string;
  readonly heredocs: readonly Heredoc[];
  readonly location: readonly Range[];
  readonly comments: readonly string[];
}

/** What is wrong with a Dockerfile's form, but not enough to refuse it. */
export interface ScanWarning {
  readonly message: string;
  readonly detail: string;
  readonly url: string;
  readonly ranges: readonly Range[];
}

export interface Scan {
  readonly escape: string;
  readonly statements: readonly Statement[];
  readonly warnings: readonly ScanWarning[];
}

/** Reads a Dockerfile's text into statements (parser/parser.go, Parse). Throws LocatedError. */
export function scanDockerfile(source: Uint8Array): Scan {
  return new Scanner(source).scan();
}

const NONE: readonly never[] = [];

class Scanner {
  readonly #lines: LineReader;
  readonly #directives = new DirectiveScanner();
  readonly #statements: Statement[] = [];
  readonly #warnings: ScanWarning[] = [];
  #escape = '\\';
  #comments: string[] | undefined;
  /** The number of lines read, but for a directive that is wrong: the reference counts it after the error. */
  #line = 0;

  constructor(source: Uint8Array) {
    this.#lines = new LineReader(source, decodeText(source));
  }

  scan(): Scan {
    for (let line = this.#lines.next(); line !== undefined; line = this.#lines.next()) {
      this.#readFirstLine(this.#line === 0 ? discardByteOrderMark(line) : line);
    }
    if (this.#statements.length === 0) throw this.#error('file with no instructions', this.#line, this.#line);
    if (this.#lines.tooLong) {
      throw this.#error(`dockerfile line greater than max allowed size of ${MAX_LINE_SIZE - 1}`, this.#line, this.#line);
    }
    return { escape: this.#escape, statements: this.#statements, warnings: this.#warnings };
  }

  /** A line outside of instructions: a directive, a comment, nothing, or the beginning of an instruction. */
  #readFirstLine(raw: string): void {
    const text = trimSpaceLeft(trimNewline(raw));
    const isDirective = this.#readDirective(text);
    if (!isDirective && text.startsWith('#')) this.#addComment(raw);
    const start = ++this.#line;
    if (text.startsWith('#') || text === '') return;
    const statement = this.#readStatement(text, start);
    this.#statements.push(statement);
    this.#comments = undefined;
  }

  #readDirective(text: string): boolean {
    try {
      const directive = this.#directives.read(text);
      if (directive?.name === 'escape') this.#setEscape(directive.value);
      return directive !== undefined;
    } catch (error) {
      throw withLocation(error, lineRanges(this.#line, this.#line));
    }
  }

  #setEscape(value: string): void {
    if (value !== '\\' && value !== '`') throw new CodedError('syntax', `invalid escape token '${value}' does not match \` or \\`);
    this.#escape = value;
  }

  /** An empty comment parts those above from the instruction below. The reference leaves out one byte, `#` or not. */
  #addComment(raw: string): void {
    const comment = trimSpace(raw.charCodeAt(0) < 0x80 ? raw.slice(1) : fromByteText(toByteText(raw).slice(1)));
    if (comment === '') this.#comments = undefined;
    else (this.#comments ??= []).push(comment);
  }

  #readStatement(text: string, start: number): Statement {
    const line = this.#joinLines(text);
    try {
      const parts = parseLine(line, this.#escape);
      const heredocs = parts.heredocs && line.includes('<<') ? heredocsOfLine(line).map((heredoc) => this.#readHeredoc(heredoc)) : NONE;
      return {
        keyword: parts.keyword, name: parts.name, flags: parts.flags, args: parts.args, json: parts.json,
        original: line, heredocs, location: lineRanges(start, this.#line), comments: this.#comments ?? NONE,
      };
    } catch (error) {
      throw withLocation(error, lineRanges(start, this.#line));
    }
  }

  /** The logical line that begins with `text`: comments inside are left out, and empty lines with a warning. */
  #joinLines(text: string): string {
    let { line, goesOn } = cutContinuation(text, this.#escape);
    let hasEmptyLine = false;
    while (goesOn) {
      const raw = this.#lines.next();
      if (raw === undefined) break;
      this.#line++;
      if (isComment(raw)) continue;
      const next = trimNewline(raw);
      if (isBlank(next)) {
        hasEmptyLine = true;
        continue;
      }
      const joined = cutContinuation(next, this.#escape);
      line += joined.line;
      goesOn = joined.goesOn;
    }
    if (hasEmptyLine) this.#warnEmptyContinuation(line);
    return line;
  }

  #warnEmptyContinuation(line: string): void {
    this.#warnings.push({
      message: `Empty continuation line found in: ${line}`,
      detail: 'Empty continuation lines will become errors in a future release',
      url: 'https://docs.docker.com/go/dockerfile/rule/no-empty-continuation/',
      ranges: lineRanges(this.#line, this.#line),
    });
  }

  #readHeredoc(heredoc: Heredoc): Heredoc {
    const content: string[] = [];
    for (let raw = this.#lines.next(); raw !== undefined; raw = this.#lines.next()) {
      this.#line++;
      const line = trimNewline(raw);
      if ((heredoc.chomp ? line.replace(/^\t+/, '') : line) === heredoc.name) return { ...heredoc, content: content.join('') };
      content.push(raw);
    }
    throw new CodedError('syntax', 'unterminated heredoc');
  }

  #error(message: string, start: number, end: number): Error {
    return withLocation(new CodedError('syntax', message), lineRanges(start, end));
  }
}

/** A logical line's parts, and whether heredocs may belong to it. */
interface LineParts {
  readonly keyword: string;
  readonly name: string;
  readonly flags: readonly string[];
  readonly args: readonly string[];
  readonly json: boolean;
  readonly heredocs: boolean;
}

/** Reads a logical line; the arguments of ONBUILD are the keyword and the arguments of its trigger. */
function parseLine(line: string, escape: string): LineParts {
  let rest = line;
  let outer: SplitLine[] | undefined;
  for (;;) {
    const split = splitCommand(rest, escape);
    const name = toLower(split.keyword);
    if (name === 'onbuild' && split.rest !== '') {
      (outer ??= []).push(split);
      rest = split.rest;
      continue;
    }
    const { args, json } = isKeyword(name) && name !== 'onbuild' ? readArguments(name, split.rest, escape) : { args: name === 'onbuild' ? NONE : [''], json: false };
    const heredocs = (name === 'add' || name === 'copy' || name === 'run') && !json && (outer === undefined || outer.length < 2);
    const first = outer?.[0];
    if (outer === undefined || first === undefined) return { keyword: split.keyword, name, flags: split.flags, args, json, heredocs };
    const triggers = outer.slice(1).map((each) => each.keyword);
    return { keyword: first.keyword, name: 'onbuild', flags: first.flags, args: [...triggers, split.keyword, ...args], json: false, heredocs };
  }
}

/** `line` without the escape character at its end and the blanks behind it; one behind another escape character does not count. */
function cutContinuation(line: string, escape: string): { line: string; goesOn: boolean } {
  let end = line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end--;
  const goesOn = line[end - 1] === escape && line[end - 2] !== escape;
  return { line: goesOn ? line.slice(0, end - 1) : line, goesOn };
}

function isComment(line: string): boolean {
  return trimSpaceLeft(line).startsWith('#');
}

function isBlank(line: string): boolean {
  for (let index = 0; index < line.length; index++) if (!isSpace(line.charCodeAt(index))) return false;
  return true;
}
