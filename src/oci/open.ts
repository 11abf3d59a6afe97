import { stat } from 'node:fs/promises';
import { CodedError, messageOf } from '../diag/error.ts';
import { isAttestation, isIndexType, parseManifest } from '../spec/descriptor.ts';
import type { Descriptor, ImageIndex } from '../spec/descriptor.ts';
import { digestAlgorithm, digestEncoded } from '../spec/digest.ts';
import type { Digest } from '../spec/digest.ts';
import { formatPlatform, normalizePlatform } from '../spec/platform.ts';
import { parseNormalizedNamed, tagNameOnly } from '../spec/reference.ts';
import { openArchive } from './archive.ts';
import type { Archive } from './archive.ts';
import { MAX_MANIFEST_SIZE, readManifest } from './blob-source.ts';
import type { BlobSource } from './blob-source.ts';
import { openDockerImage, readDockerManifest } from './docker-archive.ts';
import { openFolder } from './folder.ts';
import { imageOf, openImage } from './image.ts';
import type { Image } from './image.ts';
import { isLayout, layoutSource } from './layout-source.ts';
import { makeRegistryClient } from './registry.ts';
import type { RegistryOptions } from './registry.ts';
import { registrySource, resolveManifest } from './registry-source.ts';
import { readAll } from './verify.ts';

/** Where an image, or an image for several platforms, is. */
export type AddressKind = 'registry' | 'oci-layout' | 'oci-archive' | 'docker-archive' | 'folder';

/** What an address named, opened. */
export interface OpenedImage {
  /** As the user wrote it. */
  readonly address: string;
  readonly kind: AddressKind;
  /** The manifest or index that the address names; absent where there is none (docker-archive, folder). */
  readonly root?: { readonly descriptor: Descriptor; readonly bytes: Buffer };
  /** The index, when the root is one: attestations are found through it. */
  readonly index?: ImageIndex;
  /** The images, in the index's order, without attestations. What is not of an image (manifest, config) is read when one is opened. */
  readonly images: readonly ImageHandle[];
  /** Absent for a folder and a docker archive. */
  readonly source?: BlobSource;
  close(): Promise<void>;
}

/** An image that can be opened. */
export interface ImageHandle {
  /** `os/architecture[/variant]`, normalized; '' when only the config says it. */
  readonly platform: string;
  open(): Promise<Image>;
}

/** `docker-archive` and so on, as in containers-transports(5). */
const TRANSPORTS: ReadonlyMap<string, AddressKind> = new Map([
  ['docker', 'registry'], ['oci', 'oci-layout'], ['oci-archive', 'oci-archive'], ['docker-archive', 'docker-archive'], ['dir', 'folder'],
]);

/**
 * Opens an image by its address: `oci:PATH`, `oci-archive:PATH`, `docker-archive:PATH`, `dir:PATH`, `docker://REFERENCE`, or without a prefix a path that
 * exists (what is there is found out) and else a reference into a registry. A path may have `:TAG` or `@DIGEST` after it, where it has several images.
 * Throws (code `image`) when there is no such image.
 */
export async function openAddress(address: string, options: RegistryOptions = {}): Promise<OpenedImage> {
  const [, prefix = '', rest = ''] = /^([a-z-]+):(.*)$/s.exec(address) ?? [];
  const kind = TRANSPORTS.get(prefix);
  if (kind === 'registry' && rest.startsWith('//')) return openRegistry(address, rest.slice(2), options);
  if (kind !== undefined && kind !== 'registry') {
    const { path, selector } = await splitPath(rest);
    return openPath(address, path, selector, kind);
  }
  const found = await splitPath(address).catch(() => undefined);
  if (found !== undefined) return openPath(address, found.path, found.selector, undefined);
  return openRegistry(address, address, options).catch((error: unknown) => {
    throw isLikePath(address) && error instanceof CodedError ? new CodedError(error.code, `there is no file or folder ${address}; as a reference: ${error.message}`, { cause: error }) : error;
  });
}

/** Whether a text that is no file here was perhaps meant to be one: it has no registry's name in front. */
function isLikePath(text: string): boolean {
  const slash = text.indexOf('/');
  const first = slash < 0 ? '' : text.slice(0, slash);
  return !/[.:]/.test(first) && first !== 'localhost';
}

/** Cuts a selector off a path: the longest part that exists is the path. Throws (code `image`) when none does. */
async function splitPath(text: string): Promise<{ readonly path: string; readonly selector: string }> {
  const cuts = [text.length, ...[...text.matchAll(/[:@]/g)].map((match) => match.index).reverse()];
  for (const cut of cuts) {
    const path = text.slice(0, cut);
    if (path !== '' && (await exists(path))) return { path, selector: text.slice(cut).replace(/^:/, '') };
  }
  throw new CodedError('image', `there is no file or folder ${text}`);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}

async function openPath(address: string, path: string, selector: string, wanted: AddressKind | undefined): Promise<OpenedImage> {
  const isFolder = (await stat(path)).isDirectory();
  const kind = wanted ?? (!isFolder ? 'archive' : (await isLayout(path)) ? 'oci-layout' : 'folder');
  if (isFolder !== (kind === 'oci-layout' || kind === 'folder')) throw new CodedError('image', `${path} is ${isFolder ? 'a folder' : 'not a folder'}, and no ${kind}`);
  if (kind === 'folder') {
    if (selector !== '') throw new CodedError('image', `${address}: a folder has no images to choose from`);
    return { address, kind, images: [{ platform: '', open: async () => openFolder(path) }], close: async () => undefined };
  }
  if (kind === 'oci-layout') {
    const source = layoutSource(path);
    return openIndexed(address, kind, source, await source.readIndex(), selector);
  }
  const archive = await openArchive(path);
  try {
    if (archive.has('oci-layout') && kind !== 'docker-archive') return await openOciArchive(address, archive, selector);
    if (archive.has('manifest.json') && kind !== 'oci-archive') return await openDockerArchive(address, archive, selector);
    throw new CodedError('image', `${path}: is no ${kind === 'archive' ? 'archive of images: it has neither oci-layout nor manifest.json (plain files are compared as a folder: unpack it)' : kind}`);
  } catch (error) {
    await archive.close();
    throw error;
  }
}

