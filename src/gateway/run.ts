import { messageOf } from '../diag/error.ts';
import { openBridge } from './bridge.ts';
import { readEnvironment } from './environment.ts';
import type { FrontendEnvironment } from './environment.ts';
import { openGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import type { Wire } from './http2.ts';
import type { Result } from './result.ts';
import { openStdio } from './stdio.ts';
import { openTransport } from './transport.ts';

/** Builds a request, which it reads from the gateway. */
export type BuildFunction = (gateway: Gateway) => Promise<Result>;

/**
 * Serves one build request over stdin and stdout: calls `build`, hands its result or error to the daemon, and exits with 0 or 1.
 * Whoever cancels the build closes stdin, or sends a signal: then the process exits at once.
 */
export async function runFrontend(build: BuildFunction): Promise<never> {
  const wire = openStdio();
  for (const event of ['end', 'close', 'error']) wire.input.on(event, () => cancel('the daemon ended the connection'));
  wire.output.on('error', () => cancel('the daemon reads no more'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => cancel(signal));
  return exit(await serveRequest(wire, () => readEnvironment(process.env), build));
}

/** Serves the build request that the environment and the gateway at the other end of `wire` tell of; the exit status, 0 or 1. */
export async function serveRequest(wire: Wire, environment: () => FrontendEnvironment, build: BuildFunction): Promise<number> {
  try {
    return await serve(await openGateway(environment(), openBridge(openTransport(wire))), build);
  } catch (error) {
    report('failed to initialize client from environment', error);
    return 1;
  }
}

async function serve(gateway: Gateway, build: BuildFunction): Promise<number> {
  try {
    await gateway.returnResult(await build(gateway));
    return 0;
  } catch (error) {
    report('build failed', error);
    await gateway.returnError(error).catch((failure: unknown) => report('the error could not be returned', failure));
    return 1;
  }
}

/** stdout is the wire; this goes to the daemon's log. */
function report(what: string, error: unknown): void {
  process.stderr.write(`${what}: ${messageOf(error)}\n`);
}

function cancel(reason: string): never {
  process.stderr.write(`build cancelled: ${reason}\n`);
  return exit(1);
}

/** Ends the process without waiting for sockets or timers. */
function exit(status: number): never {
  process.exit(status);
}
