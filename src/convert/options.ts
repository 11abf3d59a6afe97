import type { Range } from '../diag/range.ts';
import type { Linter, Warn } from '../lint/linter.ts';
import type { LintConfig } from '../lint/config.ts';
import type { CapSet, Definition, FileAction, HostIp, LinuxResources, NetworkMode, Output, SourceLocation, SourceMap, Ulimit } from '../llb/types.ts';
import type { State } from '../llb/state.ts';
import type { ImageConfig } from '../spec/config.ts';
import type { Digest } from '../spec/digest.ts';
import type { GitRef } from '../spec/git-ref.ts';
import type { Platform } from '../spec/platform.ts';
import type { ZonedTime } from '../spec/time.ts';

/** The frontend options that conversion reads, already parsed (the reference's dockerui.Config). */
export interface BuildConfig {
  /** Mutable nowhere: conversion copies it per platform. */
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, string>;
  readonly target: string;
  readonly cacheIdNamespace: string;
  readonly cgroupParent: string;
  readonly extraHosts: readonly HostIp[];
  readonly hostname: string;
  readonly imageResolveMode: ResolveMode;
  readonly networkMode: NetworkMode;
  readonly shmSize: bigint;
  readonly ulimits: readonly Ulimit[];
  readonly linuxResources?: LinuxResources;
  /** From the option BUILDKIT_DOCKERFILE_CHECK; undefined: the `# check=` directive decides. */
  readonly lintConfig?: LintConfig;
  readonly targetPlatforms: readonly Platform[];
  readonly buildPlatforms: readonly Platform[];
  readonly multiPlatformRequested: boolean;
}

export type ResolveMode = 'default' | 'pull' | 'local';

export interface ResolvedImage {
  /** The reference after the daemon's source policy, or as asked. */
  readonly ref: string;
  readonly digest: Digest | '';
  /** The image config's JSON. */
  readonly config: Uint8Array;
}

/** Finds out what an image reference stands for. The gateway implements it; equal questions are asked once. */
export interface ImageResolver {
  resolveImageConfig(ref: string, options: { readonly platform?: Platform; readonly resolveMode: ResolveMode; readonly logName: string }): Promise<ResolvedImage>;
}

export interface NamedContextOptions {
  readonly platform?: Platform;
  readonly resolveMode: ResolveMode;
  /** The paths of it that the build reads, known only when all stages are converted; undefined: all. */
  readonly usedPaths: () => readonly string[] | undefined;
  /** Where the Dockerfile names it. */
  readonly place: readonly Range[];
}

/** A named context that the request has, not loaded yet. */
export interface NamedContext {
  load(): Promise<{ readonly state: State; readonly image?: ImageConfig } | undefined>;
}

/** The build contexts of a request. `build/` implements it. */
export interface ContextProvider {
  /** The context named `name` (a stage or an image reference), if the request has one. Throws on an invalid one. */
  namedContext(name: string, options: NamedContextOptions): NamedContext | undefined;
  /** The main context, filtered to `usedPaths` (undefined: all of it). */
  mainContext(usedPaths: readonly string[] | undefined): Promise<State>;
  /** The lines of .dockerignore that count. */
  dockerignorePatterns(): Promise<readonly string[]>;
  /** Whether `no-cache` names this stage. */
  isNoCache(stageName: string): boolean;
  /** The time of the main context (SOURCE_DATE_EPOCH=context); undefined when it has none. */
  mainContextEpoch(): Promise<ZonedTime | undefined>;
  /** The time of a git or http source state (SOURCE_DATE_EPOCH=STAGE or =NAMED CONTEXT). `logName` is how the build's progress calls the question. */
  sourceEpoch(state: State, logName: string): Promise<ZonedTime | undefined>;
}

