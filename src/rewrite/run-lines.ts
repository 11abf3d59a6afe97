import type { Dockerfile } from '../dockerfile/ast.ts';

/** A RUN of the Dockerfile, for lists of changes. */
export interface RunLine {
  readonly line: number;
  readonly code: string;
}

/** The RUNs of a Dockerfile, in its order. */
export function runLines(dockerfile: Dockerfile): readonly RunLine[] {
  return dockerfile.stages.flatMap((stage) => stage.instructions.flatMap((instruction) =>
    instruction.kind === 'run' ? { line: instruction.location[0]?.start.line ?? 0, code: instruction.code } : []));
}
