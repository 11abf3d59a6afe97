/**
 * Signatures, by Sigstore's own library. It is big and seldom needed, so it is bundled apart: import this file only when it is needed, and
 * none of its classes.
 */
import { bundleFromJSON } from '@sigstore/bundle';
import type { Bundle } from '@sigstore/bundle';
import { crypto } from '@sigstore/core';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import type { SignedEntity } from '@sigstore/verify';
import { messageOf } from '../diag/error.ts';
import { describe, isObject } from './fields.ts';
import { parseJsonBytes } from './json.ts';
import { BUNDLE_TYPE } from './trust.ts';
import type { SignedDocument, TrustedSigner, Verified } from './trust.ts';

/** Whom to trust, the files that the caller names being read: a public key in PEM, or an identity in the certificates of a trusted root. */
export type TrustMaterials = { readonly subject?: string; readonly root?: Uint8Array } & (
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'identity'; readonly identity: string; readonly issuer: string; readonly root: Uint8Array }
);

/** Gives who signed; throws when it is nobody that is trusted. */
type Check = (bundle: Bundle, artifact: Uint8Array | undefined) => string;

/**
 * The trusted signer that `materials` stand for. A key needs no transparency log, unless a root is given beside it; a certificate needs what
 * its root has: an entry in one of its logs, and where it has none a timestamp of one of its authorities.
 * Throws when the key or the root is none.
 */
export function trustedSigner(materials: TrustMaterials): TrustedSigner {
  const check = materials.kind === 'key' ? keyCheck(materials.key, materials.root) : identityCheck(materials);
  return {
    verify: (document) => firstGood(toBundles(document), (bundle) => verifyBundle(check, bundle, undefined)),
    verifyArtifact: (document, artifact) => firstGood(toBundles(document), (bundle) => verifyBundle(check, bundle, artifact)),
    ...(materials.subject === undefined ? {} : { subject: materials.subject }),
  };
}

function verifyBundle(check: Check, bundle: Bundle, artifact: Uint8Array | undefined): Verified {
  const { content } = bundle;
  if (content.$case === 'messageSignature' && artifact === undefined) throw new Error('it is a bare signature, with no provenance in it');
  const signer = check(bundle, artifact);
  return content.$case === 'messageSignature' ? { signer } : { signer, payload: content.dsseEnvelope.payload };
}

/** An envelope may have several signatures, of which one must be good, whatever the others are. */
function firstGood(bundles: readonly (() => Bundle)[], verify: (bundle: Bundle) => Verified): Verified {
  let failure: unknown = new Error('it has no signature');
  for (const bundle of bundles) {
    try {
      return verify(bundle());
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** An envelope as bundles, one for each signature. */
function toBundles({ kind, value }: SignedDocument): readonly (() => Bundle)[] {
  if (kind === 'bundle') return [() => readBundle(value)];
  const { signatures } = value;
  if (!Array.isArray(signatures)) throw new Error(`expected a list of signatures, found ${describe(signatures)}`);
  return signatures.map((signature: unknown) => () => readBundle({
    mediaType: BUNDLE_TYPE,
    verificationMaterial: { publicKey: { hint: isObject(signature) ? String(signature['keyid'] ?? '') : '' } },
    dsseEnvelope: { ...value, signatures: [signature] },
  }));
}

/** The library looks at fields before it has looked whether they are there: what it says of that is no mistake of ours. */
function readBundle(value: unknown): Bundle {
  try {
    return bundleFromJSON(value);
  } catch (error) {
    if (error instanceof TypeError) throw new Error(`it is malformed: ${error.message}`);
    throw error;
  }
}

function keyCheck(pem: string, rootBytes: Uint8Array | undefined): Check {
  const key = readKey(pem);
  const root = rootBytes === undefined ? undefined : readRoot(rootBytes);
  const found = { publicKey: key, validFor: () => true };
  const nothing = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
  const verifier = root === undefined ? new Verifier({ ...nothing, publicKey: () => found }, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 })
    : new Verifier(toTrustMaterial(root, () => found), thresholds(root));
  const signer = `the key sha256:${crypto.digest('sha256', key.export({ type: 'spki', format: 'der' })).toString('hex')}`;
  return (bundle, artifact) => {
    if (bundle.verificationMaterial.content.$case !== 'publicKey') throw new Error('it is signed with a certificate, and REPRO_TRUST names a key');
    const entity = toEntity(bundle, artifact);
    // Without a root there is nobody to ask about log entries and timestamps.
    verifier.verify(root === undefined ? { ...entity, tlogEntries: [], timestamps: [] } : entity);
    return signer;
  };
}

function identityCheck({ identity, issuer, root: rootBytes }: TrustMaterials & { readonly kind: 'identity' }): Check {
  const root = readRoot(rootBytes);
  const verifier = new Verifier(toTrustMaterial(root), thresholds(root));
  return (bundle, artifact) => {
    if (bundle.verificationMaterial.content.$case === 'publicKey') throw new Error('it is signed with a key, and REPRO_TRUST names an identity, which only a certificate has');
    // The library takes the name for a pattern that need fit a part of the certificate's only.
    const found = verifier.verify(toEntity(bundle, artifact)).identity;
    const signer = `${found?.subjectAlternativeName ?? 'nobody'} (${found?.extensions?.issuer ?? 'no issuer'})`;
    if (found?.subjectAlternativeName !== identity || found.extensions?.issuer !== issuer) throw new Error(`it is signed by ${signer}, expected ${identity} (${issuer})`);
    return signer;
  };
}

function toEntity(bundle: Bundle, artifact: Uint8Array | undefined): SignedEntity {
  return toSignedEntity(bundle, artifact === undefined ? undefined : Buffer.from(artifact));
}

/** What the root has, a signature must have. */
function thresholds({ tlogs, ctlogs }: TrustedRoot): { readonly tlogThreshold: number; readonly ctlogThreshold: number; readonly timestampThreshold: number } {
  return { tlogThreshold: Math.min(tlogs.length, 1), ctlogThreshold: Math.min(ctlogs.length, 1), timestampThreshold: 1 };
}

function readKey(pem: string): ReturnType<typeof crypto.createPublicKey> {
  try {
    if (!pem.includes('-----BEGIN PUBLIC KEY-----')) throw new Error('expected a public key in PEM, which begins with -----BEGIN PUBLIC KEY-----');
    return crypto.createPublicKey(pem.trim());
  } catch (error) {
    throw new Error(`its key is none: ${messageOf(error)}`, { cause: error });
  }
}

function readRoot(bytes: Uint8Array): TrustedRoot {
  try {
    const root = TrustedRoot.fromJSON(parseJsonBytes(bytes));
    if (root.certificateAuthorities.length === 0) throw new Error('it has no certificate authorities');
    return root;
  } catch (error) {
    throw new Error(`its root is no trusted root of Sigstore: ${messageOf(error)}`, { cause: error });
  }
}
