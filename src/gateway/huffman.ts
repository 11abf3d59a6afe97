/** The Huffman code of HPACK (RFC 7541, appendix B), decoding only. */

/** The length in bits of each byte's code, `A` for 5 up to `Z` for 30; codes of one length follow each other in the order of the bytes. */
const LENGTHS =
  'ISXXXXXXXTZXXZXXXXXXXXZXXXXXXXXXBFFHIBDGFFDGDBBBAAABBBBBBBCDKBHFIBCCCCCCCCCCCCCCCCCCCCCCDCDIOIJB' +
  'KABABABBBACCBBBABCBAABCCCCCKGJIXPRPPRRRSRSSSSSTSTTRSTSSSSQRSRSSTRQPRRSSQSRRTQRSSQQRQSRSSPRRRSRRSVVPORSRUVVVWWVTU' +
  'OQVWWVWTQQVVXWWWPTPQRQQSRRUUTTVSVWVVWWWWWXWWWWWV';
const SHORTEST = 5;
const LONGEST = 30;

/** What is known of the codes of one length. */
interface CodeLength {
  /** The first code. */
  readonly first: number;
  /** The bytes that have a code of this length, in the order of the codes. */
  readonly bytes: readonly number[];
}

let codeLengths: readonly CodeLength[] | undefined;

/** The canonical code: each length's first code follows the last of the length before, with one more bit. */
function makeCodeLengths(): readonly CodeLength[] {
  const bytes: number[][] = Array.from({ length: LONGEST + 1 }, () => []);
  for (let byte = 0; byte < LENGTHS.length; byte++) bytes[LENGTHS.charCodeAt(byte) - 'A'.charCodeAt(0) + SHORTEST]?.push(byte);
  let next = 0;
  return bytes.map((each) => {
    const first = next;
    next = (next + each.length) * 2;
    return { first, bytes: each };
  });
}

/** The bytes that `code` stands for. Throws RangeError when it is malformed. */
export function decodeHuffman(code: Uint8Array): Buffer {
  codeLengths ??= makeCodeLengths();
  const decoded: number[] = [];
  let bits = 0;
  let length = 0;
  for (const byte of code) {
    for (let shift = 7; shift >= 0; shift--) {
      bits = bits * 2 + ((byte >> shift) & 1);
      const known = codeLengths[++length];
      if (known === undefined) throw new RangeError('invalid Huffman code');
      const found = known.bytes[bits - known.first];
      if (found === undefined) continue;
      decoded.push(found);
      bits = length = 0;
    }
  }
  if (length > 7 || bits !== 2 ** length - 1) throw new RangeError('invalid padding of a Huffman code');
  return Buffer.from(decoded);
}
