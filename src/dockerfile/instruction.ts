import { assertNever } from '../diag/error.ts';
import type { Linter } from '../lint/linter.ts';
import { RULES } from '../lint/rules.ts';
import { cut, toUpper, trimSpace } from '../spec/strings.ts';
import { compareStrings } from '../spec/text.ts';
import type { Instruction, InstructionOf, KeyValue } from './ast.ts';
import { assertNoFlags, assertSomeArgument, baseOf, docCommentOf, onlyArgument, problem } from './command.ts';
import { parseAdd, parseCopy } from './copy.ts';
import { lintDescription } from './description.ts';
import { parseHealthcheck } from './healthcheck.ts';
import { isKeyword, KEYWORDS, type Keyword } from './keywords.ts';
import { parseCmd, parseEntrypoint, parseRun, parseShell } from './run.ts';
import type { Statement } from './scan.ts';
import { withSuggestion } from './suggest.ts';

/** The keyword of a statement. Throws CodedError `syntax` with a suggestion when it is none. */
export function keywordOf(statement: Statement): Keyword {
  if (isKeyword(statement.name)) return statement.name;
  throw withSuggestion(problem(`unknown instruction: ${statement.keyword}`), statement.keyword, KEYWORDS, false);
}

/** Reads a statement into an instruction; not for FROM (instructions/parse.go, ParseInstruction). Throws CodedError `syntax`. */
export function parseInstruction(keyword: Exclude<Keyword, 'from'>, statement: Statement, linter: Linter | undefined): Instruction {
  switch (keyword) {
    case 'add': return parseAdd(statement);
    case 'arg': return parseArg(statement, linter);
    case 'cmd': return parseCmd(statement);
    case 'copy': return parseCopy(statement);
    case 'entrypoint': return parseEntrypoint(statement);
    case 'env': return { kind: 'env', ...baseOf(statement), pairs: parsePairs(statement, 'ENV') };
    case 'expose': return parseExpose(statement);
    case 'healthcheck': return parseHealthcheck(statement);
    case 'label': return { kind: 'label', ...baseOf(statement), pairs: parsePairs(statement, 'LABEL'), noExpand: false };
    case 'maintainer': return parseMaintainer(statement, linter);
    case 'onbuild': return parseOnbuild(statement);
    case 'run': return parseRun(statement);
    case 'shell': return parseShell(statement);
    case 'stopsignal': return { kind: 'stopsignal', ...baseOf(statement), signal: onlyArgument(statement, 'STOPSIGNAL') };
    case 'user': return { kind: 'user', ...baseOf(statement), user: onlyPlainArgument(statement, 'USER') };
    case 'volume': return parseVolume(statement);
    case 'workdir': return { kind: 'workdir', ...baseOf(statement), path: onlyPlainArgument(statement, 'WORKDIR') };
    default: return assertNever(keyword);
  }
}

function onlyPlainArgument(statement: Statement, command: string): string {
  const argument = onlyArgument(statement, command);
  assertNoFlags(statement);
  return argument;
}

function parseMaintainer(statement: Statement, linter: Linter | undefined): InstructionOf<'maintainer'> {
  linter?.run(RULES.MaintainerDeprecated, statement.location, RULES.MaintainerDeprecated.format());
  return { kind: 'maintainer', ...baseOf(statement), maintainer: onlyPlainArgument(statement, 'MAINTAINER') };
}

/** The arguments are name, value and delimiter in turn. */
function parsePairs(statement: Statement, command: string): readonly KeyValue[] {
  assertNoFlags(statement);
  const { args } = statement;
  assertSomeArgument(args, command);
  const pairs: KeyValue[] = [];
  for (let index = 0; index < args.length; index += 3) {
    const [key = '', value = '', delimiter = ''] = args.slice(index, index + 3);
    if (key === '') throw problem(`${command} names can not be blank`);
    pairs.push({ key, value, noDelimiter: delimiter === '' });
  }
  return pairs;
}

/** Flags of ARG are not looked at, as in the reference. */
function parseArg(statement: Statement, linter: Linter | undefined): InstructionOf<'arg'> {
  assertSomeArgument(statement.args, 'ARG');
  const args = statement.args.map((word) => {
    const { before: key, after: value } = cut(word, '=');
    if (value !== undefined && key === '') throw problem('ARG names can not be blank');
    const docComment = docCommentOf(statement.comments, key);
    return value === undefined ? { key, docComment } : { key, value, docComment };
  });
  lintDescription('ARG', args.map((arg) => arg.key), statement, linter);
  return { kind: 'arg', ...baseOf(statement), args };
}

function parseExpose(statement: Statement): InstructionOf<'expose'> {
  assertSomeArgument(statement.args, 'EXPOSE');
  assertNoFlags(statement);
  return { kind: 'expose', ...baseOf(statement), ports: [...statement.args].sort(compareStrings) };
}

function parseVolume(statement: Statement): InstructionOf<'volume'> {
  assertSomeArgument(statement.args, 'VOLUME');
  assertNoFlags(statement);
  const volumes = statement.args.map(trimSpace);
  if (volumes.includes('')) throw problem('VOLUME specified can not be an empty string');
  return { kind: 'volume', ...baseOf(statement), volumes };
}

const ONBUILD = /^[\t\n\f\r ]*ONBUILD[\t\n\f\r ]*/i;

/** The trigger is kept as text, heredocs behind it; it is parsed when it runs. */
function parseOnbuild(statement: Statement): InstructionOf<'onbuild'> {
  assertSomeArgument(statement.args, 'ONBUILD');
  assertNoFlags(statement);
  const trigger = toUpper(trimSpace(statement.args[0] ?? ''));
  if (trigger === 'ONBUILD') throw problem("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (trigger === 'MAINTAINER' || trigger === 'FROM') throw problem(`${trigger} isn't allowed as an ONBUILD trigger`);
  const heredocs = statement.heredocs.map((heredoc) => `\n${heredoc.content}${heredoc.name}`);
  return { kind: 'onbuild', ...baseOf(statement), expression: statement.original.replace(ONBUILD, '') + heredocs.join('') };
}
