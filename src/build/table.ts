/**
 * Text in columns as Go's text/tabwriter lays it out with spaces: a tab ends a cell, and a column is as wide as the widest of the
 * cells that are directly above one another, plus `padding`. What follows a line's last tab belongs to no column.
 */
export function layOutTable(text: string, padding: number): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const widths = lines.map((cells) => new Array<number>(cells.length - 1).fill(0));
  const columns = Math.max(0, ...widths.map((row) => row.length));
  for (let column = 0; column < columns; column++) setColumnWidths(lines, widths, column, padding);
  return lines.map((cells, row) => cells.map((cell, column) => pad(cell, widths[row]?.[column])).join('')).join('\n');
}

function setColumnWidths(lines: readonly (readonly string[])[], widths: readonly number[][], column: number, padding: number): void {
  for (let start = 0; start < lines.length; start++) {
    let end = start;
    let width = 0;
    for (; (widths[end]?.length ?? 0) > column; end++) width = Math.max(width, length(lines[end]?.[column] ?? '') + padding);
    for (let row = start; row < end; row++) (widths[row] ?? [])[column] = width;
    start = end;
  }
}

/** Characters, as tabwriter counts them. */
function length(cell: string): number {
  return [...cell].length;
}

function pad(cell: string, width: number | undefined): string {
  return width === undefined ? cell : cell + ' '.repeat(Math.max(0, width - length(cell)));
}
