import { isUtf8 } from 'node:buffer';
import { structuredPatch } from 'diff';
import type { Cause, ContentDifference } from '../spec/difference.ts';
import { causeOfPath } from './path-causes.ts';

/** Files up to this size are compared in their content, beyond a digest. */
export const MAX_TEXT_SIZE = 1 << 16;
/** A diff has at most so many lines, of so many characters. */
const MAX_LINES = 200;
const MAX_LINE_LENGTH = 400;
/** What the diff's search may take: files that have little in common are shown as far as this leads. */
const MAX_EDITS = 2000;
const MAX_MILLISECONDS = 500;
/** What is left for a search when those before it took too much. */
const FEW_EDITS = 100;
/** Of all searches of a comparison, in squares of edits, which is what a search takes: 50 that find nothing. Layers may have been made for it. */
const MAX_EFFORT = 50 * MAX_EDITS ** 2;
const SHOWN_BYTES = 16;

/** A content of each side, as far as it was kept. */
export interface Contents {
  readonly a: Uint8Array | undefined;
  readonly b: Uint8Array | undefined;
}

/** Why two contents of one path differ. What the content shows goes before what the path suggests. */
export function causeOfContent(path: string, { a, b }: Contents): Cause {
  const byPath = causeOfPath(path);
  if (a === undefined || b === undefined) return byPath ?? 'content';
  if (/^etc\/g?shadow$/.test(path) && blankDays(a) === blankDays(b)) return 'shadow-date';
  if (byPath !== undefined && byPath !== 'log') return byPath;
  if (isKey(a) && isKey(b)) return 'key-material';
  if (blankTimes(a) !== undefined && blankTimes(a)?.equals(blankTimes(b) ?? Buffer.alloc(0)) === true) return 'archive-timestamp';
  if (byPath !== undefined) return byPath;
  if (!isText(a) || !isText(b)) return 'content';
  const [left, right] = [toText(a), toText(b)];
  if (sortedLines(left) === sortedLines(right)) return 'line-order';
  if (blankDates(left) === blankDates(right)) return 'embedded-date';
  return 'content';
}

/** Files with hashes of passwords or with keys: a report says that they differ, and never shows what is in them. */
const SECRET_PATH = /^etc\/g?shadow-?$|^etc\/ssh\/ssh_host_|^etc\/ssl\/private\/|(^|\/)(rndc\.key|\.erlang\.cookie|\.netrc|\.pgpass|\.npmrc|\.git-credentials|id_(rsa|dsa|ecdsa|ed25519))$/;

/** What the searches of a comparison may still take. */
export interface DiffEffort {
  left: number;
}

export function makeDiffEffort(): DiffEffort {
  return { left: MAX_EFFORT };
}

/** Shows how two contents of one path differ; undefined when one was not kept, they are equal, or they are secrets. */
export function diffContents(path: string, { a, b }: Contents, effort: DiffEffort): ContentDifference | undefined {
  if (a === undefined || b === undefined || SECRET_PATH.test(path) || isPrivateKey(a) || isPrivateKey(b)) return undefined;
  if (isText(a) && isText(b)) return diffTexts(toText(a), toText(b), effort);
  const length = Math.min(a.length, b.length);
  let offset = 0;
  while (offset < length && a[offset] === b[offset]) offset++;
  if (offset === length && a.length === b.length) return undefined;
  const from = offset - (offset % SHOWN_BYTES);
  const show = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(from, from + SHOWN_BYTES)).toString('hex').replace(/..(?=.)/g, '$& ');
  return { kind: 'binary', offset, a: show(a), b: show(b) };
}

function diffTexts(a: string, b: string, effort: DiffEffort): ContentDifference | undefined {
  const maxEditLength = effort.left > 0 ? MAX_EDITS : FEW_EDITS;
  const patch = structuredPatch('', '', a, b, undefined, undefined, { context: 2, maxEditLength, timeout: MAX_MILLISECONDS });
  const edits = patch === undefined ? maxEditLength : patch.hunks.reduce((sum, hunk) => sum + hunk.lines.filter((line) => /^[+-]/.test(line)).length, 0);
  effort.left -= edits ** 2;
  if (patch === undefined) return { kind: 'text', lines: ['@@ too much differs to show line by line @@'], isCut: true };
  const lines: string[] = [];
  for (const hunk of patch.hunks) {
    lines.push(`@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`, ...hunk.lines);
    if (lines.length > MAX_LINES) break;
  }
  const isCut = lines.length > MAX_LINES || lines.some((line) => line.length > MAX_LINE_LENGTH);
  return { kind: 'text', lines: lines.slice(0, MAX_LINES).map((line) => (line.length > MAX_LINE_LENGTH ? `${line.slice(0, MAX_LINE_LENGTH)}…` : line)), isCut };
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function isText(bytes: Uint8Array): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}

function isPrivateKey(bytes: Uint8Array): boolean {
  return toText(bytes).includes('PRIVATE KEY-----');
}

function isKey(bytes: Uint8Array): boolean {
  return /^-----BEGIN (?:[A-Z]{1,20} ){0,4}(?:PRIVATE KEY|CERTIFICATE)-----/m.test(toText(bytes.subarray(0, 4096)));
}

function sortedLines(text: string): string {
  return text.split('\n').filter((line) => line !== '').sort().join('\n');
}

/** The third field of shadow(5), the day of the last change, taken out. */
function blankDays(bytes: Uint8Array): string {
  return toText(bytes).split('\n').map((line) => line.replace(/^([^:]*:[^:]*:)\d*/, '$1')).join('\n');
}

const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\\.?';
/** Days, times and seconds since 1970, as programs print them. */
const DATES = [
  '\\d{4}-\\d{2}-\\d{2}(?:[T ]\\d{2}:\\d{2}(?::\\d{2}(?:[.,]\\d+)?)? ?(?:Z|[+-]\\d{2}:?\\d{2})?)?', '\\d{4}/\\d{2}/\\d{2}', '\\d{1,2}/\\d{1,2}/\\d{2,4}', '\\d{1,2}:\\d{2}(?::\\d{2}(?:[.,]\\d+)?)?(?: ?[AP]M)?',
  `\\d{1,2}[ -]${MONTH}[ -]\\d{2,4}`, `${MONTH} +\\d{1,2}(?:, \\d{4})?`, '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*', '\\b1[5-9]\\d{8}(?:\\d{3}|\\d{6}|\\d{9}|\\.\\d+)?\\b', '\\b(?:19|20)\\d{2}(?:[01]\\d[0-3]\\d)?\\b',
].map((pattern) => new RegExp(pattern, 'g'));

function blankDates(text: string): string {
  return DATES.reduce((rest, date) => rest.replace(date, '\0'), text);
}

/** A compressed or archived file without the times in its own headers; undefined for another kind of file. */
function blankTimes(bytes: Uint8Array): Buffer | undefined {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b && bytes.length > 10) {
    const blank = Buffer.from(bytes);
    blank.fill(0, 4, 8);
    return blank;
  }
  return toText(bytes.subarray(0, 8)) === '!<arch>\n' ? blankMembers(Buffer.from(bytes)) : undefined;
}

/** ar(5): 60-byte headers, the time in bytes 16 to 28, the size in 48 to 58. */
function blankMembers(archive: Buffer): Buffer {
  for (let at = 8; at + 60 <= archive.length; ) {
    archive.fill(0x20, at + 16, at + 28);
    const size = Number(archive.toString('latin1', at + 48, at + 58).trim());
    if (!Number.isSafeInteger(size) || size < 0) break;
    at += 60 + size + (size % 2);
  }
  return archive;
}
