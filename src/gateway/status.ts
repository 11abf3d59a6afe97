import { CodedError, findCause, LocatedError, messageOf } from '../diag/error.ts';
import { DetailedError, detailType, GatewayError, jsonDetail, omitEmpty, STATUS } from './error.ts';
import type { ErrorDetail } from './error.ts';
import { replaceBroken } from '../spec/bytes.ts';

/** google.rpc.Status, as Return takes it. */
export interface StatusMessage {
  readonly code: number;
  readonly message: string;
  readonly details: readonly ErrorDetail[];
}

/** The details that BuildKit reads into an error of their own each; an error that passes through gets them back inside out. */
const KNOWN_DETAILS: ReadonlySet<string> = new Set([
  'errdefs.CompatibilityFeature', 'errdefs.Frontend', 'errdefs.FrontendCap', 'errdefs.ProvenanceMaterialsIncomplete', 'errdefs.Solve',
  'errdefs.Source', 'errdefs.Subrequest', 'errdefs.Vertex', 'gatewayapi.ExitMessage',
]);
const STACK_DETAIL = 'stack.Stack';

/**
 * Any error as the status that the daemon hands to the client (util/grpcerrors ToGRPC): a failed call's own text is kept as it came,
 * without what was said around it, unless it was said about what the reference does not have; details of our own go before those that
 * passed through. What is not UTF-8 in the Dockerfile is replaced: the reference sends it and crashes, since the daemon refuses such a text.
 */
export function toStatus(error: unknown): StatusMessage {
  const chain = causeChain(error);
  const gateway = findCause(error, GatewayError);
  const code = statusCode(chain);
  const remote = gateway?.details ?? [];
  const unknown = remote.filter((detail) => !isKnown(detail) && !isStack(detail));
  const known = remote.filter(isKnown).reverse();
  const own = chain.flatMap((link) => (link instanceof DetailedError ? link.details : []));
  const stacks = [...remote.filter(isStack), ...tracedErrors(chain).map(stackDetail)];
  return {
    code,
    message: replaceBroken(gateway === undefined || chain.some(isOurs) ? messageOf(error) : gateway.statusMessage),
    details: [...unknown, ...stacks, ...own, ...known],
  };
}

/** Whether an error is about a supplied provenance or a snapshot. */
function isOurs(error: Error): boolean {
  return error instanceof CodedError && (error.code === 'provenance' || error.code === 'snapshot');
}

function statusCode(chain: readonly Error[]): number {
  for (const link of chain) {
    if (link instanceof DetailedError && link.status !== undefined) return link.status;
    if (link instanceof GatewayError) return link.status === STATUS.ok ? STATUS.unknown : link.status;
    if (link.name === 'AbortError') return STATUS.canceled;
  }
  return STATUS.unknown;
}

/** An error with what caused it, down to the failed call if it was one. */
function causeChain(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let current = error; current instanceof Error && chain.length < 100; current = current.cause) {
    chain.push(current);
    if (current instanceof GatewayError) break;
  }
  return chain;
}

function isKnown(detail: ErrorDetail): boolean {
  return KNOWN_DETAILS.has(detailType(detail));
}

function isStack(detail: ErrorDetail): boolean {
  return detailType(detail) === STACK_DETAIL;
}

/** The errors of a chain that show their stacks, innermost first; a place has one when nothing below it has. */
function tracedErrors(chain: readonly Error[]): readonly Error[] {
  const traced: Error[] = [];
  for (const link of chain.toReversed()) {
    if (hasOwnStack(link) || (link instanceof LocatedError && traced.length === 0)) traced.push(link);
  }
  return traced;
}

/** Errors in the words of Go's standard library and of OCI packages: in the reference these come without a stack. */
const PLAIN_ERRORS = /^(?:strconv\.|time: |parse error on line |EOF$|invalid reference format|invalid repository name|repository name must|invalid checksum digest|unsupported digest algorithm|string field contains invalid UTF-8$|illegal exclusion pattern: |syntax error in pattern$|bufio\.Scanner: |json: |invalid character |unexpected end of JSON input$)|^".*: invalid argument$/s;

/**
 * Whether an error adds a stack to what the client can show. Those do not that only add a place or a detail, or the words that the
 * parser puts around each of its errors, or nothing.
 */
function hasOwnStack(error: Error): boolean {
  if (error instanceof LocatedError || (error instanceof DetailedError && error.status === undefined)) return false;
  if (error instanceof GatewayError) return true;
  if (!(error.cause instanceof Error)) return !PLAIN_ERRORS.test(error.message);
  const { message } = error.cause;
  return !error.message.startsWith('dockerfile parse error on line ') && error.message !== message && !error.message.startsWith(`${message} (did you mean `);
}

/** Where an error was made, for `--debug` output of clients (util/stack). */
function stackDetail(error: Error): ErrorDetail {
  return jsonDetail(STACK_DETAIL, omitEmpty({ frames: stackFrames(error.stack ?? ''), cmdline: process.argv, pid: process.pid }));
}

const FRAME_PATTERN = /^ +at (?:(.+?) \()?([^()]*?):(\d+):\d+\)?$/;

function stackFrames(stack: string): readonly unknown[] {
  return stack.split('\n').flatMap((line) => {
    const match = line.length > 1000 ? null : FRAME_PATTERN.exec(line);
    return match === null ? [] : [{ Name: match[1] ?? '<anonymous>', File: match[2] ?? '', Line: Number(match[3]) }];
  });
}
