import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { startFakeGateway } from '../../support/fake-gateway.ts';
import type { FakeGateway, Handler } from '../../support/fake-gateway.ts';

const program = new URL('fixtures/program.ts', import.meta.url).pathname;
const PING: Handler = () => ({ FrontendAPICaps: ['return', 'proto.refarray'].map((ID) => ({ ID, Enabled: true })) });

interface Run {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly fake: FakeGateway;
  readonly exited: Promise<{ code: number | null; signal: string | null; stderr: string }>;
}

async function start(options: Record<string, string>, handlers: Record<string, Handler> = {}): Promise<Run> {
  const fake = await startFakeGateway({ Ping: PING, Inputs: () => ({}), Return: () => ({}), ...handlers });
  const env = Object.fromEntries(Object.entries(options).map(([key, value], index) => [`BUILDKIT_FRONTEND_OPT_${index}`, `${key}=${value}`]));
  const child = spawn(process.execPath, ['--import', 'tsx', program], { env: { PATH: process.env['PATH'], ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const socket = fake.connect();
  child.stdout.pipe(socket);
  socket.pipe(child.stdin);
  for (const stream of [child.stdin, child.stdout, socket]) stream.on('error', () => undefined);
  let stderr = '';
  child.stderr.on('data', (data) => (stderr += String(data)));
  const exited = new Promise<{ code: number | null; signal: string | null; stderr: string }>((resolve) => {
    child.on('close', (code, signal) => {
      socket.destroy();
      fake.stop();
      resolve({ code, signal, stderr });
    });
  });
  return { child, fake, exited };
}

async function waitFor(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 2000) throw new Error('it did not come to pass');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('a result is returned, and the exit status is 0', async () => {
  const run = await start({ value: 'a=b\n\u00e9' });
  const { code, stderr } = await run.exited;
  assert.equal([code, stderr], [0, '']);
  assert.is(run.fake.requests('Return')[0]!['result'].metadata.answer.toString(), 'a=b\n\u00e9');
});

test('an error is returned and logged, and the exit status is 1', async () => {
  const run = await start({ do: 'fail' });
  const { code, stderr } = await run.exited;
  assert.equal([code, stderr], [1, 'build failed: no luck\n']);
  assert.is(run.fake.requests('Return')[0]!['error'].message, 'no luck');
});

test('a daemon that cannot be pinged ends the process', async () => {
  const run = await start({}, { Ping: () => { throw new Error('no'); } });
  assert.is((await run.exited).code, 1);
});

test('closed stdin ends the process at once', async () => {
  const run = await start({ do: 'hang' });
  await waitFor(() => run.fake.calls.length >= 2);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = Date.now();
  run.child.stdin.destroy();
  assert.is((await run.exited).code, 1);
  assert.ok(Date.now() - before < 500, `took ${Date.now() - before} ms`);
});

test('a signal ends the process at once', async () => {
  const run = await start({ do: 'hang' });
  await waitFor(() => run.fake.calls.length >= 2);
  run.child.kill('SIGTERM');
  assert.is((await run.exited).code, 1);
});

test.run();
