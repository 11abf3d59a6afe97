/**
 * A loopback server in snapshot.debian.org's URL layout, /archive/NAME/TIMESTAMP/PATH, and at the same time an HTTP proxy which
 * plays the archive's public hosts: apt is told of it by `Acquire::http::Proxy::HOST`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ArchiveState } from './apt-archive.ts';

/** How the snapshot side misbehaves. The public hosts always work. */
export type SnapshotMode =
  | { readonly kind: 'normal' }
  /** Any timestamp is redirected to the first state after it. */
  | { readonly kind: 'newer' }
  /** Serves the newest state under every timestamp, with no redirect to show it. */
  | { readonly kind: 'newest' }
  /** So many requests get 429 (or another status) with Retry-After, those after them work. */
  | { readonly kind: 'limited'; readonly times: number; readonly retryAfter: number; readonly status?: number }
  | { readonly kind: 'broken'; readonly status: number };

export interface SnapshotServer {
  /** `http://127.0.0.1:PORT/archive/`, a value for SNAPSHOT_ARCHIVE_BASE. */
  readonly base: string;
  /** `http://127.0.0.1:PORT`, a value for Acquire::http::Proxy::HOST. */
  readonly proxy: string;
  /** Every request since the last `reset`: method, target and status. */
  readonly log: readonly { readonly target: string; readonly status: number }[];
  reset(mode?: SnapshotMode): void;
  stop(): Promise<void>;
}

/** What the server knows. `publicHosts`: file contents by `HOST/PATH`. */
export interface SnapshotServerOptions {
  readonly states: readonly ArchiveState[];
  readonly publicHosts: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
  /** The Arch Linux Archive: file contents by path, by day (`2024/01/10`); served below repos/DAY/. */
  readonly days?: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array;
}

const NOT_FOUND: Answer = { status: 404 };

/** Starts the server on a free loopback port. */
export async function startSnapshotServer(options: SnapshotServerOptions): Promise<SnapshotServer> {
  const states = [...options.states].sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
  const log: { target: string; status: number }[] = [];
  let mode: SnapshotMode = { kind: 'normal' };
  let refused = 0;

  const answerDay = (day: string, rest: string): Answer => {
    const later = [...(options.days ?? new Map()).keys()].sort().findLast((each) => each > day);
    if (mode.kind === 'newer' && later !== undefined) return { status: 302, headers: { Location: `/archive/repos/${later}/${rest}` } };
    return file(options.days?.get(day)?.get(rest));
  };
  const answerSnapshot = (path: string): Answer => {
    if (mode.kind === 'broken') return { status: mode.status };
    if (mode.kind === 'limited' && refused++ < mode.times) return { status: mode.status ?? 429, headers: { 'Retry-After': String(mode.retryAfter) } };
    const day = /^\/archive\/repos\/(\d{4}\/\d\d\/\d\d)\/(.*)$/.exec(path);
    if (day !== null) return answerDay(day[1] ?? '', day[2] ?? '');
    const match = /^\/archive\/([^/]+)\/(\d{8}T\d{6}Z)\/(.*)$/.exec(path);
    const [name, timestamp, rest] = [match?.[1], match?.[2], match?.[3]];
    if (name === undefined || timestamp === undefined || rest === undefined) return NOT_FOUND;
    const state = pickState(states, timestamp, mode);
    if (state === undefined) return NOT_FOUND;
    if (state.timestamp !== timestamp && mode.kind !== 'newest') return { status: 302, headers: { Location: `/archive/${name}/${state.timestamp}/${rest}` } };
    return file(state.files.get(`${name}/${rest}`));
  };
  const answer = (target: string): Answer => {
    if (target.startsWith('/')) return answerSnapshot(target);
    const url = new URL(target);
    return file(options.publicHosts.get(url.hostname)?.get(url.pathname.slice(1)));
  };

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const target = decodeURI(request.url ?? '/');
    const result = answer(target);
    log.push({ target, status: result.status });
    response.writeHead(result.status, { 'Content-Length': result.body?.length ?? 0, ...result.headers });
    response.end(request.method === 'HEAD' ? undefined : result.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    base: `${address}/archive/`,
    proxy: address,
    log,
    reset(next = { kind: 'normal' }) {
      mode = next;
      refused = 0;
      log.length = 0;
    },
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** The service's rule: the latest state at or before the timestamp asked for; none: 404. */
function pickState(states: readonly ArchiveState[], timestamp: string, mode: SnapshotMode): ArchiveState | undefined {
  if (mode.kind === 'newest') return states.at(-1);
  if (mode.kind === 'newer') return states.find((state) => state.timestamp > timestamp) ?? states.at(-1);
  return states.findLast((state) => state.timestamp <= timestamp);
}

function file(body: Uint8Array | undefined): Answer {
  return body === undefined ? NOT_FOUND : { status: 200, headers: { 'Content-Type': 'application/octet-stream' }, body };
}