async function openOciArchive(address: string, archive: Archive, selector: string): Promise<OpenedImage> {
  const openBlob = async (digest: Digest) => archive.open(`blobs/${digestAlgorithm(digest)}/${digestEncoded(digest)}`);
  const source: BlobSource = { openManifest: openBlob, openBlob, close: () => archive.close() };
  const index = await readAll(archive.open('index.json'), MAX_MANIFEST_SIZE, `${archive.path}: index.json`);
  return openIndexed(address, 'oci-archive', source, index, selector);
}

async function openDockerArchive(address: string, archive: Archive, selector: string): Promise<OpenedImage> {
  const entries = await readDockerManifest(archive);
  const chosen = selector === '' ? entries : entries.filter(({ tags }) => tags.some((tag) => tag === selector || tag.endsWith(`:${selector}`)));
  const [entry] = chosen;
  if (entry === undefined || chosen.length > 1) {
    const tags = entries.flatMap((each) => each.tags);
    throw new CodedError('image', `${address}: ${entry === undefined ? 'has no such image' : `has ${chosen.length} images: put :TAG after the path`}${tags.length === 0 ? '' : ` (${tags.join(', ')})`}`);
  }
  return { address, kind: 'docker-archive', images: [{ platform: '', open: () => openDockerImage(archive, entry, address) }], close: () => archive.close() };
}

/** An image of a layout, by its index.json. */
async function openIndexed(address: string, kind: AddressKind, source: BlobSource, bytes: Buffer, selector: string): Promise<OpenedImage> {
  const top = parseManifest(bytes, `${address}: index.json`, 'application/vnd.oci.image.index.v1+json');
  if (top.kind !== 'index') throw new CodedError('image', `${address}: index.json is no index`);
  const isChosen = ({ digest, annotations }: Descriptor): boolean => {
    if (selector.startsWith('@')) return digest === selector.slice(1);
    const names = [annotations.get('org.opencontainers.image.ref.name'), annotations.get('io.containerd.image.name')];
    return names.some((name) => name !== undefined && (name === selector || name.endsWith(`:${selector}`)));
  };
  const chosen = selector === '' ? top.manifests : top.manifests.filter(isChosen);
  const roots = [...new Map(chosen.map((each) => [each.digest, each])).values()].filter((each) => !isAttestation(each));
  const [root] = roots;
  if (root === undefined) throw new CodedError('image', `${address}: has no ${selector === '' ? 'image' : `image ${selector}`}`);
  if (roots.length === 1) return openRoot(address, kind, source, root, await readManifest(source, root, `${address}: ${root.digest}`));
  const platforms = roots.map(platformOf);
  if (selector !== '' || platforms.includes('') || new Set(platforms).size < roots.length) {
    const names = roots.map((each) => each.annotations.get('org.opencontainers.image.ref.name') ?? `@${each.digest}`);
    throw new CodedError('image', `${address}: has ${roots.length} images: put :TAG or @DIGEST after the path (${names.join(', ')})`);
  }
  return { address, kind, index: top, images: handles(source, top, address), source, close: () => source.close() };
}

async function openRegistry(address: string, text: string, options: RegistryOptions): Promise<OpenedImage> {
  let reference;
  try {
    reference = tagNameOnly(parseNormalizedNamed(text));
  } catch (error) {
    throw new CodedError('image', `${address}: is neither a file or folder nor a reference to an image: ${messageOf(error)}`, { cause: error });
  }
  const client = makeRegistryClient(reference, options);
  const resolved = await resolveManifest(client, reference.digest ?? reference.tag ?? 'latest');
  const descriptor: Descriptor = { mediaType: resolved.mediaType, digest: resolved.digest, size: resolved.bytes.length, artifactType: '', annotations: new Map() };
  return openRoot(address, 'registry', registrySource(client), descriptor, resolved.bytes);
}

/** The images below a manifest or index. */
async function openRoot(address: string, kind: AddressKind, source: BlobSource, descriptor: Descriptor, bytes: Buffer): Promise<OpenedImage> {
  const value = parseManifest(bytes, `${address}: ${descriptor.digest}`, descriptor.mediaType);
  const common = { address, kind, root: { descriptor, bytes }, source, close: () => source.close() };
  if (value.kind === 'index') return { ...common, index: value, images: handles(source, value, address) };
  const image = { descriptor, digest: descriptor.digest, bytes };
  return { ...common, images: [{ platform: '', open: () => imageOf(source, image, address) }] };
}

function handles(source: BlobSource, index: ImageIndex, address: string): readonly ImageHandle[] {
  const images = index.manifests.filter((each) => !isAttestation(each) && each.artifactType === '');
  const nested = images.find((each) => isIndexType(each.mediaType));
  if (nested !== undefined) throw new CodedError('image', `${address}: is an index of indexes; name one of them (@${nested.digest})`);
  return images.map((each) => ({ platform: platformOf(each), open: () => openImage(source, each, platformOf(each) === '' ? address : `${address} (${platformOf(each)})`) }));
}

function platformOf({ platform }: Descriptor): string {
  return platform === undefined ? '' : formatPlatform(normalizePlatform(platform));
}
