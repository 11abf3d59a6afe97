import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { sendUnaryData, ServerUnaryCall, ServiceDefinition } from '@grpc/grpc-js';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { GATEWAY_CAPABILITIES } from '../src/gateway/capabilities.ts';
import { LLB_CAPS } from '../src/llb/caps.ts';
import { decodeMessage, encodeMessage } from '../src/pb/codec.ts';
import { cut } from '../src/spec/strings.ts';

/** A frontend as a process: its command line, and what its image adds to the environment, as `NAME=value`. */
export interface Command {
  readonly words: readonly string[];
  readonly env?: readonly string[];
}

/** One run of a frontend's process. */
export interface ProcessRun {
  /** From the start of the process to its call of Return. */
  readonly milliseconds: number;
  /** The most memory that it had until then. */
  readonly peakMegabytes: number;
  /** The message of the error that it returned, if it did. */
  readonly error?: string;
}

export interface ProcessBench {
  /** Starts the frontend with a Dockerfile's text and frontend options. Throws when it ends without a Return. */
  run(command: Command, dockerfile: string, options?: Readonly<Record<string, string>>): Promise<ProcessRun>;
  stop(): void;
}

const PACKAGE = 'moby.buildkit.v1.frontend';
const METHODS = ['Ping', 'Inputs', 'Solve', 'ReadFile', 'ResolveSourceMeta', 'NewContainer', 'ReleaseContainer', 'Warn', 'Return'] as const;
type Method = (typeof METHODS)[number];
const MAX_MESSAGE_BYTES = 64 << 20;
const DIGEST = `sha256:${'0'.repeat(64)}`;
const CONFIG = Buffer.from('{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/usr/bin:/bin"]},"rootfs":{"type":"layers","diff_ids":[]}}');

/** A gateway in this process that answers from memory, and does not look into what it is given to solve. */
export async function startProcessBench(folder: string): Promise<ProcessBench> {
  let dockerfile = Buffer.alloc(0);
  let returned: (message: Buffer) => void = () => undefined;
  const pong = encodeMessage(`${PACKAGE}.PongResponse`, { FrontendAPICaps: allCaps(GATEWAY_CAPABILITIES.keys()), LLBCaps: allCaps(LLB_CAPS.keys()) });
  const answer = (method: Method, message: Buffer): Uint8Array | undefined => {
    switch (method) {
      case 'Ping': return pong;
      case 'Solve': return encodeMessage(`${PACKAGE}.SolveResponse`, { result: { ref: { id: 'reference' } } });
      case 'ReadFile': return decodeMessage(`${PACKAGE}.ReadFileRequest`, message).FilePath === 'Dockerfile' ? encodeMessage(`${PACKAGE}.ReadFileResponse`, { Data: dockerfile }) : undefined;
      case 'ResolveSourceMeta': {
        const { Source } = decodeMessage(`${PACKAGE}.ResolveSourceMetaRequest`, message);
        return encodeMessage(`${PACKAGE}.ResolveSourceMetaResponse`, { Source, Image: { Digest: DIGEST, Config: CONFIG } });
      }
      case 'NewContainer': return undefined;
      case 'Return':
        returned(message);
        return new Uint8Array();
      default: return new Uint8Array();
    }
  };
  const server = new Server({ 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES, 'grpc.max_send_message_length': MAX_MESSAGE_BYTES });
  server.addService(serviceDefinition(), Object.fromEntries(METHODS.map((method) => [method, (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
    const bytes = answer(method, call.request);
    if (bytes === undefined) callback({ code: 5, details: 'not found' });
    else callback(null, Buffer.from(bytes));
  }])));
  const path = join(folder, 'gateway.sock');
  await new Promise<void>((resolve, reject) => server.bindAsync(`unix:${path}`, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error))));
  return {
    run: async (command, text, options = {}) => {
      dockerfile = Buffer.from(text);
      const started = performance.now();
      const child = startFrontend(command, options);
      const socket = net.connect(path);
      child.stdout.pipe(socket);
      socket.pipe(child.stdin);
      for (const stream of [child.stdin, child.stdout, socket]) stream.on('error', () => undefined);
      let stderr = '';
      child.stderr.on('data', (data) => (stderr += String(data)));
      const exited = new Promise<void>((resolve) => child.on('close', () => resolve()));
      const ended = exited.then(() => Promise.reject(new Error(`${command.words.join(' ')} ended without a result: ${stderr}`)));
      const run = await Promise.race([ended, new Promise<ProcessRun>((resolve) => {
        returned = (message) => {
          const milliseconds = performance.now() - started;
          const { error } = decodeMessage(`${PACKAGE}.ReturnRequest`, message);
          resolve({ milliseconds, peakMegabytes: peakMegabytes(child.pid), ...(error === undefined ? {} : { error: error.message }) });
        };
      })]);
      ended.catch(() => undefined);
      await exited;
      socket.destroy();
      return run;
    },
    stop: () => server.forceShutdown(),
  };
}

function startFrontend({ words: [program = '', ...args], env: added = [] }: Command, options: Readonly<Record<string, string>>): ReturnType<typeof spawn> & { stdin: NodeJS.WritableStream; stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
  const variables = Object.entries(options).map(([key, value], index) => [`BUILDKIT_FRONTEND_OPT_${index}`, `${key}=${value}`]);
  const env = {
    ...Object.fromEntries(added.map((variable) => cut(variable, '=')).map(({ before, after = '' }) => [before, after])),
    PATH: process.env['PATH'] ?? '', BUILDKIT_SESSION_ID: 'session', BUILDKIT_EXPORTEDPRODUCT: 'buildkit',
    BUILDKIT_WORKERS: '[{"ID":"worker","Platforms":[{"architecture":"amd64","os":"linux"}]}]', ...Object.fromEntries(variables),
  };
  return spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] }) as ReturnType<typeof startFrontend>;
}

function peakMegabytes(pid: number | undefined): number {
  const [, kilobytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

function serviceDefinition(): ServiceDefinition {
  const same = (bytes: Buffer): Buffer => bytes;
  return Object.fromEntries(METHODS.map((method) => [method, {
    path: `/${PACKAGE}.LLBBridge/${method}`, requestStream: false, responseStream: false,
    requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same,
  }]));
}

function allCaps(names: Iterable<string>): readonly object[] {
  return [...names].map((ID) => ({ ID, Enabled: true }));
}
