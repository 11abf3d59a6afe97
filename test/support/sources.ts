import { createServer } from 'node:http';
import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';
import { mustRun } from './command.ts';
import { writeTar } from './tar.ts';

const WHEN = '2021-01-01T00:00:00Z';
const DOCKERFILE = 'FROM scratch\nCOPY . /\n';

/** A loopback server of a file (`file.txt`), an archive (`archive.tar`, `archive.tar.gz`), a Dockerfile and a git repository (`repository.git`). */
export interface SourceServer {
  readonly address: string;
  /** What the repository's `main` is. */
  readonly commit: string;
  stop(): void;
}

/** Makes the sources below `folder` and serves them over http. */
export async function serveSources(folder: string): Promise<SourceServer> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'file.txt'), 'a\n');
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY <<EOF /fetched\nthe Dockerfile alone\nEOF\n');
  writeFileSync(join(folder, 'archive.tar'), archive());
  writeFileSync(join(folder, 'archive.tar.gz'), gzipSync(archive()));
  for (const name of ['file.txt', 'Dockerfile', 'archive.tar', 'archive.tar.gz']) utimesSync(join(folder, name), new Date(WHEN), new Date(WHEN));
  const commit = await makeRepository(folder);
  const server = createServer((request, response) => {
    const path = join(folder, normalize(`/${new URL(request.url ?? '/', 'http://x').pathname}`));
    try {
      const modified = statSync(path).mtime.toUTCString();
      const content = readFileSync(path);
      response.writeHead(200, { 'last-modified': modified, 'content-length': content.length }).end(request.method === 'HEAD' ? undefined : content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, commit, stop: () => void server.close() };
}

/** A tar with a Dockerfile that copies all of it. */
export function archive(): Uint8Array {
  return writeTar([{ path: 'Dockerfile', content: DOCKERFILE }, { path: 'inside.txt', content: 'inside\n' }, { path: 'sub/Dockerfile', content: DOCKERFILE }]);
}

/** A repository of one commit, as git's plain http protocol wants it. */
async function makeRepository(folder: string): Promise<string> {
  const work = join(folder, 'work');
  mkdirSync(join(work, 'sub'), { recursive: true });
  for (const [name, text] of [['Dockerfile', DOCKERFILE], ['a.txt', 'a\n'], ['sub/s.txt', 's\n'], ['sub/Dockerfile', DOCKERFILE]] as const) writeFileSync(join(work, name), text);
  const env = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_AUTHOR_DATE: WHEN, GIT_COMMITTER_DATE: WHEN, GIT_AUTHOR_NAME: 'n', GIT_AUTHOR_EMAIL: 'n@example.org', GIT_COMMITTER_NAME: 'n', GIT_COMMITTER_EMAIL: 'n@example.org' };
  const git = (...args: string[]) => mustRun('git', args, { cwd: work, env });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '.');
  await git('commit', '--quiet', '--message=one');
  await git('clone', '--quiet', '--bare', '.', join(folder, 'repository.git'));
  await mustRun('git', ['update-server-info'], { cwd: join(folder, 'repository.git'), env });
  return (await git('rev-parse', 'HEAD')).stdout.trim();
}
