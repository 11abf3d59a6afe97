import { PassThrough, Writable } from 'node:stream';
import { createFrameReader, FLAG, FRAME, frameHeader, numberFrame } from '../gateway/frames.ts';
import type { Frame } from '../gateway/frames.ts';
import { createHeaderDecoder, encodeHeaders } from '../gateway/hpack.ts';
import type { HeaderField } from '../gateway/hpack.ts';
import type { Wire } from '../gateway/http2.ts';

/** The answer of a rehearsed call: a message, or the text of an error. */
export type RehearsedAnswer = Uint8Array | string;

const PREFACE_BYTES = 24;
const GRPC_PREFIX_BYTES = 5;

/** A wire with a gRPC server at its other end, in this process, that answers each call at once with what `answer` says. */
export function openRehearsalWire(answer: (method: string, message: Uint8Array) => RehearsedAnswer): Wire {
  const input = new PassThrough();
  const decodeHeaders = createHeaderDecoder();
  const calls = new Map<number, { readonly path: string; readonly body: Buffer[] }>();
  const send = (type: number, flags: number, stream: number, payload: Buffer): void => void input.write(Buffer.concat([frameHeader(type, flags, stream, payload.length), payload]));
  const sendHeaders = (flags: number, stream: number, fields: readonly HeaderField[]): void => send(FRAME.headers, FLAG.endHeaders | flags, stream, encodeHeaders(fields));
  const respond = (stream: number, answered: RehearsedAnswer): void => {
    sendHeaders(0, stream, [[':status', '200'], ['content-type', 'application/grpc']]);
    if (typeof answered === 'string') return sendHeaders(FLAG.endStream, stream, [['grpc-status', '2'], ['grpc-message', answered]]);
    const prefix = Buffer.alloc(GRPC_PREFIX_BYTES);
    prefix.writeUInt32BE(answered.length, 1);
    send(FRAME.data, 0, stream, Buffer.concat([prefix, answered]));
    sendHeaders(FLAG.endStream, stream, [['grpc-status', '0'], ['grpc-message', '']]);
  };
  const take = ({ type, flags, stream, payload }: Frame): void => {
    if (type === FRAME.settings && (flags & FLAG.ack) === 0) send(FRAME.settings, 0, 0, Buffer.alloc(0));
    if (type === FRAME.headers) calls.set(stream, { path: new Map(decodeHeaders(payload)).get(':path') ?? '', body: [] });
    const call = calls.get(stream);
    if (type !== FRAME.data || call === undefined) return;
    call.body.push(payload);
    for (const each of [0, stream]) input.write(numberFrame(FRAME.windowUpdate, each, payload.length));
    if ((flags & FLAG.endStream) !== 0) respond(stream, answer(call.path.slice(call.path.lastIndexOf('/') + 1), Buffer.concat(call.body).subarray(GRPC_PREFIX_BYTES)));
  };
  const readFrames = createFrameReader(take);
  let preface = PREFACE_BYTES;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const skipped = Math.min(preface, chunk.length);
      preface -= skipped;
      readFrames(chunk.subarray(skipped));
      done();
    },
  });
  return { input, output };
}
