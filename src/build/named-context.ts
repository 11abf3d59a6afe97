import { CodedError, wrapError } from '../diag/error.ts';
import { pinnedGit } from '../convert/copy-remote.ts';
import type { NamedContextOptions } from '../convert/options.ts';
import { NonImageError } from '../gateway/resolve.ts';
import { customName } from '../llb/constraints.ts';
import { http, image, local } from '../llb/sources.ts';
import { newState, scratch } from '../llb/state.ts';
import type { LateOutput, Output } from '../llb/types.ts';
import { parseImageConfig, parseOciImageConfig } from '../spec/config.ts';
import type { ImageConfig } from '../spec/config.ts';
import { hostPlatform } from '../spec/platform.ts';
import { parseNormalizedNamed, referenceToString, tagNameOnly, withDigest } from '../spec/reference.ts';
import { cut } from '../spec/strings.ts';
import { loadInputStates } from './build-context.ts';
import { detectGitContext, HTTP_CONTEXT_FILE } from './detect.ts';
import type { GitContextOptions } from './detect.ts';
import { readInputMetadata } from './input-metadata.ts';
import { parseIgnoreFile } from './ignore-file.ts';
import type { ContextServices, LoadedContext, NamedContextRequest } from './context-services.ts';
import { loadOciLayout } from './oci-layout-context.ts';
import { marshalState, solveToRef } from './solve.ts';

const MAX_RECURSION = 10;
const DOCKERIGNORE = '.dockerignore';

/** Loads a named context (dockerui namedcontext.go). Throws the reference's texts. */
export async function loadNamedContext(services: ContextServices, request: NamedContextRequest, depth = 0): Promise<LoadedContext> {
  const { input, key } = request;
  if (depth > MAX_RECURSION) {
    throw new CodedError('convert', `context recursion limit exceeded; this may indicate a cycle in the provided source policies: ${input}`);
  }
  const { before: scheme, after: rest } = cut(input, ':');
  if (rest === undefined) throw new CodedError('option', `invalid context specifier ${input} for ${key}`);
  if (scheme.startsWith('git@')) return loadGit(services, request);
  switch (scheme) {
    case 'docker-image': return loadImage(services, request, withoutSlashes(rest), depth);
    case 'git': return loadGit(services, request);
    case 'http': case 'https': return loadHttp(services, request);
    case 'oci-layout': return loadOciLayout(services, request, withoutSlashes(rest));
    case 'local': return loadLocal(services, request, rest);
    case 'input': return loadInput(services, request, rest);
    default: throw new CodedError('option', `unsupported context source ${scheme} for ${key}`);
  }
}

function withoutSlashes(text: string): string {
  return text.startsWith('//') ? text.slice(2) : text;
}

async function loadImage(services: ContextServices, request: NamedContextRequest, ref: string, depth: number): Promise<LoadedContext> {
  if (ref === 'scratch') return { state: scratch() };
  const { key, options } = request;
  const named = tagNameOnly(parseNormalizedNamed(ref));
  const pin = services.pins?.image(referenceToString(named), options.platform ?? hostPlatform(), options.place);
  if (pin === 'missing') return { state: scratch() };
  let answer;
  try {
    answer = await services.images.resolve(referenceToString(pin === undefined ? named : withDigest(named, pin)), {
      ...(options.platform === undefined ? {} : { platform: options.platform }),
      resolveMode: options.resolveMode,
      logName: `[context ${key}] load metadata for ${ref}`,
    });
  } catch (error) {
    if (!(error instanceof NonImageError)) throw error;
    const { before, after } = cut(error.updated, '://');
    if (after === undefined) throw new CodedError('convert', `could not parse ref: ${error.updated}`);
    return loadNamedContext(services, { ...request, input: `${before}:${after}` }, depth + 1);
  }
  const config = parseImageConfig(answer.config);
  const state = image(answer.ref, { constraints: { ...customName(`[context ${key}] ${ref}`), ...platformConstraint(options) } });
  return { state: state.withImageConfig(config), image: withoutCreated(config) };
}

