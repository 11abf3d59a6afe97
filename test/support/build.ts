import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildctlArguments, buildxArguments, prepareBuild, type PreparedBuild } from './build-arguments.ts';
import { describeFailure, run, type CommandResult } from './command.ts';
import type { Daemon } from './daemon.ts';
import { imageDescriptors, isIndex, openLayout, type LayerView, type Layout } from './layout.ts';
import { registryClient, type StoredManifest } from './registry.ts';

/** Which program reads the Dockerfile: our image through gateway.v0, BuildKit's builtin dockerfile.v0, or any image. */
export type FrontendChoice = 'ours' | 'reference' | { readonly image: string };

/** One build, in the words of neither client: `client` says which one carries it. */
export interface BuildRequest {
  /** 'ours' when absent. With buildx: 'ours' becomes BUILDKIT_SYNTAX, 'reference' passes nothing. */
  readonly frontend?: FrontendChoice;
  readonly client?: 'buildctl' | 'buildx';
  /** The Dockerfile's text; without it, `filename` in the context (or in `dockerfileFolder`). */
  readonly dockerfile?: string;
  readonly filename?: string;
  readonly dockerfileFolder?: string;
  /** Context files (path → content), or `context`: a folder, or a git or http address. Empty folder when neither. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly context?: string;
  /** Named contexts: `docker-image://…`, `oci-layout://…`, git or http addresses as they are, anything else is a folder. */
  readonly contexts?: Readonly<Record<string, string>>;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly platform?: string;
  /** Sets the SOURCE_DATE_EPOCH build arg. */
  readonly epoch?: number;
  /** Output attribute rewrite-timestamp=true. */
  readonly rewriteTimestamp?: boolean;
  /** Session secrets, id → content. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly noCache?: boolean;
  /** mode of the SLSA provenance to attach (absent: none). `provenanceVersion` v0.2 or v1. */
  readonly provenance?: 'min' | 'max';
  readonly provenanceVersion?: 'v0.2' | 'v1';
  /** More frontend options, as `--opt KEY=VALUE` has them. buildctl only. */
  readonly opts?: Readonly<Record<string, string>>;
  /** 'oci' (when absent): an OCI layout that `image` and `layout` read; 'none'; `{ push: REF }`; or a raw `--output` text. */
  readonly output?: 'oci' | 'none' | { readonly push: string } | { readonly raw: string };
  /** More attributes of the output, such as compression. */
  readonly outputAttributes?: Readonly<Record<string, string>>;
  /** More arguments for the client. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly daemon?: Daemon;
  readonly signal?: AbortSignal;
}

/** What a build left behind. The image parts throw when the build failed or exported none. */
export interface BuildResult extends CommandResult {
  readonly ok: boolean;
  /** stderr with progress decoration as `--progress=plain` prints it. */
  readonly log: string;
  /** The client's --metadata-file. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Digest of what was exported: an index where attestations are attached, else the manifest. */
  readonly digest: string;
  /** The image's own manifest digest for the (first) platform, without attestations. Compare this. */
  readonly manifestDigest: string;
  readonly image: ImageView;
  /** The whole OCI layout: several platforms, attestation manifests. */
  readonly layout: Layout;
}

export interface ImageView {
  readonly manifestDigest: string;
  readonly manifest: Manifest;
  readonly config: ImageConfig;
  /** In order, base layers first. `layers.at(-1)?.entries()` lists the last one. */
  readonly layers: readonly LayerView[];
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  readonly [key: string]: unknown;
}

export interface Manifest {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly [key: string]: unknown;
}

export interface Index {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly manifests: readonly Descriptor[];
  readonly [key: string]: unknown;
}

/** The image config as JSON has it; only what tests look at often is named. */
export interface ImageConfig {
  readonly created?: string;
  readonly architecture: string;
  readonly os: string;
  readonly config: {
    readonly Env?: readonly string[];
    readonly Cmd?: readonly string[];
    readonly Entrypoint?: readonly string[];
    readonly User?: string;
    readonly WorkingDir?: string;
    readonly Labels?: Readonly<Record<string, string>>;
    readonly [key: string]: unknown;
  };
  readonly rootfs: { readonly type: string; readonly diff_ids: readonly string[] };
  readonly history?: readonly { readonly created?: string; readonly created_by?: string; readonly comment?: string; readonly empty_layer?: boolean }[];
  readonly [key: string]: unknown;
}

/** Where `runBuild` gets what is not in the request. */
export interface BuildHost {
  readonly daemon: Daemon;
  readonly frontend: string;
  /** A new empty folder for the build's files. */
  newFolder(): string;
  buildctl(daemon: Daemon): Promise<readonly string[]>;
  /** The buildx command line up to its subcommand, and the name of a builder on that daemon. */
  buildx(daemon: Daemon): Promise<{ readonly command: readonly string[]; readonly env: Readonly<Record<string, string>>; readonly builder: string }>;
}

/** Runs one build with the client that the request names. */
export async function runBuild(request: BuildRequest, host: BuildHost): Promise<BuildResult> {
  const build = prepareBuild(request, host.newFolder(), host.frontend);
  const daemon = request.daemon ?? host.daemon;
  const isBuildx = request.client === 'buildx';
  const client = isBuildx ? await host.buildx(daemon) : { command: await host.buildctl(daemon), env: {}, builder: '' };
  const args = isBuildx ? buildxArguments(build, client.builder) : buildctlArguments(build);
  const [program = '', ...first] = client.command;
  const result = await run(program, [...first, ...args], {
    // Both clients would make a build arg of it.
    env: { SOURCE_DATE_EPOCH: undefined, ...client.env, ...request.env },
    ...(isBuildx && args.includes('-') && build.dockerfileFolder !== undefined ? { input: readFileSync(join(build.dockerfileFolder, build.filename)) } : {}),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
    timeoutMs: 20 * 60_000,
  });
  const { output = 'oci' } = request;
  const pushed = result.exitCode === 0 && typeof output === 'object' && 'push' in output ? await registryClient.manifest(output.push) : undefined;
  return viewResult(result, build, pushed);
}

/** The result with its image parts read when asked for. */
function viewResult(result: CommandResult, build: PreparedBuild, pushed: StoredManifest | undefined): BuildResult {
  let opened: Layout | undefined;
  const layout = (): Layout => {
    if (opened !== undefined) return opened;
    if (result.exitCode !== 0) throw new Error(`the build failed: ${describeFailure(result)}`);
    if (!existsSync(build.layoutFolder)) throw new Error('the build has no OCI output');
    return (opened = openLayout(build.layoutFolder));
  };
  const image = (): ImageView => {
    const [first] = layout().images();
    if (first === undefined) throw new Error('the OCI output has no image');
    return first;
  };
  const pushedDigest = pushed !== undefined && isIndex(pushed.mediaType) ? imageDescriptors(pushed.json as Index)[0]?.digest : pushed?.digest;
  return {
    ...result,
    ok: result.exitCode === 0,
    log: result.stderr,
    get metadata() {
      return existsSync(build.metadataFile) ? (JSON.parse(readFileSync(build.metadataFile, 'utf8')) as Readonly<Record<string, unknown>>) : {};
    },
    get digest() {
      return pushed?.digest ?? layout().root.digest;
    },
    get manifestDigest() {
      return pushedDigest ?? image().manifestDigest;
    },
    get image() {
      return image();
    },
    get layout() {
      return layout();
    },
  };
}
