/** A point in a text: `line` counts from 1; `character` from 0, and is 0 wherever the reference gives no column. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** A section of a text between two positions, both inclusive. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** The ranges of the lines `start` to `end`, one a line, as BuildKit's parser gives them (parser/errors.go, toRanges). */
export function lineRanges(start: number, end: number): readonly Range[] {
  if (end <= start) return [lineRange(start)];
  const ranges: Range[] = [];
  for (let line = start; line <= end; line++) ranges.push(lineRange(line));
  return ranges;
}

function lineRange(line: number): Range {
  const place = { line, character: 0 };
  return { start: place, end: place };
}
