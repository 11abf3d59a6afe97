import type { CapSet } from '../llb/types.ts';
import type { Messages } from '../pb/schema.ts';
import type { Bridge } from './bridge.ts';

/** Part of a file: `length` bytes from `offset`. */
export interface FileRange {
  readonly offset: number;
  readonly length: number;
}

export type FileStat = Messages['fsutil.types.Stat'];

/** A solved file system, which the daemon keeps under an id for the length of the build. All methods throw GatewayError. */
export class Reference {
  readonly id: string;
  readonly #bridge: Bridge;
  readonly #capabilities: CapSet;

  constructor(id: string, bridge: Bridge, capabilities: CapSet) {
    this.id = id;
    this.#bridge = bridge;
    this.#capabilities = capabilities;
  }

  /** The bytes of a file, or of a part of it. */
  async readFile(path: string, range?: FileRange): Promise<Uint8Array> {
    const part = range === undefined ? {} : { Range: { Offset: range.offset, Length: range.length } };
    return (await this.#bridge('ReadFile', { Ref: this.id, FilePath: path, ...part })).Data;
  }

  /** The entries of a folder whose names match `pattern` ('': all). */
  async readDir(path: string, pattern = ''): Promise<readonly FileStat[]> {
    this.#require('readdir');
    return (await this.#bridge('ReadDir', { Ref: this.id, DirPath: path, IncludePattern: pattern })).entries;
  }

  /** What is known of a file without reading it. */
  async statFile(path: string): Promise<FileStat | undefined> {
    this.#require('statfile');
    return (await this.#bridge('StatFile', { Ref: this.id, Path: path })).stat;
  }

  /** Builds the file system now rather than when it is first read. */
  async evaluate(): Promise<void> {
    await this.#bridge('Evaluate', { Ref: this.id });
  }

  #require(capability: string): void {
    const missing = this.#capabilities.missing(capability);
    if (missing !== undefined) throw missing;
  }
}
