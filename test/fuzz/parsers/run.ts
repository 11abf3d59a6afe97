// Fuzzes the readers of what strangers write, each target in a child process with limits on memory and time.
// Usage: node --import tsx test/fuzz/parsers/run.ts [EXECUTIONS [SEED [SECONDS [TARGET…]]]]   executions and seconds are for each target
// Inputs that are found go to test/fuzz/corpus; exit status 1 when there are any.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
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
  readonly rssMiB: number;
  readonly findings: readonly FoundInput[];
}

/** Of V8's old space; inputs have at most 64 KiB. */
const HEAP_MIB = 192;

/** Runs one target in a child process. `died` tells how it ended when it gave no result: out of memory, or killed for time. */
export function fuzzTarget(name: string, seed: number, executions: number, seconds: number): Promise<WorkerResult | { readonly died: string }> {
  const args = ['--import', 'tsx', `--max-old-space-size=${HEAP_MIB}`, join(import.meta.dirname, 'worker.ts'), name, String(seed), String(executions), String(seconds)];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: (seconds + 180) * 1000, killSignal: 'SIGKILL' });
    let out = '', log = '';
    child.stdout.on('data', (data) => (out += String(data)));
    child.stderr.on('data', (data) => (log = (log + String(data)).slice(-4000)));
    child.on('close', (code, signal) => resolve(code === 0 ? JSON.parse(out) as WorkerResult : { died: `${signal ?? `exit status ${code}`}, seed ${seed}\n${log}` }));
  });
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
      console.log(`${name.padEnd(22)} ${String(result.executions).padStart(9)} executions, ${String(result.corpus).padStart(4)} kinds of outcome, ${result.rssMiB} MiB, ${result.findings.length} findings`);
      for (const { finding, detail, input } of result.findings) {
        const bytes = Buffer.from(input, 'base64');
        const path = join(import.meta.dirname, '../corpus', corpusName(name, bytes));
        mkdirSync(join(path, '..'), { recursive: true });
        writeFileSync(path, bytes);
        console.log(`  ${finding}: ${detail.split('\n').slice(0, 4).join('\n    ')}\n  ${path}`);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
  console.log(`${total} executions, ${found} findings`);
  process.exitCode = found === 0 ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) await main(process.argv.slice(2));
