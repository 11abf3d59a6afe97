import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { EntryHeader, KeepContent, LayerEntry } from '../spec/layer-entry.ts';
import { addRecords, applyRecords, BLOCK, checkMetaSize, decodeHeader, decodeRecords, malformed, META_FLAGS } from './tar-header.ts';
import type { RawHeader } from './tar-header.ts';

/** What the next bytes of the archive are. */
type Expected =
  | { readonly kind: 'header' }
  | { readonly kind: 'sparse-header'; readonly raw: RawHeader }
  | { readonly kind: 'meta'; readonly raw: RawHeader; readonly parts: Buffer[] }
  | { readonly kind: 'content'; readonly header: EntryHeader; readonly hash: Hash; readonly kept: Buffer[] | undefined }
  | { readonly kind: 'padding' }
  | { readonly kind: 'end' };

const EMPTY_DIGEST = createHash('sha256').digest('hex');

/** A reader that is given an archive piece by piece. It keeps the content of those files for which `keep` says so; its memory is that, and one header. */
export class TarReader {
  readonly #keep: KeepContent;
  #expected: Expected = { kind: 'header' };
  /** Bytes that `#expected` still takes; of a header it is what a block lacks. */
  #missing = BLOCK;
  /** The part of a header that is there already. */
  readonly #block = Buffer.alloc(BLOCK);
  #zeroBlocks = 0;
  #records = new Map<string, string>();
  #isPax = false;
  #entries: LayerEntry[] = [];

  constructor(keep: KeepContent) {
    this.#keep = keep;
  }

  /** Takes the next bytes and returns the members that they complete, in order. Throws (code `image`) when the archive is malformed. */
  push(chunk: Buffer): readonly LayerEntry[] {
    for (let at = 0; at < chunk.length && this.#expected.kind !== 'end'; ) {
      const length = Math.min(this.#missing, chunk.length - at);
      this.#take(chunk.subarray(at, at + length));
      at += length;
    }
    const done = this.#entries;
    this.#entries = [];
    return done;
  }

  /** Says that there are no more bytes; throws (code `image`) when one is missing. */
  end(): void {
    const isBetween = this.#expected.kind === 'header' && this.#missing === BLOCK;
    if (this.#expected.kind !== 'end' && !isBetween) throw malformed('it ends in the middle of a member');
  }

  #expect(expected: Expected, missing: number): void {
    this.#expected = expected;
    this.#missing = missing;
  }

  /** Expects the next header, after what fills the last block of `size` bytes. */
  #expectHeaderAfter(size: number): void {
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (padding === 0) this.#expect({ kind: 'header' }, BLOCK);
    else this.#expect({ kind: 'padding' }, padding);
  }

  /** Handles `piece`, which is all or a part of what is expected. */
  #take(piece: Buffer): void {
    this.#missing -= piece.length;
    const expected = this.#expected;
    switch (expected.kind) {
      case 'header':
      case 'sparse-header':
        return this.#takeBlock(piece, expected);
      case 'meta':
        expected.parts.push(Buffer.from(piece));
        if (this.#missing === 0) this.#takeMeta(expected.raw, Buffer.concat(expected.parts));
        return;
      case 'content':
        expected.hash.update(piece);
        // A piece is a view of a large chunk, which would live as long as it.
        expected.kept?.push(Buffer.from(piece));
        if (this.#missing === 0) this.#endContent(expected);
        return;
      case 'padding':
        if (this.#missing === 0) this.#expect({ kind: 'header' }, BLOCK);
        return;
      case 'end':
    }
  }

  #takeBlock(piece: Buffer, expected: Extract<Expected, { readonly kind: 'header' | 'sparse-header' }>): void {
    if (piece.length < BLOCK) piece.copy(this.#block, BLOCK - this.#missing - piece.length);
    if (this.#missing > 0) return;
    const block = piece.length === BLOCK ? piece : this.#block;
    if (expected.kind === 'header') this.#takeHeader(block);
    else if (block[504] === 0) this.#startContent(expected.raw);
    else this.#missing = BLOCK;
  }

  #takeHeader(block: Buffer): void {
    const raw = decodeHeader(block);
    if (raw === undefined) {
      this.#zeroBlocks++;
      if (this.#zeroBlocks === 2) this.#expect({ kind: 'end' }, Infinity);
      else this.#expect({ kind: 'header' }, BLOCK);
      return;
    }
    if (this.#zeroBlocks > 0) throw malformed('a block of zeros, then another header');
    if (!META_FLAGS.has(raw.flag)) {
      if (raw.isExtended) this.#expect({ kind: 'sparse-header', raw }, BLOCK);
      else this.#startContent(raw);
      return;
    }
    checkMetaSize(raw);
    if (raw.size === 0) this.#expect({ kind: 'header' }, BLOCK);
    else this.#expect({ kind: 'meta', raw, parts: [] }, raw.size);
  }

  #takeMeta(raw: RawHeader, bytes: Buffer): void {
    this.#expectHeaderAfter(raw.size);
    if (raw.flag === 'g') {
      // A member of its own, as Go's archive/tar has it: it changes no other.
      const header = applyRecords({ ...raw, size: 0 }, decodeRecords(bytes), true);
      this.#entries.push({ ...header, path: raw.name, rawPath: raw.name, contentDigest: '' });
      return;
    }
    addRecords(this.#records, raw.flag, bytes);
    if (raw.flag === 'x') this.#isPax = true;
  }

  #startContent(raw: RawHeader): void {
    const header = applyRecords(raw, this.#records, this.#isPax);
    this.#records = new Map();
    this.#isPax = false;
    const isKept = header.type === 'file' && this.#keep(header);
    if (header.size > 0) return this.#expect({ kind: 'content', header, hash: createHash('sha256'), kept: isKept ? [] : undefined }, header.size);
    this.#entries.push({ ...header, contentDigest: header.type === 'file' ? EMPTY_DIGEST : '', ...(isKept ? { content: Buffer.alloc(0) } : {}) });
    this.#expect({ kind: 'header' }, BLOCK);
  }

  #endContent({ header, hash, kept }: Extract<Expected, { readonly kind: 'content' }>): void {
    const content = kept?.length === 1 ? kept[0] : kept === undefined ? undefined : Buffer.concat(kept);
    this.#entries.push({ ...header, contentDigest: hash.digest('hex'), ...(content === undefined ? {} : { content }) });
    this.#expectHeaderAfter(header.size);
  }
}
