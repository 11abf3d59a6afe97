/** One line of the benchmark: a measure of ours beside the reference's, and what it is to be at most. */
export interface Row {
  readonly what: string;
  readonly unit: 'ms' | 'MB';
  readonly ours: number;
  /** Undefined where the reference has nothing like it. */
  readonly reference?: number | undefined;
  /** The most that `ours` may be, as a multiple of the reference where there is one. */
  readonly limit?: number | undefined;
}

/** The middle of `values`; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const ratio = (row: Row): number | undefined => (row.reference === undefined ? undefined : row.ours / row.reference);

/** Whether a line keeps its limit. */
export function holds(row: Row): boolean {
  return row.limit === undefined || (ratio(row) ?? row.ours) <= row.limit;
}

/** The lines as a table in Markdown. */
export function toMarkdown(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what, `${row.ours.toFixed(1)} ${row.unit}`, row.reference === undefined ? '' : `${row.reference.toFixed(1)} ${row.unit}`,
    ratio(row)?.toFixed(2) ?? '', row.limit === undefined ? '' : `${row.limit}${row.reference === undefined ? ` ${row.unit}` : ' ×'}`, holds(row) ? '' : 'over',
  ]);
  return [['what', 'ours', 'reference', 'ratio', 'at most', ''], ['---', '---', '---', '---', '---', '---'], ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

const BAR = { height: 16, gap: 8, label: 420, scale: 110, most: 4 } as const;

/** The ratios as bars, with a line at 1. */
export function toSvg(rows: readonly Row[]): string {
  const shown = rows.flatMap((row) => {
    const value = ratio(row);
    return value === undefined ? [] : [{ ...row, value }];
  });
  const width = BAR.label + BAR.scale * BAR.most + 60;
  const height = shown.length * (BAR.height + BAR.gap) + 40;
  const bars = shown.map(({ what, value, ...row }, index) => {
    const y = 24 + index * (BAR.height + BAR.gap);
    const length = Math.min(value, BAR.most) * BAR.scale;
    const color = holds({ what, ...row }) ? '#2f7d4f' : '#b3402a';
    const text = what.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
    return `<text x="${BAR.label - 8}" y="${y + 12}" text-anchor="end">${text}</text><rect x="${BAR.label}" y="${y}" width="${length.toFixed(1)}" height="${BAR.height}" fill="${color}"/>` +
      `<text x="${(BAR.label + length + 6).toFixed(1)}" y="${y + 12}">${value.toFixed(2)}</text>`;
  });
  const one = BAR.label + BAR.scale;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>` +
    `<text x="8" y="14">time, as a multiple of the reference's</text>${bars.join('')}<line x1="${one}" y1="18" x2="${one}" y2="${height - 8}" stroke="#555"/></svg>\n`;
}
