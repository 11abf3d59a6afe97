import type { Range } from '../diag/range.ts';
import type { Digest } from '../spec/digest.ts';
import type { Platform } from '../spec/platform.ts';

/**
 * The graph that convert builds and definition.ts turns into bytes. Everything is immutable but a `LateOutput`,
 * which is bound once, before marshalling. Names and meaning follow BuildKit's client/llb and solver/pb/ops.proto.
 */

/** One of a vertex's outputs. `undefined` in place of an Output stands for scratch. */
export interface Output {
  readonly vertex: Vertex | LateOutput;
  readonly index: number;
}

/** An output that is known only after all stages are converted (the main build context, filtered to the used paths). */
export interface LateOutput {
  readonly kind: 'late';
  /** The output it stands for; throws when it was never bound. Calling it twice gives the same output. */
  readonly resolve: () => Output | undefined | Promise<Output | undefined>;
}

/** Where in a source file an op comes from. */
export interface SourceLocation {
  readonly sourceMap: SourceMap;
  readonly ranges: readonly Range[];
}

export interface SourceMap {
  readonly filename: string;
  readonly language: string;
  readonly data: Uint8Array;
  /** The definition that the file was read from. */
  readonly definition?: Definition;
}

/** What does not change what an op does, and what chooses where it runs. */
export interface Constraints {
  readonly platform?: Platform;
  readonly description?: ReadonlyMap<string, string> | undefined;
  readonly ignoreCache?: boolean;
  readonly progressGroup?: { readonly id: string; readonly name: string; readonly weak: boolean };
  readonly linuxResources?: LinuxResources | undefined;
  readonly locations?: readonly SourceLocation[] | undefined;
}

/** 64-bit numbers; read from the wire, those that JavaScript's numbers hold are such. */
export interface LinuxResources {
  readonly memory: number | bigint;
  readonly memorySwap: number | bigint;
  readonly cpuShares: number | bigint;
  readonly cpuPeriod: number | bigint;
  readonly cpuQuota: number | bigint;
  readonly cpusetCpus: string;
  readonly cpusetMems: string;
}

export type NetworkMode = 'sandbox' | 'host' | 'none';
export type SecurityMode = 'sandbox' | 'insecure';

export interface HostIp { readonly host: string; readonly ip: string }
export interface Ulimit { readonly name: string; readonly soft: bigint; readonly hard: bigint }
export interface ProxyEnv { readonly http: string; readonly https: string; readonly ftp: string; readonly no: string; readonly all: string }

export type Vertex = SourceVertex | ExecVertex | FileVertex | MergeVertex | DiffVertex | DefinitionVertex;

export interface SourceVertex {
  readonly kind: 'source';
  readonly identifier: string;
  readonly attrs: ReadonlyMap<string, string>;
  readonly constraints: Constraints;
  /** Capability ids that this source needs; sources.ts sets them. `source.local.unique` is added when the op is made. */
  readonly caps?: readonly string[];
  /** Thrown when the op is made: the reference of an image was no reference. */
  readonly error?: Error;
}

export type CacheSharing = 'shared' | 'private' | 'locked';

/** A mount of an exec. Exactly the reference's llb.AddMount and its options. */
export interface ExecMount {
  readonly target: string;
  readonly source: Output | undefined;
  readonly readOnly?: boolean;
  readonly selector?: string;
  readonly cache?: { readonly id: string; readonly sharing: CacheSharing };
  readonly tmpfs?: { readonly size: bigint };
  readonly noOutput?: boolean;
  readonly contentCache?: 'on' | 'off';
}

export interface SecretRequest {
  readonly id: string;
  /** Mounted as a file there, when given. */
  readonly target?: string;
  /** Set as this variable, when given. */
  readonly env?: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly optional: boolean;
}

export interface SshRequest {
  readonly id: string;
  readonly target: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly optional: boolean;
}

export interface ExecVertex {
  readonly kind: 'exec';
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly user: string;
  readonly hostname: string;
  readonly cgroupParent: string;
  readonly extraHosts: readonly HostIp[];
  readonly ulimits: readonly Ulimit[];
  readonly network: NetworkMode;
  readonly security: SecurityMode;
  readonly proxy: ProxyEnv | undefined;
  /** The first is the root mount (`/`); in the op they are sorted by target, stable. */
  readonly mounts: readonly ExecMount[];
  readonly secrets: readonly SecretRequest[];
  readonly ssh: readonly SshRequest[];
  readonly devices: readonly { readonly name: string; readonly optional: boolean }[];
  /** The platform of the state that the command ran on, for when the constraints have none. */
  readonly statePlatform: Platform | undefined;
  readonly constraints: Constraints;
}

