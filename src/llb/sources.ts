import { CodedError, messageOf } from '../diag/error.ts';
import type { Digest } from '../spec/digest.ts';
import { encodeJsonStrings } from '../spec/json.ts';
import { nameOf, parseNormalizedNamed, referenceToString, tagNameOnly } from '../spec/reference.ts';
import { ATTRS } from './attrs.ts';
import { CAPS } from './caps.ts';
import { newState } from './state.ts';
import type { State } from './state.ts';
import type { Constraints, SourceVertex } from './types.ts';

/** The sources of LLB, with the attributes and capabilities that client/llb/source.go gives them. Git is in git-source.ts. */

/** Gathers the attributes of a source with the capabilities that they need. */
export class SourceBuilder {
  readonly attrs = new Map<string, string>();
  readonly caps: string[] = [];

  /** Sets an attribute unless its value is undefined or ''. */
  attr(name: string, value: string | undefined, cap?: string): this {
    if (value === undefined || value === '') return this;
    this.attrs.set(name, value);
    return this.cap(cap);
  }

  cap(cap: string | undefined): this {
    if (cap !== undefined) this.caps.push(cap);
    return this;
  }

  state(identifier: string, constraints: Constraints = {}, error?: Error): State {
    const vertex: SourceVertex = { kind: 'source', identifier, attrs: this.attrs, caps: this.caps, constraints, ...(error === undefined ? {} : { error }) };
    return newState({ vertex, index: 0 });
  }
}

/** A source with just these attributes and no capabilities (llb.NewSource). */
export function plainSource(identifier: string, attrs: ReadonlyMap<string, string>, constraints: Constraints = {}): State {
  return newState({ vertex: { kind: 'source', identifier, attrs: new Map(attrs), constraints }, index: 0 });
}

export interface ImageOptions {
  readonly resolveMode?: 'default' | 'pull' | 'local';
  readonly recordType?: string;
  readonly layerLimit?: number;
  readonly checksum?: Digest;
  readonly constraints?: Constraints;
}

/** An image of a registry (llb.Image). A reference that is none is an error when the op is made. */
export function image(reference: string, options: ImageOptions = {}): State {
  const { resolveMode = 'default', layerLimit } = options;
  const builder = new SourceBuilder()
    .cap(CAPS.sourceImage)
    .attr(ATTRS.imageResolveMode, resolveMode === 'default' ? undefined : resolveMode, resolveMode === 'pull' ? CAPS.sourceImageResolveMode : undefined)
    .attr(ATTRS.imageRecordType, options.recordType)
    .attr(ATTRS.imageLayerLimit, layerLimit?.toString(), CAPS.sourceImageLayerLimit)
    .attr(ATTRS.imageChecksum, options.checksum, CAPS.sourceImageChecksum);
  try {
    return builder.state(`docker-image://${referenceToString(tagNameOnly(parseNormalizedNamed(reference)))}`, options.constraints);
  } catch (error) {
    return builder.state(`docker-image://${reference}`, options.constraints, new CodedError('convert', messageOf(error), { cause: error }));
  }
}

export interface LocalOptions {
  readonly sessionId?: string;
  /** `local.unique` when there is no session. */
  readonly uniqueId?: string;
  readonly includePatterns?: readonly string[];
  readonly excludePatterns?: readonly string[];
  readonly followPaths?: readonly string[];
  readonly sharedKeyHint?: string;
  readonly differ?: { readonly type: 'none' | 'metadata'; readonly required: boolean };
  /** Transfer metadata only, but for these paths. */
  readonly metadataOnly?: { readonly exceptions: readonly string[] };
  readonly constraints?: Constraints;
}

/** A folder of the client (llb.Local). */
export function local(name: string, options: LocalOptions = {}): State {
  const { sessionId = '', differ, metadataOnly } = options;
  return new SourceBuilder()
    .attr(ATTRS.localSessionId, sessionId, CAPS.sourceLocalSessionId)
    .attr(ATTRS.localUniqueId, sessionId === '' ? options.uniqueId : undefined)
    .attr(ATTRS.includePatterns, patterns(options.includePatterns), CAPS.sourceLocalIncludePatterns)
    .attr(ATTRS.followPaths, patterns(options.followPaths), CAPS.sourceLocalFollowPaths)
    .attr(ATTRS.excludePatterns, patterns(options.excludePatterns), CAPS.sourceLocalExcludePatterns)
    .attr(ATTRS.sharedKeyHint, options.sharedKeyHint, CAPS.sourceLocalSharedKeyHint)
    .attr(ATTRS.localDiffer, differ?.type, differ?.required === true ? CAPS.sourceLocalDiffer : undefined)
    .attr(ATTRS.metadataTransfer, metadataOnly === undefined ? undefined : 'true', CAPS.sourceMetadataTransfer)
    .attr(ATTRS.metadataTransferExclude, patterns(metadataOnly?.exceptions))
    .cap(CAPS.sourceLocal)
    .state(`local://${name}`, options.constraints);
}

