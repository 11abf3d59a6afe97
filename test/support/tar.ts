/** One member of a tar, PAX attributes applied. */
export interface TarEntry {
  readonly path: string;
  readonly type: 'file' | 'link' | 'symlink' | 'char' | 'block' | 'directory' | 'fifo';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Seconds since 1970, with a fraction where the tar has one. */
  readonly mtime: number;
  readonly linkname: string;
  readonly pax: ReadonlyMap<string, string>;
  readonly content: Buffer;
}
