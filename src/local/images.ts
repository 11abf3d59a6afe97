import { GatewayError, STATUS } from '../gateway/error.ts';
import { openAddress } from '../oci/open.ts';
import type { OpenedImage } from '../oci/open.ts';
import { attachedStatements } from '../oci/attached.ts';
import type { RegistryOptions } from '../oci/registry.ts';
import type { Messages } from '../pb/schema.ts';
import { isAttestation } from '../spec/descriptor.ts';
import type { Descriptor } from '../spec/descriptor.ts';
import { formatPlatform, hostPlatform, makePlatform, normalizePlatform } from '../spec/platform.ts';
import { parseNormalizedNamed, referenceToString, tagNameOnly } from '../spec/reference.ts';

type Request = Messages['moby.buildkit.v1.frontend.ResolveSourceMetaRequest'];
type Answer = Messages['moby.buildkit.v1.frontend.ResolveSourceImageResponse'];
type Chain = Messages['moby.buildkit.v1.frontend.AttestationChain'];

/** What a daemon knows of images, asked of registries and layouts. */
export interface ImageAnswers {
  /** Throws GatewayError. */
  answer(request: Request): Promise<{ readonly Source: Request['Source']; readonly Image: Answer }>;
  close(): Promise<void>;
}

export interface ImageSettings {
  readonly registry: RegistryOptions;
  /** Image configs that are supplied, by the image's full reference: the registry is not asked for those. */
  readonly configs: ReadonlyMap<string, Uint8Array>;
  /** Addresses of OCI layouts, by the name of their store. */
  readonly layouts: ReadonlyMap<string, string>;
}

/** An image's full reference, as {@link ImageSettings} has it: `debian` → `docker.io/library/debian:latest`. */
export function fullReference(text: string): string {
  return referenceToString(tagNameOnly(parseNormalizedNamed(text)));
}

/** Looks images up once each. */
export function imageAnswers({ registry, configs, layouts }: ImageSettings): ImageAnswers {
  const opened = new Map<string, Promise<OpenedImage>>();
  const open = (address: string): Promise<OpenedImage> => {
    const known = opened.get(address) ?? openAddress(address, registry);
    opened.set(address, known);
    return known;
  };
  return {
    async answer({ Source: source, Platform: asked, Image: options }) {
      const identifier = source?.identifier ?? '';
      const [, scheme = '', name = ''] = /^([a-z-]+):\/\/(.*)$/s.exec(identifier) ?? [];
      if (scheme !== 'docker-image' && scheme !== 'oci-layout') throw new GatewayError(STATUS.unimplemented, `${identifier} cannot be looked up without a BuildKit daemon`);
      const supplied = scheme === 'docker-image' ? configs.get(fullReference(name)) : undefined;
      if (supplied !== undefined) return { Source: source, Image: { Digest: '', Config: supplied } };
      try {
        const image = await open(scheme === 'docker-image' ? `docker://${name}` : layoutAddress(layouts, source?.attrs.get('oci.store') ?? '', name));
        const platform = asked === undefined ? hostPlatform() : makePlatform(asked.OS, asked.Architecture, asked.Variant);
        return { Source: source, Image: await describe(image, formatPlatform(normalizePlatform(platform)), options?.AttestationChain === true ? options.ResolveAttestations : undefined) };
      } catch (error) {
        if (error instanceof GatewayError) throw error;
        throw new GatewayError(STATUS.unknown, error instanceof Error ? error.message : String(error), [], { cause: error });
      }
    },
    async close() {
      await Promise.all([...opened.values()].map(async (image) => (await image.catch(() => undefined))?.close()));
    },
  };
}

/** `oci:PATH@DIGEST` for `NAME@DIGEST` in the store that stands for PATH. */
function layoutAddress(layouts: ReadonlyMap<string, string>, store: string, name: string): string {
  const path = layouts.get(store);
  if (path === undefined) throw new GatewayError(STATUS.notFound, `no OCI layout ${store}`);
  return `oci:${path}${name.slice(name.indexOf('@'))}`;
}

async function describe(image: OpenedImage, platform: string, attestations: readonly string[] | undefined): Promise<Answer> {
  const Digest = image.root?.descriptor.digest ?? '';
  if (platform === 'unknown/unknown' && image.index?.manifests.some(isAttestation) === true) return { Digest, Config: Buffer.from('{}') };
  const [only, ...others] = image.images;
  const handle = image.images.find((each) => each.platform === platform) ?? (image.index === undefined && others.length === 0 ? only : undefined);
  if (handle === undefined) throw new GatewayError(STATUS.unknown, `no match for platform in manifest: not found: ${image.address} has ${image.images.map((each) => each.platform).join(', ') || 'none'}, not ${platform}`);
  const opened = await handle.open();
  const Config = opened.config?.bytes ?? Buffer.alloc(0);
  if (attestations === undefined) return { Digest, Config };
  const AttestationChain = await chainOf(image, opened.manifest?.digest ?? '', attestations);
  return { Digest, Config, ...(AttestationChain === undefined ? {} : { AttestationChain }) };
}

/** The statements of these types that are attached to the image `manifest` of an index, as a daemon tells them. */
async function chainOf(image: OpenedImage, manifest: string, types: readonly string[]): Promise<Chain | undefined> {
  const attached = await attachedStatements(image, manifest, types);
  if (attached === undefined) return undefined;
  const blobs: readonly (readonly [string, Chain['Blobs'] extends ReadonlyMap<string, infer Blob> ? Blob : never])[] = [
    [attached.manifest.digest, { descriptor: toMessage(attached.manifest), data: attached.manifestBytes }],
    ...attached.statements.map(({ descriptor, data }) => [descriptor.digest, { descriptor: toMessage(descriptor), data }] as const),
  ];
  return { Root: image.root?.descriptor.digest ?? '', ImageManifest: manifest, AttestationManifest: attached.manifest.digest, SignatureManifests: [], Blobs: new Map(blobs) };
}

function toMessage({ mediaType, digest, size, annotations }: Descriptor): Messages['moby.buildkit.v1.frontend.Descriptor'] {
  return { mediaType, digest, size, annotations };
}
