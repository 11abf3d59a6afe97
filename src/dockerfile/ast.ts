import type { Range } from '../diag/range.ts';

/**
 * The typed form of a Dockerfile. All values are immutable; variables in words are not expanded yet
 * (convert does it with the environment of the moment, through expand.ts).
 */

/** What every instruction has. */
export interface InstructionBase {
  /** The keyword as written, in lower case: `run`, `copy`. */
  readonly name: string;
  /** The keyword exactly as written in the source, for the casing rules. */
  readonly keyword: string;
  /** The instruction's source text with continuations joined as the reference does it (its `String()`). */
  readonly code: string;
  /** One range a source line, heredoc bodies included. */
  readonly location: readonly Range[];
  /** The comment lines directly above, without `#` (the reference's PrevComment). */
  readonly comments: readonly string[];
}

export interface KeyValue {
  readonly key: string;
  readonly value: string;
  /** Written as `ENV key value`, without `=`. */
  readonly noDelimiter: boolean;
}

export interface ArgDefinition {
  readonly key: string;
  /** undefined: `ARG key` without a default. */
  readonly value?: string;
  /** The `# key description` comment above, '' when none. */
  readonly docComment: string;
}

/** A heredoc attached to an instruction. */
export interface Heredoc {
  readonly name: string;
  /** File descriptor before `<<`, 0 when none. */
  readonly fileDescriptor: number;
  /** Expand variables in the content: false when the name was quoted. */
  readonly expand: boolean;
  /** `<<-`: leading tabs are to be removed. */
  readonly chomp: boolean;
  /** The body, each line with its line end. Not chomped yet. */
  readonly content: string;
}

/** The command of RUN, CMD, ENTRYPOINT and HEALTHCHECK. */
export interface ShellDependentCommand {
  readonly commandLine: readonly string[];
  /** Shell form: the stage's SHELL goes before it. */
  readonly prependShell: boolean;
  readonly files: readonly Heredoc[];
}

/** Sources and destination of ADD and COPY. */
export interface SourcesAndDestination {
  readonly destination: string;
  readonly sourcePaths: readonly string[];
  readonly sourceContents: readonly SourceContent[];
}

/** An inline file of ADD or COPY (a heredoc). */
export interface SourceContent {
  readonly path: string;
  readonly data: string;
  readonly expand: boolean;
}

export type MountType = 'bind' | 'cache' | 'tmpfs' | 'secret' | 'ssh';
export type MountSharing = 'shared' | 'private' | 'locked';

/** A parsed `RUN --mount`. Numbers are undefined when not given. */
export interface RunMount {
  readonly type: MountType;
  readonly from: string;
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly sizeLimit: bigint;
  readonly cacheId: string;
  readonly cacheSharing?: MountSharing;
  readonly required: boolean;
  /** `env=NAME` of a secret mount. */
  readonly env?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface CdiDevice {
  readonly name: string;
  readonly required: boolean;
}

export interface AddInstruction extends InstructionBase, SourcesAndDestination {
  readonly kind: 'add';
  readonly chown: string;
  readonly chmod: string;
  readonly link: boolean;
  readonly excludePatterns: readonly string[];
  readonly keepGitDir?: boolean;
  readonly checksum: string;
  readonly unpack?: boolean;
}

export interface CopyInstruction extends InstructionBase, SourcesAndDestination {
  readonly kind: 'copy';
  readonly from: string;
  readonly chown: string;
  readonly chmod: string;
  readonly link: boolean;
  readonly parents: boolean;
  readonly excludePatterns: readonly string[];
}

export interface RunInstruction extends InstructionBase, ShellDependentCommand {
  readonly kind: 'run';
  /** The values of `--mount` as written; parsed again once their variables are expanded. */
  readonly mountFlags: readonly string[];
  /** `mountFlags` parsed without expansion, for the stage graph (the reference's GetMounts before Expand). */
  readonly mounts: readonly RunMount[];
  readonly network: 'default' | 'none' | 'host';
  readonly security: 'sandbox' | 'insecure';
  /** The values of `--device` as written, and parsed. */
  readonly deviceFlags: readonly string[];
  readonly devices: readonly CdiDevice[];
  /** The names of the flags used, in order, for capability checks and messages. */
  readonly flagsUsed: readonly string[];
}

export interface Healthcheck {
  readonly test?: readonly string[];
  /** Durations in nanoseconds. */
  readonly interval: bigint;
  readonly timeout: bigint;
  readonly startPeriod: bigint;
  readonly startInterval: bigint;
  readonly retries: number;
}

export type Instruction =
  | AddInstruction
  | CopyInstruction
  | RunInstruction
  | (InstructionBase & { readonly kind: 'env'; readonly pairs: readonly KeyValue[] })
  | (InstructionBase & { readonly kind: 'label'; readonly pairs: readonly KeyValue[]; /** Labels of this kind are not expanded: the reference's noExpand. */ readonly noExpand: boolean })
  | (InstructionBase & { readonly kind: 'arg'; readonly args: readonly ArgDefinition[] })
  | (InstructionBase & { readonly kind: 'maintainer'; readonly maintainer: string })
  | (InstructionBase & { readonly kind: 'onbuild'; readonly expression: string })
  | (InstructionBase & { readonly kind: 'workdir'; readonly path: string })
  | (InstructionBase & { readonly kind: 'cmd' } & ShellDependentCommand)
  | (InstructionBase & { readonly kind: 'entrypoint' } & ShellDependentCommand)
  | (InstructionBase & { readonly kind: 'healthcheck'; readonly health: Healthcheck })
  | (InstructionBase & { readonly kind: 'expose'; readonly ports: readonly string[] })
  | (InstructionBase & { readonly kind: 'user'; readonly user: string })
  | (InstructionBase & { readonly kind: 'volume'; readonly volumes: readonly string[] })
  | (InstructionBase & { readonly kind: 'stopsignal'; readonly signal: string })
  | (InstructionBase & { readonly kind: 'shell'; readonly shell: readonly string[] });

export type InstructionKind = Instruction['kind'];
export type InstructionOf<K extends InstructionKind> = Extract<Instruction, { kind: K }>;

/** One `FROM` and what follows it. */
export interface Stage {
  /** The name after AS in lower case, '' when none. */
  readonly name: string;
  /** The name after AS as written. */
  readonly originalName: string;
  /** The keyword `AS` as written (casing rules), '' when none. */
  readonly asKeyword: string;
  /** The keyword `FROM` as written. */
  readonly keyword: string;
  /** The base as written, not expanded. */
  readonly baseName: string;
  /** `--platform` as written, '' when none. */
  readonly platform: string;
  /** The FROM instruction's source text. */
  readonly code: string;
  readonly docComment: string;
  readonly comments: readonly string[];
  readonly location: readonly Range[];
  readonly instructions: readonly Instruction[];
}

/** A whole Dockerfile. */
export interface Dockerfile {
  /** `\` or `` ` ``. */
  readonly escape: string;
  /** The ARG instructions before the first FROM. */
  readonly metaArgs: readonly InstructionOf<'arg'>[];
  readonly stages: readonly Stage[];
}
