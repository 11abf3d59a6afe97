import net from 'node:net';
import { Duplex } from 'node:stream';

/**
 * Two one-way streams as one byte stream in both directions: the gateway's wire is fd 0 and fd 1.
 * It ends, and is destroyed, as soon as the reading side does; nobody is there to write to then.
 */
export class PairedStream extends Duplex {
  readonly #input: net.Socket;
  readonly #output: net.Socket;

  constructor(input: net.Socket, output: net.Socket) {
    super({ allowHalfOpen: false });
    this.#input = input;
    this.#output = output;
    input.on('data', (chunk: Uint8Array) => {
      if (!this.push(chunk)) input.pause();
    });
    input.on('end', () => this.push(null));
    input.on('close', () => this.destroy());
    input.on('error', (error) => this.destroy(error));
    output.on('error', (error) => this.destroy(error));
  }

  /** grpc-js asks every connection for this; a pipe has no delay. */
  setNoDelay(): this {
    return this;
  }

  override _read(): void {
    this.#input.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#output.write(chunk, callback);
  }

  override _writev(chunks: { chunk: Uint8Array; encoding: BufferEncoding }[], callback: (error?: Error | null) => void): void {
    this.#output.cork();
    chunks.forEach(({ chunk }, index) => this.#output.write(chunk, index === chunks.length - 1 ? callback : undefined));
    this.#output.uncork();
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#output.end(() => callback());
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#input.destroy();
    this.#output.destroy();
    callback(error);
  }
}

/** The process's stdin and stdout as one stream. From here on they belong to the wire. */
export function openStdio(): PairedStream {
  return new PairedStream(
    new net.Socket({ fd: 0, readable: true, writable: false }),
    new net.Socket({ fd: 1, readable: false, writable: true }),
  );
}
