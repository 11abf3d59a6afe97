import { CodedError } from '../diag/error.ts';
import { decodeText, encodeText } from '../spec/bytes.ts';
import { cleanPath } from '../spec/path.ts';
import { trimSpace } from '../spec/strings.ts';

/** The longest line that Go's bufio.Scanner takes. */
const MAX_LINE_BYTES = 64 * 1024;

/**
 * The patterns of a .dockerignore file, in order (moby/patternmatcher, ignorefile.ReadAll): no comments, no blank lines,
 * paths clean and without a leading slash. Throws on a line that is too long.
 */
export function parseIgnoreFile(bytes: Uint8Array): readonly string[] {
  const text = decodeText(bytes);
  const patterns: string[] = [];
  text.split('\n').forEach((line, index, lines) => {
    if (encodeText(line).length >= MAX_LINE_BYTES) throw new CodedError('option', 'bufio.Scanner: token too long');
    if (index === lines.length - 1 && line === '') return;
    const pattern = toPattern(index === 0 ? line.replace(/^\ufeff/, '') : line);
    if (pattern !== undefined) patterns.push(pattern);
  });
  return patterns;
}

function toPattern(line: string): string | undefined {
  if (line.startsWith('#')) return undefined;
  const text = trimSpace(line);
  if (text === '') return undefined;
  if (!text.startsWith('!')) return normalize(text);
  return `!${normalize(trimSpace(text.slice(1)))}`;
}

function normalize(path: string): string {
  if (path === '') return '';
  const clean = cleanPath(path);
  return clean.length > 1 && clean.startsWith('/') ? clean.slice(1) : clean;
}
