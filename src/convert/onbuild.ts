import { setLocation } from '../diag/error.ts';
import { lineRanges } from '../diag/range.ts';
import type { Range } from '../diag/range.ts';
import { parseInstructionText } from '../dockerfile/parse.ts';
import type { FinishedStage } from './context.ts';
import type { StageGraph, StageNode } from './graph.ts';
import { externalNode } from './stages.ts';

/** The triggers that wait for a stage: those of the image that it begins with, or those that its base stage has in this Dockerfile. */
export function pendingTriggers(node: StageNode, base: FinishedStage | undefined): readonly string[] {
  if (node.base === undefined) return base?.image.config.onBuild ?? [];
  return node.base.commands.flatMap(({ instruction }) => (instruction.kind === 'onbuild' ? [instruction.expression] : []));
}

/**
 * Puts triggers before a stage's own instructions (initOnBuildTriggers). Gives whether they may need what was not needed before.
 * Throws with the place of the stage's FROM, where they count as written.
 */
export function addTriggers(graph: StageGraph, node: StageNode, triggers: readonly string[], escape: string): boolean {
  if (triggers.length === 0) return false;
  const { location } = node.origin;
  try {
    const commands = triggers.map((trigger) => {
      const command = graph.command(parseInstructionText(trigger, undefined, wholeLines(location)), escape, externalNode, true);
      graph.link(node, command);
      return command;
    });
    node.prependTriggers(commands);
    return commands.some((command) => command.sources.length > 0);
  } catch (error) {
    throw setLocation(error, location);
  }
}

/** One range a line, from the first line to the last. */
function wholeLines(ranges: readonly Range[]): readonly Range[] {
  const lines = ranges.flatMap(({ start, end }) => [start.line, end.line]);
  const first = lines.reduce((least, line) => Math.min(least, line), lines[0] ?? 0);
  return lineRanges(first, lines.reduce((most, line) => Math.max(most, line), 0));
}