function platformConstraint({ platform }: NamedContextOptions): { readonly platform?: NonNullable<NamedContextOptions['platform']> } {
  return platform === undefined ? {} : { platform };
}

function withoutCreated({ created: _, ...config }: ImageConfig): ImageConfig {
  return config;
}

function loadGit(services: ContextServices, { input, options }: NamedContextRequest): LoadedContext {
  const state = detectGitContext(input, gitPin(services, options));
  if (state === undefined) throw new CodedError('option', `invalid git context ${input}`);
  return { state };
}

function loadHttp(services: ContextServices, { input, key, options }: NamedContextRequest): LoadedContext {
  const git = detectGitContext(input, gitPin(services, options));
  if (git !== undefined) return { state: git };
  const checksum = services.pins?.http(input, '', options.place) ?? '';
  return { state: http(input, { filename: HTTP_CONTEXT_FILE, checksum, constraints: customName(`[context ${key}] ${input}`) }) };
}

function gitPin({ pins, gateway }: ContextServices, { place }: NamedContextOptions): GitContextOptions {
  return pins === undefined ? {} : { pin: (ref) => pinnedGit(ref, { pins, caps: gateway.llbCapabilities }, place) };
}

/** A folder of the client. Which of its paths are wanted is known only when all stages are converted. */
async function loadLocal(services: ContextServices, request: NamedContextRequest, name: string): Promise<LoadedContext> {
  const { gateway, config } = services;
  const { key, options } = request;
  const sessionId = config.localSessionIds.get(name) ?? gateway.environment.sessionId;
  const ignoreState = local(name, {
    sessionId,
    followPaths: [DOCKERIGNORE],
    sharedKeyHint: `context:${key}-${DOCKERIGNORE}`,
    differ: { type: 'none', required: false },
    constraints: customName(`[context ${key}] load ${DOCKERIGNORE}`),
  });
  const ref = await solveToRef(gateway, await marshalState(gateway, ignoreState), true);
  const data = await ref.readFile(DOCKERIGNORE).catch(() => new Uint8Array());
  const excludePatterns = parsePatterns(data);
  const sharedKey = config.options.get(`sharedkey:localdir:${key}`) ?? '';
  let output: Output | undefined;
  const late: LateOutput = {
    kind: 'late',
    resolve: () => (output ??= local(name, {
      sessionId,
      sharedKeyHint: `context:${key}-${sharedKey}`,
      excludePatterns,
      followPaths: options.usedPaths() ?? [],
      constraints: customName(`[context ${key}] load from client`),
    }).output),
  };
  return { state: newState({ vertex: late, index: 0 }) };
}

function parsePatterns(data: Uint8Array): readonly string[] {
  try {
    return parseIgnoreFile(data);
  } catch (error) {
    throw wrapError(error, `failed parsing ${DOCKERIGNORE}`);
  }
}

/** A definition that the request passes along, with the image config that may come beside it. */
async function loadInput(services: ContextServices, { key }: NamedContextRequest, name: string): Promise<LoadedContext> {
  const state = (await loadInputStates(services.gateway)).get(name);
  if (state === undefined) throw new CodedError('option', `invalid input ${name} for ${key}`);
  const metadata = services.config.options.get(`input-metadata:${name}`);
  const encoded = metadata === undefined ? undefined : readInputMetadata(metadata).get('containerimage.config');
  if (encoded === undefined) return { state };
  const withConfig = state.withImageConfig(parseOciImageConfig(encoded));
  // Of `null` Go makes no image, and the state is as it was.
  if (Buffer.from(encoded).toString().trim() === 'null') return { state: withConfig };
  try {
    return { state: withConfig, image: parseImageConfig(encoded) };
  } catch (error) {
    throw wrapError(error, `failed to parse image config for ${key}`);
  }
}
