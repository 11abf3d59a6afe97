import { hash } from 'node:crypto';
import { CodedError } from '../diag/error.ts';

/** A content address: `sha256:` and 64 lower-case hexadecimal digits (github.com/opencontainers/go-digest). */
export type Digest = `${string}:${string}`;

/** The number of hexadecimal digits of each algorithm that go-digest knows. */
const HEX_LENGTHS: ReadonlyMap<string, number> = new Map([['sha256', 64], ['sha384', 96], ['sha512', 128]]);

const DIGEST_PATTERN = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;

/** The sha256 digest of `bytes`. */
export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${hash('sha256', bytes, 'hex')}`;
}

/** Undefined when `text` is a valid digest, else what go-digest's Validate says of it. */
export function digestProblem(text: string): string | undefined {
  const separator = text.indexOf(':');
  if (separator <= 0 || separator + 1 === text.length) return 'invalid checksum digest format';
  const length = HEX_LENGTHS.get(text.slice(0, separator));
  if (length === undefined) return DIGEST_PATTERN.test(text) ? 'unsupported digest algorithm' : 'invalid checksum digest format';
  const encoded = text.slice(separator + 1);
  if (Buffer.byteLength(encoded) !== length) return 'invalid checksum digest length';
  return /^[a-f0-9]+$/.test(encoded) ? undefined : 'invalid checksum digest format';
}

/** `text` as a digest; throws with go-digest's text when it is none. */
export function parseDigest(text: string): Digest {
  const problem = digestProblem(text);
  if (problem !== undefined) throw new CodedError('convert', problem);
  return text as Digest;
}

/** Whether `text` is a digest that go-digest takes. */
export function isDigest(text: string): text is Digest {
  return digestProblem(text) === undefined;
}

/** The part of a digest before the first colon. */
export function digestAlgorithm(digest: Digest): string {
  return digest.slice(0, digest.indexOf(':'));
}

/** The part of a digest after the first colon. */
export function digestEncoded(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}