function patterns(items: readonly string[] = []): string | undefined {
  return items.length === 0 ? undefined : encodeJsonStrings(items);
}

/** Of a file that a source gives: its name, permissions and owner. */
export interface FileInfo {
  readonly filename?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface HttpOptions extends FileInfo {
  readonly checksum?: Digest | '';
  readonly authHeaderSecret?: string;
  readonly header?: { readonly accept?: string; readonly userAgent?: string };
  readonly constraints?: Constraints;
}

/** A file behind a URL (llb.HTTP). */
export function http(url: string, options: HttpOptions = {}): State {
  const owned = nonZero(options.uid) ?? nonZero(options.gid);
  const builder = new SourceBuilder().attr(ATTRS.httpChecksum, options.checksum, CAPS.sourceHttpChecksum);
  return fileAttrs(builder, options)
    .cap(modeText(options.mode) === undefined ? undefined : CAPS.sourceHttpPerm)
    .cap(owned === undefined ? undefined : CAPS.sourceHttpUidGid)
    .attr(ATTRS.httpAuthHeaderSecret, options.authHeaderSecret, CAPS.sourceHttpAuth)
    .cap(options.header === undefined ? undefined : CAPS.sourceHttpHeader)
    .attr(`${ATTRS.httpHeaderPrefix}accept`, options.header?.accept)
    .attr(`${ATTRS.httpHeaderPrefix}user-agent`, options.header?.userAgent)
    .cap(CAPS.sourceHttp)
    .state(url, options.constraints);
}

function fileAttrs(builder: SourceBuilder, info: FileInfo): SourceBuilder {
  return builder
    .attr(ATTRS.httpFilename, info.filename)
    .attr(ATTRS.httpPerm, modeText(info.mode))
    .attr(ATTRS.httpUid, nonZero(info.uid))
    .attr(ATTRS.httpGid, nonZero(info.gid));
}

function modeText(mode = 0): string | undefined {
  const permissions = mode & 0o777;
  return permissions === 0 ? undefined : `0${permissions.toString(8)}`;
}

function nonZero(id = 0): string | undefined {
  return id === 0 ? undefined : id.toString();
}

export interface OciLayoutOptions {
  readonly sessionId?: string;
  readonly storeId?: string;
  readonly layerLimit?: number;
  readonly constraints?: Constraints;
}

/** An image in an OCI layout of the client (llb.OCILayout). */
export function ociLayout(reference: string, options: OciLayoutOptions = {}): State {
  return new SourceBuilder()
    .attr(ATTRS.ociLayoutSessionId, options.sessionId)
    .attr(ATTRS.ociLayoutStoreId, options.storeId)
    .attr(ATTRS.ociLayoutLayerLimit, options.layerLimit?.toString())
    .cap(CAPS.sourceOciLayout)
    .state(`oci-layout://${reference}`, options.constraints);
}

/** A single blob of a registry (llb.ImageBlob). */
export function imageBlob(reference: string, options: FileInfo & { readonly constraints?: Constraints } = {}): State {
  return blob('docker-image+blob://', reference, new SourceBuilder(), options);
}

/** A single blob of an OCI layout (llb.OCILayoutBlob). */
export function ociLayoutBlob(reference: string, options: FileInfo & OciLayoutOptions = {}): State {
  const builder = new SourceBuilder().attr(ATTRS.ociLayoutSessionId, options.sessionId).attr(ATTRS.ociLayoutStoreId, options.storeId);
  return blob('oci-layout+blob://', reference, builder, options);
}

function blob(scheme: string, reference: string, builder: SourceBuilder, options: FileInfo & { readonly constraints?: Constraints }): State {
  fileAttrs(builder, options).cap(CAPS.sourceImageBlob);
  try {
    const named = parseNormalizedNamed(reference);
    if (named.tag !== undefined) throw new CodedError('convert', 'tagged image reference not allowed for blob reference');
    if (named.digest === undefined) throw new CodedError('convert', 'checksum required in blob reference');
    return builder.state(`${scheme}${nameOf(named)}@${named.digest}`, options.constraints);
  } catch (error) {
    return builder.state(`${scheme}invalid`, options.constraints, new CodedError('convert', messageOf(error), { cause: error }));
  }
}
