import { CodedError, wrapError } from '../diag/error.ts';
import { customName } from '../llb/constraints.ts';
import { ociLayout } from '../llb/sources.ts';
import { scratch } from '../llb/state.ts';
import { parseImageConfig } from '../spec/config.ts';
import type { ImageConfig } from '../spec/config.ts';
import type { Digest } from '../spec/digest.ts';
import { hostPlatform } from '../spec/platform.ts';
import { nameOf, parseNormalizedNamed, parseReference, referenceToString, withDigest } from '../spec/reference.ts';
import type { Reference } from '../spec/reference.ts';
import { quote } from '../spec/text.ts';
import type { ContextServices, LoadedContext, NamedContextRequest } from './context-services.ts';

/** An image in the client's OCI layout: `STORE@DIGEST`, the store's name having the form of an image name. */
export async function loadOciLayout(services: ContextServices, request: NamedContextRequest, spec: string): Promise<LoadedContext> {
  const { name, key, options } = request;
  const { sessionId } = services.gateway.environment;
  const { storeId, digest } = parseLayoutReference(spec);
  const ref = referenceToString(withDigest(parsed(parseNormalizedNamed, name), digest));
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

/** `[DOMAIN/]NAME[:TAG]@DIGEST`, of which the name is that of the store. */
export function parseLayoutReference(spec: string): { readonly storeId: string; readonly digest: Digest } {
  const reference = parsed(parseReference, spec);
  if (reference.digest === undefined) throw new CodedError('option', `oci-layout reference ${quote(referenceToString(reference))} has no digest`);
  return { storeId: nameOf(reference), digest: reference.digest };
}

function parsed(parse: (text: string) => Reference, text: string): Reference {
  try {
    return parse(text);
  } catch (error) {
    throw wrapError(error, `could not parse oci-layout reference ${quote(text)}`);
  }
}
