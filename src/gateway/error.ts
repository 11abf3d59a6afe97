import { CodedError } from '../diag/error.ts';

/** A typed detail of a gRPC status: google.protobuf.Any. BuildKit's own hold JSON. */
export interface ErrorDetail {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/** The names of gRPC's status codes as Go prints them, by number. */
const STATUS_NAMES = [
  'OK', 'Canceled', 'Unknown', 'InvalidArgument', 'DeadlineExceeded', 'NotFound', 'AlreadyExists', 'PermissionDenied', 'ResourceExhausted',
  'FailedPrecondition', 'Aborted', 'OutOfRange', 'Unimplemented', 'Internal', 'Unavailable', 'DataLoss', 'Unauthenticated',
] as const;

/** gRPC status codes, by Go's name. */
export const STATUS = {
  ok: 0, canceled: 1, unknown: 2, invalidArgument: 3, deadlineExceeded: 4, notFound: 5, permissionDenied: 7, resourceExhausted: 8,
  unimplemented: 12, internal: 13, unavailable: 14,
} as const;

/**
 * A call to the daemon that failed. Code, text and details are the daemon's, byte for byte, so that they can be handed back to it;
 * `message` is what Go prints for such an error: the code's name first, but for Unknown.
 */
export class GatewayError extends CodedError {
  readonly status: number;
  readonly statusMessage: string;
  readonly details: readonly ErrorDetail[];

  constructor(status: number, statusMessage: string, details: readonly ErrorDetail[] = [], options?: { cause?: unknown }) {
    super('gateway', printStatus(status, statusMessage), options);
    this.name = 'GatewayError';
    this.status = status;
    this.statusMessage = statusMessage;
    this.details = details;
  }

  /** The same failure in other words. */
  withMessage(statusMessage: string): GatewayError {
    return new GatewayError(this.status, statusMessage, this.details, { cause: this.cause });
  }

  /** Whether the daemon gave a detail of this type (without the URL prefix): `errdefs.Source`. */
  has(type: string): boolean {
    return this.details.some((detail) => detailType(detail) === type);
  }
}

function printStatus(status: number, text: string): string {
  if (status === STATUS.ok || status === STATUS.unknown) return text;
  return `${STATUS_NAMES[status] ?? `Code(${status})`}: ${text}`;
}

/** An error of our own that a client can tell by its detail, or by its status code. */
export class DetailedError extends Error {
  readonly details: readonly ErrorDetail[];
  readonly status: number | undefined;

  constructor(message: string, details: readonly ErrorDetail[], options: { cause?: unknown; status?: number } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'DetailedError';
    this.details = details;
    this.status = options.status;
  }
}

const DETAIL_PREFIX = 'github.com/moby/buildkit/';
const JSON_SUFFIX = '+json';

/** A detail of BuildKit's own kind: `value` as JSON under the type `errdefs.Source` or so. */
export function jsonDetail(type: string, value: unknown): ErrorDetail {
  return { typeUrl: `${DETAIL_PREFIX}${type}${JSON_SUFFIX}`, value: Buffer.from(JSON.stringify(value)) };
}

/** The type of one of BuildKit's own details, or the whole URL of any other. */
export function detailType(detail: ErrorDetail): string {
  const { typeUrl } = detail;
  return typeUrl.startsWith(DETAIL_PREFIX) && typeUrl.endsWith(JSON_SUFFIX) ? typeUrl.slice(DETAIL_PREFIX.length, -JSON_SUFFIX.length) : typeUrl;
}

/** The frontend lacks a capability that the request demands (errdefs.UnsupportedFrontendCapError). */
export function unsupportedFrontendCap(name: string): DetailedError {
  return new DetailedError(`unsupported frontend capability ${name}`, [jsonDetail('errdefs.FrontendCap', omitEmpty({ name }))], { status: STATUS.unimplemented });
}

/** The frontend does not know a subrequest (errdefs.UnsupportedSubrequestError). */
export function unsupportedSubrequest(name: string): DetailedError {
  return new DetailedError(`unsupported request ${name}`, [jsonDetail('errdefs.Subrequest', omitEmpty({ name }))]);
}

/** Go's omitempty: without the fields that are absent, zero, false or empty strings and lists. An empty object stays. */
export function omitEmpty(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0);
}
