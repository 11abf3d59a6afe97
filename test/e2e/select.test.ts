/** Every way in which a user chooses the frontend: each must reach our image. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildRequest } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const EPOCH = 1700000000;
/** Builds with our frontend only: no other one puts the epoch into the environment of a RUN that does not declare it. */
const BODY = `FROM ${env.bases.busybox}\nRUN test "$SOURCE_DATE_EPOCH" = ${EPOCH}\nLABEL chosen=yes\n`;
const SYNTAX = `# syntax=${env.frontend}\n${BODY}`;

const WAYS: readonly (readonly [string, BuildRequest])[] = [
  ['gateway.v0 by buildctl', { frontend: 'ours', dockerfile: BODY }],
  ['gateway.v0 by buildctl, with # syntax= in the Dockerfile too', { frontend: 'ours', dockerfile: SYNTAX }],
  ['# syntax= by buildctl', { frontend: 'reference', dockerfile: SYNTAX }],
  ['BUILDKIT_SYNTAX by buildctl', { frontend: 'reference', dockerfile: BODY, buildArgs: { BUILDKIT_SYNTAX: env.frontend } }],
  ['# syntax= by buildx', { client: 'buildx', frontend: 'reference', dockerfile: SYNTAX }],
  ['BUILDKIT_SYNTAX by buildx', { client: 'buildx', frontend: 'reference', dockerfile: BODY, buildArgs: { BUILDKIT_SYNTAX: env.frontend } }],
  ['BUILDKIT_SYNTAX wins over # syntax=', { frontend: 'reference', dockerfile: `# syntax=${env.image('none')}\n${BODY}`, buildArgs: { BUILDKIT_SYNTAX: env.frontend } }],
];

for (const [name, request] of WAYS) {
  test(name, async () => {
    const result = await env.mustBuild({ ...request, epoch: EPOCH, noCache: true });
    assert.is(result.image.config.config.Labels?.['chosen'], 'yes');
    assert.is(result.image.config.created, '2023-11-14T22:13:20Z');
  });
}

test('the probe of this file fails with the reference', async () => {
  const result = await env.build({ frontend: 'reference', dockerfile: BODY, epoch: EPOCH, noCache: true, output: 'none' });
  assert.is(result.ok, false);
  assert.match(result.log, 'did not complete successfully: exit code: 1');
});

test('REPRO=off leaves a RUN as the reference has it', async () => {
  const result = await env.build({ dockerfile: BODY, epoch: EPOCH, noCache: true, output: 'none', buildArgs: { REPRO: 'off' } });
  assert.is(result.ok, false);
  assert.match(result.log, 'did not complete successfully: exit code: 1');
});

test('an option of ours that does not exist is an error that names it', async () => {
  const result = await env.build({ dockerfile: BODY, epoch: EPOCH, output: 'none', buildArgs: { REPRO_NO_SUCH_THING: '1' } });
  assert.is(result.ok, false);
  assert.match(result.log, 'REPRO_NO_SUCH_THING');
});

test('our build args enter neither history nor image config', async () => {
  const dockerfile = `FROM ${env.bases.busybox}\nARG MINE=1\nRUN true\n`;
  const result = await env.mustBuild({ dockerfile, epoch: EPOCH, buildArgs: { REPRO_STRIP: 'none', MINE: '2' } });
  const text = JSON.stringify(result.image.config);
  assert.is(text.includes('REPRO_STRIP'), false);
  assert.is(text.includes('SOURCE_DATE_EPOCH'), false);
  assert.ok(result.image.config.history?.some((entry) => entry.created_by === 'RUN |1 MINE=2 /bin/sh -c true # buildkit'));
});

test.run();
