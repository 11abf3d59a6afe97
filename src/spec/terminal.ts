/** What a terminal or a reader's eye would obey: control characters, and those that are not seen or turn the direction of writing. */
export const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;

/** `text` with each control character as `escape` writes it. */
export function escapeControls(text: string, escape: (character: string) => string): string {
  return text.replace(CONTROLS, (run) => Array.from(run, escape).join(''));
}

/** A line of text with control characters as `\uNNNN`, and tabs as spaces. */
export function printableLine(text: string): string {
  return escapeControls(text, (character) => (character === '\t' ? ' ' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`));
}
