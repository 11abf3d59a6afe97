/** The rules of the rewrite; each has a file. */
export type RewriteRule = 'pin' | 'sources-list' | 'strip' | 'epoch' | 'hook';

/** One thing that the build does otherwise than the Dockerfile says, for `explain`. */
export interface Change {
  readonly rule: RewriteRule;
  /** The line of the Dockerfile that it applies to; 0 when it is not one line. */
  readonly line: number;
  readonly was: string;
  readonly becomes: string;
  readonly why: string;
  /** It was not done, or not in full, and the user should know. */
  readonly warning?: boolean;
}
