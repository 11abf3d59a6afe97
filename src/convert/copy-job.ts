import type { AddInstruction, CopyInstruction } from '../dockerfile/ast.ts';
import type { State } from '../llb/state.ts';
import type { CopyOptions } from '../llb/types.ts';
import type { InstructionContext, StageBuild } from './context.ts';

/** What the parts of an ADD or COPY share. */
export interface CopyJob {
  readonly stage: StageBuild;
  readonly context: InstructionContext;
  readonly instruction: AddInstruction | CopyInstruction;
  /** Where paths are copied from. */
  readonly source: State;
  readonly destination: string;
  /** Of every copy: owner, permissions, patterns to leave out; undefined when the flags say nothing. */
  readonly options: CopyOptions | undefined;
  /** The name of the vertices. */
  readonly name: string;
  /** What the sources so far say of the repository: of several git sources, an earlier one's checksum holds for a later one. */
  git: { readonly checksum: string; readonly keepGitDir: boolean | undefined };
}
