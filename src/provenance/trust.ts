/** The media type and artifact type of a Sigstore bundle. */
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** Something signed: a DSSE envelope, or a Sigstore bundle around one or around a bare signature. */
export interface SignedDocument {
  readonly kind: 'envelope' | 'bundle';
  /** As parsed from JSON. */
  readonly value: Readonly<Record<string, unknown>>;
}

/** What a signature that is good stands for. */
export interface Verified {
  /** Who signed, for people. */
  readonly signer: string;
  /** The bytes that were signed; undefined for a bare signature, which holds for the artifact. */
  readonly payload?: Uint8Array;
}

/** Whom the caller trusts. Both functions throw, with the reason, when the signature is not by them. */
export interface TrustedSigner {
  /** Checks an envelope, or a bundle with one. */
  verify(document: SignedDocument): Verified;
  /** Checks a bundle whose signature may be a bare one over `artifact`. */
  verifyArtifact(document: SignedDocument, artifact: Uint8Array): Verified;
  /** The digest `sha256:…` that the provenance must be about, when the caller says so. */
  readonly subject?: string;
}
