import { convert } from '../../../src/convert/convert.ts';
import type { BuildConfig, ContextProvider, ConvertOptions, ConvertResult, ImageResolver, NamedContext } from '../../../src/convert/options.ts';
import { prepareDockerfile } from '../../../src/convert/prepare.ts';
import { CAPS, createCapSet } from '../../../src/llb/caps.ts';
import { local } from '../../../src/llb/sources.ts';
import type { CapSet } from '../../../src/llb/types.ts';
import { digestOf } from '../../../src/spec/digest.ts';

/** What a test says of a build; the rest is as with no options, on a daemon that can do everything. */
export interface Setup {
  readonly config?: Partial<BuildConfig>;
  readonly options?: Partial<ConvertOptions>;
  /** Image configs by reference, as JSON values; other images are plain. */
  readonly images?: Readonly<Record<string, object>>;
  readonly contexts?: Partial<ContextProvider>;
  readonly ignore?: readonly string[];
  readonly caps?: readonly string[];
}

export interface Converted {
  readonly result: ConvertResult;
  /** `Rule: message (lines)`. */
  readonly warnings: readonly string[];
  /** The image references that were asked for. */
  readonly asked: readonly string[];
  /** The paths of the main context that are transferred; undefined: all. */
  readonly contextPaths: readonly string[] | undefined;
}

export const AMD64 = { os: 'linux', architecture: 'amd64' };

const PLAIN_IMAGE = {
  architecture: 'amd64', os: 'linux',
  config: { Env: ['PATH=/usr/bin:/bin'], Cmd: ['sh'] },
  rootfs: { type: 'layers', diff_ids: [`sha256:${'0'.repeat(64)}`] },
  history: [{ created: '2024-01-02T03:04:05Z', created_by: 'base' }],
};

const CONFIG: BuildConfig = {
  buildArgs: new Map(), labels: new Map(), target: '', cacheIdNamespace: '', cgroupParent: '', extraHosts: [], hostname: '', imageResolveMode: 'default',
  networkMode: 'sandbox', shmSize: 0n, ulimits: [], targetPlatforms: [], buildPlatforms: [AMD64], multiPlatformRequested: false,
};

export function allCaps(ids: Iterable<string> = Object.values(CAPS)): CapSet {
  return createCapSet(Array.from(ids, (id) => ({ id, enabled: true })));
}

/** A named context of one kind, for `contexts.namedContext`. */
export function named(contexts: Readonly<Record<string, NamedContext>>): Pick<ContextProvider, 'namedContext'> {
  return { namedContext: (name) => contexts[name] };
}

/** Options with fakes for all that conversion asks; `log` gets what was asked. */
export function fakeOptions(text: string, setup: Setup, log: { asked: string[]; contextPaths?: readonly string[] | undefined }): ConvertOptions {
  let ids = 0;
  const images: ImageResolver = {
    resolveImageConfig: async (ref) => {
      log.asked.push(ref);
      if (ref.includes('does-not-exist')) throw new Error(`${ref}: not found`);
      const [name = ref, pinned] = ref.split('@');
      const config = Buffer.from(JSON.stringify(setup.images?.[name] ?? PLAIN_IMAGE));
      return { ref, digest: (pinned ?? digestOf(Buffer.from(name))) as `sha256:${string}`, config };
    },
  };
  const contexts: ContextProvider = {
    namedContext: () => undefined,
    mainContext: async (paths) => {
      log.contextPaths = paths;
      return local('context', { sessionId: 'session', ...(paths === undefined ? {} : { followPaths: paths }) });
    },
    dockerignorePatterns: async () => setup.ignore ?? [],
    isNoCache: () => false,
    mainContextEpoch: async () => undefined,
    sourceEpoch: async () => undefined,
    ...setup.contexts,
  };
  return {
    config: { ...CONFIG, ...setup.config },
    images,
    contexts,
    caps: allCaps(setup.caps),
    sourceMap: { filename: 'Dockerfile', language: 'Dockerfile', data: Buffer.from(text) },
    newId: () => `id-${++ids}`,
    runHooks: [],
    pins: { image: () => undefined, http: () => undefined, git: () => undefined },
    ...setup.options,
  };
}

/** Converts `text` as a whole build would. */
export async function convertText(text: string, setup: Setup = {}): Promise<Converted> {
  const warnings: string[] = [];
  const log: { asked: string[]; contextPaths?: readonly string[] | undefined } = { asked: [] };
  const options = fakeOptions(text, setup, log);
  const { dockerfile, linter } = prepareDockerfile(Buffer.from(text), options.config.lintConfig, ({ rule, message, ranges }) => {
    warnings.push(`${rule.name}: ${message} (${ranges.map(({ start }) => start.line).join(',')})`);
  });
  const result = await convert(dockerfile, { ...options, linter });
  return { result, warnings, asked: log.asked, contextPaths: log.contextPaths };
}

/** The LLB of `text`, op by op, as far as tests look at it. */
export async function llbOf(text: string, setup: Setup = {}) {
  const { result } = await convertText(text, setup);
  return result.marshal();
}
