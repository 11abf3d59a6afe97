import { fulcioHandler, initializeCA, initializeCTLog, initializeTLog, initializeTSA, rekorHandler, tsaHandler } from '@sigstore/mock';
import { bundleToJSON } from '@sigstore/bundle';
import { HashAlgorithm, PublicKeyDetails, TrustedRoot } from '@sigstore/protobuf-specs';
import { DSSEBundleBuilder, FulcioSigner, MessageSignatureBundleBuilder, RekorWitness, TSAWitness } from '@sigstore/sign';
import type { Signer, Witness } from '@sigstore/sign';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A key of one's own, as cosign's users have it. */
export interface SigningKey {
  readonly pem: string;
  readonly privateKey: KeyObject;
}

/** What is to be signed: an in-toto statement in an envelope, or bare bytes. */
export type Signable = { readonly statement: string | Uint8Array; readonly payloadType?: string } | { readonly bytes: Uint8Array };

/** A certificate authority, a log and a clock of the test's own, in the words of Sigstore. */
export interface Sigstore {
  /** Its trusted root, as a `trusted_root.json`. */
  readonly root: string;
  /** A trusted root without a log, with the timestamp authority alone. */
  readonly rootWithoutLog: string;
  /** A bundle with a certificate for `identity`, as JSON. */
  signAs(identity: string, what: Signable, options?: { readonly witness?: 'log' | 'timestamp' | 'none' }): Promise<string>;
  stop(): void;
}

/** The issuer of the identities. */
export const ISSUER = 'https://issuer.example';

/** A new P-256 key. */
export function makeKey(): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

/** A bundle with a signature by `key`, as JSON. */
export function signWithKey(key: SigningKey, what: Signable): Promise<string> {
  return toBundle({ sign: async (data) => ({ signature: sign('sha256', data, key.privateKey), key: { $case: 'publicKey', publicKey: key.pem, hint: 'test' } }) }, [], what);
}

/** Starts the services on a loopback port. `issued` is when its certificates begin, which are good for ten minutes: now, when absent. */
export async function startSigstore(issued?: Date): Promise<Sigstore> {
  const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ctLog = await initializeCTLog(pair());
  const ca = await initializeCA(pair(), ctLog, issued);
  const tLog = await initializeTLog('https://log.example', pair());
  // A whole second, since the mock writes fractions that are none; late enough for certificates that are made in the next two minutes.
  const tsa = await initializeTSA(pair(), new Date(Math.ceil(Date.now() / 1000) * 1000 + 120_000));
  const handlers = [fulcioHandler(ca), rekorHandler(tLog), tsaHandler(tsa)];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', async () => {
      const handler = handlers.find(({ path }) => path === request.url);
      const answer = await handler?.fn(Buffer.concat(parts).toString());
      response.writeHead(answer?.statusCode ?? 404, { 'content-type': answer?.contentType ?? 'text/plain' });
      response.end(answer === undefined || typeof answer.response === 'string' ? answer?.response : Buffer.from(answer.response.buffer, answer.response.byteOffset, answer.response.byteLength));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const bytes = (view: ArrayBufferView): Buffer => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  const validFor = { start: new Date(0) };
  const log = (publicKey: Buffer, keyId: Buffer, baseUrl: string) => ({
    baseUrl, hashAlgorithm: HashAlgorithm.SHA2_256, logId: { keyId }, publicKey: { rawBytes: publicKey, keyDetails: PublicKeyDetails.PKIX_ECDSA_P256_SHA_256, validFor },
    checkpointKeyId: undefined, operator: '',
  });
  const authority = (...certificates: ArrayBufferView[]) => ({
    subject: { commonName: 'test', organization: 'test' }, uri: url, validFor, operator: '', certChain: { certificates: certificates.map((each) => ({ rawBytes: bytes(each) })) },
  });
  const root: TrustedRoot = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    certificateAuthorities: [authority(ca.rootCertificate)],
    timestampAuthorities: [authority(tsa.intCertificate, tsa.rootCertificate)],
    tlogs: [log(tLog.publicKey, createHash('sha256').update(tLog.publicKey).digest(), 'https://log.example')],
    ctlogs: [log(ctLog.publicKey, bytes(ctLog.logID), 'https://ct.example')],
  };
  const witnesses: Readonly<Record<'log' | 'timestamp' | 'none', () => Witness[]>> = {
    log: () => [new RekorWitness({ rekorBaseURL: url, entryType: 'intoto' })],
    timestamp: () => [new TSAWitness({ tsaBaseURL: url })],
    none: () => [],
  };
  return {
    root: JSON.stringify(TrustedRoot.toJSON(root)),
    rootWithoutLog: JSON.stringify(TrustedRoot.toJSON({ ...root, tlogs: [] })),
    signAs: (identity, what, { witness = 'log' } = {}) => {
      const claims = { iss: ISSUER, sub: identity, aud: 'sigstore' };
      const token = ['{"alg":"none"}', JSON.stringify(claims), ''].map((part) => Buffer.from(part).toString('base64url')).join('.');
      const signer = new FulcioSigner({ fulcioBaseURL: url, identityProvider: { getToken: async () => token } });
      return toBundle(signer, witnesses[witness](), what);
    },
    stop: () => server.close(),
  };
}

async function toBundle(signer: Signer, witnesses: Witness[], what: Signable): Promise<string> {
  const builder = 'bytes' in what ? new MessageSignatureBundleBuilder({ signer, witnesses }) : new DSSEBundleBuilder({ signer, witnesses });
  const artifact = 'bytes' in what ? { data: Buffer.from(what.bytes) } : { data: Buffer.from(what.statement), type: what.payloadType ?? 'application/vnd.in-toto+json' };
  return JSON.stringify(bundleToJSON(await builder.create(artifact)));
}
