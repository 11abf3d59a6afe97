import { assertNever, withLocation } from '../diag/error.ts';
import type { Instruction } from '../dockerfile/ast.ts';
import { expandInstruction, expandRawInstruction } from '../dockerfile/expand.ts';
import type { InstructionContext, StageBuild } from './context.ts';
import { convertAdd, convertCopy } from './copy.ts';
import { convertArg, convertEnv, convertLabel } from './environment.ts';
import { convertExpose } from './expose.ts';
import type { StageCommand } from './graph.ts';
import {
  convertCmd, convertEntrypoint, convertHealthcheck, convertMaintainer, convertOnBuild, convertShell, convertStopSignal, convertUser, convertVolume,
} from './metadata.ts';
import { convertRun } from './run.ts';
import { expandStageWord } from './validations.ts';
import { convertWorkdir } from './workdir.ts';

/** Converts one instruction of a stage, its variables expanded. Throws with the instruction's place. */
export function convertCommand(stage: StageBuild, command: StageCommand): void {
  const { instruction } = command;
  const context: InstructionContext = { command, linter: stage.conversion.linter.withComments(instruction.comments) };
  try {
    convertInstruction(stage, expanded(stage, instruction, context), context);
  } catch (error) {
    throw withLocation(error, instruction.location);
  }
}

/** ARG expands its own default, which may not be needed. */
function expanded(stage: StageBuild, instruction: Instruction, context: InstructionContext): Instruction {
  if (instruction.kind === 'arg') return instruction;
  const words = expandInstruction(instruction, (word) => expandStageWord(stage, context, word));
  return expandRawInstruction(words, (word) => expandStageWord(stage, context, word, { escape: '\\', skipProcessQuotes: true }));
}

function convertInstruction(stage: StageBuild, instruction: Instruction, context: InstructionContext): void {
  switch (instruction.kind) {
    case 'add': return convertAdd(stage, instruction, context);
    case 'arg': return convertArg(stage, instruction, context);
    case 'cmd': return convertCmd(stage, instruction, context);
    case 'copy': return convertCopy(stage, instruction, context);
    case 'entrypoint': return convertEntrypoint(stage, instruction, context);
    case 'env': return convertEnv(stage, instruction, context);
    case 'expose': return convertExpose(stage, instruction, context);
    case 'healthcheck': return convertHealthcheck(stage, instruction, context);
    case 'label': return convertLabel(stage, instruction, context);
    case 'maintainer': return convertMaintainer(stage, instruction);
    case 'onbuild': return convertOnBuild(stage, instruction);
    case 'run': return convertRun(stage, instruction, context);
    case 'shell': return convertShell(stage, instruction);
    case 'stopsignal': return convertStopSignal(stage, instruction);
    case 'user': return convertUser(stage, instruction);
    case 'volume': return convertVolume(stage, instruction);
    case 'workdir': return convertWorkdir(stage, instruction, context);
    default: return assertNever(instruction);
  }
}
