import { CodedError, wrapError } from '../diag/error.ts';
import type { ContextProvider, MaterialPins, NamedContext, NamedContextOptions } from '../convert/options.ts';
import { local } from '../llb/sources.ts';
import { newState } from '../llb/state.ts';
import type { State } from '../llb/state.ts';
import { formatAllPlatform, hostPlatform, normalizePlatform } from '../spec/platform.ts';
import { familiarString, parseNormalizedNamed } from '../spec/reference.ts';
import { foldCase } from '../spec/strings.ts';
import type { ZonedTime } from '../spec/time.ts';
import { CONTEXT_LOCAL_NAME } from './build-context.ts';
import type { BuildContext } from './build-context.ts';
import { internalName } from './detect.ts';
import type { Entrypoint } from './entrypoint.ts';
import { parseIgnoreFile } from './ignore-file.ts';
import { loadNamedContext } from './named-context.ts';
import type { ContextServices } from './context-services.ts';
import { marshalState, solveToRef } from './solve.ts';
import { sourceEpoch } from './source-epoch.ts';

const DOCKERIGNORE = '.dockerignore';

/** What is read once, whoever asks. */
interface Once {
  patterns?: Promise<readonly string[]>;
}

/** The build contexts of one request (dockerui.Client: MainContext, NamedContext, DockerIgnorePatterns, IsNoCache). */
export class RequestContexts implements ContextProvider {
  readonly #services: ContextServices;
  readonly #context: BuildContext;
  readonly #entrypoint: Entrypoint;
  readonly #once: Once;

  constructor(services: ContextServices, context: BuildContext, entrypoint: Entrypoint, once: Once = {}) {
    this.#services = services;
    this.#context = context;
    this.#entrypoint = entrypoint;
    this.#once = once;
  }

  /** The same contexts, pinned where they name no digest or commit. */
  withPins(pins: MaterialPins): RequestContexts {
    return new RequestContexts({ ...this.#services, pins }, this.#context, this.#entrypoint, this.#once);
  }

  /** The context of that name for that platform, or else for any. Throws when the name is no reference. */
  namedContext(name: string, options: NamedContextOptions): NamedContext | undefined {
    const familiar = toContextName(name);
    const platform = formatAllPlatform(normalizePlatform(options.platform ?? hostPlatform()));
    for (const key of [`${familiar}::${platform}`, familiar]) {
      const input = this.#services.config.options.get(`context:${key}`);
      if (input !== undefined) return { load: () => loadNamedContext(this.#services, { input, name: familiar, key, options }) };
    }
    return undefined;
  }

  async mainContext(usedPaths: readonly string[] | undefined): Promise<State> {
    const { context, unsupplied } = this.#context;
    if (context !== undefined) return context;
    if (unsupplied !== undefined) return missingContext(unsupplied);
    const excludePatterns = await this.#ignorePatterns().catch((error: unknown) => {
      throw wrapError(error, 'failed to read dockerignore patterns');
    });
    return local(this.#localName, {
      sessionId: this.#sessionId,
      excludePatterns,
      sharedKeyHint: this.#localName,
      followPaths: usedPaths ?? [],
      constraints: internalName('load build context'),
    });
  }

  /** Only the client's folder has an ignore file that counts. */
  async dockerignorePatterns(): Promise<readonly string[]> {
    return this.#context.context === undefined && this.#context.unsupplied === undefined ? this.#ignorePatterns() : [];
  }

  isNoCache(stageName: string): boolean {
    const { noCache } = this.#services.config;
    if (noCache === undefined || noCache.length === 0) return noCache !== undefined;
    return noCache.some((name) => foldCase(name) === foldCase(stageName));
  }

  async mainContextEpoch(): Promise<ZonedTime | undefined> {
    if (this.#context.unsupplied !== undefined) return undefined;
    return this.sourceEpoch(await this.mainContext(undefined), '[internal] resolve main build context metadata');
  }

  async sourceEpoch(state: State, logName = ''): Promise<ZonedTime | undefined> {
    return sourceEpoch(this.#services.gateway, state, logName);
  }

  get #localName(): string {
    return this.#context.contextLocalName ?? CONTEXT_LOCAL_NAME;
  }

  get #sessionId(): string {
    return this.#services.config.localSessionIds.get(this.#localName) ?? this.#services.gateway.environment.sessionId;
  }

  #ignorePatterns(): Promise<readonly string[]> {
    return (this.#once.patterns ??= this.#readPatterns());
  }

  async #readPatterns(): Promise<readonly string[]> {
    const { name, data } = this.#entrypoint.dockerignore ?? await this.#readIgnoreFile();
    try {
      return parseIgnoreFile(data);
    } catch (error) {
      throw wrapError(error, `failed parsing ${name}`);
    }
  }

  async #readIgnoreFile(): Promise<{ readonly name: string; readonly data: Uint8Array }> {
    const { gateway } = this.#services;
    const names = this.#context.ignoreNames ?? [DOCKERIGNORE];
    const state = local(this.#localName, {
      sessionId: this.#sessionId,
      followPaths: names,
      sharedKeyHint: `${this.#localName}-${DOCKERIGNORE}`,
      differ: { type: 'none', required: false },
      constraints: internalName(`load ${DOCKERIGNORE}`),
    });
    const ref = await solveToRef(gateway, await marshalState(gateway, state));
    for (const name of names) {
      const data = await ref.readFile(name).catch(() => undefined);
      if (data !== undefined && data.length > 0) return { name, data };
    }
    return { name: DOCKERIGNORE, data: new Uint8Array() };
  }
}

/** Building on it fails; having it does not. */
function missingContext(why: string): State {
  const resolve = (): never => {
    throw new CodedError('provenance', why);
  };
  return newState({ vertex: { kind: 'late', resolve }, index: 0 });
}

/** The name that a context's option has for an image or stage: as users write it, without `:latest`. */
function toContextName(name: string): string {
  let familiar;
  try {
    familiar = familiarString(parseNormalizedNamed(name));
  } catch (error) {
    throw wrapError(error, `invalid context name ${name}`);
  }
  return familiar.endsWith(':latest') ? familiar.slice(0, -':latest'.length) : familiar;
}
