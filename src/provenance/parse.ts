import { CodedError, messageOf } from '../diag/error.ts';
import { formatPlatform, normalizePlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import { describe, FieldReader, isBase64, isObject } from './fields.ts';
import type { Fields } from './fields.ts';
import { parseJsonBytes, parseJsonLines } from './json.ts';
import type { Provenance } from './provenance.ts';
import { choose } from './select.ts';
import type { Candidate, Found } from './select.ts';
import { readSlsaV02, readSlsaV1, readSubjects } from './slsa.ts';
import { readSourcePolicy } from './source-policy.ts';
import type { SignedDocument, TrustedSigner } from './trust.ts';

/** The most that a provenance may have, in bytes. */
export const MAX_PROVENANCE_BYTES = 64 << 20;
/** bundle → envelope → statement → predicate; more wrappings than that are nothing that anybody writes. */
const MAX_WRAPPINGS = 4;

export const SLSA_V1 = 'https://slsa.dev/provenance/v1';
export const SLSA_V02 = 'https://slsa.dev/provenance/v0.2';
const METADATA_KEY = 'buildx.build.provenance';
const IN_TOTO = 'application/vnd.in-toto+json';

/** What is known of the provenance that is wanted. */
export interface ReadOptions {
  /** Of several the one for this platform. */
  readonly platform?: Platform;
  /** What is not signed by them does not count. */
  readonly trust?: TrustedSigner;
  /** The digest `sha256:…` of the image that it must be about. */
  readonly subject?: string;
  /** A statement without any subject is about that image too: BuildKit writes such ones for images that are exported without a name. */
  readonly unnamed?: boolean;
}

/**
 * Reads provenance in any of the forms in which it is handed round: an in-toto statement or its bare predicate, SLSA v1 or v0.2, a DSSE
 * envelope or Sigstore bundle around one, `buildx --metadata-file` output, a BuildKit source policy; several of them as JSON lines.
 * Without `trust`, signatures are not looked at. `name` is what messages call it. Throws one error of code `provenance` that tells all
 * that is wrong.
 */
export function parseProvenance(bytes: Uint8Array, name: string, options: ReadOptions = {}): Provenance {
  if (bytes.length > MAX_PROVENANCE_BYTES) {
    throw new CodedError('provenance', `${name}: is too large for a provenance: ${bytes.length} bytes, of at most ${MAX_PROVENANCE_BYTES}`);
  }
  return choose(name, options, readCandidates(bytes, name, options));
}

/** The one among several attestations that counts, as for a file that has them all. */
export function parseAttestations(blobs: readonly Uint8Array[], name: string, options: ReadOptions = {}): Provenance {
  return choose(name, options, blobs.flatMap((bytes) => readCandidates(bytes, name, options)));
}

function readCandidates(bytes: Uint8Array, name: string, options: ReadOptions): readonly Candidate[] {
  let documents: ReturnType<typeof parseJsonLines>;
  try {
    documents = parseJsonLines(bytes);
  } catch (error) {
    throw notOne(name, error);
  }
  return documents.map((document) => readCandidate(name, document, options, documents.length > 1));
}

function notOne(name: string, error: unknown): CodedError {
  return new CodedError('provenance', `${name}: is no provenance: ${messageOf(error)}`, { cause: error });
}

/** Something of another kind, or not signed by those who are trusted. */
class Unfit extends Error {}

/** Among others, one that does not count is passed over; wrong fields never are. */
function readCandidate(name: string, document: { readonly name: string; readonly value: unknown }, options: ReadOptions, passOver: boolean): Candidate {
  const reader = new FieldReader();
  let found: Found;
  try {
    found = unwrap({ reader, options }, document.value, 0);
  } catch (error) {
    if (error instanceof Unfit && passOver) return { name: document.name, unfit: error.message };
    throw notOne(name, document.name === '' ? error : new Error(`${document.name}: ${messageOf(error)}`, { cause: error }));
  }
  if (reader.problems.length > 0) {
    throw new CodedError('provenance', `${name}: has wrong fields:\n${reader.problems.map((problem) => `  ${document.name === '' ? '' : `${document.name}: `}${problem}`).join('\n')}`);
  }
  return { name: document.name, found };
}

interface Unwrapping {
  readonly reader: FieldReader;
  readonly options: ReadOptions;
  /** Who signed what is inside, once that is known. */
  readonly signer?: string;
}

/** Goes through the wrappings down to the predicate. */
function unwrap(state: Unwrapping, value: unknown, depth: number): Found {
  if (!isObject(value)) throw new Error(`expected a JSON object, found ${describe(value)}`);
  if (depth > MAX_WRAPPINGS) throw new Error('it is wrapped too many times');
  const { reader, options, signer } = state;
  const fields: Fields = { path: '', value };
  const has = (key: string): boolean => reader.has(fields, key);
  const isBundle = has('dsseEnvelope') || has('messageSignature');
  if (isBundle || (has('payload') && has('payloadType'))) return unwrapSigned(state, { kind: isBundle ? 'bundle' : 'envelope', value }, depth);
  if (options.trust !== undefined && signer === undefined) throw new Unfit('it is not signed, and REPRO_TRUST says by whom it must be');
  const signed = signer === undefined ? {} : { signer };
  if (has('predicateType')) return { ...readStatement(reader, fields), ...signed };
  if (has('buildDefinition')) return { subjects: [], ...readSlsaV1(reader, fields), ...signed };
  if (has('buildType') || has('materials') || has('invocation')) return { subjects: [], ...readSlsaV02(reader, fields), ...signed };
  if (has('rules')) return { subjects: [], ...readSourcePolicy(reader, fields), ...signed };
  const attached = Object.keys(value).filter((key) => key === METADATA_KEY || key.startsWith(`${METADATA_KEY}/`)).sort();
  if (attached.length > 0) return ofPlatform(attached, options.platform, (key) => unwrap(state, value[key], depth + 1));
  throw new Unfit('it is neither an in-toto statement nor a SLSA predicate, DSSE envelope, Sigstore bundle, buildx metadata or source policy');
}

/** What is signed; the outermost signature is the one that counts. */
function unwrapSigned(state: Unwrapping, document: SignedDocument, depth: number): Found {
  const { trust } = state.options;
  const { value } = document;
  if (trust !== undefined && state.signer === undefined) {
    const { signer, payload } = verified(trust, document);
    return unwrap({ ...state, signer }, parseJsonBytes(payload), depth + 1);
  }
  if (document.kind === 'envelope') return unwrap(state, parseJsonBytes(decodePayload(value['payload'])), depth + 1);
  if (!Object.hasOwn(value, 'dsseEnvelope')) throw new Unfit('it is a bundle with a bare signature, and no provenance in it');
  return unwrap(state, value['dsseEnvelope'], depth + 1);
}

function verified(trust: TrustedSigner, document: SignedDocument): { readonly signer: string; readonly payload: Uint8Array } {
  const { payloadType } = document.kind === 'envelope' ? document.value : (document.value['dsseEnvelope'] ?? {}) as Readonly<Record<string, unknown>>;
  if (payloadType !== IN_TOTO) throw new Unfit(`what is signed is ${describe(payloadType)}, expected ${IN_TOTO}`);
  try {
    const { signer, payload } = trust.verify(document);
    if (payload === undefined) throw new Error('it is a bare signature, with no provenance in it');
    return { signer, payload };
  } catch (error) {
    throw new Unfit(`its signature does not count: ${messageOf(error)}`, { cause: error });
  }
}

function decodePayload(payload: unknown): Uint8Array {
  if (typeof payload !== 'string' || !isBase64(payload)) throw new Error('its payload is not base64');
  return Buffer.from(payload, 'base64');
}

function readStatement(reader: FieldReader, statement: Fields): Found {
  const type = reader.string(statement, 'predicateType');
  const predicate = reader.object(statement, 'predicate');
  if (!reader.has(statement, 'predicate')) reader.problem('predicate', 'is missing');
  const subjects = readSubjects(reader, statement);
  if (type === SLSA_V1) return { subjects, ...readSlsaV1(reader, predicate) };
  if (type === SLSA_V02) return { subjects, ...readSlsaV02(reader, predicate) };
  throw new Unfit(`its predicate is ${describe(type)}, expected ${SLSA_V1} or ${SLSA_V02}`);
}

/** Of buildx metadata for several platforms the one for `platform`; where none is wanted, all as one. */
function ofPlatform(keys: readonly string[], platform: Platform | undefined, read: (key: string) => Found): Found {
  const [first] = keys;
  if (platform === undefined || (keys.length === 1 && first === METADATA_KEY)) return merge(keys.map(read));
  const wanted = formatPlatform(normalizePlatform(platform));
  const key = keys.find((each) => each === `${METADATA_KEY}/${wanted}`);
  if (key !== undefined) return read(key);
  throw new Error(`it has no provenance for ${wanted}, only for ${keys.map((each) => each.slice(METADATA_KEY.length + 1)).join(', ')}`);
}

/** The provenances of several platforms as one: materials of all, the earliest start, the rest of the first. */
function merge(all: readonly Found[]): Found {
  const [first, ...others] = all;
  if (first === undefined) throw new Error('it has no provenance');
  return others.reduce<Found>((sum, next) => ({
    ...sum,
    materials: [...sum.materials, ...next.materials],
    subjects: [...sum.subjects, ...next.subjects],
    ...(sum.startedOn === undefined || next.startedOn === undefined ? {} : { startedOn: sum.startedOn < next.startedOn ? sum.startedOn : next.startedOn }),
  }), first);
}
