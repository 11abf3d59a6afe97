import { messageOf } from '../diag/error.ts';
import { isDigest } from '../spec/digest.ts';
import type { Digest } from '../spec/digest.ts';
import { normalizePlatform, parsePlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import { parseNormalizedNamed, tagNameOnly } from '../spec/reference.ts';
import type { Reference } from '../spec/reference.ts';

/** A package URL of an image, as BuildKit writes them (util/purl/image.go). */
export interface ImagePurl {
  readonly type: 'docker' | 'oci';
  /** With its digest, if the qualifiers or the version have one. */
  readonly reference: Reference;
  readonly platform?: Platform;
  /** `ref_type` says that it is no image: `blob` or `bundle`. */
  readonly refType: string;
}

/** Where platform strings leave something out: nothing is taken from the machine that this runs on. */
const NO_HOST: Platform = { os: 'linux', architecture: 'unknown' };

/**
 * Reads `pkg:docker/NAME@TAG?digest=…&platform=…` and the same with `oci`. Undefined for other types; throws what is wrong with it.
 *
 *     purl = "pkg:" type "/" { namespace "/" } name [ "@" version ] [ "?" key "=" value { "&" key "=" value } ] [ "#" subpath ]
 */
export function parseImagePurl(uri: string): ImagePurl | undefined {
  const body = uri.slice('pkg:'.length).replace(/^\/+/, '').replace(/#.*$/s, '');
  const question = body.indexOf('?');
  const path = question < 0 ? body : body.slice(0, question);
  const slash = path.indexOf('/');
  const type = path.slice(0, Math.max(slash, 0)).toLowerCase();
  if (type !== 'docker' && type !== 'oci') return undefined;
  const at = path.lastIndexOf('@');
  const hasVersion = at > path.lastIndexOf('/');
  const name = (hasVersion ? path.slice(slash + 1, at) : path.slice(slash + 1)).split('/').filter((part) => part !== '').map(unescape).join('/');
  const version = hasVersion ? unescape(path.slice(at + 1)) : '';
  const qualifiers = parseQualifiers(question < 0 ? '' : body.slice(question + 1));
  const platform = qualifiers.get('platform');
  return {
    type,
    reference: makeReference(name, version, qualifiers.get('digest')),
    refType: qualifiers.get('ref_type') ?? '',
    ...(platform === undefined ? {} : { platform: normalizePlatform(parsePlatform(platform, NO_HOST)) }),
  };
}

function makeReference(name: string, version: string, digest: string | undefined): Reference {
  if (name === '') throw new Error('the name is missing');
  if (digest !== undefined && !isDigest(digest)) throw new Error(`${JSON.stringify(digest)} is no digest`);
  if (isDigest(version)) {
    if (digest !== undefined && digest !== version) throw new Error(`digest ${JSON.stringify(digest)} does not match version ${JSON.stringify(version)}`);
    return withDigest(parseNormalizedNamed(name), version);
  }
  const reference = parseNormalizedNamed(version === '' ? name : `${name}:${version}`);
  return digest === undefined ? tagNameOnly(reference) : withDigest(reference, digest);
}

function withDigest(reference: Reference, digest: Digest): Reference {
  return { ...reference, digest };
}

function parseQualifiers(text: string): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    if (equals < 0) throw new Error(`the qualifier ${JSON.stringify(pair)} has no value`);
    out.set(pair.slice(0, equals).toLowerCase(), unescape(pair.slice(equals + 1).replaceAll('+', ' ')));
  }
  return out;
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new Error(`${JSON.stringify(text)}: ${messageOf(error)}`, { cause: error });
  }
}
