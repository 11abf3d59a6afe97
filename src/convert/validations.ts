import type { Range } from '../diag/range.ts';
import type { Stage } from '../dockerfile/ast.ts';
import { suggest } from '../dockerfile/suggest.ts';
import { isPlainWord, processWord, WordError } from '../dockerfile/words.ts';
import type { EnvGetter, ProcessedWord, WordOptions } from '../dockerfile/words.ts';
import type { Linter } from '../lint/linter.ts';
import { RULES } from '../lint/rules.ts';
import type { EnvList } from '../llb/env.ts';
import { formatAllPlatform, normalizePlatform, parsePlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import { parseNormalizedNamed } from '../spec/reference.ts';
import { foldCase, toLower, toUpper } from '../spec/strings.ts';
import type { InstructionContext, SingleInstruction, StageBuild } from './context.ts';

/** The lint rules that need to know what a Dockerfile means (dockerfile2llb/validations.go). */

const RESERVED_STAGE_NAMES: ReadonlySet<string> = new Set(['context', 'scratch']);

export function reportStageNames(stages: readonly Stage[], linter: Linter): void {
  const names = new Set<string>();
  for (const { name, location } of stages) {
    if (name === '') continue;
    if (RESERVED_STAGE_NAMES.has(name)) linter.run(RULES.ReservedStageName, location, RULES.ReservedStageName.format(name));
    if (names.has(name)) linter.run(RULES.DuplicateStageName, location, RULES.DuplicateStageName.format(name));
    names.add(name);
  }
}

/** Keywords that are not written as most of the others are, or in mixed case. */
export function reportKeywordCasing(stages: readonly Stage[], linter: Linter): void {
  const instructions = stages.flatMap((stage) => [stage, ...stage.instructions]);
  // There are few spellings, and many instructions.
  const counts = new Map<string, number>();
  for (const { keyword } of instructions) counts.set(keyword, (counts.get(keyword) ?? 0) + 1);
  let [lower, upper] = [0, 0];
  for (const [keyword, count] of counts) {
    if (keyword === toLower(keyword)) lower += count;
    else if (keyword === toUpper(keyword)) upper += count;
  }
  const [cased, casing] = lower > upper ? [toLower, 'lowercase'] : [toUpper, 'uppercase'];
  const wrong = new Set([...counts.keys()].filter((keyword) => cased(keyword) !== keyword));
  if (wrong.size === 0) return;
  for (const { keyword, location } of instructions) {
    if (wrong.has(keyword)) linter.run(RULES.ConsistentInstructionCasing, location, RULES.ConsistentInstructionCasing.format(keyword, casing));
  }
}

/** Bases that are no image references unless build args are given; `args` are the global ARGs without any. */
export function reportInvalidDefaultBases(stages: readonly Stage[], args: EnvList, escape: string, linter: Linter): void {
  for (const { baseName, location } of stages) {
    let name: string;
    try {
      name = processWord(baseName, args, { escape }).result;
    } catch {
      return;
    }
    try {
      parseNormalizedNamed(name);
    } catch {
      linter.run(RULES.InvalidDefaultArgInFrom, location, RULES.InvalidDefaultArgInFrom.format(baseName));
    }
  }
}

/** Variables of a FROM that no global ARG declares. */
export function reportUndeclaredArgs(unmatched: ReadonlySet<string>, declared: ReadonlySet<string>, location: readonly Range[], linter: Linter): void {
  for (const name of unmatched) {
    if (!declared.has(name)) linter.run(RULES.UndefinedArgInFrom, location, RULES.UndefinedArgInFrom.format(name, suggest(name, declared, true) ?? ''));
  }
}

/** `--platform` of a FROM that says what holds anyway, or names a fixed platform that the stage's name does not. */
export function reportPlatformFlag({ platform, name, location }: Stage, word: ProcessedWord, args: EnvList, linter: Linter): void {
  const { matched, unmatched, result } = word;
  if (matched.size === 1 && unmatched.size === 0 && matched.has('TARGETPLATFORM') && result === args.get('TARGETPLATFORM')) {
    linter.run(RULES.RedundantTargetPlatform, location, RULES.RedundantTargetPlatform.format(platform));
  }
  if (matched.size > 0 || unmatched.size > 0) return;
  let constant: Platform;
  try {
    constant = parsePlatform(result);
  } catch {
    return;
  }
  if (name.includes(constant.os) || name.includes(constant.architecture)) return;
  linter.run(RULES.FromPlatformFlagConstDisallowed, location, RULES.FromPlatformFlagConstDisallowed.format(result));
}

export function reportBaseImagePlatform(name: string, expected: Platform, actual: Platform, location: readonly Range[], linter: Linter): void {
  if (expected.os === actual.os && expected.architecture === actual.architecture) return;
  const [wanted, found] = [expected, actual].map((platform) => formatAllPlatform(normalizePlatform(platform)));
  linter.run(RULES.InvalidBaseImagePlatform, location, RULES.InvalidBaseImagePlatform.format(name, wanted ?? '', found ?? ''));
}

/** An instruction of which only the last counts; the finding is at the one before. */
export function reportRepeated(stage: StageBuild, kind: SingleInstruction, keyword: string, location: readonly Range[], linter: Linter): void {
  const previous = stage.seen.get(kind);
  if (previous !== undefined) linter.run(RULES.MultipleInstructionsDisallowed, previous, RULES.MultipleInstructionsDisallowed.format(keyword));
  stage.seen.set(kind, location);
}

const SECRET_WORDS: ReadonlySet<string> = new Set(['apikey', 'auth', 'credential', 'credentials', 'key', 'password', 'pword', 'passwd', 'secret', 'token']);
const HARMLESS_WORDS: ReadonlySet<string> = new Set(['public', 'file', 'version']);

/** A variable that seems to hold a secret: one of the words between its underscores says so. */
export function reportSecretKey(instruction: string, key: string, location: readonly Range[], linter: Linter): void {
  const words = key.split('_').map((word) => foldCase(word));
  if (!words.some((word) => SECRET_WORDS.has(word)) || words.some((word) => HARMLESS_WORDS.has(word))) return;
  linter.run(RULES.SecretsUsedInArgOrEnv, location, RULES.SecretsUsedInArgOrEnv.format(instruction, key));
}

/** `word` with the stage's variables put in; those that are not set are reported, also when it cannot be read. */
export function expandStageWord(stage: StageBuild, context: InstructionContext, word: string, options: WordOptions = { escape: stage.conversion.escape }): string {
  if (isPlainWord(word)) return word;
  const { env } = stage.state;
  try {
    const { result, unmatched } = processWord(word, env, options);
    reportUndefinedVariables(stage, context, env, unmatched);
    return result;
  } catch (error) {
    if (error instanceof WordError) reportUndefinedVariables(stage, context, env, error.unmatched);
    throw error;
  }
}

const NEVER_REPORTED: ReadonlySet<string> = new Set(['BUILDKIT_SBOM_SCAN_CONTEXT', 'BUILDKIT_SBOM_SCAN_STAGE']);

function reportUndefinedVariables({ argKeys }: StageBuild, { command, linter }: InstructionContext, env: EnvGetter, unmatched: ReadonlySet<string>): void {
  for (const name of unmatched) {
    if (argKeys.has(name) || NEVER_REPORTED.has(name)) continue;
    linter.run(RULES.UndefinedVar, command.instruction.location, RULES.UndefinedVar.format(name, suggest(name, env.keys(), true) ?? ''));
  }
}
