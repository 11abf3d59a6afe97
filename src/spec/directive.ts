import { isPatternSpace, toLower, trimSpaceLeft } from './strings.ts';

/** A `name = value` comment that means something to the parser (parser/directives.go). */
export interface DirectiveText {
  readonly name: 'syntax' | 'escape' | 'check';
  readonly value: string;
}

const NAME = /^([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=/;

/**
 * Reads `text`, the comment after its mark, as a parser directive; undefined when it is none.
 * The value has no white space around it, but one that is white space only is its last character.
 */
export function readDirective(text: string): DirectiveText | undefined {
  const line = trimSpaceLeft(text);
  const match = NAME.exec(line);
  if (match === null) return undefined;
  const name = toLower(match[1] ?? '');
  if (name !== 'syntax' && name !== 'escape' && name !== 'check') return undefined;
  const value = directiveValue(line.slice(match[0].length));
  return value === '' ? undefined : { name, value };
}

function directiveValue(rest: string): string {
  let start = 0;
  let end = rest.length;
  while (start < end && isPatternSpace(rest.charCodeAt(start))) start++;
  if (start === end) return rest.slice(-1);
  while (isPatternSpace(rest.charCodeAt(end - 1))) end--;
  return rest.slice(start, end);
}
