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
  const ranges: Range[] = [];
  for (let line = start; line <= Math.max(start, end); line++) {
    ranges.push({ start: { line, character: 0 }, end: { line, character: 0 } });
  }
  return ranges;
}
