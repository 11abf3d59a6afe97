// Time and memory of `repro-dockerfile diff` and of diffoci on one pair of large images, one after the other, and a table of both.
// SIZE=GB (unpacked, default 5) sets how large, LAYERS=N in how many layers (default 3); RUNS=N how often each runs (the fastest counts).
import { spawn } from 'node:child_process';
import { copyFileSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeLargePair, type LargePair } from '../test/diffoci/large-images.ts';
import { diffociName, diffociTool, diffociVersion } from '../test/diffoci/tool.ts';
import { projectFolder, runFolder, say } from '../test/support/cache.ts';

interface Measured {
  readonly seconds: number;
  /** Seconds of processor time, of all threads: says more than the wall time on a machine that does other things too. */
  readonly processor: number;
  /** The largest resident set, in MB. */
  readonly megabytes: number;
  readonly status: number;
}

/** Runs a program with a file as its standard input. */
function measure(command: string, args: readonly string[], input?: string): Promise<Measured> {
  const started = performance.now();
  const child = spawn(command, args, { stdio: [input === undefined ? 'ignore' : openSync(input, 'r'), 'ignore', 'inherit'] });
  let kilobytes = 0;
  let ticks = 0;
  const look = (): void => {
    try {
      // The kernel's own high-water mark: only what happens after the last look is missed.
      kilobytes = Math.max(kilobytes, Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0));
      // Fields 14 and 15 of proc(5), counted from the one after the name; 100 a second.
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
      ticks = Math.max(ticks, Number(fields[11]) + Number(fields[12]));
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 20);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      clearInterval(timer);
      resolve({ seconds: (performance.now() - started) / 1000, processor: ticks / 100, megabytes: Math.round(kilobytes / 1000), status: status ?? -1 });
    });
  });
}

async function fastest(runs: number, action: () => Promise<Measured>): Promise<Measured> {
  const all: Measured[] = [];
  for (let each = 0; each < runs; each++) all.push(await action());
  return all.reduce((best, each) => (each.seconds < best.seconds ? each : best));
}

async function bench(pair: LargePair, folder: string, runs: number): Promise<boolean> {
  const diffoci = await diffociTool();
  const common = ['--backend', 'local', '--local-cache', join(folder, 'diffoci')];
  // A copy, so that a build meanwhile changes nothing.
  const program = join(folder, 'cli.cjs');
  copyFileSync('dist/cli.cjs', program);
  const ours = await fastest(runs, () => measure(process.execPath, [program, 'diff', pair.a, pair.b, '--format', 'json', '-o', join(folder, 'report.json')]));
  const html = await measure(process.execPath, [program, 'diff', pair.a, pair.b, '--format', 'html', '-o', join(folder, 'report.html')]);
  const loads = [await measure(diffoci, [...common, 'load'], pair.a), await measure(diffoci, [...common, 'load'], pair.b)];
  const theirs = await fastest(runs, () => measure(diffoci, [...common, 'diff', '--pull', 'never', '--report-file', join(folder, 'theirs.json'), diffociName('a'), diffociName('b')]));
  const row = (name: string, { seconds, processor, megabytes, status }: Measured): string => `| ${name} | ${seconds.toFixed(1)} | ${processor.toFixed(1)} | ${megabytes} | ${status} |`;
  const whole = [...loads, theirs].reduce((sum, each) => ({ seconds: sum.seconds + each.seconds, processor: sum.processor + each.processor, megabytes: Math.max(sum.megabytes, each.megabytes), status: each.status }));
  console.log(`\nEach image: ${pair.files} files, ${(pair.unpacked / 1e9).toFixed(1)} GB unpacked, ${(statSync(pair.a).size / 1e9).toFixed(1)} GB as an archive; all ${pair.layers} layers differ.\n`);
  console.log('| program | seconds | processor seconds | memory, MB | exit status |\n| --- | --- | --- | --- | --- |');
  console.log(row('repro-dockerfile diff, JSON report', ours));
  console.log(row('repro-dockerfile diff, HTML report', html));
  console.log(row(`diffoci ${diffociVersion} diff alone`, theirs));
  console.log(row('diffoci load of both, then diff', whole));
  return ours.status === 1 && theirs.status === 1 && ours.seconds < theirs.seconds && ours.megabytes < theirs.megabytes;
}

const gigabytes = Number(process.env['SIZE'] ?? 5);
const folder = runFolder();
process.chdir(projectFolder);
try {
  say(`making two images of ${gigabytes} GB below ${folder} (minutes)`);
  const isBetter = await bench(await makeLargePair(folder, gigabytes * 1e9), folder, Number(process.env['RUNS'] ?? 1));
  console.log(isBetter ? '\nless time and less memory than diffoci' : '\nNOT less time and memory than diffoci');
  process.exitCode = isBetter ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
