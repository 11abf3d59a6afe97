// Compares our frontend with the reference through a fake gateway: node --import tsx scripts/wire.ts CASES [ARGUMENT…]
// WIRE_COMPARE is the path of a program that runs two frontends on the same cases and says where what they send differs:
//   PROGRAM -a REFERENCE -b OURS -cases CASES -opt KEY=VALUE -show N -report FILE    one JSON line a case: {name, verdict, detail}
//   PROGRAM -a REFERENCE -cases CASES -opt KEY=VALUE                                 what one frontend does, as JSON: {error, stderr, exit, …}
// A difference counts unless it is the reference's own randomness (test/fuzz/randomness.ts), which is proven for each. Exit status 1: one does.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { CRASHES, IDS, RACES, type Difference } from '../test/fuzz/randomness.ts';
import { goTool } from '../test/support/tools.ts';

/** How often the reference may be asked again until it agrees; the rarest order seen comes once in thirty. */
const MOST_RUNS = 100;
const OURS = 'node dist/frontend.cjs';
const OFF = ['-opt', 'build-arg:REPRO=off'];

const [cases, ...rest] = process.argv.slice(2);
const program = process.env['WIRE_COMPARE'] ?? '';
if (program === '' || cases === undefined) throw new Error('set WIRE_COMPARE to the program, and give a folder or a file of cases');
const reference = await goTool('dockerfile-frontend');
const folder = mkdtempSync(join(tmpdir(), 'wire-'));
try {
  process.exitCode = compareAll(cases);
} finally {
  rmSync(folder, { recursive: true });
}

/** Compares all cases and explains what differs; the exit status. */
function compareAll(path: string): number {
  const report = join(folder, 'report.jsonl');
  const status = spawnSync(program, [...both(path, report), ...rest], { stdio: 'inherit' }).status;
  if (status !== 0) return status ?? 1;
  const counts = new Map<string, number>();
  let unexplained = 0;
  for (const difference of readReport(report).filter(isDifferent)) {
    const name = explain(difference, path);
    if (name === undefined) {
      unexplained++;
      process.stdout.write(`differs: ${difference.name}\n${difference.detail.join('\n').slice(0, 2000)}\n`);
    } else counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  for (const [name, count] of counts) process.stdout.write(`the reference's own: ${name}: ${count}\n`);
  process.stdout.write(`differences: ${unexplained}\n`);
  return unexplained === 0 ? 0 : 1;
}

function both(path: string, report: string): readonly string[] {
  return ['-a', reference, '-b', OURS, '-cases', path, ...OFF, '-report', report];
}

function readReport(path: string): readonly Difference[] {
  return readFileSync(path, 'utf8').split('\n').filter((line) => line !== '').map((line) => {
    const { name, verdict, detail } = JSON.parse(line) as Difference & { readonly detail: readonly string[] | null };
    return { name, verdict, detail: detail ?? [] };
  });
}

function isDifferent({ verdict }: Difference): boolean {
  return verdict.some((word) => !word.startsWith('ok '));
}

/** The name of the randomness that a difference is shown to be. */
function explain(difference: Difference, path: string): string | undefined {
  const one = join(folder, 'one.jsonl');
  writeFileSync(one, caseLine(difference.name, path));
  for (let runs = 0; runs < MOST_RUNS; runs++) {
    const { exit, error, stderr = '' } = alone(reference, one);
    if (exit !== 2 || error !== undefined) break;
    const crash = CRASHES.find(({ stack }) => stack.test(stderr));
    if (crash !== undefined) return crash.name;
  }
  const ids = IDS.find(({ blank }) => blank(answerOf(reference, one)) === blank(answerOf(OURS, one)));
  if (ids !== undefined) return ids.name;
  const race = RACES.find(({ matches }) => matches(difference));
  if (race === undefined) return undefined;
  const report = join(folder, 'one-report.jsonl');
  for (let runs = 0; runs < MOST_RUNS; runs++) {
    spawnSync(program, [...both(one, report), '-show', '0']);
    if (!readReport(report).some(isDifferent)) return race.name;
  }
  return undefined;
}

interface Answer {
  readonly error?: string;
  readonly refs?: unknown;
  readonly metadata?: unknown;
  readonly stderr?: string;
  readonly exit: number;
}

/** What a frontend does with the one case in a file. Not all that the reference says of a crash always arrives. */
function alone(frontend: string, path: string): Answer {
  return JSON.parse(spawnSync(program, ['-a', frontend, '-cases', path, ...OFF], { encoding: 'utf8' }).stdout) as Answer;
}

/** The part of what a frontend does that is the same each time, as text. */
function answerOf(frontend: string, path: string): string {
  const { error, refs, metadata, exit } = alone(frontend, path);
  return JSON.stringify({ error, refs, metadata, exit });
}

/** A case by itself: its line with whole paths, or the Dockerfile of that name in a folder. */
function caseLine(name: string, path: string): string {
  if (statSync(path).isDirectory()) return JSON.stringify({ name, dockerfile: resolve(path, name), context: dirname(resolve(path, name)), opts: {} });
  const found = readFileSync(path, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as { name: string; dockerfile: string; context: string }).find((each) => each.name === name);
  if (found === undefined) throw new Error(`no case ${name} in ${path}`);
  const absolute = (file: string): string => (file === '' ? '' : resolve(dirname(path), file));
  return JSON.stringify({ ...found, dockerfile: absolute(found.dockerfile), context: absolute(found.context) });
}
