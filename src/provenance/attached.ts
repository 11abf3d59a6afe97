import { CodedError, messageOf } from '../diag/error.ts';
import { formatPlatform, normalizePlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import { FieldReader } from './fields.ts';
import type { Fields } from './fields.ts';
import { parseJsonBytes } from './json.ts';
import { parseAttestations, SLSA_V02, SLSA_V1 } from './parse.ts';
import type { ReadOptions } from './parse.ts';
import type { Provenance } from './provenance.ts';
import { readSubjects } from './slsa.ts';
import { BUNDLE_TYPE } from './trust.ts';
import type { TrustedSigner } from './trust.ts';

/** What BuildKit attaches to an image: statements as the layers of an attestation manifest, beside the image in its index. */
export interface Attached {
  /** The image, for messages. */
  readonly name: string;
  /** The digest of the image's manifest for the platform. */
  readonly imageManifest: string;
  readonly attestationManifest: { readonly digest: string; readonly data: Uint8Array };
  /** A blob by its digest, checked against it; undefined when it was not fetched. */
  blob(digest: string): Uint8Array | undefined;
  /** Sigstore bundles that refer to the attestation manifest. */
  readonly bundles: readonly Uint8Array[];
}

/** Types of SLSA provenance, the newer first. */
export const PREDICATE_TYPES: readonly string[] = [SLSA_V1, SLSA_V02];

/** Annotations of an attestation manifest in its index. */
const REFERENCE_TYPE = 'vnd.docker.reference.type';
const REFERENCE_DIGEST = 'vnd.docker.reference.digest';

/** Statements that say no more than that their subject is signed, and those of provenance. */
const SIGNING_TYPES: ReadonlySet<string> = new Set(['https://sigstore.dev/cosign/sign/v1', ...PREDICATE_TYPES]);

/** What an attestation manifest says: the digests of its statements of provenance, and of the image that it is about, if it tells. Throws when it is none. */
export function readAttestationManifest(manifest: Uint8Array, name: string): { readonly statements: readonly string[]; readonly image?: string } {
  const reader = new FieldReader();
  const fail = (text: string, cause?: unknown): CodedError => new CodedError('provenance', `${name}: its attestation manifest is none: ${text}`, { cause });
  let fields: Fields;
  try {
    fields = reader.asObject(parseJsonBytes(manifest), 'the attestation manifest');
  } catch (error) {
    throw fail(messageOf(error), error);
  }
  const statements = reader.objects(fields, 'layers').flatMap((layer) => {
    const type = reader.strings(layer, 'annotations').get('in-toto.io/predicate-type') ?? '';
    return PREDICATE_TYPES.includes(type) ? [reader.requiredString(layer, 'digest')] : [];
  });
  const image = reader.string(reader.object(fields, 'subject'), 'digest');
  if (reader.problems.length > 0) throw fail(reader.problems.join(', '));
  return { statements, ...(image === '' ? {} : { image }) };
}

/** The provenance that is attached to an image and about it; of several see `choose`. With `trust` the attestation manifest must be signed. */
export function readAttached(attached: Attached, options: ReadOptions): Provenance {
  const { name, imageManifest, attestationManifest } = attached;
  const { trust, ...rest } = options;
  const manifest = readAttestationManifest(attestationManifest.data, name);
  if (manifest.image !== undefined && manifest.image !== imageManifest) {
    throw new CodedError('provenance', `${name}: its attestations are about something else: expected the subject ${imageManifest}, found ${manifest.image}`);
  }
  const statements = manifest.statements.flatMap((digest) => attached.blob(digest) ?? []);
  if (statements.length === 0) throw new CodedError('provenance', `${name} has attestations, and no SLSA provenance among them: build it with --attest type=provenance,mode=max, or supply a JSON file`);
  const signer = trust === undefined ? {} : { signer: signerOf(attached, trust) };
  if (trust?.subject !== undefined && trust.subject !== imageManifest) {
    throw new CodedError('provenance', `${name}: is about something else: expected the subject ${trust.subject} of REPRO_TRUST, found ${imageManifest}`);
  }
  // What is signed must name the image; without trust it is enough that the index does.
  const unnamed = manifest.image !== undefined || trust === undefined;
  return { ...parseAttestations(statements, name, { ...rest, subject: imageManifest, unnamed }), ...signer };
}

function signerOf({ name, attestationManifest: manifest, bundles }: Attached, trust: TrustedSigner): string {
  const reasons: string[] = [];
  for (const bytes of bundles) {
    try {
      const { signer, payload } = trust.verifyArtifact({ kind: 'bundle', value: asObject(bytes) }, manifest.data);
      if (payload !== undefined) checkPayload(payload, manifest.digest);
      return signer;
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  const why = reasons.length === 0 ? `nothing of the type ${BUNDLE_TYPE} refers to ${manifest.digest}` : reasons.join('; ');
  throw new CodedError('provenance', `${name}: its attestations have no signature that counts, and REPRO_TRUST wants one: ${why}`);
}

function asObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const reader = new FieldReader();
  const { value } = reader.asObject(parseJsonBytes(bytes), 'the bundle');
  if (reader.problems.length > 0) throw new Error(reader.problems.join(', '));
  return value;
}

/** What is signed must be a statement about the attestation manifest. */
function checkPayload(payload: Uint8Array, manifest: string): void {
  const reader = new FieldReader();
  const statement = reader.asObject(parseJsonBytes(payload), 'the signed statement');
  const type = reader.string(statement, 'predicateType');
  const digests = readSubjects(reader, statement).map(({ digest }) => `sha256:${digest.get('sha256') ?? ''}`);
  if (reader.problems.length > 0) throw new Error(reader.problems.join(', '));
  if (!SIGNING_TYPES.has(type)) throw new Error(`the signed statement is of the type ${JSON.stringify(type)}, expected one of ${[...SIGNING_TYPES].join(', ')}`);
  if (!digests.includes(manifest)) throw new Error(`the signed statement is about ${digests.join(', ') || 'nothing'}, expected ${manifest}`);
}

/**
 * The manifest of an index for `platform`, and that of its attestations; undefined when it has none, or is no index. Throws when it has
 * nothing for that platform.
 */
export function findAttested(index: Uint8Array, platform: Platform, name: string): { readonly imageManifest: string; readonly attestationManifest: string } | undefined {
  const reader = new FieldReader();
  const fail = (text: string, cause?: unknown): CodedError => new CodedError('provenance', `${name}: its index is none: ${text}`, { cause });
  let fields: Fields;
  try {
    fields = reader.asObject(parseJsonBytes(index), 'the index');
  } catch (error) {
    throw fail(messageOf(error), error);
  }
  const manifests = reader.objects(fields, 'manifests').map((entry) => ({
    digest: reader.requiredString(entry, 'digest'),
    annotations: reader.strings(entry, 'annotations'),
    platform: readPlatform(reader, reader.object(entry, 'platform')),
  }));
  if (reader.problems.length > 0) throw fail(reader.problems.join(', '));
  const attestations = manifests.filter(({ annotations }) => annotations.get(REFERENCE_TYPE) === 'attestation-manifest');
  if (attestations.length === 0) return undefined;
  const images = manifests.filter((entry) => !attestations.includes(entry));
  const wanted = normalizePlatform(platform);
  const image = images.find((entry) => formatPlatform(entry.platform) === formatPlatform(wanted)) ??
    images.find((entry) => entry.platform.os === wanted.os && entry.platform.architecture === wanted.architecture);
  if (image === undefined) throw new CodedError('provenance', `${name} has no image for ${formatPlatform(wanted)}, only for ${images.map((entry) => formatPlatform(entry.platform)).join(', ')}`);
  const attestation = attestations.find(({ annotations }) => annotations.get(REFERENCE_DIGEST) === image.digest);
  return attestation === undefined ? undefined : { imageManifest: image.digest, attestationManifest: attestation.digest };
}

function readPlatform(reader: FieldReader, fields: Fields): Platform {
  const variant = reader.string(fields, 'variant');
  return normalizePlatform({ os: reader.string(fields, 'os'), architecture: reader.string(fields, 'architecture'), ...(variant === '' ? {} : { variant }) });
}
