import type { Readable, Writable } from 'node:stream';
import { GatewayError, STATUS } from './error.ts';
import { createFrameReader, DEFAULT_FRAME_BYTES, FLAG, FRAME, frameHeader, framePayload, numberFrame } from './frames.ts';
import type { Frame } from './frames.ts';
import { createHeaderDecoder } from './hpack.ts';

/** The two directions of one connection; for a socket both are the same. */
export interface Wire {
  readonly input: Readable;
  readonly output: Writable;
}

export interface Http2Request {
  /** A block of header fields: see encodeHeaders. */
  readonly headers: Buffer;
  readonly body: Buffer;
  /** A longer answer fails. */
  readonly maxAnswerBytes: number;
  readonly timeoutMs?: number | undefined;
  /** Called once, when all of `body` is written. */
  readonly onSent?: (() => void) | undefined;
}

export interface Http2Answer {
  readonly headers: ReadonlyMap<string, string>;
  readonly trailers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface Http2Connection {
  /** Throws GatewayError when no whole answer comes. */
  request(request: Http2Request): Promise<Http2Answer>;
}

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const SETTING = { enablePush: 2, maxConcurrentStreams: 3, initialWindowSize: 4, maxFrameSize: 5 } as const;
const ERROR = { protocol: 1, cancel: 8 } as const;
/** Section 6.9.2: what either side may send before it is told more. */
const DEFAULT_WINDOW = 65_535;
/** What the peer may send: all there is for one answer, and this much for the connection before it hears from us again. */
const OUR_WINDOW = 0x7fff_ffff;
/** The most that one block of headers may have, as in Go's gRPC: details of errors are in them. */
const MAX_HEADER_BYTES = 16 << 20;
/** Section 7, by number. */
const ERROR_NAMES = [
  'NO_ERROR', 'PROTOCOL_ERROR', 'INTERNAL_ERROR', 'FLOW_CONTROL_ERROR', 'SETTINGS_TIMEOUT', 'STREAM_CLOSED', 'FRAME_SIZE_ERROR',
  'REFUSED_STREAM', 'CANCEL', 'COMPRESSION_ERROR', 'CONNECT_ERROR', 'ENHANCE_YOUR_CALM', 'INADEQUATE_SECURITY', 'HTTP_1_1_REQUIRED',
];

/** A request under way. */
interface Stream {
  readonly request: Http2Request;
  readonly resolve: (answer: Http2Answer) => void;
  readonly reject: (error: GatewayError) => void;
  /** 0 until it is sent. */
  id: number;
  /** The part of the body that is not sent yet. */
  unsent: Buffer;
  /** How much of it the peer takes. */
  window: number;
  headers: ReadonlyMap<string, string> | undefined;
  received: number;
  readonly chunks: Buffer[];
  timer: NodeJS.Timeout | undefined;
}

/**
 * An HTTP/2 client (RFC 9113) with prior knowledge over one open connection, for what gRPC needs of it.
 * Node's own, which @grpc/grpc-js is built on, loads TLS and HTTP/1 with it: that alone takes as long as Node takes to start.
 */
export function openHttp2({ input, output }: Wire): Http2Connection {
  const streams = new Map<number, Stream>();
  /** Requests for which the peer has no room yet. */
  const waiting: Stream[] = [];
  const decodeHeaders = createHeaderDecoder();
  const peer = { maxStreams: Infinity, frameBytes: DEFAULT_FRAME_BYTES, streamWindow: DEFAULT_WINDOW, window: DEFAULT_WINDOW };
  let nextId = 1;
  let consumed = 0;
  let block: { readonly start: Frame; readonly parts: Buffer[]; bytes: number } | undefined;
  let failure: GatewayError | undefined;
  let unwritten: Buffer[] = [];

  /** What is written at one go reaches the wire at one go. */
  const write = (...parts: readonly Buffer[]): void => {
    if (unwritten.length === 0) process.nextTick(flush);
    unwritten.push(...parts);
  };
  const flush = (): void => {
    const parts = unwritten;
    unwritten = [];
    output.write(Buffer.concat(parts));
  };

  const startWaiting = (): void => {
    while (waiting.length > 0 && streams.size < peer.maxStreams) start(waiting.shift() as Stream);
  };
  const forget = (stream: Stream): void => {
    clearTimeout(stream.timer);
    streams.delete(stream.id);
    if (stream.id === 0) waiting.splice(waiting.indexOf(stream), 1);
    startWaiting();
  };
  const fail = (stream: Stream, error: GatewayError): void => {
    forget(stream);
    stream.reject(error);
  };
  const cancel = (stream: Stream, error: GatewayError): void => {
    if (stream.id !== 0) write(numberFrame(FRAME.resetStream, stream.id, ERROR.cancel));
    fail(stream, error);
  };
  const close = (text: string): void => {
    failure ??= new GatewayError(STATUS.unavailable, text);
    const lost = failure;
    for (const stream of [...waiting.splice(0), ...streams.values()]) {
      clearTimeout(stream.timer);
      stream.reject(lost);
    }
    streams.clear();
  };

  const start = (stream: Stream): void => {
    stream.id = nextId;
    stream.window = peer.streamWindow;
    nextId += 2;
    streams.set(stream.id, stream);
    const { headers } = stream.request;
    write(frameHeader(FRAME.headers, FLAG.endHeaders, stream.id, headers.length), headers);
    sendBody(stream);
  };
  /** As much as the peer takes now. */
  const sendBody = (stream: Stream): void => {
    while (stream.unsent.length > 0) {
      const length = Math.min(stream.unsent.length, peer.frameBytes, peer.window, stream.window);
      if (length <= 0) return;
      const isLast = length === stream.unsent.length;
      write(frameHeader(FRAME.data, isLast ? FLAG.endStream : 0, stream.id, length), stream.unsent.subarray(0, length));
      stream.unsent = stream.unsent.subarray(length);
      stream.window -= length;
      peer.window -= length;
      if (isLast) stream.request.onSent?.();
    }
  };

  const takeHeaders = ({ stream: id, flags }: Frame, bytes: Buffer): void => {
    const fields = new Map(decodeHeaders(bytes));
    const stream = streams.get(id);
    if (stream === undefined) return;
    const isEnd = (flags & FLAG.endStream) !== 0;
    if (stream.headers === undefined && !(fields.get(':status') ?? '').startsWith('1')) stream.headers = fields;
    if (isEnd) finish(stream, fields);
  };
  const takeData = (frame: Frame): void => {
    const stream = streams.get(frame.stream);
    consumed += frame.payload.length;
    if (consumed > OUR_WINDOW / 2) {
      write(numberFrame(FRAME.windowUpdate, 0, consumed));
      consumed = 0;
    }
    if (stream === undefined) return;
    const data = framePayload(frame);
    stream.received += data.length;
    if (stream.received > stream.request.maxAnswerBytes) {
      cancel(stream, new GatewayError(STATUS.resourceExhausted, `grpc: received message larger than max (${stream.received} vs. ${stream.request.maxAnswerBytes})`));
      return;
    }
    stream.chunks.push(data);
    if ((frame.flags & FLAG.endStream) !== 0) finish(stream, new Map());
  };
  const finish = (stream: Stream, trailers: ReadonlyMap<string, string>): void => {
    if (stream.unsent.length > 0) write(numberFrame(FRAME.resetStream, stream.id, ERROR.cancel));
    forget(stream);
    stream.resolve({ headers: stream.headers ?? trailers, trailers, body: Buffer.concat(stream.chunks) });
  };
  const takeSettings = (payload: Buffer): void => {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      const value = payload.readUInt32BE(at + 2);
      switch (payload.readUInt16BE(at)) {
        case SETTING.maxConcurrentStreams: peer.maxStreams = value; break;
        case SETTING.maxFrameSize: peer.frameBytes = value; break;
        case SETTING.initialWindowSize:
          for (const stream of streams.values()) stream.window += value - peer.streamWindow;
          peer.streamWindow = value;
          break;
        default:
      }
    }
    write(frameHeader(FRAME.settings, FLAG.ack, 0, 0));
    for (const stream of streams.values()) sendBody(stream);
    startWaiting();
  };
  const takeWindow = (id: number, payload: Buffer): void => {
    const more = payload.readUInt32BE(0) & 0x7fff_ffff;
    if (id === 0) peer.window += more;
    const stream = streams.get(id);
    if (stream !== undefined) stream.window += more;
    for (const each of id === 0 ? streams.values() : stream === undefined ? [] : [stream]) sendBody(each);
  };
  const takeReset = (stream: Stream | undefined, code: number): void => {
    if (stream === undefined) return;
    const name = ERROR_NAMES[code] ?? String(code);
    const status = code === ERROR.cancel ? STATUS.canceled : name === 'REFUSED_STREAM' ? STATUS.unavailable : STATUS.internal;
    fail(stream, new GatewayError(status, `stream terminated by RST_STREAM with error code: ${name}`));
  };
  /** The peer answers what it has begun with, and nothing later. */
  const takeGoAway = (payload: Buffer): void => {
    const last = payload.readUInt32BE(0) & 0x7fff_ffff;
    failure = new GatewayError(STATUS.unavailable, `the server ended the connection: ${ERROR_NAMES[payload.readUInt32BE(4)] ?? 'unknown error'}`);
    for (const stream of [...waiting, ...[...streams.values()].filter(({ id }) => id > last)]) fail(stream, failure);
  };

