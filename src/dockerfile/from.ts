import { RULES } from '../lint/rules.ts';
import type { Linter } from '../lint/linter.ts';
import { quote } from '../spec/text.ts';
import { toLower, toUpper } from '../spec/strings.ts';
import type { Stage } from './ast.ts';
import { baseOf, docCommentOf, problem, readFlags } from './command.ts';
import { lintDescription } from './description.ts';
import type { FlagType } from './flags.ts';
import type { Statement } from './scan.ts';

const FLAGS: ReadonlyMap<string, FlagType> = new Map([['platform', 'string']]);
const STAGE_NAME = /^[a-z][-a-z0-9_.]*$/;
/** `as` in any case, by Unicode's rules. */
const AS = /^as$/iu;

/** Reads FROM into a stage that has no instructions yet. Throws CodedError `syntax`. */
export function parseFrom(statement: Statement, linter: Linter | undefined): Omit<Stage, 'instructions'> {
  lintCasing(statement, linter);
  const { args, keyword } = statement;
  const [baseName = '', asKeyword = '', originalName = ''] = args;
  const name = stageName(args);
  const platform = readFlags(statement, FLAGS).string('platform');
  const { code, location, comments } = baseOf(statement);
  if (name !== '') lintDescription('FROM', [name], statement, linter);
  return {
    name, originalName, asKeyword, keyword, baseName, platform, code, location,
    docComment: docCommentOf(comments, name), comments,
  };
}

function stageName(args: readonly string[]): string {
  const [, as, written] = args;
  if (args.length === 3 && as !== undefined && written !== undefined && AS.test(as)) {
    const name = toLower(written);
    if (STAGE_NAME.test(name)) return name;
    throw problem(`invalid name for build stage: ${quote(written)}, name can't start with a number or contain symbols`);
  }
  if (args.length !== 1) throw problem('FROM requires either one or three arguments');
  return '';
}

function lintCasing(statement: Statement, linter: Linter | undefined): void {
  const { args, keyword, location } = statement;
  const [, as, name] = args;
  if (as === undefined || name === undefined) return;
  if (args.length === 3 && name !== toLower(name)) linter?.run(RULES.StageNameCasing, location, RULES.StageNameCasing.format(name));
  if (!isSameCase(keyword, as)) linter?.run(RULES.FromAsCasing, location, RULES.FromAsCasing.format(keyword, as));
}

/** A FROM in mixed case matches any AS: another rule finds fault with it. */
function isSameCase(from: string, as: string): boolean {
  if (from === toLower(from)) return as === toLower(as);
  return from !== toUpper(from) || as === toUpper(as);
}
