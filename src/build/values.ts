import { CodedError, wrapError } from '../diag/error.ts';
import { quote } from '../spec/text.ts';

/** Go's strconv and encoding/csv, as far as frontend options show them: what is taken, and the texts of errors. */

/** An error in the words of Go's standard library. It has no stack of its own there; what is said around it has. */
export class StandardError extends CodedError {
  constructor(message: string) {
    super('option', message);
    this.name = 'StandardError';
  }
}

/** `error` with `message: ` before its text. */
export function explain(error: unknown, message: string): Error {
  return error instanceof StandardError ? new CodedError('option', `${message}: ${error.message}`) : wrapError(error, message);
}

const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** Go's strconv.ParseInt(text, 10, 64). */
export function parseInt64(text: string): bigint {
  const digits = /^[+-]?([0-9]+)$/.exec(text)?.[1];
  if (digits === undefined) throw numberError('ParseInt', text, 'invalid syntax');
  const value = digits.length > 40 ? UINT64_MAX : BigInt(digits);
  const negative = text.startsWith('-');
  if (value > (negative ? INT64_MAX + 1n : INT64_MAX)) throw numberError('ParseInt', text, 'value out of range');
  return negative ? -value : value;
}

/** Go's strconv.ParseUint(text, 10, 64). */
export function parseUint64(text: string): bigint {
  if (!/^[0-9]+$/.test(text)) throw numberError('ParseUint', text, 'invalid syntax');
  const value = text.length > 40 ? UINT64_MAX + 1n : BigInt(text);
  if (value > UINT64_MAX) throw numberError('ParseUint', text, 'value out of range');
  return value;
}

function numberError(name: string, text: string, problem: string): StandardError {
  return new StandardError(`strconv.${name}: parsing ${quote(text)}: ${problem}`);
}

/**
 * The fields of one line of comma-separated values (github.com/tonistiigi/go-csvvalue); throws with encoding/csv's texts.
 *
 *     line   = field { "," field } [ ["\r"] "\n" ]
 *     field  = { any but `"` and `,` } | `"` { any but `"` | `""` } `"`
 */
export function csvFields(text: string): readonly string[] {
  const line = text.endsWith('\n') ? text.slice(0, text.endsWith('\r\n') ? -2 : -1) : text;
  if (line === '') throw new StandardError('EOF');
  const fields: string[] = [];
  for (let at = 0; at <= line.length;) {
    const { field, end } = line[at] === '"' ? quotedField(line, at) : plainField(line, at);
    fields.push(field);
    at = end + 1;
  }
  return fields;
}

interface Field {
  readonly field: string;
  /** Where the comma after it is, or the end of the line. */
  readonly end: number;
}

function plainField(line: string, start: number): Field {
  const comma = line.indexOf(',', start);
  const end = comma < 0 ? line.length : comma;
  const field = line.slice(start, end);
  const mark = field.indexOf('"');
  if (mark >= 0) throw csvError(line, start + mark, 'bare " in non-quoted-field');
  return { field, end };
}

function quotedField(line: string, start: number): Field {
  let field = '';
  for (let at = start + 1; ;) {
    const mark = line.indexOf('"', at);
    if (mark < 0) throw csvError(line, at, 'extraneous or missing " in quoted-field');
    field += line.slice(at, mark);
    const next = line[mark + 1];
    if (next === ',' || next === undefined) return { field, end: mark + 1 };
    if (next !== '"') throw csvError(line, mark, 'extraneous or missing " in quoted-field');
    field += '"';
    at = mark + 2;
  }
}

/** Columns count bytes, from 1. */
function csvError(line: string, at: number, problem: string): StandardError {
  return new StandardError(`parse error on line 1, column ${Buffer.byteLength(line.slice(0, at)) + 1}: ${problem}`);
}