/** A mount that a hook adds to RUNs (the fields of moby/buildkit pull request 4669). */
export interface HookMount {
  readonly type: 'bind' | 'tmpfs' | 'secret' | 'ssh' | 'cache';
  readonly target: string;
  /** For bind: the file system to mount; undefined is scratch. */
  readonly source?: Output;
  readonly selector?: string;
  readonly readOnly: boolean;
  readonly sizeLimit?: number;
  readonly cacheId?: string;
  readonly cacheSharing?: 'shared' | 'private' | 'locked';
  readonly secretId?: string;
  readonly required?: boolean;
  readonly env?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * What a rewrite adds to every RUN: the entrypoint goes before the RUN's own arguments, mounts and env beside its own.
 * History, vertex names and the image config go on showing the plain RUN.
 */
export interface RunHook {
  readonly entrypoint: readonly string[];
  readonly mounts: readonly HookMount[];
  /** Environment of the exec only. */
  readonly env: readonly (readonly [string, string])[];
}

/** What a hook rule may know of a RUN. */
export interface RunFacts {
  readonly platform: Platform;
  /** The instruction as written. */
  readonly code: string;
  /** The arguments that the exec would have without us. */
  readonly args: readonly string[];
  readonly shellForm: boolean;
  readonly user: string;
  /** The stage's environment at this RUN. */
  readonly env: (key: string) => string | undefined;
  readonly network: NetworkMode;
  /** SOURCE_DATE_EPOCH in seconds, when it is known. */
  readonly epoch?: bigint | undefined;
  /** The RUN's own mount targets. */
  readonly mountTargets: readonly string[];
  /** The secrets and SSH agents that it asks the client for. */
  readonly secretIds: readonly string[];
  readonly sshIds: readonly string[];
  /** Where it stands, for the vertices that a hook adds. */
  readonly locations?: readonly SourceLocation[];
}

/** One rewrite of RUNs: what it adds to this RUN, or undefined when nothing. */
export type RunHookRule = (run: RunFacts) => RunHook | undefined;

/** What a file rule may know of a COPY, ADD or WORKDIR. */
export interface FileFacts {
  readonly platform: Platform;
  /** The instruction as written. */
  readonly code: string;
  readonly locations: readonly SourceLocation[];
  /** The file system that it changes; undefined: scratch. */
  readonly base: Output | undefined;
  /** SOURCE_DATE_EPOCH in seconds, when it is known. */
  readonly epoch?: bigint;
  readonly caps: CapSet;
}

/** A rewrite of what a COPY, ADD or WORKDIR does. */
export type FileRule = (actions: readonly FileAction[], facts: FileFacts) => readonly FileAction[];

/**
 * Digests for materials, by what the Dockerfile's words expand to; asked for all, so also for those that name one. Undefined: as written.
 * `place` is where the Dockerfile asks for it. A pin that is required and missing is told after conversion, which goes on meanwhile.
 */
export interface MaterialPins {
  /** `missing`: there is no need to look the image up, the build ends when all that is missing is known. */
  image(ref: string, platform: Platform, place: readonly Range[]): Digest | 'missing' | undefined;
  /** `checksum` is the one that is written, or ''. */
  http(url: string, checksum: string, place: readonly Range[]): Digest | undefined;
  /** The commit, or the annotated tag, that the ref was. */
  git(source: Pick<GitRef, 'remote' | 'ref' | 'checksum'>, place: readonly Range[]): string | undefined;
}

/** Everything that conversion may ask for. It reads no clock, no environment, no host platform. */
export interface ConvertOptions {
  readonly config: BuildConfig;
  /** The platform asked for; undefined: the implicit one. */
  readonly targetPlatform?: Platform;
  readonly images: ImageResolver;
  readonly contexts: ContextProvider;
  readonly caps: CapSet;
  readonly sourceMap: SourceMap;
  readonly warn?: Warn;
  /** The linter that the Dockerfile was read with (prepare.ts); without one, rules that are broken go to `warn` by `config.lintConfig`. */
  readonly linter?: Linter;
  /** Makes an id that no other vertex group has. */
  readonly newId: () => string;
  /** Convert every stage, not only what the target needs (lint). */
  readonly allStages?: boolean;
  /** Applied to every RUN, outermost first, ONBUILD triggers included. */
  readonly runHooks: readonly RunHookRule[];
  /** Applied to every COPY, ADD and WORKDIR; undefined: they stay as they are. */
  readonly fileRule?: FileRule;
  readonly pins: MaterialPins;
}

/** What a Dockerfile became, for one platform. */
export interface ConvertResult {
  readonly state: State;
  readonly image: ImageConfig;
  readonly baseImage?: ImageConfig;
  /** Seconds since 1970, when SOURCE_DATE_EPOCH is known. */
  readonly epoch?: bigint;
  readonly sbom: { readonly core: State; readonly extras: ReadonlyMap<string, State> };
  readonly ignoreCache: boolean;
  /** Target defaults for marshalling `state` (platform and caps). */
  marshal(state?: State): Promise<Definition>;
}
