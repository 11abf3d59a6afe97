import type { InstructionOf, KeyValue } from '../dockerfile/ast.ts';
import type { ArgDefinition, InstructionBase } from '../dockerfile/ast.ts';
import type { Linter } from '../lint/linter.ts';
import { RULES } from '../lint/rules.ts';
import type { InstructionContext, StageBuild } from './context.ts';
import { addHistory } from './history.ts';
import { setEnv } from './image.ts';
import { expandStageWord, reportSecretKey } from './validations.ts';

/** ARGs that say what the SBOM scanner is to look at: they are no environment. */
export const SBOM_SCAN_CONTEXT = 'BUILDKIT_SBOM_SCAN_CONTEXT';
export const SBOM_SCAN_STAGE = 'BUILDKIT_SBOM_SCAN_STAGE';
const NOT_ENVIRONMENT: ReadonlySet<string> = new Set([SBOM_SCAN_CONTEXT, SBOM_SCAN_STAGE]);

/** ENV. */
export function convertEnv(stage: StageBuild, env: InstructionOf<'env'>, { linter }: InstructionContext): void {
  let text = 'ENV';
  for (const pair of env.pairs) {
    reportLegacyFormat(pair, env, linter);
    reportSecretKey('ENV', pair.key, env.location, linter);
    text += ` ${pair.key}=${pair.value}`;
    stage.state = stage.state.addEnv(pair.key, pair.value);
    setEnv(stage.image.config.env, stage.envPositions, pair.key, pair.value);
  }
  addHistory(stage.image, text, stage.conversion.epoch);
}

/** LABEL. */
export function convertLabel(stage: StageBuild, label: InstructionOf<'label'>, { linter }: InstructionContext): void {
  let text = 'LABEL';
  for (const pair of label.pairs) {
    reportLegacyFormat(pair, label, linter);
    stage.image.config.labels.set(pair.key, pair.value);
    text += ` ${pair.key}=${pair.value}`;
  }
  addHistory(stage.image, text, stage.conversion.epoch);
}

function reportLegacyFormat(pair: KeyValue, { keyword, location }: InstructionBase, linter: Linter): void {
  if (pair.noDelimiter) linter.run(RULES.LegacyKeyValueFormat, location, RULES.LegacyKeyValueFormat.format(keyword));
}

/** ARG: a build arg's value, else the default, else what the global ARG of that name has. */
export function convertArg(stage: StageBuild, instruction: InstructionOf<'arg'>, context: InstructionContext): void {
  const texts = instruction.args.map((arg) => {
    reportSecretKey('ARG', arg.key, instruction.location, context.linter);
    const { value, isInherited } = argValue(stage, arg, context);
    if (value !== undefined && !NOT_ENVIRONMENT.has(arg.key)) stage.state = stage.state.addEnv(arg.key, value);
    const { outline } = stage.node;
    if (!isInherited) outline.args.set(arg.key, { definition: arg, value: value ?? '', dependencies: new Set(), location: instruction.location });
    outline.usedArgs.add(arg.key);
    stage.args.push({ key: arg.key, ...(value === undefined ? {} : { value }) });
    stage.argKeys.add(arg.key);
    return value === undefined ? arg.key : `${arg.key}=${value}`;
  });
  addHistory(stage.image, `ARG ${texts.join(' ')}`, stage.conversion.epoch);
}

function argValue(stage: StageBuild, { key, value }: ArgDefinition, context: InstructionContext): { readonly value: string | undefined; readonly isInherited: boolean } {
  const { buildArgs, globalArgs } = stage.conversion;
  const given = buildArgs.get(key);
  if (given !== undefined) return { value: given, isInherited: false };
  if (value !== undefined) return { value: expandStageWord(stage, context, value), isInherited: false };
  const inherited = globalArgs.get(key);
  return { value: inherited, isInherited: inherited !== undefined };
}
