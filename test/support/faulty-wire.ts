import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createFrameReader, FLAG, FRAME, frameHeader, numberFrame } from '../../src/gateway/frames.ts';
import type { Frame } from '../../src/gateway/frames.ts';
import { startFakeGateway } from './fake-gateway.ts';
import type { FakeGateway, Handler } from './fake-gateway.ts';

/** What stands in place of a frame of the answer to the call that is broken: frames, or the end of the wire after them. */
export interface Broken {
  readonly bytes: readonly Buffer[];
  readonly end?: boolean;
}

/** Takes each frame of that answer; undefined leaves it as it is. */
export type Fault = (frame: Frame) => Broken | undefined;

export interface FaultyRun {
  /** The first call of this method. */
  readonly method: string;
  /** In place of that: the call that is the so-manyth of all, from 1. */
  readonly call?: number;
  readonly fault?: Fault;
  /** At the moment of the call, or when so many frames of the daemon have come: ends stdin, closes stdout, or kills with SIGTERM. */
  readonly cancel?: 'stdin' | 'stdout' | 'SIGTERM';
  readonly cancelAfterFrames?: number;
  readonly options?: Readonly<Record<string, string>>;
  readonly handlers: Readonly<Record<string, Handler>>;
}

export interface FaultyOutcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
  /** Milliseconds from the fault (without one, from the start) to the exit. */
  readonly took: number;
  readonly reached: boolean;
  /** The methods that were called, in order. */
  readonly calls: readonly string[];
  /** What stdout had that is no HTTP/2; '' when there is nothing. */
  readonly strayOutput: string;
  /** Processes of its group that outlive it. */
  readonly orphans: boolean;
  readonly hasWritten: boolean;
  /** Frames that the daemon sent. */
  readonly frames: number;
  readonly fake: FakeGateway;
}

const BUNDLE = join(import.meta.dirname, '../../dist/frontend.cjs');
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const LIMIT_MS = 60_000;
const PING_MS = 200;

/** A frame as the wire has it. */
export function frameBytes({ type, flags, stream, payload }: Frame): Buffer {
  return Buffer.concat([frameHeader(type, flags, stream, payload.length), payload]);
}

/** Runs the bundled frontend against a gateway whose answer to one call is broken on the way. */
export async function runFaulty({ method, call, fault, cancel, cancelAfterFrames, options = {}, handlers }: FaultyRun): Promise<FaultyOutcome> {
  const fake = await startFakeGateway(handlers);
  const variables = Object.fromEntries(Object.entries(options).map(([key, value], index) => [`BUILDKIT_FRONTEND_OPT_${index}`, `${key}=${value}`]));
  const workers = JSON.stringify([{ ID: 'w', Platforms: [{ os: 'linux', architecture: 'amd64' }] }]);
  const started = Date.now();
  const child = spawn(process.execPath, [BUNDLE], {
    env: { PATH: process.env['PATH'], BUILDKIT_SESSION_ID: 'session', BUILDKIT_WORKERS: workers, ...variables }, stdio: ['pipe', 'pipe', 'pipe'], detached: true,
  });
  const socket = fake.connect();
  for (const stream of [child.stdin, child.stdout, socket]) stream.on('error', () => undefined);
  let since = started, broken = -1, reached = false, frames = 0, strayOutput = '', stderr = '', hasEnded = false, prefaceLeft = PREFACE.length;
  let pings: NodeJS.Timeout | undefined;
  const cancelNow = (): void => {
    since = Date.now();
    if (cancel === 'stdin') child.stdin.destroy();
    if (cancel === 'stdout') {
      child.stdout.destroy();
      // That stdout is closed shows when something is written, and its last request may have gone there just before: a ping wants an answer.
      pings = setInterval(() => child.stdin.write(frameBytes({ type: FRAME.ping, flags: 0, stream: 0, payload: Buffer.alloc(8) })), PING_MS);
    }
    if (cancel === 'SIGTERM') child.kill('SIGTERM');
  };
  const calls: string[] = [];
  const takeRequest = createFrameReader((frame) => {
    if (frame.type > FRAME.continuation) strayOutput ||= `a frame of type ${frame.type}`;
    const called = frame.type === FRAME.headers ? /LLBBridge\/(\w+)/.exec(frame.payload.toString('latin1'))?.[1] : undefined;
    if (called === undefined) return;
    calls.push(called);
    if (broken >= 0 || (call === undefined ? called !== method : calls.length !== call)) return;
    reached = true;
    broken = frame.stream;
    if (fault !== undefined) since = Date.now();
    if (cancel !== undefined && cancelAfterFrames === undefined) cancelNow();
  });
  child.stdout.on('data', (data: Buffer) => {
    socket.write(data);
    const start = Math.min(prefaceLeft, data.length);
    if (!PREFACE.startsWith(data.toString('latin1', 0, start), PREFACE.length - prefaceLeft)) strayOutput ||= 'no preface';
    prefaceLeft -= start;
    try {
      takeRequest(data.subarray(start));
    } catch (error) {
      strayOutput ||= String(error);
    }
  });
  const takeAnswer = createFrameReader((frame) => {
    if (hasEnded) return;
    const change = fault !== undefined && frame.stream === broken && broken >= 0 ? fault(frame) : undefined;
    for (const bytes of change?.bytes ?? [frameBytes(frame)]) child.stdin.write(bytes);
    if (++frames === cancelAfterFrames) cancelNow();
    if (change?.end === true) {
      hasEnded = true;
      child.stdin.end();
    }
  });
  socket.on('data', (data: Buffer) => takeAnswer(data));
  child.stderr.on('data', (data) => (stderr += String(data)));
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  return new Promise((resolve) => child.on('close', (code, signal) => {
    const took = Date.now() - since;
    clearTimeout(timer);
    clearInterval(pings);
    socket.destroy();
    fake.stop();
    resolve({ code, signal, stderr, took, reached, calls, strayOutput, orphans: isAlive(child.pid), hasWritten: prefaceLeft < PREFACE.length, frames, fake });
  }));
}

