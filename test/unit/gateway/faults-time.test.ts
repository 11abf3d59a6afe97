/** The bundled frontend against a gateway that is slow, answers in another order, or goes at any moment; and with a definition of 100,000 ops. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeLoose } from '../../support/fake-gateway.ts';
import type { Handler } from '../../support/fake-gateway.ts';
import { createFaultJudge, handlers, METHODS } from '../../support/fault-judge.ts';
import type { FaultyOutcome } from '../../support/faulty-wire.ts';

const { judge, rows } = createFaultJudge();
const DELAY_MS = 400;
/** What comes out, which must not depend on when the daemon answers: the calls, how often each, and the image config. */
function outcomeOf({ fake }: FaultyOutcome): readonly string[] {
  const config = fake.requests('Return').map((request) => String(request['result']?.metadata?.['containerimage.config']));
  return [...METHODS.map((method) => `${method} ${fake.requests(method).length}`), ...config];
}

const plain = await judge('nothing', { method: 'Return' });
const expected = outcomeOf(plain);

test('without a fault it builds', () => {
  assert.is(plain.code, 0);
  assert.match(expected.join('\n'), /Return 1\n\{.*"architecture":"amd64"/);
  assert.ok(plain.frames > 20);
});

for (const method of METHODS) {
  test(`a late answer at ${method}`, async () => {
    const late: Handler = async (request, call) => {
      await sleep(DELAY_MS);
      return handlers[method]!(request, call);
    };
    const outcome = await judge('late', { method, handlers: { [method]: late } });
    assert.is(outcome.code, 0);
    assert.equal(outcomeOf(outcome), expected);
  });
}

/** Handlers that answer what came last first: whoever waits lets later calls go before. */
function lastFirst(order: string[]): Readonly<Record<string, Handler>> {
  let waiting: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    const all = waiting;
    waiting = [];
    for (const answer of all.reverse()) answer();
  };
  return Object.fromEntries(Object.entries(handlers).map(([method, handler]): [string, Handler] => [method, async (request, call) => {
    const number = order.length;
    order.push('');
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      timer ??= setTimeout(flush, 60);
    });
    order[number] = String(order.filter((each) => each !== '').length);
    return handler(request, call);
  }]));
}

test('answers in another order than the calls', async () => {
  const order: string[] = [];
  const outcome = await judge('last first', { method: 'Return', handlers: lastFirst(order) });
  assert.is(outcome.code, 0);
  assert.equal(outcomeOf(outcome), expected);
  assert.ok(order.some((place, call) => Number(place) !== call), `no call was answered out of order: ${order.join(' ')}`);
});

for (let frame = 1; frame <= plain.frames; frame++) {
  const cancel = (['stdin', 'SIGTERM', 'stdout'] as const)[frame % 3]!;
  test(`cancelled by ${cancel} after frame ${frame} of the daemon`, async () => {
    await judge(`cancelled by ${cancel} after frame ${frame}`, { method: 'any', cancel, cancelAfterFrames: frame });
  });
}

/** The definition of a file system that many small steps made: a source, and files that are made one after the other. */
function longDefinition(count: number): object {
  const def: Uint8Array[] = [];
  const metadata: Record<string, object> = {};
  const add = (op: object): string => {
    const bytes = encodeLoose('pb.Op', op);
    def.push(bytes);
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    metadata[digest] = {};
    return digest;
  };
  let last = add({ source: { identifier: 'docker-image://docker.io/library/busybox:latest' } });
  while (def.length < count - 1) last = add({ inputs: [{ digest: last, index: 0 }], file: { actions: [{ input: 0, secondaryInput: -1, output: 0, mkdir: { path: `/${def.length}`, mode: 0o755 } }] } });
  add({ inputs: [{ digest: last, index: 0 }] });
  return { def, metadata };
}

const withInput = (count: number) => {
  const long = longDefinition(count);
  return judge(`${count} ops`, { method: 'Inputs', isLarge: true, options: { 'context:busybox': 'input:long' }, handlers: { Inputs: () => ({ Definitions: { long } }) } });
};

test('a definition of 20,000 ops is built on', async () => {
  const { code, fake } = await withInput(20_000);
  assert.is(code, 0);
  assert.ok(fake.requests('Solve').some((request) => (request['Definition']?.def.length ?? 0) > 20_000));
});

test('one of 100,000 ops is more than a message may have', async () => {
  const { code, stderr } = await withInput(100_000);
  assert.is(code, 1);
  assert.match(stderr, /received message larger than max \(\d+ vs\. \d+\)/);
});

test.after(() => console.log(rows.join('\n')));
test.run();
