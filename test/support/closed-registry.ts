import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A registry that answers with a user's name and password alone. */
export interface ClosedRegistry {
  /** `127.0.0.1:PORT`, plain http. */
  readonly host: string;
  /** The calls that were let through, and those that were not. */
  readonly calls: { allowed: number; refused: number };
  stop(): Promise<void>;
}

/** Starts it on a free loopback port; it has what the registry `open` (HOST:PORT) has. `credential` is `USER:PASSWORD`. */
export async function startClosedRegistry(open: string, credential: string): Promise<ClosedRegistry> {
  const expected = `Basic ${Buffer.from(credential).toString('base64')}`;
  const calls = { allowed: 0, refused: 0 };
  const server = createServer((incoming, response) => {
    const { authorization, ...headers } = incoming.headers;
    if (authorization !== expected) {
      calls.refused++;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end();
      return;
    }
    calls.allowed++;
    const upstream = request(`http://${open}${incoming.url}`, { method: incoming.method, headers: { ...headers, host: open } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
