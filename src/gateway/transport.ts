import { decodeMessage } from '../pb/codec.ts';
import { KnownValues } from '../spec/known.ts';
import { GatewayError, STATUS } from './error.ts';
import { encodeHeaders } from './hpack.ts';
import type { HeaderField } from './hpack.ts';
import { openHttp2 } from './http2.ts';
import type { Http2Answer, Wire } from './http2.ts';

/** The reference's limit for one message in either direction (containerd's defaults). */
const MAX_MESSAGE_BYTES = 16 << 20;

/** What gRPC puts before a message: whether it is compressed, and its length. */
const PREFIX_BYTES = 5;

export interface CallOptions {
  /** An answer that takes longer is an error. */
  readonly timeoutMs?: number;
  /** Called when all of the request is on its way: from then on there is nothing to do but wait. */
  readonly onSent?: () => void;
}

/** One request and its answer as bytes. Throws GatewayError. */
export interface Transport {
  call(path: string, request: Uint8Array, options?: CallOptions): Promise<Uint8Array>;
}

/** A gRPC client for calls with one request and one answer (grpc/doc/PROTOCOL-HTTP2.md) over an open connection. */
export function openTransport(wire: Wire): Transport {
  const connection = openHttp2(wire);
  return {
    call: async (path, message, { timeoutMs, onSent } = {}) => {
      if (message.length > MAX_MESSAGE_BYTES) {
        throw new GatewayError(STATUS.resourceExhausted, `trying to send message larger than max (${message.length} vs. ${MAX_MESSAGE_BYTES})`);
      }
      const answer = await connection.request({
        headers: headerBlocks.get(`${path} ${timeoutMs}`, () => encodeHeaders(requestHeaders(path, timeoutMs))), body: withPrefix(message), maxAnswerBytes: MAX_MESSAGE_BYTES + PREFIX_BYTES, timeoutMs, onSent,
      });
      return readAnswer(answer);
    },
  };
}

/** There are few, and each comes again in every build. */
const headerBlocks = new KnownValues<Buffer>();

function requestHeaders(path: string, timeoutMs: number | undefined): readonly HeaderField[] {
  return [
    [':method', 'POST'], [':scheme', 'http'], [':path', path], [':authority', 'localhost'], ['te', 'trailers'],
    ...(timeoutMs === undefined ? [] : [['grpc-timeout', `${timeoutMs}m`] as const]),
    ['content-type', 'application/grpc'], ['user-agent', 'repro-dockerfile'],
  ];
}

function withPrefix(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, PREFIX_BYTES);
  return framed;
}

/** The message of an answer; a failed call's error has the daemon's code, text and details. */
function readAnswer({ headers, trailers, body }: Http2Answer): Uint8Array {
  const status = trailers.get('grpc-status');
  if (status === undefined) {
    const http = headers.get(':status') ?? '';
    if (http !== '200') throw new GatewayError(STATUS.unknown, `unexpected HTTP status code received from server: ${http}`);
    throw new GatewayError(STATUS.internal, 'server closed the stream without sending trailers');
  }
  if (status !== '0') throw statusError(Number(status), trailers);
  if (body.length < PREFIX_BYTES || body[0] !== 0 || body.readUInt32BE(1) !== body.length - PREFIX_BYTES) {
    throw new GatewayError(STATUS.internal, `expected one message that is not compressed, found ${body.length} bytes that are none`);
  }
  return body.subarray(PREFIX_BYTES);
}

/** The whole status of a failed call: with details it comes encoded in a trailer, without them as code and text. */
function statusError(code: number, trailers: ReadonlyMap<string, string>): GatewayError {
  const encoded = trailers.get('grpc-status-details-bin');
  if (encoded === undefined) return new GatewayError(Number.isInteger(code) ? code : STATUS.unknown, decodeText(trailers.get('grpc-message') ?? ''));
  const status = decodeMessage('google.rpc.Status', Buffer.from(encoded, 'base64'));
  return new GatewayError(status.code, status.message, status.details);
}

/** Undoes the percent encoding of `grpc-message`; what is malformed stays as it is. */
function decodeText(encoded: string): string {
  const bytes = encoded.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
