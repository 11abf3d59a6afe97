import { CodedError } from '../diag/error.ts';
import { trimSpace } from '../spec/strings.ts';
import type { InstructionBase } from './ast.ts';
import { parseFlags, type Flags, type FlagType } from './flags.ts';
import type { Statement } from './scan.ts';

/** What the parsers of the single instructions share. */

const NO_FLAGS: ReadonlyMap<string, FlagType> = new Map();

/** The part of an instruction that is the same for all. */
export function baseOf(statement: Statement): InstructionBase {
  const { name, keyword, location, comments, original } = statement;
  return { name, keyword, code: trimSpace(original), location, comments };
}

export function readFlags(statement: Statement, types: ReadonlyMap<string, FlagType>): Flags {
  return parseFlags(statement.flags, types);
}

/** Throws CodedError `syntax` when there is a flag. */
export function assertNoFlags(statement: Statement): void {
  parseFlags(statement.flags, NO_FLAGS);
}

/** The only argument. Throws CodedError `syntax` when there is none or more. */
export function onlyArgument(statement: Statement, command: string): string {
  const [argument] = statement.args;
  if (argument === undefined || statement.args.length !== 1) throw problem(`${command} requires exactly one argument`);
  return argument;
}

/** Throws CodedError `syntax` when there is no argument. */
export function assertSomeArgument(args: readonly string[], command: string): void {
  if (args.length === 0) throw problem(`${command} requires at least one argument`);
}

/** The items of the JSON form, or the one text of the shell form; nothing when there is neither. */
export function commandLineOf(args: readonly string[], json: boolean): readonly string[] {
  return json || args.length === 0 ? args : [args.join(' ')];
}

/** What `# name description` says above an instruction; '' when there is no such comment. */
export function docCommentOf(comments: readonly string[], name: string): string {
  if (name === '') return '';
  return comments.find((comment) => comment.startsWith(`${name} `))?.slice(name.length + 1) ?? '';
}

export function problem(message: string): CodedError {
  return new CodedError('syntax', message);
}
