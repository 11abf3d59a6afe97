import { replaceBroken } from './bytes.ts';

/** What Go's strings, unicode and strconv packages do, where it shows in a Dockerfile's meaning. */

/** Go's unicode.IsSpace, of a UTF-16 unit (all white space is in the basic plane). */
export function isSpace(code: number): boolean {
  if (code < 0x85) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  if (code === 0x85 || code === 0xa0 || code === 0x1680) return true;
  if (code < 0x2000) return false;
  return code <= 0x200a || code === 0x2028 || code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x3000;
}

/** Go's bytes.TrimLeftFunc with unicode.IsSpace. */
export function trimSpaceLeft(text: string): string {
  let start = 0;
  while (start < text.length && isSpace(text.charCodeAt(start))) start++;
  return text.slice(start);
}

/** Go's strings.TrimSpace. */
export function trimSpace(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--;
  return trimSpaceLeft(text.slice(0, end));
}

/** Whether `code` is one of what `\s` means in Go's regular expressions. */
export function isPatternSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0c || code === 0x0d;
}

const ASCII = /^[\u0000-\u007f]*$/;

/** Go's strings.ToLower: character by character, whatever stands beside it; broken ones are replaced. */
export function toLower(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return Array.from(replaceBroken(text), (character) => String.fromCodePoint(character.toLowerCase().codePointAt(0) ?? 0)).join('');
}

/**
 * `text` in the one form of all that Go's strings.EqualFold takes for equal, as far as one of two texts is ASCII: of the characters
 * beyond it, the long s and the Kelvin sign are letters of other case; a dotted capital I is not.
 */
export function foldCase(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text.replace(/[A-Z\u017f\u212a]/g, (letter) => (letter === '\u017f' ? 's' : letter.toLowerCase()));
}

/** Go's strings.ToUpper: a character whose upper case is several characters stays; broken ones are replaced. */
export function toUpper(text: string): string {
  if (ASCII.test(text)) return text.toUpperCase();
  return Array.from(replaceBroken(text), (character) => {
    const upper = character.toUpperCase();
    return upper.length === character.length ? upper : character;
  }).join('');
}

/** Go's strings.Cut: what is before and after the first `separator`; `after` is undefined when there is none. */
export function cut(text: string, separator: string): { readonly before: string; readonly after: string | undefined } {
  const index = text.indexOf(separator);
  if (index < 0) return { before: text, after: undefined };
  return { before: text.slice(0, index), after: text.slice(index + separator.length) };
}

/** `text` without the `character`s that it ends with. */
export function trimEnd(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end--;
  return text.slice(0, end);
}

/** Go's strconv.ParseBool; undefined when `text` is no boolean. */
export function parseBool(text: string): boolean | undefined {
  switch (text) {
    case '1': case 't': case 'T': case 'true': case 'TRUE': case 'True': return true;
    case '0': case 'f': case 'F': case 'false': case 'FALSE': case 'False': return false;
    default: return undefined;
  }
}
