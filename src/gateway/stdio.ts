import net from 'node:net';
import type { Wire } from './http2.ts';

/** The process's stdin and stdout, which are the gateway's wire. From here on they belong to it. */
export function openStdio(): Wire {
  return {
    input: new net.Socket({ fd: 0, readable: true, writable: false }),
    output: new net.Socket({ fd: 1, readable: false, writable: true }),
  };
}
