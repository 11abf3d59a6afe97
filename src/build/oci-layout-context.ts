import { CodedError, wrapError } from '../diag/error.ts';
import { customName } from '../llb/constraints.ts';
import { ociLayout } from '../llb/sources.ts';
import { scratch } from '../llb/state.ts';
import { parseImageConfig } from '../spec/config.ts';
import type { ImageConfig } from '../spec/config.ts';
import { digestProblem } from '../spec/digest.ts';
import type { Digest } from '../spec/digest.ts';
import { hostPlatform } from '../spec/platform.ts';
import { parseNormalizedNamed, referenceToString, withDigest } from '../spec/reference.ts';
import { cut } from '../spec/strings.ts';
import { quote } from '../spec/text.ts';
import type { ContextServices, LoadedContext, NamedContextRequest } from './context-services.ts';

/** An image in the client's OCI layout: `STORE@DIGEST`, the store's name having the form of an image name. */
export async function loadOciLayout(services: ContextServices, request: NamedContextRequest, spec: string): Promise<LoadedContext> {
  const { name, key, options } = request;
  const { sessionId } = services.gateway.environment;
  const { storeId, digest } = parseLayoutReference(spec);
  const ref = referenceToString(withDigest(parseDummy(name), digest));
  if (services.pins?.image(ref, options.platform ?? hostPlatform(), options.place) === 'missing') return { state: scratch() };
  const answer = await services.images.resolve(ref, {
    ...(options.platform === undefined ? {} : { platform: options.platform }),
    logName: `[context ${key}] load metadata for ${ref}`,
    ociLayout: { sessionId, storeId },
  });
  let config: ImageConfig;
  try {
    config = parseImageConfig(answer.config);
  } catch (error) {
    throw wrapError(error, 'could not parse oci-layout image config');
  }
  const state = ociLayout(ref, {
    sessionId,
    storeId,
    constraints: { ...customName(`[context ${key}] OCI load from client`), ...(options.platform === undefined ? {} : { platform: options.platform }) },
  });
  return { state: state.withImageConfig(config), image: config };
}

const LAYOUT_NAME = /^(?:[A-Za-z0-9.-]+(?::[0-9]+)?\/)?[a-z0-9]+(?:[._/-][._/-]*[a-z0-9]+)*$/;
const LAYOUT_TAG = /^\w[\w.-]{0,127}$/;
const LAYOUT_DIGEST = /^[A-Za-z][A-Za-z0-9+._-]*:[0-9a-fA-F]{32,}$/;

/** `[DOMAIN/]NAME[:TAG]@DIGEST`, of which the name is that of the store. */
export function parseLayoutReference(spec: string): { readonly storeId: string; readonly digest: Digest } {
  const fail = (problem: string): CodedError => new CodedError('option', `could not parse oci-layout reference ${quote(spec)}: ${problem}`);
  const { before, after: digest } = cut(spec, '@');
  const colon = before.lastIndexOf(':');
  const [storeId, tag] = colon > before.lastIndexOf('/') ? [before.slice(0, colon), before.slice(colon + 1)] : [before, undefined];
  if (!LAYOUT_NAME.test(storeId) || (tag !== undefined && !LAYOUT_TAG.test(tag)) || (digest !== undefined && !LAYOUT_DIGEST.test(digest))) {
    throw fail('invalid reference format');
  }
  if (digest === undefined) throw new CodedError('option', `oci-layout reference ${quote(spec)} has no digest`);
  const problem = digestProblem(digest);
  if (problem !== undefined) throw fail(problem);
  return { storeId, digest: digest as Digest };
}

function parseDummy(name: string): ReturnType<typeof parseNormalizedNamed> {
  try {
    return parseNormalizedNamed(name);
  } catch (error) {
    throw wrapError(error, `could not parse oci-layout reference ${quote(name)}`);
  }
}
