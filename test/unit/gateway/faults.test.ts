/** The bundled frontend against a gateway that misbehaves at every call in turn: success or one clear error, soon, and nothing on stdout but the wire. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeStatus } from '../../support/fake-gateway.ts';
import type { Handler } from '../../support/fake-gateway.ts';
import { createFaultJudge, METHODS } from '../../support/fault-judge.ts';
import { FAULTS } from '../../support/faulty-wire.ts';

const { judge, rows } = createFaultJudge();

test('without a fault it builds', async () => {
  const { code } = await judge('nothing', { method: 'Return' });
  assert.is(code, 0);
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

for (const method of METHODS) {
  for (let status = 1; status <= 17; status++) {
    test(`an error of code ${status} at ${method}`, async () => {
      const { code, fake } = await judge(`error ${status}`, { method, handlers: { [method]: () => { throw new FakeStatus(status, 'no luck'); } } });
      if (method !== 'Solve') return;
      assert.is(code, 1);
      assert.match(fake.requests('Return')[0]!['error'].message, 'no luck');
    });
  }
}

test.after(() => console.log(rows.join('\n')));
test.run();