  const continueBlock = (payload: Buffer): void => {
    if (block === undefined) return;
    block.bytes += payload.length;
    if (block.bytes > MAX_HEADER_BYTES) throw new RangeError(`a header block has more than ${MAX_HEADER_BYTES} bytes`);
    block.parts.push(payload);
  };
  const take = (frame: Frame): void => {
    const { type, flags, stream, payload } = frame;
    if (block !== undefined && type !== FRAME.continuation) throw new RangeError('a header block is cut off by another frame');
    switch (type) {
      case FRAME.data: takeData(frame); break;
      case FRAME.headers: block = { start: frame, parts: [framePayload(frame)], bytes: payload.length }; break;
      case FRAME.continuation: continueBlock(payload); break;
      case FRAME.resetStream: takeReset(streams.get(stream), payload.readUInt32BE(0)); break;
      case FRAME.settings: if ((flags & FLAG.ack) === 0) takeSettings(payload); break;
      case FRAME.ping: if ((flags & FLAG.ack) === 0) write(frameHeader(FRAME.ping, FLAG.ack, 0, payload.length), payload); break;
      case FRAME.goAway: takeGoAway(payload); break;
      case FRAME.windowUpdate: takeWindow(stream, payload); break;
      case FRAME.pushPromise: throw new RangeError('a pushed stream was not agreed on');
      default:
    }
    if (block !== undefined && (type === FRAME.headers || type === FRAME.continuation) && (flags & FLAG.endHeaders) !== 0) {
      const { start: first, parts } = block;
      block = undefined;
      takeHeaders(first, parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts));
    }
  };
  const read = createFrameReader(take);
  input.on('data', (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      write(numberFrame(FRAME.goAway, 0, 0, ERROR.protocol));
      close(`malformed HTTP/2: ${error.message}`);
      input.destroy();
    }
  });
  input.on('close', () => close('error reading from server: EOF'));

  write(
    Buffer.from(PREFACE), frameHeader(FRAME.settings, 0, 0, 12), setting(SETTING.enablePush, 0), setting(SETTING.initialWindowSize, OUR_WINDOW),
    numberFrame(FRAME.windowUpdate, 0, OUR_WINDOW - DEFAULT_WINDOW),
  );
  return {
    request: (request) => new Promise((resolve, reject) => {
      if (failure !== undefined) return reject(failure);
      const stream: Stream = {
        request, resolve, reject, id: 0, unsent: request.body, window: 0, headers: undefined, received: 0, chunks: [], timer: undefined,
      };
      if (request.timeoutMs !== undefined) {
        stream.timer = setTimeout(() => cancel(stream, new GatewayError(STATUS.deadlineExceeded, 'context deadline exceeded')), request.timeoutMs);
      }
      if (streams.size < peer.maxStreams) start(stream);
      else waiting.push(stream);
    }),
  };
}

function setting(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt32BE(value, 2);
  return bytes;
}
