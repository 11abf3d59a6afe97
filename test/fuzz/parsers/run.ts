// Fuzzes the readers of what strangers write, each target in a child process with limits on memory and time.
// Usage: node --import tsx test/fuzz/parsers/run.ts [EXECUTIONS [SEED [SECONDS [TARGET…]]]]   executions and seconds are for each target
// Inputs that are found go to test/fuzz/corpus; exit status 1 when there are any.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_MS } from './check.ts';
import type { Finding } from './check.ts';
import { TARGETS } from './targets.ts';

export interface FoundInput {
  readonly finding: Finding;
  readonly detail: string;
  /** Base64. */
  readonly input: string;
}

export interface WorkerResult {
  readonly executions: number;
  /** Seeds, and inputs that fared as none before. */
  readonly corpus: number;
  /** Seeds, and inputs that ran code as none before. */
  readonly reaching: number;
  /** Pieces of the code that ran, each with how often. */
  readonly pieces: number;
  readonly rssMiB: number;
  readonly findings: readonly FoundInput[];
}

/** Of V8's old space; inputs have at most 64 KiB. */
const HEAP_MIB = 192;

/** Of all that the child holds, buffers too. */
const MAX_RSS_MIB = 640;

/** How often the child is looked at, in milliseconds. */
const LOOK_MS = 1000;
/** Linux counts processor time of processes in hundredths of a second. */
const TICK_MS = 10;

/**
 * Runs one target in a child process. An input that it does not survive, or that takes more than some seconds of processor time, is a finding as
 * well. `died` tells how it ended when there is no such input.
 */
export async function fuzzTarget(name: string, seed: number, executions: number, seconds: number): Promise<WorkerResult | { readonly died: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const inputPath = join(folder, 'input');
  const args = ['--import', 'tsx', `--max-old-space-size=${HEAP_MIB}`, join(import.meta.dirname, 'worker.ts'), name, String(seed), String(executions), String(seconds), inputPath];
  try {
    return await new Promise((resolve) => {
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      let out = '', log = '', killedFor: Finding = 'crash';
      const timer = watch(child.pid ?? 0, inputPath, (finding) => {
        killedFor = finding;
        child.kill('SIGKILL');
      });
      child.stdout.on('data', (data) => (out += String(data)));
      child.stderr.on('data', (data) => (log = (log + String(data)).slice(-4000)));
      child.on('close', (code, signal) => {
        clearInterval(timer);
        if (code === 0) return resolve(JSON.parse(out) as WorkerResult);
        const input = lastInput(inputPath);
        const how = `${signal ?? `exit status ${code}`}, seed ${seed}\n${log}`;
        if (input === undefined) return resolve({ died: how });
        const found: FoundInput = { finding: killedFor, detail: how, input: input.toString('base64') };
        resolve({ executions: 0, corpus: 0, reaching: 0, pieces: 0, rssMiB: 0, findings: [found] });
      });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Calls `found` when a process has used more processor time than one input may, and three times over, since its file of inputs changed, and when it
 * holds more memory than it may.
 */
function watch(pid: number, inputPath: string, found: (finding: Finding) => void): NodeJS.Timeout {
  let [changed, usedThen] = [0, 0];
  return setInterval(() => {
    const time = statSync(inputPath, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const used = processorTime(pid);
    if (time !== changed) [changed, usedThen] = [time, used];
    else if (time > 0 && used - usedThen > 3 * MAX_MS) found('hang');
    if (residentMiB(pid) > MAX_RSS_MIB) found('growth');
  }, LOOK_MS);
}

/** Milliseconds of a process (proc_pid_stat(5): utime and stime); 0 where there is no such file. */
function processorTime(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return 0;
  }
}

/** What a process has in memory (proc_pid_status(5): VmRSS), in MiB; 0 where there is no such file. */
function residentMiB(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function lastInput(path: string): Buffer | undefined {
  try {
    const bytes = readFileSync(path);
    return bytes.subarray(4, 4 + bytes.readUInt32LE(0));
  } catch {
    return undefined;
  }
}

/** The path below test/fuzz/corpus under which an input of a target is kept. */
export function corpusName(target: string, input: Uint8Array): string {
  return join(target.replace(/\W+/g, '-').replace(/^-/, ''), createHash('sha256').update(input).digest('hex').slice(0, 12));
}

async function main([executions = '100000', seed = '1', seconds = '600', ...names]: readonly string[]): Promise<void> {
  const left = TARGETS.map(({ name }) => name).filter((name) => names.length === 0 || names.includes(name));
  let total = 0, found = 0;
  const work = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const result = await fuzzTarget(name, Number(seed), Number(executions), Number(seconds));
      if ('died' in result) {
        found++;
        console.log(`${name.padEnd(22)} DIED ${result.died}`);
        continue;
      }
      total += result.executions;
      found += result.findings.length;
      console.log(`${name.padEnd(22)} ${String(result.executions).padStart(9)} executions, ${String(result.corpus).padStart(4)} kinds of outcome, ${String(result.reaching).padStart(4)} of coverage (${result.pieces} pieces), ${result.rssMiB} MiB, ${result.findings.length} findings`);
      for (const { finding, detail, input } of result.findings) {
        const bytes = Buffer.from(input, 'base64');
        const path = join(import.meta.dirname, '../corpus', corpusName(name, bytes));
        mkdirSync(join(path, '..'), { recursive: true });
        writeFileSync(path, bytes);
        console.log(`  ${finding}: ${detail.split('\n').slice(0, 4).join('\n    ')}\n  ${path}`);
      }
    }
  };
  await Promise.all(Array.from({ length: Number(process.env['JOBS']) || Math.min(2, availableParallelism()) }, work));
  console.log(`${total} executions, ${found} findings`);
  process.exitCode = found === 0 ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) await main(process.argv.slice(2));
