import { Client, credentials } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { Http2SubchannelConnector } from '@grpc/grpc-js/build/src/transport.js';
import type { Duplex } from 'node:stream';
import { decodeMessage } from '../pb/codec.ts';
import { GatewayError, STATUS } from './error.ts';

/** The reference's limit for one message in either direction (containerd's defaults). */
const MAX_MESSAGE_BYTES = 16 << 20;

/** A peer that answers no HTTP/2 ping for this long is gone. */
const KEEPALIVE_MS = 60_000;

/** One request and its answer as bytes. Throws GatewayError. */
export interface Transport {
  call(path: string, request: Uint8Array, timeoutMs?: number): Promise<Uint8Array>;
}

/**
 * A gRPC client over one open byte stream.
 * grpc-js connects by itself and takes no ready stream, so its connector is told to use this one;
 * a socket in between works as well but costs a listener, a second connection and a copy of every byte.
 */
export function openTransport(stream: Duplex): Transport {
  const client = new Client(`unix:${register(stream)}`, credentials.createInsecure(), {
    'grpc.enable_retries': 0,
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_MS,
    'grpc-node.flow_control_window': 1 << 20,
  });
  return {
    call: (path, request, timeoutMs) => new Promise((resolve, reject) => {
      const options = timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
      client.makeUnaryRequest(path, asBuffer, identity, request, options, (error, answer) => {
        if (error !== null) reject(toGatewayError(error));
        else resolve(answer ?? new Uint8Array());
      });
    }),
  };
}

/** The open streams by the socket path that stands for them. */
const streams = new Map<string, Duplex>();

/** A name under which grpc-js finds `stream` when it connects. */
function register(stream: Duplex): string {
  const connector = Http2SubchannelConnector.prototype as unknown as { tcpConnect: (address: { path?: string }) => Promise<Duplex> };
  if (streams.size === 0) {
    const connect = connector.tcpConnect;
    connector.tcpConnect = function (address) {
      const open = streams.get(address.path ?? '');
      if (open === undefined) return connect.call(this, address);
      return open.destroyed ? Promise.reject(new Error('the gateway closed the connection')) : Promise.resolve(open);
    };
  }
  const path = `stdio-${streams.size}`;
  streams.set(path, stream);
  return path;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function identity(bytes: Buffer): Uint8Array {
  return bytes;
}

/** The whole status of a failed call: with details it comes encoded in a trailer, without them as code and text. */
function toGatewayError(error: ServiceError): GatewayError {
  const [encoded] = error.metadata?.get('grpc-status-details-bin') ?? [];
  if (encoded instanceof Uint8Array) {
    const status = decodeMessage('google.rpc.Status', encoded);
    return new GatewayError(status.code, status.message, status.details, { cause: error });
  }
  return new GatewayError(error.code ?? STATUS.unknown, error.details ?? error.message, [], { cause: error });
}
