import { Metadata, Server, ServerCredentials, status as codes } from '@grpc/grpc-js';
import type { sendUnaryData, ServerUnaryCall, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import protobuf from 'protobufjs';

/** A message as proto-loader decodes it: field names as in proto/, bytes as Buffer, 64-bit integers as text. */
export type Loose = Record<string, any>;

/** An error that a handler throws: its code, text and details go to the client as a daemon's would. */
export class FakeStatus extends Error {
  readonly code: number;
  readonly details: readonly { type_url: string; value: Uint8Array }[];
  constructor(code: number, message: string, details: readonly { type_url: string; value: Uint8Array }[] = []) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

export type Handler = (request: Loose, call: ServerUnaryCall<Loose, Loose>) => Loose | Promise<Loose>;

export interface FakeGateway {
  /** All calls so far, in order. */
  readonly calls: { readonly method: string; readonly request: Loose }[];
  /** The requests of one method. */
  requests(method: string): readonly Loose[];
  /** A new client connection. */
  connect(): net.Socket;
  stop(): void;
}

const protoDir = join(import.meta.dirname, '../../proto');
const OPTIONS = { keepCase: true, includeDirs: [protoDir], longs: String, enums: String, defaults: true, oneofs: true };

const SERVICE = loadSync(readdirSync(protoDir).filter((name) => name.endsWith('.proto')), OPTIONS)['moby.buildkit.v1.frontend.LLBBridge'] as ServiceDefinition;

/** The messages by protobufjs, for bytes that are not requests or answers. */
const root = new protobuf.Root();
root.resolvePath = (_origin, target) => (target.startsWith('google/protobuf/') ? target : join(protoDir, basename(target)));
root.loadSync(readdirSync(protoDir).filter((name) => name.endsWith('.proto')), { keepCase: true });

/** The value of a message in `bytes`, by protobufjs: a second opinion on our own codec. */
export function decodeLoose(type: string, bytes: Uint8Array): Loose {
  const message = root.lookupType(type);
  return message.toObject(message.decode(bytes), { longs: String, enums: String, defaults: true, oneofs: true });
}

/** The bytes of a message, by protobufjs. */
export function encodeLoose(type: string, value: Loose): Uint8Array {
  const message = root.lookupType(type);
  return message.encode(message.fromObject(value)).finish();
}

/** An LLBBridge server in this process, over a socket. Methods without a handler answer Unimplemented. */
export async function startFakeGateway(handlers: Readonly<Record<string, Handler>>): Promise<FakeGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'fake-gateway-'));
  const path = join(folder, 'socket');
  const calls: { method: string; request: Loose }[] = [];
  const server = new Server({ 'grpc.max_receive_message_length': 64 << 20, 'grpc.max_send_message_length': 64 << 20 });
  const implementation: UntypedServiceImplementation = {};
  for (const method of Object.keys(SERVICE)) {
    implementation[method] = (call: ServerUnaryCall<Loose, Loose>, callback: sendUnaryData<Loose>) => {
      calls.push({ method, request: call.request });
      void answer(handlers[method], call, callback);
    };
  }
  server.addService(SERVICE, implementation);
  await new Promise<void>((resolve, reject) => server.bindAsync(`unix:${path}`, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error))));
  return {
    calls,
    requests: (method) => calls.filter((call) => call.method === method).map((call) => call.request),
    connect: () => net.connect(path),
    stop: () => {
      server.forceShutdown();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answer(handler: Handler | undefined, call: ServerUnaryCall<Loose, Loose>, callback: sendUnaryData<Loose>): Promise<void> {
  if (handler === undefined) return callback({ code: codes.UNIMPLEMENTED, details: 'unknown method' });
  try {
    callback(null, await handler(call.request, call));
  } catch (error) {
    if (!(error instanceof FakeStatus)) return callback({ code: codes.INTERNAL, details: String(error) });
    callback(withDetails(error));
  }
}

function withDetails(error: FakeStatus): { code: number; details: string; metadata: Metadata } {
  const metadata = new Metadata();
  if (error.details.length > 0) {
    const status = encodeLoose('google.rpc.Status', { code: error.code, message: error.message, details: error.details });
    metadata.set('grpc-status-details-bin', Buffer.from(status));
  }
  return { code: error.code, details: error.message, metadata };
}