/** Whether a process of this group is left. */
function isAlive(group: number | undefined): boolean {
  try {
    return group !== undefined && process.kill(-group, 0);
  } catch {
    return false;
  }
}

/** A fault for the message of an answer: its bytes, without gRPC's prefix, become others. */
function onMessage(change: (message: Buffer) => Buffer): Fault {
  return (frame) => {
    if (frame.type !== FRAME.data || frame.payload.length < 5) return undefined;
    const message = change(frame.payload.subarray(5));
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(message.length, 1);
    const body = Buffer.concat([prefix, message]);
    const pieces = Array.from({ length: Math.ceil(body.length / 16_384) }, (_, index) => body.subarray(index * 16_384, (index + 1) * 16_384));
    return { bytes: pieces.map((payload, index) => frameBytes({ ...frame, flags: index === pieces.length - 1 ? frame.flags : frame.flags & ~FLAG.endStream, payload })) };
  };
}

/** A field that no message has (number 1999), of `size` bytes. */
function unknownField(size: number): Buffer {
  const length: number[] = [];
  for (let rest = size; ; rest = Math.floor(rest / 128)) {
    length.push(rest >= 128 ? 128 | (rest % 128) : rest);
    if (rest < 128) break;
  }
  return Buffer.concat([Buffer.from([0xfa, 0x7c, ...length]), Buffer.alloc(size)]);
}

/** Replaces the whole answer. */
function instead(broken: (stream: number) => Broken): Fault {
  let isDone = false;
  return ({ stream }) => {
    if (isDone) return { bytes: [] };
    isDone = true;
    return broken(stream);
  };
}

const HTTP_502 = Buffer.from([0x08, 3, 0x35, 0x30, 0x32]);

/** Ways to break an answer, by what they do; `mild` ones change nothing that counts. */
export const FAULTS: Readonly<Record<string, { readonly mild?: true; readonly make: () => Fault }>> = {
  'unknown fields': { mild: true, make: () => onMessage((message) => Buffer.concat([message, unknownField(10)])) },
  'above 4 MB': { mild: true, make: () => onMessage((message) => Buffer.concat([message, unknownField(5 << 20)])) },
  'above 16 MB': { make: () => onMessage((message) => Buffer.concat([message, unknownField(17 << 20)])) },
  'byte by byte': { mild: true, make: () => (frame) => ({ bytes: Array.from(frameBytes(frame), (byte) => Buffer.from([byte])) }) },
  'message cut off': { make: () => onMessage((message) => Buffer.concat([message, Buffer.from([0xfa, 0x7c, 50, 1])])) },
  'no protobuf': { make: () => onMessage(() => Buffer.from([0xff, 0xff, 0xff])) },
  'stream reset': { make: () => instead((stream) => ({ bytes: [numberFrame(FRAME.resetStream, stream, 2)] })) },
  'GOAWAY': { make: () => instead(() => ({ bytes: [numberFrame(FRAME.goAway, 0, 0, 2)], end: true })) },
  'end of the wire': { make: () => instead(() => ({ bytes: [], end: true })) },
  'frame cut off': { make: () => instead((stream) => ({ bytes: [frameHeader(FRAME.data, 0, stream, 1000), Buffer.alloc(500)], end: true })) },
  'frame too long': { make: () => instead((stream) => ({ bytes: [frameHeader(FRAME.data, 0, stream, 0xff_ffff)] })) },
  'headers that are none': { make: () => instead((stream) => ({ bytes: [frameBytes({ type: FRAME.headers, flags: FLAG.endHeaders | FLAG.endStream, stream, payload: Buffer.from([0xff, 0xff, 0xff]) })] })) },
  'no trailers': { make: () => instead((stream) => ({ bytes: [frameBytes({ type: FRAME.data, flags: FLAG.endStream, stream, payload: Buffer.alloc(5) })] })) },
  'HTTP 502': { make: () => instead((stream) => ({ bytes: [frameBytes({ type: FRAME.headers, flags: FLAG.endHeaders | FLAG.endStream, stream, payload: HTTP_502 })] })) },
  'endless headers': {
    make: () => instead((stream) => ({
      bytes: [frameBytes({ type: FRAME.headers, flags: 0, stream, payload: Buffer.alloc(16_384) }),
        ...Array.from({ length: 2000 }, () => frameBytes({ type: FRAME.continuation, flags: 0, stream, payload: Buffer.alloc(16_384) }))],
    })),
  },
};
