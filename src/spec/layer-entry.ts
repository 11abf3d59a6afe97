/** What a member of a layer is. `other`: a tar type that no layer should have, such as a global PAX header. */
export type EntryType = 'file' | 'hardlink' | 'symlink' | 'directory' | 'character-device' | 'block-device' | 'fifo' | 'other';

/** Decimal seconds since 1970, without zeros at the end of the fraction; '' where the archive has no such time. */
export type EntryTime = string;

/** Which kind of tar header a member has; `folder` for what was never in an archive. */
export type EntryFormat = 'v7' | 'ustar' | 'pax' | 'gnu' | 'folder';

/** One member of a layer, as its headers say (image-spec layer.md). Names that are not UTF-8 have `\xNN` for each byte beyond ASCII. */
export interface EntryHeader {
  /** Without `./`, `/` at the start and `/` at the end; the root is ''. Other parts, `..` too, are as in the archive: nothing is ever extracted by this name. */
  readonly path: string;
  /** As in the archive. */
  readonly rawPath: string;
  readonly type: EntryType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly userName: string;
  readonly groupName: string;
  /** Bytes of content. */
  readonly size: number;
  readonly modified: EntryTime;
  readonly accessed: EntryTime;
  readonly changed: EntryTime;
  readonly linkTarget: string;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  /** PAX records, extended attributes (`SCHILY.xattr.NAME`) among them. */
  readonly records: ReadonlyMap<string, string>;
  readonly format: EntryFormat;
}

/** A member with what its content is known by. */
export interface LayerEntry extends EntryHeader {
  /** sha256 of the content as hexadecimal digits; '' for what is not a file. */
  readonly contentDigest: string;
  /** The content, where the reader was asked to keep it. */
  readonly content?: Uint8Array;
}

/** Whether a reader should keep the content of a file, as a whole. */
export type KeepContent = (header: EntryHeader) => boolean;

/** The prefix of a whiteout's name: the file of that name in the layers below is deleted. */
export const WHITEOUT_PREFIX = '.wh.';
/** The name of an opaque whiteout: everything in its folder that comes from the layers below is deleted. */
export const OPAQUE_WHITEOUT = '.wh..wh..opq';