/** An owner by name or by number (pb.UserOpt); `input` is the file system that names are looked up in. */
export type FileOwner =
  | { readonly kind: 'ids'; readonly uid: number; readonly gid: number }
  | { readonly kind: 'names'; readonly user: string; readonly group: string };

export type FileAction =
  | { readonly kind: 'mkdir'; readonly path: string; readonly mode: number; readonly makeParents: boolean; readonly owner?: ChownOption; readonly createdTime?: bigint }
  | { readonly kind: 'mkfile'; readonly path: string; readonly mode: number; readonly data: Uint8Array; readonly owner?: ChownOption; readonly createdTime?: bigint }
  | { readonly kind: 'rm'; readonly path: string; readonly allowNotFound: boolean; readonly allowWildcard: boolean }
  | { readonly kind: 'symlink'; readonly oldPath: string; readonly newPath: string; readonly owner?: ChownOption; readonly createdTime?: bigint }
  | { readonly kind: 'copy'; readonly source: Output | ActionChain | undefined; readonly sourcePath: string; readonly destinationPath: string; readonly options: CopyOptions };

/**
 * A file system that actions of the same op make beside its result, to copy from. The daemon throws it away after that; each is
 * used by one copy only, since what two actions use is kept as a layer.
 */
export interface ActionChain {
  readonly base: Output | undefined;
  readonly actions: readonly FileAction[];
}

/** `user[:group]` of each part a name or a number, as pb.ChownOpt takes it; undefined parts are left out. */
export interface ChownOption {
  readonly user?: { readonly name: string } | { readonly id: number };
  readonly group?: { readonly name: string } | { readonly id: number };
}

/** llb.CopyInfo. */
export interface CopyOptions {
  readonly owner?: ChownOption;
  readonly mode?: number;
  readonly modeString?: string;
  readonly followSymlinks?: boolean;
  readonly copyDirContentsOnly?: boolean;
  readonly includePatterns?: readonly string[];
  readonly excludePatterns?: readonly string[];
  readonly requiredPaths?: readonly string[];
  readonly attemptUnpack?: boolean;
  readonly createDestPath?: boolean;
  readonly allowWildcard?: boolean;
  readonly allowEmptyWildcard?: boolean;
  readonly alwaysReplaceExistingDestPaths?: boolean;
  /** Nanoseconds since the epoch. */
  readonly createdTime?: bigint;
}

/** A chain of file actions on one base: each works on the result of the one before it. */
export interface FileVertex {
  readonly kind: 'file';
  readonly base: Output | undefined;
  readonly actions: readonly FileAction[];
  readonly constraints: Constraints;
}

export interface MergeVertex { readonly kind: 'merge'; readonly inputs: readonly Output[]; readonly constraints: Constraints }
export interface DiffVertex { readonly kind: 'diff'; readonly lower: Output | undefined; readonly upper: Output | undefined; readonly constraints: Constraints }

/** An op of a definition that came from elsewhere (a frontend input), with what is known of it (llb.DefinitionOp). */
export interface DefinitionVertex {
  readonly kind: 'definition';
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  readonly metadata: OpMetadata;
  readonly locations: readonly SourceLocation[];
  /** The vertices that it builds on: the same objects each time. */
  readonly inputs: () => readonly Output[];
}

/** Marshalled LLB: each op's bytes once, with its digest; the last is the terminal op. */
export interface Definition {
  readonly ops: readonly { readonly digest: Digest; readonly bytes: Uint8Array }[];
  readonly metadata: ReadonlyMap<Digest, OpMetadata>;
  readonly source?: DefinitionSource;
}

export interface OpMetadata {
  readonly description: ReadonlyMap<string, string>;
  readonly ignoreCache: boolean;
  readonly caps: readonly string[];
  /** Present only in definitions that came from elsewhere. */
  readonly exportCache?: boolean;
  readonly progressGroup?: Constraints['progressGroup'] | undefined;
  readonly linuxResources?: LinuxResources | undefined;
}

/** Where an op comes from: lines of one of the definition's source maps. */
export interface SourcePlace {
  readonly sourceIndex: number;
  readonly ranges: readonly Range[];
}

export interface DefinitionSource {
  readonly infos: readonly SourceMap[];
  readonly locations: ReadonlyMap<Digest, readonly SourcePlace[]>;
}

/** Which capabilities a daemon has. */
export interface CapSet {
  /** Undefined when `id` is supported, else the error that the reference gives (util/apicaps). */
  missing(id: string): Error | undefined;
  supports(id: string): boolean;
}
