import { RULES } from '../lint/rules.ts';
import type { Linter } from '../lint/linter.ts';
import type { Statement } from './scan.ts';

/** Whether the comment right above defines one of `names`: `# name description` (instructions/parse.go, validateDefinitionDescription). */
export function lintDescription(command: string, names: readonly string[], statement: Statement, linter: Linter | undefined): void {
  const [example] = names;
  const comment = statement.comments.at(-1);
  if (comment === undefined || example === undefined) return;
  if (names.includes(comment.split(' ', 1)[0] ?? '')) return;
  const rule = RULES.InvalidDefinitionDescription;
  linter?.run(rule, statement.location, rule.format(command, names.length > 1 ? '<arg_key>' : example));
}
