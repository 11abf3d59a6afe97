const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** `text` with one character for each of its UTF-8 bytes, for what the reference does byte by byte. */
export function toByteText(text: string): string {
  if (!/[^\u0000-\u007f]/.test(text)) return text;
  const pieces: string[] = [];
  const bytes = encoder.encode(text);
  for (let index = 0; index < bytes.length; index += 8192) pieces.push(String.fromCharCode(...bytes.subarray(index, index + 8192)));
  return pieces.join('');
}

/** The text of which `text` has the bytes; broken characters become replacement characters. */
export function fromByteText(text: string): string {
  if (!/[^\u0000-\u007f]/.test(text)) return text;
  return decoder.decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}

/** The length of `text` in UTF-8. */
export function byteLength(text: string): number {
  return /[^\u0000-\u007f]/.test(text) ? encoder.encode(text).length : text.length;
}
