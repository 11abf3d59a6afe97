import { CodedError, messageOf, wrapError } from '../diag/error.ts';
import { csvFields } from '../dockerfile/csv.ts';
import { quote } from '../spec/text.ts';

/** Go's strconv and encoding/csv, as far as frontend options show them. */

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

/** The fields of one line of comma-separated values, as an option has them. Throws StandardError. */
export function csvOption(text: string): readonly string[] {
  try {
    return csvFields(text);
  } catch (error) {
    throw new StandardError(messageOf(error));
  }
}
