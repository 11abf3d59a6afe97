import type { FileFacts, RunFacts, RunHook } from '../convert/options.ts';
import type { StripAction } from '../runtime/strip-script.ts';

/** The rules of the rewrite; each has a file. */
export type RewriteRule = 'from' | 'pin' | 'sources-list' | 'strip' | 'epoch' | 'timestamps' | 'hook';

/** One thing that the build does otherwise than the Dockerfile says, for {@link Explanation}. */
export interface Change {
  readonly rule: RewriteRule;
  /** The line of the Dockerfile that it applies to; 0 when it is not one line. */
  readonly line: number;
  readonly was: string;
  readonly becomes: string;
  readonly why: string;
  /** The files of the image that it is about, where it is about files. */
  readonly files?: readonly ChangedFile[];
  /** It was not done, or not in full, and the user should know. */
  readonly warning?: boolean;
}

/** What is done to a file, and why. */
export interface ChangedFile {
  /** Absolute; `*`, `?` and `[…]` match. */
  readonly path: string;
  readonly action: StripAction;
  readonly why: string;
}

/** A change of a RUN, whose line and text are known from the RUN. */
export type RunChange = Omit<Change, 'line' | 'was'>;

/** What a rule makes of one RUN: what it adds, if anything, and what that changes. */
export interface RunRewrite {
  readonly hook?: RunHook;
  readonly changes: readonly RunChange[];
}

/** One rewrite of RUNs. Undefined: this RUN is none of its business. */
export type RunRule = (run: RunFacts) => RunRewrite | undefined;

/** A {@link RunChange} with the instruction that it is of. */
export function changeOf({ locations, code }: RunFacts | FileFacts, { rule, ...rest }: RunChange): Change {
  return { rule, line: locations?.[0]?.ranges[0]?.start.line ?? 0, was: code, ...rest };
}
