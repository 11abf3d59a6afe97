/** A daemon that is killed in the middle of a build, and started again on the same state: the next build works. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BuildRequest } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const daemon = await env.startDaemon();

/** Tells of a call, and leaves it unanswered until `answer` says what with. */
let answer: string | undefined;
let called = (): void => undefined;
const server = createServer((_, response) => {
  called();
  if (answer !== undefined) response.end(answer);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
test.after(() => {
  server.closeAllConnections();
  server.close();
});
const URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** A build that stands still at a call to the server, and what the call is answered with in the end. */
const MOMENTS: Readonly<Record<string, { readonly request: BuildRequest; readonly answer: string }>> = {
  'in a RUN': {
    request: { dockerfile: `FROM ${env.bases.busybox}\nRUN echo first > /first\nRUN wget -q -O /second ${URL}/run\n` },
    answer: 'second\n',
  },
  'while the frontend waits for a file': {
    request: { dockerfile: `FROM ${env.bases.busybox}\nRUN echo other > /first\n`, contexts: { 'repro-provenance': `${URL}/provenance.json` }, buildArgs: { REPRO_PIN: 'lax' } },
    answer: JSON.stringify({ buildType: 'https://mobyproject.org/buildkit@v1', materials: [] }),
  },
};

for (const [name, { request, answer: content }] of Object.entries(MOMENTS)) {
  test(`killed ${name}`, async () => {
    const common: BuildRequest = { ...request, epoch: 1700000000, rewriteTimestamp: true };
    answer = undefined;
    const reached = new Promise<void>((resolve) => (called = resolve));
    const killed = env.build({ ...common, daemon });
    await Promise.race([reached, killed.then(({ log }) => assert.unreachable(log))]);
    await daemon.crash();
    const { ok, log } = await killed;
    assert.is(ok, false, log);

    answer = content;
    const again = await env.mustBuild({ ...common, daemon });
    assert.is(again.digest, (await env.mustBuild(common)).digest);
    assert.match(again.image.layers.at(1)?.text('first') ?? '', /^(first|other)\n$/);
  });
}

test.run();
