import type { Random } from '../random.ts';
import { restructure } from './structure.ts';

/** No input is longer, so that a limit on memory is a limit on growth. */
export const MAX_INPUT_BYTES = 1 << 16;

const ODD_BYTES = [0x00, 0x0a, 0x0d, 0x20, 0x22, 0x24, 0x25, 0x27, 0x2c, 0x2f, 0x3a, 0x3d, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0xc3, 0xef, 0xff];
const WORDS = ['__proto__', 'constructor', 'toString', '\u0000', '\ufeff', '\u212a', '\ud83d\ude00', '99999999999999999999', '-1', '0x', '1e309', '${', '%00', '%zz', '../', '**/', '[^', '[]', '<<E', '\\\n', '"', 'null', '{}', '[[[['];

/** One to six changes of `input`; `others` are spliced in, `words` are what the format is made of. */
export function mutate(random: Random, input: Uint8Array, others: readonly Uint8Array[], words: readonly string[]): Uint8Array {
  let bytes = Buffer.from(input);
  for (let left = random.int(1, random.chance(0.2) ? 6 : 2); left > 0; left--) bytes = change(random, bytes, others, words).subarray(0, MAX_INPUT_BYTES);
  return bytes;
}

function change(random: Random, bytes: Buffer<ArrayBuffer>, others: readonly Uint8Array[], words: readonly string[]): Buffer<ArrayBuffer> {
  const at = random.int(0, bytes.length);
  const end = Math.min(bytes.length, at + random.int(1, random.chance(0.1) ? 512 : 8));
  const splice = (middle: Uint8Array): Buffer<ArrayBuffer> => Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(end)]);
  const insert = (middle: Uint8Array): Buffer<ArrayBuffer> => Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(at)]);
  switch (random.int(0, 11)) {
    case 0: return splice(Buffer.alloc(0));
    case 1: return splice(Buffer.from([random.pick(ODD_BYTES)]));
    case 2: return splice(Buffer.from([random.int(0, 255)]));
    case 3: return insert(Buffer.from(random.pick(WORDS)));
    case 4: return words.length === 0 ? bytes : insert(Buffer.from(random.pick(words)));
    case 5: return insert(bytes.subarray(at, end));
    case 6: return repeated(random, bytes, at, end);
    case 7: {
      const other = random.pick(others);
      const start = random.int(0, other.length);
      return splice(other.subarray(start, start + random.int(1, 64)));
    }
    // Two inputs, cut and put together.
    case 8: {
      const other = random.pick(others);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random.int(0, other.length))]);
    }
    case 9: case 10: return restructure(random, bytes) ?? flipped(bytes, at, random.int(0, 7));
    default: return bytes.subarray(0, at);
  }
}

/** One bit the other way. */
function flipped(bytes: Buffer<ArrayBuffer>, at: number, bit: number): Buffer<ArrayBuffer> {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}

/** The same piece many times: what is slow or deep shows then. */
function repeated(random: Random, bytes: Buffer<ArrayBuffer>, at: number, end: number): Buffer<ArrayBuffer> {
  const piece = bytes.subarray(at, end);
  const most = random.chance(0.02) ? MAX_INPUT_BYTES : 64;
  const times = Math.min(Math.floor(most / Math.max(piece.length, 1)), random.int(2, most));
  return Buffer.concat([bytes.subarray(0, at), ...Array.from({ length: times }, () => piece), bytes.subarray(end)]);
}
