import type { CauseCount, Change, Comparison, ComparedSide, Difference, LayerComparison, PlatformComparison, Verdict } from '../spec/difference.ts';
import { printable, shortDigest, showSize } from './printable.ts';

/** How a text is shown in a terminal; each function returns its text, changed or not. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  fair(text: string): string;
  bad(text: string): string;
}

export interface TextOptions {
  readonly style: Style;
  /** At most so many differences a layer and cause. */
  readonly limit: number;
}

/** The verdicts in words. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  equal: 'digest equal',
  repacked: 'contents equal, packed differently',
  different: 'differs',
};

const DIFF_LINES = 14;

/** The report for people, line by line. */
export function* textReport(comparison: Comparison, options: TextOptions): Generator<string> {
  const { style } = options;
  yield `A  ${sideLine(comparison.a)}\nB  ${sideLine(comparison.b)}\n`;
  for (const note of comparison.notes) yield `${style.dim(`note: ${printable(note)}`)}\n`;
  if (comparison.differences.length > 0) yield '\n';
  for (const each of comparison.differences) yield* differenceLines(each, '', options);
  for (const platform of comparison.platforms) yield* platformLines(platform, options);
  yield* causeLines(comparison.causes, style);
  yield `\n${style.bold(paint(style, comparison.verdict, VERDICT_WORDS[comparison.verdict]))}${afterIgnoring(comparison.causes)}\n`;
}

function sideLine({ address, kind, digest }: ComparedSide): string {
  return `${printable(address)}  (${kind}${digest === '' ? '' : `, ${digest}`})`;
}

function afterIgnoring(causes: readonly CauseCount[]): string {
  const ignored = causes.reduce((sum, each) => sum + each.ignored, 0);
  return ignored === 0 ? '' : `, ${ignored} ignored`;
}

function paint(style: Style, verdict: Verdict, text: string): string {
  return { equal: style.good, repacked: style.fair, different: style.bad }[verdict](text);
}

function* platformLines(platform: PlatformComparison, options: TextOptions): Generator<string> {
  const { style } = options;
  yield `\n${style.bold(printable(platform.platform))}: ${paint(style, platform.verdict, VERDICT_WORDS[platform.verdict])}  ${style.dim(digests(platform.a, platform.b))}\n`;
  if (platform.verdict === 'equal') return;
  for (const scope of ['manifest', 'config'] as const) {
    const found = platform.differences.filter((each) => each.scope === scope);
    if (found.length > 0) yield `  ${scope}\n`;
    for (const each of found) yield* differenceLines(each, '    ', options);
  }
  for (const [at, layer] of platform.layers.entries()) yield* layerLines(layer, platform.differences.filter((each) => each.layer === at), options);
  if (platform.omitted > 0) yield style.dim(`  … and ${platform.omitted} more differences that are counted, not listed\n`);
  if (platform.packages.length > 0) yield `  ${style.bold('packages')}\n`;
  for (const { system, name, a, b } of platform.packages) yield `    ${printable(name)}  ${printable(a) || 'none'} → ${printable(b) || 'none'}  ${style.dim(system)}\n`;
}

function digests(a: string, b: string): string {
  return a === b ? shortDigest(a) : [a, b].map((each) => shortDigest(each) || 'no digest').join(' → ');
}

function* layerLines(layer: LayerComparison, differences: readonly Difference[], options: TextOptions): Generator<string> {
  const { style, limit } = options;
  const numbers = (sides: LayerComparison['a']): string => sides.map(({ index }) => index + 1).join('+') || 'none';
  const [a, b] = [numbers(layer.a), numbers(layer.b)];
  const size = Math.max(...[layer.a, layer.b].map((sides) => sides.reduce((sum, each) => sum + each.size, 0)));
  const title = `  layer ${a === b ? a : `${a} / ${b}`}  ${paint(style, layer.verdict, layer.verdict === 'equal' ? 'equal' : VERDICT_WORDS[layer.verdict])}`;
  yield `${title}  ${style.dim(`${showSize(size)}  ${shorten(printable(layer.createdBy), 80)}`)}\n`;
  const byCause = new Map<string, Difference[]>();
  for (const each of differences) {
    const cause = each.changes[0]?.cause ?? 'content';
    const found = byCause.get(cause);
    if (found === undefined) byCause.set(cause, [each]);
    else found.push(each);
  }
  for (const [cause, found] of byCause) {
    for (const each of found.slice(0, limit)) yield* differenceLines(each, '    ', options);
    if (found.length > limit) yield style.dim(`    … and ${found.length - limit} more: ${cause}\n`);
  }
}

function* differenceLines(each: Difference, indent: string, { style }: TextOptions): Generator<string> {
  const subject = printable(each.subject);
  if (each.presence !== 'both') {
    const [change] = each.changes;
    const value = change === undefined ? '' : shorten(printable(change.a || change.b), 100);
    yield `${indent}${style.bad(each.presence === 'only-a' ? '- ' : '+ ')}${subject}  ${style.dim(`only in ${each.presence === 'only-a' ? 'A' : 'B'}: ${value}  ${change?.cause ?? ''}`)}\n`;
    return;
  }
  yield `${indent}${style.fair('~ ')}${subject}\n`;
  for (const change of each.changes) yield `${indent}    ${changeLine(change, style)}\n`;
  if (each.content === undefined) return;
  if (each.content.kind === 'binary') {
    yield `${indent}    ${style.dim(`first at byte ${each.content.offset}: `)}${each.content.a} → ${each.content.b}\n`;
    return;
  }
  for (const line of each.content.lines.slice(0, DIFF_LINES)) yield `${indent}    ${diffLine(line, style)}\n`;
  if (each.content.isCut || each.content.lines.length > DIFF_LINES) yield `${indent}    ${style.dim('…')}\n`;
}

function changeLine({ field, a, b, cause }: Change, style: Style): string {
  const show = (value: string): string => (value === '' ? 'none' : shorten(printable(shortDigest(value)), 100));
  return `${shorten(printable(field), 100)}: ${show(a)} → ${show(b)}  ${style.dim(cause)}`;
}

function diffLine(line: string, style: Style): string {
  const text = printable(line);
  if (line.startsWith('@@')) return style.dim(text);
  return line.startsWith('-') ? style.bad(text) : line.startsWith('+') ? style.good(text) : text;
}

function* causeLines(causes: readonly CauseCount[], style: Style): Generator<string> {
  if (causes.length === 0) return;
  yield `\n${style.bold('why')}\n`;
  const width = Math.max(...causes.map(({ cause }) => cause.length));
  for (const { cause, title, remedy, count, ignored } of causes) {
    const counts = ignored === 0 ? String(count) : count === 0 ? `${ignored} ignored` : `${count}, ${ignored} ignored`;
    yield `  ${cause.padEnd(width)}  ${counts.padStart(6)}  ${title}\n  ${' '.repeat(width)}  ${' '.repeat(6)}  ${style.dim(`→ ${remedy}`)}\n`;
  }
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
