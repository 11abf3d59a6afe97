import { findCause, messageOf } from '../diag/error.ts';
import type { Range } from '../diag/range.ts';
import { DetailedError, detailType } from '../gateway/error.ts';
import { printableLine } from '../spec/terminal.ts';

/** Lines shown before and after those that are named. */
const AROUND = 2;
const RULE = '-'.repeat(20);

interface SourceDetail {
  readonly info?: { readonly filename?: string; readonly data?: string };
  readonly ranges?: readonly { readonly start?: Partial<Range['start']>; readonly end?: Partial<Range['end']> }[];
}

/** `error` with the lines of the Dockerfile that it names after its text, as BuildKit's clients print them; as it is when it names none. */
export function withExcerpt(error: unknown): unknown {
  const detail = findCause(error, DetailedError)?.details.find((each) => detailType(each) === 'errdefs.Source');
  if (detail === undefined) return error;
  const { info, ranges } = JSON.parse(Buffer.from(detail.value).toString()) as SourceDetail;
  const lines = Buffer.from(info?.data ?? '', 'base64').toString().replace(/\r?\n$/, '').split(/\r?\n/);
  const text = excerpt(info?.filename ?? '', lines, (ranges ?? []).map(({ start, end }) => [start?.line ?? 0, end?.line ?? 0] as const));
  return text === undefined ? error : new Error(`${messageOf(error)}\n${text}`, { cause: error });
}

/** The first place's lines, marked, with some around them; undefined when there are no such lines. */
function excerpt(name: string, lines: readonly string[], places: readonly (readonly [first: number, last: number])[]): string | undefined {
  const first = Math.min(...places.map(([start]) => start));
  const last = Math.max(...places.map(([, end]) => end));
  if (!(first >= 1 && first <= lines.length)) return undefined;
  const shown = lines.map((text, at) => ({ text, number: at + 1 })).slice(Math.max(0, first - 1 - AROUND), last + AROUND);
  const width = String(shown.at(-1)?.number ?? 0).length;
  const isNamed = (number: number): boolean => places.some(([start, end]) => number >= start && number <= end);
  const rows = shown.map(({ text, number }) => ` ${String(number).padStart(width)} | ${isNamed(number) ? '>>>' : '   '} ${printableLine(text)}`.trimEnd());
  return [`${name}:${first}`, RULE, ...rows, RULE].join('\n');
}
