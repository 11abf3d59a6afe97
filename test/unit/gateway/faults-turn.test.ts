/** The bundled frontend against a gateway that fails at each call of a build in turn, the second and third of a method too; and at calls that only some builds make. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { daemon, GATEWAY } from '../../support/fake-daemon.ts';
import { FakeStatus } from '../../support/fake-gateway.ts';
import type { Handler } from '../../support/fake-gateway.ts';
import { createFaultJudge } from '../../support/fault-judge.ts';
import { FAULTS } from '../../support/faulty-wire.ts';
import type { Fault } from '../../support/faulty-wire.ts';

const { judge, rows } = createFaultJudge();
const DIGEST = `sha256:${'1'.repeat(64)}`;
const provenance = JSON.stringify({ buildType: 'https://mobyproject.org/buildkit@v1', materials: [{ uri: 'pkg:docker/busybox@latest', digest: { sha256: '1'.repeat(64) } }] });
const files = { 'dockerfile/Dockerfile': 'FROM busybox as base\nCOPY a /a\nRUN apt-get update\n', 'context/.dockerignore': '*.log\n', 'pins/p.json': provenance };
const config = JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [DIGEST] } });
/** As of BuildKit before 0.9: no sources but images can be asked about, and what comes is not evaluated when it is solved. */
const older = GATEWAY.filter((name) => name !== 'source.metaresolver' && name !== 'gateway.solve.evaluate');

interface Build {
  readonly options: Readonly<Record<string, string>>;
  readonly handlers: Readonly<Record<string, Handler>>;
  /** Calls that other builds do not make. */
  readonly methods: readonly string[];
}

const BUILDS: Readonly<Record<string, Build>> = {
  'with provenance and packages of a snapshot': {
    options: { 'context:repro-provenance': 'local:pins', 'build-arg:SOURCE_DATE_EPOCH': '1' },
    handlers: daemon({ files, secrets: ['enable-repro-sources-list'] }),
    methods: ['ReadDir', 'StatFile', 'NewContainer', 'ReleaseContainer', 'Warn'],
  },
  'on an older daemon': {
    options: {},
    handlers: { ...daemon({ files, gatewayCaps: older }), ResolveImageConfig: () => ({ Digest: DIGEST, Config: Buffer.from(config) }), StatFile: () => ({ stat: { path: '.' } }) },
    methods: ['ResolveImageConfig', 'StatFile'],
  },
};

/** What may go wrong at any call; `late` changes nothing. */
const KINDS: Readonly<Record<string, () => Fault>> = Object.fromEntries(['stream reset', 'message cut off', 'no trailers', 'end of the wire', 'frame cut off'].map((name) => [name, FAULTS[name]!.make]));
/** The build does not depend on what becomes of these. */
const OPTIONAL: ReadonlySet<string> = new Set(['ReleaseContainer', 'Warn']);

for (const [name, { options, handlers, methods }] of Object.entries(BUILDS)) {
  const { code, calls } = await judge(name, { method: 'Return', options, handlers });
  test(`${name}: without a fault it builds, and makes ${calls.length} calls`, () => {
    assert.is(code, 0);
    for (const method of methods) assert.ok(calls.includes(method), `no ${method}: ${calls.join(' ')}`);
  });

  for (let call = 1; call <= calls.length; call++) {
    for (const [kind, make] of Object.entries(KINDS)) {
      test(`${name}: ${kind} at call ${call}`, async () => {
        const outcome = await judge(kind, { method: 'any', call, fault: make(), options, handlers });
        // Faults that swallow headers can make later ones, which refer to them, unreadable.
        if (OPTIONAL.has(outcome.calls[call - 1] ?? '') && kind === 'message cut off') assert.is(outcome.code, 0);
      });
    }
  }

  for (const method of methods) {
    for (let status = 1; status <= 17; status++) {
      test(`${name}: an error of code ${status} at ${method}`, async () => {
        const { code } = await judge(`error ${status}`, { method, options, handlers: { ...handlers, [method]: () => { throw new FakeStatus(status, 'no luck'); } } });
        if (OPTIONAL.has(method)) assert.is(code, 0);
      });
    }

    test(`${name}: a late answer at ${method}`, async () => {
      const answer = handlers[method]!;
      const late: Handler = async (request, call) => {
        await sleep(200);
        return answer(request, call);
      };
      assert.is((await judge('late', { method, options, handlers: { ...handlers, [method]: late } })).code, 0);
    });
  }
}

test.after(() => console.log(rows.join('\n')));
test.run();
