import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from './cache.ts';
import { onEnd } from './lifetime.ts';

/** A program in the background that ends with this process at the latest. */
export interface Service {
  /** Everything it has written to stdout and stderr. */
  log(): string;
  /** Asks it to end, and makes it after ten seconds. */
  stop(): Promise<void>;
  /** Kills it at once, and with an isolated program its children, as a crash would. */
  kill(): Promise<void>;
  /** Waits until `ready` gives a value; throws with the log when the program ends before, or after `timeoutMs`. */
  waitFor<T>(ready: () => T | undefined | Promise<T | undefined>, timeoutMs?: number): Promise<T>;
}

export interface ServiceOptions {
  readonly name: string;
  readonly logFile: string;
  readonly env?: NodeJS.ProcessEnv;
  /**
   * Own mount and process namespaces: when the program ends, so do its children, and its mounts are gone.
   * Needs root.
   */
  readonly isolated?: boolean;
  /** When isolated, also a name of the machine that the program may change. */
  readonly ownHostname?: boolean;
}

const ISOLATED = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** Starts a program; the kernel kills it should this process be killed. */
export function startService(command: readonly string[], options: ServiceOptions): Service {
  const log = openSync(options.logFile, 'w');
  const line = ['setpriv', '--pdeathsig', 'KILL', '--', ...(options.isolated === true ? [...ISOLATED, ...(options.ownHostname === true ? ['--uts'] : []), '--'] : []), ...command];
  const child = spawn(line[0] ?? '', line.slice(1), { stdio: ['ignore', log, log], detached: true, env: options.env ?? process.env });
  closeSync(log);
  child.unref();
  let ended: string | undefined;
  let stopping = false;
  const readLog = () => readFileSync(options.logFile, 'utf8');
  child.on('exit', (status, signal) => {
    ended = `exit status ${status ?? signal}`;
    if (!stopping) say(`${options.name} ended by itself, ${ended}:\n${lastWords(readLog())}`);
  });
  child.on('error', (error) => (ended = error.message));
  const endBy = (signal: 'SIGTERM' | 'SIGKILL') => {
    stopping = true;
    return end(child, options.isolated === true, signal, () => ended !== undefined);
  };
  const stop = onEnd(() => endBy('SIGTERM'));
  return {
    log: readLog,
    stop,
    kill: async () => {
      await endBy('SIGKILL');
      await stop();
    },
    waitFor: async (ready, timeoutMs = 60_000) => {
      for (const deadline = Date.now() + timeoutMs; ; await sleep(50)) {
        const value = await ready();
        if (value !== undefined) return value;
        if (ended !== undefined || Date.now() > deadline) throw new Error(`${options.name}: ${ended ?? 'not ready in time'}\n${lastWords(readLog())}`);
      }
    },
  };
}

/** The end of a log; from the panic on where a Go program had one. */
function lastWords(log: string): string {
  const panic = log.search(/^(panic|fatal error): /m);
  return panic < 0 ? log.slice(-4000) : log.slice(panic, panic + 4000);
}

async function end(child: ChildProcess, isolated: boolean, signal: 'SIGTERM' | 'SIGKILL', hasEnded: () => boolean): Promise<void> {
  if (child.pid === undefined || hasEnded()) return;
  // unshare itself ignores SIGTERM; its one child is the program.
  for (const pid of isolated ? childrenOf(child.pid) : [child.pid]) kill(pid, signal);
  for (let waited = 0; waited < 200 && !hasEnded(); waited++) await sleep(50);
  if (!hasEnded()) kill(child.pid, 'SIGKILL');
  for (let waited = 0; waited < 40 && !hasEnded(); waited++) await sleep(50);
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}
