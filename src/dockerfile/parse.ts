import { CodedError, messageOf, withLocation } from '../diag/error.ts';
import type { Range } from '../diag/range.ts';
import { encodeText } from '../spec/bytes.ts';
import type { Linter } from '../lint/linter.ts';
import { RULES } from '../lint/rules.ts';
import type { Dockerfile, Instruction, InstructionOf, Stage } from './ast.ts';
import { parseFrom } from './from.ts';
import { keywordOf, parseInstruction } from './instruction.ts';
import type { Keyword } from './keywords.ts';
import { scanDockerfile, type ScanWarning, type Statement } from './scan.ts';

/** A parsed Dockerfile, and what its form is to be blamed for. */
export interface ParsedDockerfile {
  readonly dockerfile: Dockerfile;
  readonly warnings: readonly ScanWarning[];
}

type StageHead = Omit<Stage, 'instructions'>;

/**
 * Parses a Dockerfile (parser.Parse and instructions.Parse). `linter` gets what the rules find, the empty continuation
 * lines among `warnings` first. A Dockerfile without FROM is no error here. Throws LocatedError.
 */
export function parseDockerfile(source: Uint8Array, linter?: Linter): ParsedDockerfile {
  const { escape, statements, warnings } = scanDockerfile(source);
  for (const warning of warnings) linter?.run(RULES.NoEmptyContinuation, warning.ranges, RULES.NoEmptyContinuation.format());
  const metaArgs: InstructionOf<'arg'>[] = [];
  const stages: { readonly head: StageHead; readonly instructions: Instruction[] }[] = [];
  for (const statement of statements) {
    const parsed = parseStatement(statement, linter);
    const stage = stages.at(-1);
    if (parsed.keyword === 'from') stages.push({ head: parsed.stage, instructions: [] });
    else if (stage !== undefined) stage.instructions.push(parsed.instruction);
    else if (parsed.instruction.kind === 'arg') metaArgs.push(parsed.instruction);
    else throw withLocation(new CodedError('syntax', 'no build stage in current context'), statement.location);
  }
  return { dockerfile: { escape, metaArgs, stages: stages.map(({ head, instructions }) => ({ ...head, instructions })) }, warnings };
}

/**
 * Parses the trigger of an ONBUILD, a Dockerfile of one instruction (dockerfile2llb, initOnBuildTriggers). The
 * instruction and errors in it get the place `location`, which is the trigger's own when not given. Throws LocatedError,
 * and CodedError when there is more than one instruction.
 */
export function parseInstructionText(text: string, linter?: Linter, location?: readonly Range[]): Instruction {
  const { statements } = scanDockerfile(encodeText(text));
  const [scanned] = statements;
  if (scanned === undefined || statements.length !== 1) throw new CodedError('syntax', 'onbuild trigger should be a single expression');
  const statement = location === undefined ? scanned : { ...scanned, location };
  const parsed = parseTrigger(statement, linter);
  if (parsed.keyword !== 'from') return parsed.instruction;
  throw withLocation(new CodedError('syntax', '*instructions.Stage is not a command type'), statement.location);
}

type Parsed =
  | { readonly keyword: 'from'; readonly stage: StageHead }
  | { readonly keyword: Exclude<Keyword, 'from'>; readonly instruction: Instruction };

function parseKeyword(statement: Statement, linter: Linter | undefined): Parsed {
  const own = linter?.withComments(statement.comments);
  const keyword = keywordOf(statement);
  if (keyword === 'from') return { keyword, stage: parseFrom(statement, own) };
  return { keyword, instruction: parseInstruction(keyword, statement, own) };
}

function parseTrigger(statement: Statement, linter: Linter | undefined): Parsed {
  try {
    return parseKeyword(statement, linter);
  } catch (error) {
    throw withLocation(error, statement.location);
  }
}

/** Parses a statement of a whole Dockerfile, where errors tell their line in the message too. */
function parseStatement(statement: Statement, linter: Linter | undefined): Parsed {
  try {
    return parseKeyword(statement, linter);
  } catch (error) {
    const line = statement.location[0]?.start.line ?? 0;
    throw withLocation(new CodedError('syntax', `dockerfile parse error on line ${line}: ${messageOf(error)}`, { cause: error }), statement.location);
  }
}
