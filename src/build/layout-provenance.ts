import { CodedError } from '../diag/error.ts';
import { ociLayoutBlob } from '../llb/sources.ts';
import { CAPS } from '../llb/caps.ts';
import { customName } from '../llb/constraints.ts';
import { findAttested, readAttached, readAttestationManifest } from '../provenance/attached.ts';
import { MAX_PROVENANCE_BYTES } from '../provenance/parse.ts';
import type { Provenance } from '../provenance/provenance.ts';
import type { TrustedSigner } from '../provenance/trust.ts';
import type { Platform } from '../spec/platform.ts';
import { noProvenance } from './attached-provenance.ts';
import type { ContextServices } from './context-services.ts';
import { parseLayoutReference } from './oci-layout-context.ts';
import { marshalState, readWholeFile, solveToRef } from './solve.ts';

const FILE = 'blob';

/**
 * The provenance that is attached to an image in the client's OCI layout, `STORE@DIGEST`. The daemon resolves attestations in registries
 * alone, so the blobs are read one by one. It gives out no list of what refers to them, where signatures are: with `trust` that is an error.
 */
export async function layoutProvenance(services: ContextServices, spec: string, platform: Platform, trust: TrustedSigner | undefined): Promise<Provenance> {
  const { gateway } = services;
  if (trust !== undefined) throw new CodedError('provenance', `REPRO_TRUST wants a signature, which an OCI layout (${spec}) does not give out: supply the signed provenance as a file`);
  const { storeId, digest: root } = parseLayoutReference(spec);
  const missing = gateway.llbCapabilities.missing(CAPS.sourceImageBlob);
  if (missing !== undefined) throw new CodedError('unsupported', `the daemon cannot read attestations from an OCI layout; supply them as a JSON file: ${missing.message}`, { cause: missing });
  const read = async (digest: string): Promise<Uint8Array> => {
    const source = ociLayoutBlob(`${storeId}@${digest}`, {
      sessionId: gateway.environment.sessionId, storeId, filename: FILE, constraints: customName(`[provenance] load ${digest} of ${storeId}`),
    });
    return readWholeFile(await solveToRef(gateway, await marshalState(gateway, source)), FILE, MAX_PROVENANCE_BYTES);
  };
  const found = findAttested(await read(root), platform, spec);
  if (found === undefined) throw noProvenance(spec);
  const manifest = await read(found.attestationManifest);
  const blobs = new Map(await Promise.all(readAttestationManifest(manifest, spec).statements.map(async (digest) => [digest, await read(digest)] as const)));
  return readAttached({
    name: spec,
    imageManifest: found.imageManifest,
    attestationManifest: { digest: found.attestationManifest, data: manifest },
    blob: (digest) => blobs.get(digest),
    bundles: [],
  }, { platform });
}
