import { CodedError } from '../diag/error.ts';
import type { Messages } from '../pb/schema.ts';
import type { Platform } from '../spec/platform.ts';
import type { GatewayMessage, MessageInput } from './bridge.ts';
import { platformMessage } from './definition-message.ts';
import type { Gateway } from './gateway.ts';

/** A source to look up: `docker-image://…`, `git://…`, `https://…`, with its attributes. */
export type SourceOp = Messages['pb.SourceOp'];

export interface SourceMetaOptions {
  readonly platform?: Platform | undefined;
  readonly logName?: string;
  /** Only for images. */
  readonly image?: {
    readonly resolveMode?: string;
    readonly noConfig?: boolean;
    /** Types of in-toto statements to fetch along with the image. */
    readonly attestations?: readonly string[];
  };
  /** Only for git: the bytes of the commit too. */
  readonly gitObject?: boolean;
}

export type SourceMeta = GatewayMessage<'ResolveSourceMetaResponse'>;

export interface ImageConfigOptions {
  readonly platform?: Platform | undefined;
  readonly logName?: string;
  readonly resolveMode?: string;
  /** For images in an OCI layout of the client in place of a registry. */
  readonly ociLayout?: { readonly sessionId: string; readonly storeId: string };
}

export interface ImageConfigAnswer {
  readonly ref: string;
  readonly digest: string;
  readonly config: Uint8Array;
}

/** A source policy of the daemon turned an image into something else (imageutil.ResolveToNonImageError). */
export class NonImageError extends CodedError {
  /** What the policy made of it: `https://…`. */
  readonly updated: string;

  constructor(ref: string, updated: string) {
    super('convert', `ref mutated by policy to non-image: docker-image://${ref} -> ${updated}`);
    this.name = 'NonImageError';
    this.updated = updated;
  }
}

const RESOLVER_REGISTRY = 0;
const RESOLVER_OCI_LAYOUT = 1;

/** What the daemon knows of a source without fetching it (grpcclient ResolveSourceMetadata). Throws GatewayError, CodedError, NonImageError. */
export async function resolveSourceMeta(gateway: Gateway, source: SourceOp, options: SourceMetaOptions): Promise<SourceMeta> {
  const attestations = options.image?.attestations ?? [];
  if (!gateway.capabilities.supports('source.metaresolver')) return resolveWithoutMeta(gateway, source, options);
  if (attestations.length > 0) {
    const missing = gateway.capabilities.missing('source.metaresolver.image.attestations');
    if (missing !== undefined) {
      throw new CodedError('unsupported', `image attestation resolution requires additional source metadata resolver support: ${missing.message}`, { cause: missing });
    }
  }
  return gateway.bridge('ResolveSourceMeta', {
    Source: source,
    Platform: options.platform === undefined ? undefined : platformMessage(options.platform),
    LogName: options.logName,
    ...(options.image === undefined ? {} : {
      ResolveMode: options.image.resolveMode,
      Image: { NoConfig: options.image.noConfig, AttestationChain: attestations.length > 0, ResolveAttestations: attestations },
    }),
    ...(options.gitObject === undefined ? {} : { Git: { ReturnObject: options.gitObject } }),
  });
}

/** Older daemons know of images only. */
async function resolveWithoutMeta(gateway: Gateway, source: SourceOp, options: SourceMetaOptions): Promise<SourceMeta> {
  if ((options.image?.attestations ?? []).length > 0) {
    throw new CodedError('unsupported', 'image attestation resolution requires source metadata resolver support');
  }
  const match = /^(docker-image|oci-layout):\/\//.exec(source.identifier);
  if (match === null) return { Source: source };
  const { image, ...rest } = options;
  const answer = await resolveImageConfig(gateway, source.identifier.slice(match[0].length), {
    ...rest, ...(image?.resolveMode === undefined ? {} : { resolveMode: image.resolveMode }),
  });
  return { Source: { ...source, identifier: match[0] + answer.ref }, Image: { Digest: answer.digest, Config: answer.config } };
}

/** An image's config and digest, and its name after the daemon's source policy (grpcclient ResolveImageConfig). */
export async function resolveImageConfig(gateway: Gateway, ref: string, options: ImageConfigOptions): Promise<ImageConfigAnswer> {
  const platform = options.platform === undefined ? undefined : platformMessage(options.platform);
  if (gateway.capabilities.supports('source.metaresolver')) return resolveThroughMeta(gateway, ref, options, platform);
  const { ociLayout } = options;
  const answer = await gateway.bridge('ResolveImageConfig', {
    Ref: ref,
    Platform: platform,
    LogName: options.logName,
    ResolveMode: options.resolveMode,
    ResolverType: ociLayout === undefined ? RESOLVER_REGISTRY : RESOLVER_OCI_LAYOUT,
    SessionID: ociLayout?.sessionId,
    StoreID: ociLayout?.storeId,
  });
  return { ref: answer.Ref === '' ? ref : answer.Ref, digest: answer.Digest, config: answer.Config };
}

/** Here the resolve mode stays away, as in the reference: the source's own attributes decide later. */
async function resolveThroughMeta(
  gateway: Gateway, ref: string, options: ImageConfigOptions, platform: MessageInput<Messages['pb.Platform']> | undefined,
): Promise<ImageConfigAnswer> {
  const { ociLayout } = options;
  const source = ociLayout === undefined
    ? { identifier: `docker-image://${ref}`, attrs: new Map<string, string>() }
    : { identifier: `oci-layout://${ref}`, attrs: new Map([['oci.session', ociLayout.sessionId], ['oci.store', ociLayout.storeId]]) };
  const answer = await gateway.bridge('ResolveSourceMeta', { Source: source, Platform: platform, LogName: options.logName });
  const identifier = answer.Source?.identifier ?? '';
  if (answer.Image === undefined) throw new NonImageError(ref, identifier);
  return { ref: identifier.replace(/^docker-image:\/\//, '').replace(/^oci-layout:\/\//, ''), digest: answer.Image.Digest, config: answer.Image.Config };
}
