import { spawn } from 'node:child_process';

/** What a finished program left behind; `exitCode` is -1 when a signal ended it. */
export interface CommandResult {
  readonly command: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  /** Killed after this long (ten minutes when absent). */
  readonly timeoutMs?: number;
  /** Shows the program's stderr while it runs. */
  readonly verbose?: boolean;
  /** Ends the program with SIGTERM when aborted. */
  readonly signal?: AbortSignal;
}

/** Runs a program to its end and hands back what it said; throws only when it cannot be started. */
export function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: mergeEnv(options.env),
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: options.timeoutMs ?? 600_000,
      killSignal: 'SIGKILL',
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const abort = () => child.kill('SIGTERM');
    options.signal?.addEventListener('abort', abort, { once: true });
    child.stdout.on('data', (data: Buffer) => out.push(data));
    child.stderr.on('data', (data: Buffer) => {
      err.push(data);
      if (options.verbose === true) process.stderr.write(data);
    });
    child.on('error', reject);
    child.on('close', (status) => {
      options.signal?.removeEventListener('abort', abort);
      resolve({
        command: [command, ...args].join(' '),
        exitCode: status ?? -1,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
        milliseconds: Math.round(performance.now() - started),
      });
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** As `run`, but a program that fails throws, with its last words in the message. */
export async function mustRun(command: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const result = await run(command, args, options);
  if (result.exitCode !== 0) throw new Error(describeFailure(result));
  return result;
}

/** The one text for a program that failed: command, status, end of its output. */
export function describeFailure(result: CommandResult): string {
  const tail = `${result.stdout}${result.stderr}`.trimEnd().split('\n').slice(-40).join('\n');
  return `exit status ${result.exitCode}: ${result.command}\n${tail}`;
}

function mergeEnv(extra: CommandOptions['env']): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const [key, value] of Object.entries(extra ?? {})) {
    if (value === undefined) delete env[key];
    else env[key] = value;
  }
  return env;
}
