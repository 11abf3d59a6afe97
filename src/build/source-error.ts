import { findCause, LocatedError, messageOf } from '../diag/error.ts';
import { DetailedError } from '../gateway/error.ts';
import { sourceDetail } from '../gateway/source-detail.ts';
import type { SourceMap } from '../llb/types.ts';

/**
 * `error` with the lines of the Dockerfile that its places name, for the client to print (builder wrapSource);
 * the outermost place goes first. An error without a place is given back as it is.
 */
export function withSources(error: unknown, sourceMap: SourceMap): Error {
  const located = findCause(error, LocatedError);
  if (located === undefined) return error instanceof Error ? error : new Error(messageOf(error));
  const details = [...located.locations].reverse().map((ranges) => sourceDetail(sourceMap, ranges));
  return new DetailedError(messageOf(error), details, { cause: error });
}
