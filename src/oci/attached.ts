import { isAttestation, parseManifest } from '../spec/descriptor.ts';
import type { Descriptor } from '../spec/descriptor.ts';
import { readBlob, readManifest } from './blob-source.ts';
import type { OpenedImage } from './open.ts';

/** What BuildKit attached to one image of an index. */
export interface AttachedStatements {
  /** The attestation manifest. */
  readonly manifest: Descriptor;
  readonly manifestBytes: Buffer;
  /** In-toto statements, in the manifest's order. */
  readonly statements: readonly { readonly descriptor: Descriptor; readonly predicateType: string; readonly data: Buffer }[];
}

/** The statements of these types that are attached to the image `manifest` of an opened index; undefined when there is nothing attached. */
export async function attachedStatements({ index, source, address }: OpenedImage, manifest: string, types: readonly string[]): Promise<AttachedStatements | undefined> {
  const attached = index?.manifests.find((each) => isAttestation(each) && each.annotations.get('vnd.docker.reference.digest') === manifest);
  if (attached === undefined || source === undefined) return undefined;
  const name = `${address}: the attestations ${attached.digest}`;
  const manifestBytes = await readManifest(source, attached, name);
  const value = parseManifest(manifestBytes, name, attached.mediaType);
  if (value.kind !== 'manifest') return undefined;
  const typeOf = ({ annotations }: Descriptor): string => annotations.get('in-toto.io/predicate-type') ?? '';
  const wanted = value.layers.filter((layer) => types.includes(typeOf(layer)));
  const statements = await Promise.all(wanted.map(async (descriptor) => ({ descriptor, predicateType: typeOf(descriptor), data: await readBlob(source, descriptor, `${address}: ${descriptor.digest}`) })));
  return { manifest: attached, manifestBytes, statements };
}
