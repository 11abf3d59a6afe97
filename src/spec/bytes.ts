/**
 * Text that need not be UTF-8. As Go's strings hold any bytes, a byte that is no part of a character is kept as the lone surrogate
 * U+DC00 + byte, which no UTF-8 decodes to (Python's `surrogateescape`, PEP 383).
 */

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

const ESCAPED_BYTE = 0xdc00;
const LONE_SURROGATES = /(\p{Surrogate}+)/u;

/** The text of `bytes`; what is not UTF-8 is kept, byte by byte. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return decodeBroken(bytes);
  }
}

function decodeBroken(bytes: Uint8Array): string {
  const pieces: string[] = [];
  let decoded = 0;
  for (let index = 0; index < bytes.length;) {
    const length = characterLength(bytes, index);
    index += Math.max(length, 1);
    if (length > 0) continue;
    if (decoded < index - 1) pieces.push(strictDecoder.decode(bytes.subarray(decoded, index - 1)));
    pieces.push(String.fromCharCode(ESCAPED_BYTE + (bytes[index - 1] ?? 0)));
    decoded = index;
  }
  pieces.push(strictDecoder.decode(bytes.subarray(decoded)));
  return pieces.join('');
}

/** The number of bytes of the character at `index`, 0 where there is none (the table in Unicode 3.9, as utf8.DecodeRune has it). */
function characterLength(bytes: Uint8Array, index: number): number {
  const first = bytes[index] ?? 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const second = bytes[index + 1] ?? 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let next = index + 2; next < index + length; next++) if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

/** The bytes of `text`, those that were kept among them as they were. */
export function encodeText(text: string): Uint8Array {
  if (isUtf8(text)) return encoder.encode(text);
  return Buffer.concat(text.split(LONE_SURROGATES).map((part, index) =>
    (index % 2 === 0 ? encoder.encode(part) : Uint8Array.from(part, (unit) => unit.charCodeAt(0) - ESCAPED_BYTE))));
}

/** Whether `text` holds characters alone. */
export function isUtf8(text: string): boolean {
  return text.isWellFormed();
}

/** `text` with a replacement character for each byte that is no part of a character. */
export function replaceBroken(text: string): string {
  return isUtf8(text) ? text : text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** `text` with one character for each of its bytes, for what the reference does byte by byte. */
export function toByteText(text: string): string {
  if (!/[^\u0000-\u007f]/.test(text)) return text;
  const pieces: string[] = [];
  const bytes = encodeText(text);
  for (let index = 0; index < bytes.length; index += 8192) pieces.push(String.fromCharCode(...bytes.subarray(index, index + 8192)));
  return pieces.join('');
}

/** The text of which `text` has the bytes. */
export function fromByteText(text: string): string {
  if (!/[^\u0000-\u007f]/.test(text)) return text;
  return decodeText(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}

/** The length of `text` in bytes. */
export function byteLength(text: string): number {
  return /[^\u0000-\u007f]/.test(text) ? encodeText(text).length : text.length;
}
