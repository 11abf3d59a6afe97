import type { Range } from '../diag/range.ts';

/** The lines of a file that `ranges` name, with some around them, as clients print them below errors (errdefs.Source Print). */
export function sourceText(filename: string, data: string, ranges: readonly Range[]): string {
  if (ranges.length === 0) return '';
  const lines = data.split('\n');
  let start = Math.min(...ranges.map((range) => range.start.line));
  let end = Math.max(0, ...ranges.map(lastLine));
  if (start > lines.length || start < 1) return '';
  end = Math.min(end, lines.length);
  const first = start;
  const padding = end === start ? 4 : 2;
  for (let padded = 0; padded < padding; padded++) {
    if (start > 1) {
      start--;
      padded++;
    }
    if (end !== lines.length) {
      end++;
      padded++;
    }
  }
  const shown = lines.slice(start - 1, end).map((line, index) => {
    const number = start + index;
    const marked = ranges.some((range) => range.start.line <= number && lastLine(range) >= number);
    return ` ${String(number).padStart(3)} | ${marked ? '>>>' : '   '} ${line}\n`;
  });
  return `${filename}:${first}\n--------------------\n${shown.join('')}--------------------\n`;
}

function lastLine({ start, end }: Range): number {
  return Math.max(end.line, start.line);
}
