import net from 'node:net';
import type { Wire } from './http2.ts';

/** The process's stdin and stdout, which are the gateway's wire. From here on they belong to it. */
export function openStdio(): Wire {
  return openDescriptors(0, 1);
}

/** Two open file descriptors, of pipes or sockets, as the directions of a wire. */
export function openDescriptors(input: number, output: number): { readonly input: net.Socket; readonly output: net.Socket } {
  return {
    input: new net.Socket({ fd: input, readable: true, writable: false }),
    output: new net.Socket({ fd: output, readable: false, writable: true }),
  };
}
