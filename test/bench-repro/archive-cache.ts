import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Mirror } from '../support/bases.ts';

/** An HTTP proxy on loopback before Debian's archive. */
export interface ArchiveCache {
  /** `http://127.0.0.1:PORT`, for `Acquire::http::Proxy`. */
  readonly proxy: string;
  stop(): Promise<void>;
}

/**
 * Starts the proxy. What was asked for once is served from `folder` for ever after, indexes too: all builds see one state of the archive,
 * and the mirror sends each package once. Other hosts than Debian's get 403.
 */
export async function startArchiveCache(folder: string, mirror: Mirror): Promise<ArchiveCache> {
  const fetching = new Map<string, Promise<string | undefined>>();
  const find = (url: URL): Promise<string | undefined> => {
    const path = join(folder, url.hostname, url.pathname.replaceAll(/\/\.\.(?=\/|$)/g, ''));
    if (existsSync(path)) return Promise.resolve(path);
    const started = fetching.get(path) ?? download(upstream(url, mirror), path).finally(() => fetching.delete(path));
    fetching.set(path, started);
    return started;
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://unknown.invalid');
    if (!url.hostname.endsWith('.debian.org')) return void response.writeHead(403).end();
    find(url).then((path) => send(path, response), (error: Error) => response.writeHead(502).end(`${error.message}\n`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    proxy: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Where this machine gets a file of the archive. */
function upstream(url: URL, mirror: Mirror): string {
  const rest = url.pathname.replace(/^\/debian(-security)?\//, '');
  return `${(url.pathname.startsWith('/debian-security/') ? mirror.security : mirror.main).replace(/\/$/, '')}/${rest}`;
}

/** How long the mirror may take for a file, in milliseconds. */
const MOST_TIME = 300_000;

/** The file's path, complete and with the server's time; undefined when the server has none. */
async function download(url: string, path: string): Promise<string | undefined> {
  const response = await fetch(url, { signal: AbortSignal.timeout(MOST_TIME) });
  if (response.status === 404 || response.body === null) {
    // A body that is not read keeps its connection.
    await response.body?.cancel();
    return undefined;
  }
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.partial-${process.pid}`;
  try {
    await pipeline(Readable.fromWeb(response.body), createWriteStream(partial));
    const modified = Date.parse(response.headers.get('last-modified') ?? '') / 1000;
    utimesSync(partial, modified || 1_700_000_000, modified || 1_700_000_000);
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
  }
  return path;
}

function send(path: string | undefined, response: ServerResponse): void {
  if (path === undefined) return void response.writeHead(404, { 'Content-Length': 0 }).end();
  const { size, mtime } = statSync(path);
  response.writeHead(200, { 'Content-Length': size, 'Last-Modified': mtime.toUTCString(), 'Content-Type': 'application/octet-stream' });
  createReadStream(path).pipe(response);
}
