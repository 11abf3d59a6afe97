import type { AddInstruction, CopyInstruction, Heredoc, SourceContent, SourcesAndDestination } from './ast.ts';
import { baseOf, problem, readFlags } from './command.ts';
import type { FlagType } from './flags.ts';
import { chompHeredoc, findHeredoc } from './heredoc.ts';
import type { Statement } from './scan.ts';

const ADD_FLAGS: ReadonlyMap<string, FlagType> = new Map([
  ['chown', 'string'], ['chmod', 'string'], ['link', 'bool'], ['keep-git-dir', 'bool'], ['checksum', 'string'], ['unpack', 'bool'], ['exclude', 'list'],
]);
const COPY_FLAGS: ReadonlyMap<string, FlagType> = new Map([
  ['chown', 'string'], ['from', 'string'], ['chmod', 'string'], ['link', 'bool'], ['exclude', 'list'], ['parents', 'bool'],
]);

/** Throws CodedError `syntax`. */
export function parseAdd(statement: Statement): AddInstruction {
  assertDestination(statement, 'ADD');
  const flags = readFlags(statement, ADD_FLAGS);
  const keepGitDir = flags.bool('keep-git-dir');
  const unpack = flags.bool('unpack');
  const { name, keyword, code, location, comments } = baseOf(statement);
  const { destination, sourcePaths, sourceContents } = sourcesAndDestination(statement, 'ADD');
  return {
    kind: 'add', name, keyword, code, location, comments, destination, sourcePaths, sourceContents,
    chown: flags.string('chown'), chmod: flags.string('chmod'), link: flags.bool('link') === true,
    excludePatterns: flags.list('exclude'), checksum: flags.string('checksum'),
    ...(keepGitDir === undefined ? {} : { keepGitDir }), ...(unpack === undefined ? {} : { unpack }),
  };
}

/** Throws CodedError `syntax`. */
export function parseCopy(statement: Statement): CopyInstruction {
  assertDestination(statement, 'COPY');
  const flags = readFlags(statement, COPY_FLAGS);
  const { name, keyword, code, location, comments } = baseOf(statement);
  const { destination, sourcePaths, sourceContents } = sourcesAndDestination(statement, 'COPY');
  return {
    kind: 'copy', name, keyword, code, location, comments, destination, sourcePaths, sourceContents,
    from: flags.string('from'), chown: flags.string('chown'), chmod: flags.string('chmod'), link: flags.bool('link') === true,
    parents: flags.bool('parents') === true, excludePatterns: flags.list('exclude'),
  };
}

function assertDestination(statement: Statement, command: string): void {
  if (statement.args.length >= 2) return;
  throw problem(`${command} requires at least two arguments, but only one was provided. Destination could not be determined`);
}

function sourcesAndDestination(statement: Statement, command: string): SourcesAndDestination {
  const sources = statement.args.slice(0, -1);
  const destination = statement.args.at(-1) ?? '';
  if (isHeredoc(destination)) throw problem(`${command} cannot accept a heredoc as a destination`);
  if (!sources.some(isHeredoc)) return { destination, sourcePaths: sources, sourceContents: NO_CONTENTS };
  const sourcePaths: string[] = [];
  const sourceContents: SourceContent[] = [];
  for (const source of sources) {
    const heredoc = findHeredoc(source);
    if (heredoc === undefined) sourcePaths.push(source);
    else sourceContents.push(sourceContent(heredoc, statement.heredocs.findLast(({ name }) => name === heredoc.name)?.content ?? ''));
  }
  return { destination, sourcePaths, sourceContents };
}

const NO_CONTENTS: readonly SourceContent[] = [];

function isHeredoc(text: string): boolean {
  return findHeredoc(text) !== undefined;
}

function sourceContent(heredoc: Heredoc, body: string): SourceContent {
  return { path: heredoc.name, data: heredoc.chomp ? chompHeredoc(body) : body, expand: heredoc.expand };
}
