import { CodedError } from '../diag/error.ts';
import { digestProblem } from './digest.ts';
import type { Digest } from './digest.ts';
import { toLower } from './strings.ts';

/** A name of an image in a registry (github.com/distribution/reference), as `domain/path[:tag][@digest]`. */
export interface Reference {
  readonly domain: string;
  readonly path: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

const DEFAULT_DOMAIN = 'docker.io';
const OFFICIAL_PREFIX = 'library/';
const MAX_NAME_LENGTH = 255;

const IDENTIFIER = /^[a-f0-9]{64}$/;
const DOMAIN_LABEL = /^(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])$/;
const IPV6_DOMAIN = /^\[[a-fA-F0-9:]+\]$/;
const PORT = /^[0-9]+$/;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/**
 * Parses what a user writes for an image: `busybox` is `docker.io/library/busybox`. Throws with distribution/reference's text.
 *
 *     reference = [ domain "/" ] path [ ":" tag ] [ "@" digest ]
 *     path      = component { "/" component }
 */
export function parseNormalizedNamed(text: string): Reference {
  if (IDENTIFIER.test(text)) throw invalid(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  const [domain, remainder] = splitDomain(text);
  const colon = remainder.indexOf(':');
  const remote = colon < 0 ? remainder : remainder.slice(0, colon);
  if (toLower(remote) !== remote) throw invalid(`invalid reference format: repository name (${remote}) must be lowercase`);
  return parseReference(`${domain}/${remainder}`);
}

function invalid(message: string): CodedError {
  return new CodedError('convert', message);
}

/** Which part of a familiar name is the registry, and what is left of the name. */
function splitDomain(name: string): readonly [domain: string, remainder: string] {
  const slash = name.indexOf('/');
  if (slash < 0) return [DEFAULT_DOMAIN, OFFICIAL_PREFIX + name];
  const first = name.slice(0, slash);
  const rest = name.slice(slash + 1);
  const isDomain = first === 'localhost' || /[.:]/.test(first) || toLower(first) !== first;
  const domain = first === 'index.docker.io' || !isDomain ? DEFAULT_DOMAIN : first;
  const remainder = isDomain ? rest : name;
  return [domain, domain === DEFAULT_DOMAIN && !remainder.includes('/') ? OFFICIAL_PREFIX + remainder : remainder];
}

/** Parses a reference as it is written, with a registry or without (distribution/reference Parse). Throws with its text. */
export function parseReference(text: string): Reference {
  const parsed = matchReference(text);
  if (parsed === undefined) {
    if (text === '') throw invalid('repository name must have at least one component');
    throw invalid(matchReference(toLower(text)) === undefined ? 'invalid reference format' : 'repository name must be lowercase');
  }
  if (parsed.path.length > MAX_NAME_LENGTH) throw invalid(`repository name must not be more than ${MAX_NAME_LENGTH} characters`);
  if (parsed.digest !== undefined) {
    const problem = digestProblem(parsed.digest);
    if (problem !== undefined) throw invalid(problem);
  }
  return parsed;
}

/** The parts of a reference by the grammar; undefined when it does not fit. */
function matchReference(text: string): Reference | undefined {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !DIGEST.test(digest)) return undefined;
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  if (tag !== undefined && !TAG.test(tag)) return undefined;
  const name = hasTag ? named.slice(0, colon) : named;
  const parts = matchName(name);
  if (parts === undefined) return undefined;
  return { ...parts, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest: digest as Digest }) };
}

function matchName(name: string): { readonly domain: string; readonly path: string } | undefined {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const rest = name.slice(slash + 1);
  if (slash > 0 && isDomainAndPort(first) && isPath(rest)) return { domain: first, path: rest };
  return isPath(name) ? { domain: '', path: name } : undefined;
}

function isDomainAndPort(text: string): boolean {
  const colon = text.lastIndexOf(':');
  const hasPort = colon >= 0 && colon > text.lastIndexOf(']');
  if (hasPort && !PORT.test(text.slice(colon + 1))) return false;
  const host = hasPort ? text.slice(0, colon) : text;
  return IPV6_DOMAIN.test(host) || host.split('.').every((label) => DOMAIN_LABEL.test(label));
}

function isPath(text: string): boolean {
  return text.split('/').every((component) => PATH_COMPONENT.test(component));
}

/** `domain/path`. */
export function nameOf(reference: Reference): string {
  return reference.domain === '' ? reference.path : `${reference.domain}/${reference.path}`;
}

/** The reference with the tag `latest` when it has neither tag nor digest. */
export function tagNameOnly(reference: Reference): Reference {
  return reference.tag === undefined && reference.digest === undefined ? { ...reference, tag: 'latest' } : reference;
}

/** The reference with this digest, its tag kept; throws when the digest has no valid form. */
export function withDigest(reference: Reference, digest: Digest): Reference {
  if (!DIGEST.test(digest)) throw invalid('invalid digest format');
  return { ...reference, digest };
}

/** The whole reference, in normal form. */
export function referenceToString(reference: Reference): string {
  return suffixed(nameOf(reference), reference);
}

/** The reference as users write it: without `docker.io` and `library/`. */
export function familiarString(reference: Reference): string {
  return suffixed(familiarName(reference), reference);
}

/** The name as users write it. */
export function familiarName(reference: Reference): string {
  if (reference.domain !== DEFAULT_DOMAIN) return nameOf(reference);
  const official = reference.path.startsWith(OFFICIAL_PREFIX) ? reference.path.slice(OFFICIAL_PREFIX.length) : '';
  return official !== '' && !official.includes('/') ? official : reference.path;
}

function suffixed(name: string, { tag, digest }: Reference): string {
  return `${name}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}
