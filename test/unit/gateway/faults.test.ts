/** The bundled frontend against a gateway that misbehaves at every call in turn: success or one clear error, soon, and nothing on stdout but the wire. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { daemon } from '../../support/fake-daemon.ts';
import { FakeStatus } from '../../support/fake-gateway.ts';
import type { Handler } from '../../support/fake-gateway.ts';
import { FAULTS, runFaulty } from '../../support/faulty-wire.ts';
import type { FaultyOutcome, FaultyRun } from '../../support/faulty-wire.ts';

const root = join(import.meta.dirname, '../../..');
if (!existsSync(join(root, 'dist/frontend.cjs'))) execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root });

const METHODS = ['Ping', 'Inputs', 'Solve', 'ReadFile', 'ResolveSourceMeta', 'NewContainer', 'Return'];
const handlers = daemon({ files: { 'dockerfile/Dockerfile': 'FROM busybox\nCOPY a /a\nRUN apt-get update\n', 'context/.dockerignore': '*.log\n' } });
const rows: string[] = [];

/** Two test files run at once, and the machine may be busy with others. */
const PATIENCE = 3;

/** Some seconds, or more on a machine that takes longer than that for a build without faults. */
let limit = Infinity;

async function judge(name: string, run: Omit<FaultyRun, 'handlers'> & { readonly handlers?: Readonly<Record<string, Handler>> }): Promise<FaultyOutcome> {
  const outcome = await runFaulty({ ...run, handlers: { ...handlers, ...run.handlers } });
  const { code, signal, stderr, took, strayOutput, orphans, reached } = outcome;
  const what = `${name} at ${run.method}`;
  rows.push(`${what.padEnd(44)} exit ${code ?? signal} after ${took} ms  ${stderr.trim().slice(0, 110)}`);
  assert.ok(reached, `${what}: the call was not made`);
  assert.is(strayOutput, '', what);
  assert.not.ok(orphans, what);
  assert.ok(code === 0 || code === 1, `${what}: exit ${code ?? signal}\n${stderr}`);
  assert.ok(took <= limit, `${what}: ended after ${took} ms, of at most ${limit}`);
  if (code === 1) assert.match(stderr, /^[^\n]+\n(?:the error could not be returned: [^\n]+\n)?$/, what);
  else assert.is(stderr, '', what);
  return outcome;
}

test('without a fault it builds', async () => {
  const { code, took } = await judge('nothing', { method: 'Return' });
  assert.is(code, 0);
  limit = Math.max(1000, took * 4) * PATIENCE;
});

for (const method of METHODS) {
  for (const [name, { mild, make }] of Object.entries(FAULTS)) {
    test(`${name} at ${method}`, async () => {
      const { code } = await judge(name, { method, fault: make() });
      if (mild) assert.is(code, 0);
    });
  }
  // That nobody reads stdout any more is seen by the next who writes to it: at Inputs, by the calls beside it. A daemon that goes closes stdin, too.
  for (const cancel of method === 'Inputs' ? ['stdin', 'stdout', 'SIGTERM'] as const : ['stdin', 'SIGTERM'] as const) {
    test(`cancelled by ${cancel} at ${method}`, async () => {
      const hangs: Handler = () => new Promise(() => undefined);
      const { code } = await judge(`cancelled by ${cancel}`, { method, cancel, handlers: { [method]: hangs } });
      assert.is(code, 1);
    });
  }
}

for (let status = 1; status <= 17; status++) {
  test(`an error of code ${status}`, async () => {
    const { code, fake } = await judge(`error ${status}`, { method: 'Solve', handlers: { Solve: () => { throw new FakeStatus(status, 'no luck'); } } });
    assert.is(code, 1);
    assert.match(fake.requests('Return')[0]!['error'].message, 'no luck');
  });
}

test.after(() => console.log(rows.join('\n')));
test.run();
