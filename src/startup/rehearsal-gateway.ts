import type { Duplex } from 'node:stream';
import { STATUS } from '../gateway/error.ts';
import { createFrameReader, FLAG, FRAME, frameHeader, numberFrame } from '../gateway/frames.ts';
import type { Frame } from '../gateway/frames.ts';
import { createHeaderDecoder, encodeHeaders } from '../gateway/hpack.ts';
import type { HeaderField } from '../gateway/hpack.ts';
import type { Wire } from '../gateway/http2.ts';
import { openDescriptors } from '../gateway/stdio.ts';
import { encodeMessage } from '../pb/codec.ts';

/** The answer of a rehearsed call: a message, or the text of an error. */
export type RehearsedAnswer = Uint8Array | string;

/** Open file descriptors of two pipes: what stands for the stdin and the stdout of a build, and the other ends of them. */
export interface Pipes {
  readonly input: number;
  readonly output: number;
  readonly peerInput: number;
  readonly peerOutput: number;
}

/** The wire of a rehearsed build, open until it is closed. */
export interface RehearsedWire extends Wire {
  /** Ends when nothing of it is left, which a startup snapshot could not keep. */
  close(): Promise<void>;
}

const PREFACE_BYTES = 24;
const GRPC_PREFIX_BYTES = 5;
/** Header blocks as Go's gRPC writes them, with names and values in the Huffman code, to be remembered: `:status` 200 and `content-type` application/grpc … */
const GO_HEADERS = Buffer.from('885f8b1d75d0620d263d4c4d6564', 'hex');
/** … `grpc-status` 0 and an empty `grpc-message`. */
const GO_TRAILERS = Buffer.from('40889acac8b21234da8f013040899acac8b5254207317f00', 'hex');

/** A wire with a gRPC server at its other end, in this process, that answers each call at once with what `answer` says. */
export function openRehearsalWire({ input, output, peerInput, peerOutput }: Pipes, answer: (method: string, message: Uint8Array) => RehearsedAnswer): RehearsedWire {
  const wire = openDescriptors(input, output);
  const peer = openDescriptors(peerInput, peerOutput);
  const decodeHeaders = createHeaderDecoder();
  const calls = new Map<number, { readonly path: string; readonly body: Buffer[] }>();
  const send = (type: number, flags: number, stream: number, payload: Buffer): void => void peer.output.write(Buffer.concat([frameHeader(type, flags, stream, payload.length), payload]));
  const sendHeaders = (flags: number, stream: number, block: Buffer): void => send(FRAME.headers, FLAG.endHeaders | flags, stream, block);
  const respond = (stream: number, answered: RehearsedAnswer): void => {
    sendHeaders(0, stream, GO_HEADERS);
    if (typeof answered === 'string') return sendHeaders(FLAG.endStream, stream, encodeHeaders(errorFields(answered)));
    const prefix = Buffer.alloc(GRPC_PREFIX_BYTES);
    prefix.writeUInt32BE(answered.length, 1);
    send(FRAME.data, 0, stream, Buffer.concat([prefix, answered]));
    sendHeaders(FLAG.endStream, stream, GO_TRAILERS);
  };
  const take = ({ type, flags, stream, payload }: Frame): void => {
    if (type === FRAME.settings && (flags & FLAG.ack) === 0) send(FRAME.settings, 0, 0, Buffer.alloc(0));
    if (type === FRAME.headers) calls.set(stream, { path: new Map(decodeHeaders(payload)).get(':path') ?? '', body: [] });
    const call = calls.get(stream);
    if (type !== FRAME.data || call === undefined) return;
    call.body.push(payload);
    for (const each of [0, stream]) peer.output.write(numberFrame(FRAME.windowUpdate, each, payload.length));
    if ((flags & FLAG.endStream) !== 0) respond(stream, answer(call.path.slice(call.path.lastIndexOf('/') + 1), Buffer.concat(call.body).subarray(GRPC_PREFIX_BYTES)));
  };
  const readFrames = createFrameReader(take);
  let preface = PREFACE_BYTES;
  peer.input.on('data', (chunk: Buffer) => {
    const skipped = Math.min(preface, chunk.length);
    preface -= skipped;
    readFrames(chunk.subarray(skipped));
  });
  return { ...wire, close: async () => void (await Promise.all([wire.input, wire.output, peer.input, peer.output].map(closed))) };
}

function closed(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    stream.on('close', resolve);
    stream.destroy();
  });
}

/** As the daemon sends an error: its whole status is encoded beside its code and text. */
function errorFields(message: string): readonly HeaderField[] {
  const code = STATUS.unknown;
  const status = encodeMessage('google.rpc.Status', { code, message });
  return [['grpc-status', String(code)], ['grpc-message', message], ['grpc-status-details-bin', Buffer.from(status).toString('base64')]];
}
