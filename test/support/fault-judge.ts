import * as assert from 'uvu/assert';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './cache.ts';
import { daemon } from './fake-daemon.ts';
import type { Handler } from './fake-gateway.ts';
import { runFaulty } from './faulty-wire.ts';
import type { FaultyOutcome, FaultyRun } from './faulty-wire.ts';

if (!existsSync(join(projectFolder, 'dist/frontend.cjs'))) execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: projectFolder });

/** The calls of a build. */
export const METHODS = ['Ping', 'Inputs', 'Solve', 'ReadFile', 'ResolveSourceMeta', 'NewContainer', 'Return'];
/** A daemon that has what the build asks for. */
export const handlers = daemon({ files: { 'dockerfile/Dockerfile': 'FROM busybox\nCOPY a /a\nRUN apt-get update\n', 'context/.dockerignore': '*.log\n' } });

/** Two test files run at once, and the machine may be busy with others. */
const PATIENCE = 3;

export interface FaultJudge {
  /** Runs one build: it must succeed, or tell one clear error, soon, with nothing on stdout but the wire and no process left. */
  judge(name: string, run: Omit<FaultyRun, 'handlers'> & { /** It may take as long as it takes. */ readonly isLarge?: true; readonly handlers?: Readonly<Record<string, Handler>> }): Promise<FaultyOutcome>;
  /** A line for each run so far. */
  readonly rows: readonly string[];
}

/** A judge that knows how long a build takes here: its first run must be one without faults. */
export function createFaultJudge(): FaultJudge {
  const rows: string[] = [];
  /** Some seconds, or more on a machine that takes longer than that for a build without faults. */
  let limit = Infinity;
  return {
    rows,
    judge: async (name, run) => {
      const outcome = await runFaulty({ ...run, handlers: { ...handlers, ...run.handlers } });
      const { code, signal, stderr, took, strayOutput, orphans, reached } = outcome;
      const what = `${name} at ${run.call === undefined ? run.method : `call ${run.call}, ${outcome.calls[run.call - 1]}`}`;
      rows.push(`${what.padEnd(44)} exit ${code ?? signal} after ${took} ms  ${stderr.trim().slice(0, 110)}`);
      assert.ok(reached || run.cancelAfterFrames !== undefined, `${what}: the call was not made`);
      assert.is(strayOutput, '', what);
      assert.not.ok(orphans, what);
      // Before it listens for the signal, it is not there yet.
      const isEarly = signal === 'SIGTERM' && !outcome.hasWritten;
      assert.ok(code === 0 || code === 1 || isEarly, `${what}: exit ${code ?? signal}\n${stderr}`);
      assert.ok(run.isLarge === true || took <= limit, `${what}: ended after ${took} ms, of at most ${limit}`);
      if (code === 1) assert.match(stderr, /^[^\n]+\n(?:the error could not be returned: [^\n]+\n)?$/, what);
      else assert.is(stderr, '', what);
      if (limit === Infinity) limit = Math.max(1000, took * 4) * PATIENCE;
      return outcome;
    },
  };
}
