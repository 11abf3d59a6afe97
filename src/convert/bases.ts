import { CodedError, messageOf, withLocation, wrapError } from '../diag/error.ts';
import type { Range } from '../diag/range.ts';
import { withSuggestion } from '../dockerfile/suggest.ts';
import { EMPTY_ENV } from '../dockerfile/env.ts';
import { customName, location, mergeConstraints } from '../llb/constraints.ts';
import { image as imageSource } from '../llb/sources.ts';
import { scratch } from '../llb/state.ts';
import { emptyImageConfig, parseImageConfig } from '../spec/config.ts';
import type { ImageConfig } from '../spec/config.ts';
import { formatAllPlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import { parseNormalizedNamed, referenceToString, tagNameOnly, withDigest } from '../spec/reference.ts';
import type { Reference } from '../spec/reference.ts';
import { quote } from '../spec/text.ts';
import type { Conversion, FinishedStage } from './context.ts';
import { SCRATCH } from './graph.ts';
import type { StageGraph, StageNode } from './graph.ts';
import { NO_IMAGE, platformOfImage, withoutCreated } from './image.ts';
import type { NamedContext } from './options.ts';
import { detectPlatform } from './platform.ts';
import { namedContext } from './stages.ts';
import { reportBaseImagePlatform } from './validations.ts';

/** What images error messages suggest. The third and fourth lack a slash, as the reference's do. */
const COMMON_IMAGES: readonly string[] = ['alpine', 'busybox', 'centos', 'debian', 'golang', 'ubuntu', 'fedora']
  .flatMap((name) => [name, `docker.io/library${name}`, `${name}:latest`, `docker.io/library${name}:latest`]);

/** Waits for all; throws what failed first. What fails without a question fails at once, whatever it awaits: of those, the first in the list. */
async function firstFailure(jobs: readonly Promise<void>[]): Promise<void> {
  const failures = new Map<number, unknown>();
  const noted = jobs.map((job, index) => job.catch((error: unknown) => {
    failures.set(index, error);
    throw error;
  }));
  try {
    await Promise.all(noted);
  } catch {
    await new Promise((resolve) => { setImmediate(resolve); });
    throw failures.get(Math.min(...failures.keys()));
  }
}

/** Finds out what stages begin with, and what the images are that instructions read from (resolveReachableStages). */
export class BaseResolver {
  readonly #conversion: Conversion;
  readonly #graph: StageGraph;
  /** What each node begins with that does not go on from another stage. */
  readonly bases = new Map<StageNode, FinishedStage>();
  /** Those that have nothing to convert: images, and stages that a named context replaces. */
  readonly finished = new Set<StageNode>();
  readonly #resolved = new Set<StageNode>();
  /** Image names in normal form, of stages that were looked at before. */
  readonly #names = new Map<StageNode, string>();

  constructor(conversion: Conversion, graph: StageGraph) {
    this.#conversion = conversion;
    this.#graph = graph;
  }

  /**
   * Resolves what is not yet. All questions go out together; the first that fails is thrown, with its place. Of several names that are wrong
   * in themselves the last node's is blamed, then the first's and so on, as the reference does most of the time.
   */
  async resolve(reachable: ReadonlySet<StageNode>): Promise<void> {
    const { platforms, options } = this.#conversion;
    const asked: { readonly node: StageNode; readonly isReachable: boolean }[] = [];
    for (const node of this.#graph.nodes) {
      if (node.base !== undefined || this.finished.has(node) || this.#resolved.has(node)) continue;
      const isReachable = options.allStages === true || reachable.has(node);
      if (isReachable) this.#resolved.add(node);
      if (node.origin.baseName === SCRATCH && node.origin.replacement === undefined) {
        this.bases.set(node, begin(emptyImageConfig(platforms.target), platforms.target));
        if (node.isExternal) this.finished.add(node);
      } else asked.push({ node, isReachable });
    }
    const jobs = [...asked.slice(-1), ...asked.slice(0, -1)].map(({ node, isReachable }) => this.#resolveNode(node, isReachable));
    await firstFailure(jobs);
  }

  async #resolveNode(node: StageNode, isReachable: boolean): Promise<void> {
    try {
      this.bases.set(node, await this.#resolveBase(node, isReachable));
    } catch (error) {
      throw withLocation(error, node.origin.location);
    } finally {
      if (node.isExternal) this.finished.add(node);
    }
  }

  async #resolveBase(node: StageNode, isReachable: boolean): Promise<FinishedStage> {
    const { origin } = node;
    const { target } = this.#conversion.platforms;
    const asked = this.#names.get(node) ?? origin.baseName;
    const parsed = parseStageName(asked);
    const name = referenceToString(tagNameOnly(parsed));
    // A stage that was not needed at first counts from then on as one for the target platform.
    const given = origin.platform ?? (this.#names.has(node) ? target : undefined);
    const platform = given ?? target;
    this.#names.set(node, name);
    if (!isReachable) return this.#unresolved(node, name, platform);
    if (origin.replacement !== undefined) {
      const loaded = await origin.replacement.context.load();
      this.finished.add(node);
      return replacedStage(loaded, given);
    }
    const context = namedContext(this.#conversion, name, platform, () => node.usedPaths, placeOf(node));
    if (context === undefined) return this.#resolveImage(node, asked, parsed, platform, given === undefined);
    const loaded = await context.load();
    const config = loaded?.image ?? emptyImageConfig(platform);
    return { ...begin(withoutCreated(config), platform), baseImage: config, state: (loaded?.state ?? scratch()).withPlatform(platform) };
  }

  /** A stage that the target does not need so far. */
  #unresolved(node: StageNode, name: string, platform: Platform): FinishedStage {
    return { ...begin(NO_IMAGE, platform), state: this.#imageState(node, name, platform) };
  }

  async #resolveImage(node: StageNode, asked: string, parsed: Reference, expected: Platform, mayDetect: boolean): Promise<FinishedStage> {
    const { options, platforms, linter } = this.#conversion;
    const reference = tagNameOnly(parsed);
    const name = referenceToString(reference);
    const pin = options.pins.image(name, expected, placeOf(node));
    if (pin === 'missing') return begin(emptyImageConfig(expected), expected);
    const wanted = pin === undefined ? name : referenceToString(withDigest(reference, pin));
    const prefix = options.config.multiPlatformRequested ? `[${formatAllPlatform(expected)} internal]` : '[internal]';
    const question = { platform: expected, resolveMode: options.config.imageResolveMode, logName: `${prefix} load metadata for ${name}` };
    const answer = await options.images.resolveImageConfig(wanted, question).catch((error: unknown) => {
      throw this.#suggesting(wrapError(error, asked), asked);
    });
    const resolved = referenceToString(parsed) === answer.ref ? parsed : parseResolved(answer.ref);
    const baseImage = parseConfig(answer.config);
    const image = withoutCreated(baseImage);
    const platform = mayDetect && platforms.implicitTarget ? detectPlatform(image, expected, platforms.build) : expected;
    const full = referenceToString(answer.digest === '' ? resolved : withDigest(resolved, answer.digest));
    this.#names.set(node, full);
    if (isEmptyImage(image)) return { ...begin(image, platform), baseImage };
    const state = this.#imageState(node, full, platform);
    reportBaseImagePlatform(asked, platform, platformOfImage(image), node.origin.location, linter);
    return { ...begin(image, platform), baseImage, state };
  }

  #imageState(node: StageNode, name: string, platform: Platform): FinishedStage['state'] {
    const { options } = this.#conversion;
    const { steps, stage, location: ranges } = node.origin;
    const scope = { platform: options.config.multiPlatformRequested ? platform : undefined, env: EMPTY_ENV, onBuild: false };
    return imageSource(name, {
      resolveMode: options.config.imageResolveMode,
      constraints: mergeConstraints(
        { description: new Map([['com.docker.dockerfile.v1.command', stage?.code ?? '']]), platform },
        customName(steps.next(`FROM ${name}`, scope)),
        location(options.sourceMap, ranges),
      ),
    });
  }

  #suggesting(error: Error, name: string): Error {
    const suggested = withSuggestion(new CodedError('convert', error.message), name, [...this.#graph.labels(), ...COMMON_IMAGES], true);
    return suggested.message === error.message ? error : new Error(suggested.message, { cause: error });
  }
}

function placeOf({ origin }: StageNode): readonly Range[] {
  return origin.place ?? origin.location;
}

function begin(image: ImageConfig, platform: Platform | undefined): FinishedStage {
  return { state: scratch(), image, baseImage: undefined, platform, args: [], workdirSet: false };
}

function replacedStage(loaded: Awaited<ReturnType<NamedContext['load']>>, asked: Platform | undefined): FinishedStage {
  const image = loaded?.image;
  const state = loaded?.state ?? scratch();
  if (image === undefined) return { ...begin(NO_IMAGE, asked), state };
  const isComplete = image.architecture !== '' && image.os !== '';
  return { ...begin(withoutCreated(image), isComplete ? platformOfImage(image) : asked), state };
}

function parseStageName(name: string): Reference {
  try {
    return parseNormalizedNamed(name);
  } catch (error) {
    throw wrapError(error, `failed to parse stage name ${quote(name)}`);
  }
}

function parseResolved(name: string): Reference {
  try {
    return parseNormalizedNamed(name);
  } catch (error) {
    throw wrapError(error, `failed to parse ref ${quote(name)}`);
  }
}

function parseConfig(json: Uint8Array): ImageConfig {
  try {
    return parseImageConfig(json);
  } catch (error) {
    throw new CodedError('convert', `failed to parse image config: ${messageOf(error)}`, { cause: error });
  }
}

/** An image without layers; old images cannot tell, their history can. */
function isEmptyImage({ rootfs, history }: ImageConfig): boolean {
  return (rootfs.diffIds ?? []).length === 0 && history.every(({ emptyLayer }) => emptyLayer);
}
