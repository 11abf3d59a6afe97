/** A loopback server of files that can change, and of git repositories over the smart protocol: what a build reads from outside. */
import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { mustRun } from './command.ts';

export interface WebServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** What is at `/PATH` from now on. */
  readonly files: Map<string, string | Uint8Array>;
  /** Commits the files (path → content) to branch main of the repository `/NAME.git`, made when there is none; in place of what it had. Gives the commit. */
  commit(name: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string>;
  stop(): Promise<void>;
}

/** Starts the server on a free loopback port; `folder` is for the repositories. */
export async function startWebServer(folder: string): Promise<WebServer> {
  const files = new Map<string, string | Uint8Array>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (/^\/[^/]+\.git\//.test(url.pathname)) return serveGit(folder, url, request, response);
    const body = files.get(url.pathname.slice(1));
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/octet-stream' });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    commit: (name, contents) => commit(join(folder, `${name}.git`), join(folder, name), contents),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function commit(repository: string, work: string, contents: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const date = '2024-01-02T03:04:05Z';
  const env = { GIT_DIR: repository, GIT_WORK_TREE: work, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  const git = async (...args: string[]) => (await mustRun('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { env, cwd: work })).stdout.trim();
  mkdirSync(work, { recursive: true });
  await git('init', '--quiet', '--initial-branch=main');
  // As public hosts do.
  await git('config', 'uploadpack.allowReachableSHA1InWant', 'true');
  await git('rm', '-r', '-f', '--quiet', '--ignore-unmatch', '.');
  for (const [path, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), content);
  }
  await git('add', '--all');
  await git('commit', '--quiet', '--allow-empty', '-m', 'x');
  return git('rev-parse', 'HEAD');
}

/** git's own CGI program does the protocol. */
function serveGit(folder: string, url: URL, request: IncomingMessage, response: ServerResponse): void {
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'], GIT_PROJECT_ROOT: folder, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: url.pathname, QUERY_STRING: url.search.slice(1), REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'], HTTP_CONTENT_ENCODING: request.headers['content-encoding'], GIT_PROTOCOL: request.headers['git-protocol'] as string | undefined,
      GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  request.pipe(child.stdin);
  child.stdin.on('error', () => undefined);
  const output: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => output.push(data));
  child.on('close', () => {
    const answer = Buffer.concat(output);
    const end = answer.indexOf('\r\n\r\n');
    const headers = answer.toString('latin1', 0, Math.max(end, 0)).split('\r\n').map((line) => line.split(': '));
    const status = Number(headers.find(([name]) => name === 'Status')?.[1]?.slice(0, 3) ?? '200');
    response.writeHead(status, Object.fromEntries(headers.filter(([name]) => name !== 'Status')) as Record<string, string>);
    response.end(answer.subarray(end + 4));
  });
}
