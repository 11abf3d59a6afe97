/** Names and contents come from images: in a terminal they must not move the cursor, change colours or turn the direction of writing. */

import { escapeControls } from '../spec/terminal.ts';

/** `text` with what a terminal would obey written as `\xNN` or `\u{N}`. */
export function printable(text: string): string {
  return escapeControls(text, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** Lines, each of them `printable`. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** `12.3 MB`. */
export function showSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 2 : 1)} ${units[unit]}`;
}

/** `sha256:0123456789ab`, as much of a digest as people compare. */
export function shortDigest(digest: string): string {
  return digest.replace(/^([a-z0-9]+:[0-9a-f]{12})[0-9a-f]+$/, '$1');
}
