import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { bundleToJSON, toDSSEBundle } from '@sigstore/bundle';
import type { SerializedBundle } from '@sigstore/bundle';
import { dsse } from '@sigstore/core';
import { CodedError, messageOf } from '../diag/error.ts';
import type { Cause, Verdict } from '../spec/difference.ts';
import { digestEncoded, digestOf } from '../spec/digest.ts';
import type { Digest } from '../spec/digest.ts';

/** SLSA Verification Summary Attestation (slsa.dev/spec/v1.1/verification_summary). */
export const VSA_TYPE = 'https://slsa.dev/verification_summary/v1';
/** in-toto Simple Verification Result (in-toto/attestation, spec/predicates/svr.md). */
export const SVR_TYPE = 'https://in-toto.io/attestation/svr/v0.2';
/** The one verified level that a VSA of ours names. It is no level of SLSA: `SLSA_BUILD_REPRODUCED` needs two platforms that do not trust each other. */
export const EQUAL_LEVEL = 'REPRO_DOCKERFILE_EQUAL_DIGEST';
/** What a VSA is checked against: the policy is that rebuilt manifests have the subject's digests. */
const POLICY_URI = 'urn:repro-dockerfile:policy:equal-manifest-digests:v1';
export const STATEMENT_TYPE = 'application/vnd.in-toto+json';
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** What a verification found. */
export interface Outcome {
  /** The image as the user named it. */
  readonly resource: string;
  /** The digests of the root and of each platform's manifest that were compared. */
  readonly subjects: readonly Digest[];
  readonly verdict: Verdict;
  /** Why contents that are equal are packed differently: what was normalised to see that they are equal. */
  readonly normalised: readonly Cause[];
  /** Why contents differ where the user wanted it to be ignored: then they are not called equal. */
  readonly ignored: readonly Cause[];
  /** The provenance that the rebuild was made from. */
  readonly provenance: readonly { readonly uri: string; readonly digest: Digest }[];
  /** Who verified: a URI. */
  readonly verifier: string;
  readonly version: string;
  readonly time: Date;
}

/**
 * The in-toto statement of an outcome. Equal digests, and images that differ, are a VSA (PASSED, FAILED); contents that are equal and packed
 * differently are a simple verification result that names each normalisation, and no more than that.
 */
export function outcomeStatement(outcome: Outcome): object {
  const { resource, subjects, verdict, normalised, ignored, provenance, verifier, version, time } = outcome;
  const moment = time.toISOString().replace(/\.\d+Z$/, 'Z');
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects.map((digest) => ({ name: resource, digest: { sha256: digestEncoded(digest) } })),
  };
  if (verdict === 'repacked') {
    const properties = [
      ignored.length === 0 ? 'CONTENTS_EQUAL' : 'CONTENTS_EQUAL_BUT_FOR_IGNORED',
      ...normalised.map((cause) => propertyOf('NORMALISED', cause)),
      ...ignored.map((cause) => propertyOf('IGNORED', cause)),
    ];
    return { ...statement, predicateType: SVR_TYPE, predicate: { verifier: { id: verifier, policies: [POLICY_URI] }, timeCreated: moment, properties } };
  }
  return {
    ...statement,
    predicateType: VSA_TYPE,
    predicate: {
      verifier: { id: verifier, version: { 'repro-dockerfile': version } },
      timeVerified: moment,
      resourceUri: resource,
      policy: { uri: POLICY_URI },
      inputAttestations: provenance.map(({ uri, digest }) => ({ uri, digest: { sha256: digestEncoded(digest) } })),
      verificationResult: verdict === 'equal' ? 'PASSED' : 'FAILED',
      verifiedLevels: verdict === 'equal' ? [EQUAL_LEVEL] : [],
      slsaVersion: '1.1',
    },
  };
}

function propertyOf(prefix: string, cause: Cause): string {
  return `${prefix}_${cause.replaceAll('-', '_').toUpperCase()}`;
}

/** A statement in a Sigstore bundle (v0.3, DSSE), signed with a private key in PEM. Throws (code `option`) when the key is none. */
export function signStatement(statement: object, pem: string): SerializedBundle {
  const key = readPrivateKey(pem);
  const artifact = Buffer.from(JSON.stringify(statement));
  const keyHint = digestOf(createPublicKey(key).export({ type: 'spki', format: 'der' }));
  const signature = sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', dsse.preAuthEncoding(STATEMENT_TYPE, artifact), key);
  return bundleToJSON(toDSSEBundle({ artifact, artifactType: STATEMENT_TYPE, signature, keyHint }));
}

function readPrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new CodedError('option', `the key is no private key in PEM: ${messageOf(error)}`, { cause: error });
  }
}
