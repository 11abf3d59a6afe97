import { makeKey } from '../../support/sigstore.ts';
import { sign } from 'node:crypto';

/** A key for statements that are signed. */
export const signingKey = makeKey();

const DIGEST = '1'.repeat(64);
const URI = `pkg:docker/debian@12?digest=sha256:${DIGEST}&platform=linux%2Famd64`;
const V1 = {
  buildDefinition: {
    buildType: 'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md',
    externalParameters: { configSource: { path: 'Dockerfile' }, request: { frontend: 'gateway.v0', args: { target: 'x', 'build-arg:A': 'b' }, locals: [{ name: 'context' }] } },
    resolvedDependencies: [{ uri: URI, digest: { sha256: DIGEST } }, { uri: 'https://github.com/a/b.git#v1', digest: { sha1: '2'.repeat(40) } }, { uri: 'https://x/y.tar', digest: { sha256: DIGEST } }],
  },
  runDetails: { builder: { id: '' }, metadata: { startedOn: '2024-01-02T03:04:05Z', buildkit_completeness: { request: true } } },
};
const V02 = {
  buildType: 'https://mobyproject.org/buildkit@v1', invocation: { parameters: { frontend: 'dockerfile.v0' } },
  materials: [{ uri: URI, digest: { sha256: DIGEST } }], metadata: { buildStartedOn: '2024-01-02T03:04:05Z' },
};
const statement = (predicateType: string, predicate: object): object => ({ _type: 'https://in-toto.io/Statement/v0.1', predicateType, subject: [{ name: URI, digest: { sha256: DIGEST } }], predicate });
const POLICY = { rules: [{ action: 'CONVERT', selector: { identifier: 'docker-image://docker.io/library/debian:12' }, updates: { identifier: `docker-image://docker.io/library/debian:12@sha256:${DIGEST}` } }] };

function envelope(payload: string): object {
  const type = 'application/vnd.in-toto+json';
  const signed = Buffer.from(`DSSEv1 ${type.length} ${type} ${Buffer.byteLength(payload)} ${payload}`);
  return { payloadType: type, payload: Buffer.from(payload).toString('base64'), signatures: [{ keyid: 'a', sig: sign('sha256', signed, signingKey.privateKey).toString('base64') }] };
}

/** One input for each form of provenance. */
export function provenanceSeeds(): readonly Uint8Array[] {
  const one = statement('https://slsa.dev/provenance/v1', V1);
  const signed = envelope(JSON.stringify(one));
  const bundle = { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', verificationMaterial: { publicKey: { hint: 'a' } }, dsseEnvelope: signed };
  const forms = [one, statement('https://slsa.dev/provenance/v0.2', V02), V1, V02, POLICY, signed, bundle, { 'buildx.build.provenance': V02, 'buildx.build.provenance/linux/amd64': V1 }];
  return [...forms.map((form) => Buffer.from(JSON.stringify(form))), Buffer.from(`${JSON.stringify(one)}\n${JSON.stringify(signed)}\n`)];
}
