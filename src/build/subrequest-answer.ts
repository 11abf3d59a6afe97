import type { Range } from '../diag/range.ts';
import { encodeText } from '../spec/bytes.ts';
import { metadataResult } from '../gateway/result.ts';
import type { Result } from '../gateway/result.ts';
import { indentedJson } from './json-text.ts';
import type { JsonValue } from './json-text.ts';

/** An answer to a subrequest: JSON, the same as text where it has one, and the version of the format. */
export function subrequestAnswer(json: JsonValue, version: string, texts: readonly (readonly [key: string, text: string])[] = []): Result {
  const metadata = [['result.json', indentedJson(json)], ...texts, ['version', version]] as const;
  return metadataResult(new Map(metadata.map(([key, text]) => [key, encodeText(text)])));
}

/** A place in the first source file (pb.Location), as Go writes it. */
export function locationJson(ranges: readonly Range[]): JsonValue {
  return { ranges: ranges.length === 0 ? undefined : ranges.map(({ start, end }) => ({ start: positionJson(start), end: positionJson(end) })) };
}

function positionJson({ line, character }: Range['start']): JsonValue {
  return { line: line === 0 ? undefined : line, character: character === 0 ? undefined : character };
}

/** undefined for '' and false, which Go leaves out. */
export function present<T extends string | boolean>(value: T): T | undefined {
  return value === '' || value === false ? undefined : value;
}
