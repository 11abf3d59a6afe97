import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { CodedError } from '../diag/error.ts';
import type { EntryHeader, KeepContent, LayerEntry } from '../spec/layer-entry.ts';
import { applyRecords, BLOCK, decodeHeader, decodeLongName, decodeRecords, MAX_META_SIZE } from './tar-header.ts';
import type { RawHeader } from './tar-header.ts';

/** What the next bytes of the archive are. */
type Expected =
  | { readonly kind: 'header' }
  | { readonly kind: 'sparse-header'; readonly raw: RawHeader }
  | { readonly kind: 'meta'; readonly raw: RawHeader; readonly parts: Buffer[] }
  | { readonly kind: 'content'; readonly header: EntryHeader; readonly hash: Hash | undefined; readonly kept: Buffer[] | undefined }
  | { readonly kind: 'padding' }
  | { readonly kind: 'end' };

/** A reader that is given an archive piece by piece. */
export interface TarReader {
  /** Takes the next bytes and returns the members that they complete, in order. Throws (code `image`) when the archive is malformed. */
  push(chunk: Buffer): LayerEntry[];
  /** Says that there are no more bytes; throws (code `image`) when one is missing. */
  end(): void;
}

const EMPTY_DIGEST = createHash('sha256').digest('hex');

/** Makes a reader that keeps the content of those files for which `keep` says so. Memory: one header, and what is kept. */
export function makeTarReader(keep: KeepContent): TarReader {
  let expected: Expected = { kind: 'header' };
  /** Bytes that `expected` still takes; of a header it is what a block lacks. */
  let missing = BLOCK;
  const block = Buffer.alloc(BLOCK);
  let zeroBlocks = 0;
  let records = new Map<string, string>();
  let isPax = false;
  let entries: LayerEntry[] = [];

  const startContent = (raw: RawHeader): void => {
    const header = applyRecords(raw, records, isPax);
    records = new Map();
    isPax = false;
    const isKept = header.type === 'file' && keep(header);
    if (header.size === 0) {
      const isFile = header.type === 'file';
      entries.push({ ...header, contentDigest: isFile ? EMPTY_DIGEST : '', ...(isFile && isKept ? { content: Buffer.alloc(0) } : {}) });
      expectHeader();
      return;
    }
    expected = { kind: 'content', header, hash: createHash('sha256'), kept: isKept ? [] : undefined };
    missing = header.size;
  };

  const expectHeader = (): void => {
    expected = { kind: 'header' };
    missing = BLOCK;
  };

  const expectPadding = (size: number): void => {
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (padding === 0) return expectHeader();
    expected = { kind: 'padding' };
    missing = padding;
  };

  const takeHeader = (bytes: Buffer): void => {
    const raw = decodeHeader(bytes);
    if (raw === undefined) {
      zeroBlocks++;
      expected = zeroBlocks === 2 ? { kind: 'end' } : { kind: 'header' };
      missing = zeroBlocks === 2 ? Infinity : BLOCK;
      return;
    }
    if (zeroBlocks > 0) throw new CodedError('image', 'malformed tar archive: a block of zeros, then another header');
    if ('xgLK'.includes(raw.flag)) {
      if (raw.size > MAX_META_SIZE) throw new CodedError('image', `malformed tar archive: an extended header of ${raw.size} bytes (at most ${MAX_META_SIZE})`);
      if (raw.size === 0) return expectHeader();
      expected = { kind: 'meta', raw, parts: [] };
      missing = raw.size;
    } else if (raw.isExtended) {
      expected = { kind: 'sparse-header', raw };
      missing = BLOCK;
    } else {
      startContent(raw);
    }
  };

  const takeMeta = (raw: RawHeader, bytes: Buffer): void => {
    expectPadding(raw.size);
    if (raw.flag === 'L') records.set('path', decodeLongName(bytes));
    else if (raw.flag === 'K') records.set('linkpath', decodeLongName(bytes));
    else if (raw.flag === 'x') {
      for (const [key, value] of decodeRecords(bytes)) records.set(key, value);
      isPax = true;
    } else entries.push({ ...applyRecords({ ...raw, size: 0 }, decodeRecords(bytes), true), path: raw.name, rawPath: raw.name, contentDigest: '' });
  };

  /** Handles `piece`, which is all or a part of what is expected. */
  const take = (piece: Buffer): void => {
    missing -= piece.length;
    switch (expected.kind) {
      case 'header':
      case 'sparse-header': {
        const raw = expected.kind === 'sparse-header' ? expected.raw : undefined;
        if (missing > 0 || piece.length < BLOCK) piece.copy(block, BLOCK - missing - piece.length);
        if (missing > 0) return;
        const whole = piece.length === BLOCK ? piece : block;
        if (raw === undefined) return takeHeader(whole);
        if (whole[504] === 0) return startContent(raw);
        missing = BLOCK;
        return;
      }
      case 'meta':
        expected.parts.push(piece);
        if (missing === 0) takeMeta(expected.raw, Buffer.concat(expected.parts));
        return;
      case 'content': {
        const { header, hash, kept } = expected;
        hash?.update(piece);
        // A piece is a view of a large chunk, which would live as long as it.
        kept?.push(Buffer.from(piece));
        if (missing > 0) return;
        const content = kept === undefined ? undefined : kept.length === 1 ? kept[0] : Buffer.concat(kept);
        entries.push({ ...header, contentDigest: hash?.digest('hex') ?? '', ...(content === undefined ? {} : { content }) });
        return expectPadding(header.size);
      }
      case 'padding':
        if (missing === 0) expectHeader();
        return;
      case 'end':
    }
  };

  return {
    push: (chunk) => {
      for (let at = 0; at < chunk.length && expected.kind !== 'end'; ) {
        const length = Math.min(missing, chunk.length - at);
        take(chunk.subarray(at, at + length));
        at += length;
      }
      const done = entries;
      entries = [];
      return done;
    },
    end: () => {
      if (expected.kind !== 'end' && !(expected.kind === 'header' && missing === BLOCK)) throw new CodedError('image', 'malformed tar archive: it ends in the middle of a member');
    },
  };
}
