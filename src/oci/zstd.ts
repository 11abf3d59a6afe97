/** Zstandard (RFC 8878) for versions of Node without it. */
import { setFlagsFromString } from 'node:v8';
import { createContext, Script } from 'node:vm';
import { Decompress } from 'fzstd';
import { CodedError } from '../diag/error.ts';
import type { Chunks } from './verify.ts';

/** Compressed bytes a push. */
const PIECE = 1 << 14;
/** Blocks a push, each of which unpacks to 128 KiB at most: that is in memory at once. */
const MAX_BLOCKS = 256;
/** What a block unpacks to at most (section 3.1.1.2.4). fzstd does not hold blocks to it, and one that is longer may be made to take long. */
const MAX_BLOCK_SIZE = 1 << 17;
/** What a push of many blocks is cut into: a block has four bytes or more. */
const SMALL_PIECE = MAX_BLOCKS * 4;
/** What a decoder has to keep of the output; zstd's own program refuses more too (its window log of 27). */
const MAX_WINDOW = 1 << 27;
/** What a push takes is milliseconds. A block that is made for it keeps fzstd at work for minutes: its copies may be longer than a block is. */
const MAX_PUSH_MS = 5000;

/**
 * The bytes of zstd frames. Throws (code `image`) when a frame wants more memory than `MAX_WINDOW` or a piece takes longer than `maxPushMs`, and
 * fzstd's error when one is malformed.
 */
export async function* unzstd(chunks: Chunks, maxPushMs = MAX_PUSH_MS): AsyncGenerator<Uint8Array> {
  // This is JavaScript that is worth to be compiled well, even where memory is saved.
  setFlagsFromString('--opt');
  let out: Uint8Array[] = [];
  const decoder = new Decompress((piece) => void out.push(piece));
  const push = withTimeLimit((piece: Uint8Array) => decoder.push(piece), maxPushMs);
  const guard = makeFrameGuard();
  /** What the blocks so far may unpack to, less what they did. */
  let due = 0;
  const take = (): readonly Uint8Array[] => {
    const done = out;
    out = [];
    due -= done.reduce((sum, { length }) => sum + length, 0);
    if (due < 0) throw new CodedError('image', `a zstd block unpacks to more than ${MAX_BLOCK_SIZE} bytes`);
    return done;
  };
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE) {
      const piece = chunk.subarray(at, at + PIECE);
      const begun = guard(piece);
      due += begun * MAX_BLOCK_SIZE;
      const step = begun > MAX_BLOCKS ? SMALL_PIECE : PIECE;
      for (let start = 0; start < piece.length; start += step) {
        // fzstd keeps views of what it was given.
        push(Buffer.from(piece.subarray(start, start + step)));
        yield* take();
      }
    }
  }
  decoder.push(new Uint8Array(), true);
  yield* take();
}

/** `run`, stopped with an error (code `image`) when it takes longer: V8 stops only what a script of its own calls. */
function withTimeLimit<T>(run: (value: T) => void, milliseconds: number): (value: T) => void {
  let next: T;
  const context = createContext({ run: () => run(next) });
  const script = new Script('run()');
  return (value) => {
    next = value;
    try {
      script.runInContext(context, { timeout: milliseconds });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      throw new CodedError('image', `a piece of zstd takes more than ${milliseconds / 1000} s to unpack`, { cause: error });
    }
  };
}

/** Walks the frames and blocks of the compressed bytes, and throws where a frame's window is too large. Gives how many blocks and frames begin in a piece. */
function makeFrameGuard(): (piece: Uint8Array) => number {
  let begun = 0;
  const header: number[] = [];
  let state = 'frame' as 'frame' | 'block' | 'skip';
  let skip = 0;
  let next: 'frame' | 'block' = 'frame';
  let hasChecksum = false;

  const startFrame = (): void => {
    const magic = (header[0] ?? 0) | ((header[1] ?? 0) << 8) | ((header[2] ?? 0) << 16) | ((header[3] ?? 0) << 24);
    if (magic >>> 4 === 0x184d2a5) {
      if (header.length < 8) return;
      [skip, next, state] = [readLittle(header, 4, 4), 'frame', 'skip'];
      header.length = 0;
      return;
    }
    const length = frameHeaderLength(header);
    if (length === undefined || header.length < length) return;
    const window = windowSize(header);
    if (window > MAX_WINDOW) throw new CodedError('image', `a zstd frame needs ${window} bytes of memory (at most ${MAX_WINDOW})`);
    hasChecksum = ((header[4] as number) & 4) !== 0;
    begun++;
    header.length = 0;
    state = 'block';
  };

  const startBlock = (): void => {
    if (header.length < 3) return;
    const value = readLittle(header, 0, 3);
    const isLast = (value & 1) === 1;
    const type = (value >> 1) & 3;
    begun++;
    header.length = 0;
    skip = (type === 1 ? 1 : value >> 3) + (isLast && hasChecksum ? 4 : 0);
    [next, state] = [isLast ? 'frame' : 'block', 'skip'];
  };

  const endSkip = (): void => {
    if (state === 'skip' && skip === 0) state = next;
  };

  return (piece) => {
    begun = 0;
    for (let at = 0; at < piece.length; ) {
      if (state === 'skip') {
        const length = Math.min(skip, piece.length - at);
        skip -= length;
        at += length;
        endSkip();
        continue;
      }
      header.push(piece[at++] as number);
      (state === 'frame' ? startFrame : startBlock)();
      endSkip();
    }
    return begun;
  };
}

/** Bytes of a frame's header with its magic number (section 3.1.1.1); undefined before its fifth byte is there. */
function frameHeaderLength(header: readonly number[]): number | undefined {
  if (header.length < 5) return undefined;
  const flags = header[4] as number;
  const isSingle = (flags & 32) !== 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6] as number;
  return 5 + (isSingle ? 0 : 1) + ([0, 1, 2, 4][flags & 3] as number) + sizeBytes;
}

/** What a frame says that its decoder must keep, in bytes (section 3.1.1.1.2). */
function windowSize(header: readonly number[]): number {
  const flags = header[4] as number;
  if ((flags & 32) !== 0) {
    const at = 5 + ([0, 1, 2, 4][flags & 3] as number);
    const length = [1, 2, 4, 8][flags >> 6] as number;
    return readLittle(header, at, length) + (length === 2 ? 256 : 0);
  }
  const descriptor = header[5] as number;
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function readLittle(bytes: readonly number[], at: number, length: number): number {
  let value = 0;
  for (let index = length - 1; index >= 0; index--) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}
