/** RUN hooks given as JSON: entrypoint and mounts reach every RUN, history goes on showing the plain one. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildRequest } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';
import { rootfs } from '../support/rootfs.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const HOOK_IMAGE = env.image('hook');
await env.mustBuild({
  frontend: 'reference',
  dockerfile: `FROM scratch\nCOPY --chmod=755 entrypoint /\n`,
  files: { entrypoint: '#!/bin/sh\necho "hooked $# $*" >> /hooked\nHOOKED=yes exec "$@"\n' },
  output: { push: HOOK_IMAGE },
});

const HOOK = JSON.stringify({ RUN: { entrypoint: ['/dev/.dfhook/entrypoint'], mounts: [{ from: HOOK_IMAGE, target: '/dev/.dfhook' }, { type: 'secret', source: 'word', target: '/run/word' }] } });
const DOCKERFILE = `FROM ${env.bases.busybox}
RUN echo "$HOOKED $(cat /run/word)" > /shell
RUN ["/bin/sh", "-c", "echo \\"$HOOKED\\" > /exec"]
RUN <<EOF
echo "$HOOKED" > /heredoc
EOF
`;
const SECRET = { secrets: { word: 'swordfish' } };

const WAYS: readonly (readonly [string, BuildRequest])[] = [
  ['--opt hook=', { opts: { hook: HOOK } }],
  ['REPRO_HOOK', { buildArgs: { REPRO_HOOK: HOOK } }],
  ['REPRO_HOOK by buildx', { client: 'buildx', buildArgs: { REPRO_HOOK: HOOK } }],
];

for (const [name, request] of WAYS) {
  test(`${name}: entrypoint and mounts are applied to every RUN`, async () => {
    const result = await env.mustBuild({ dockerfile: DOCKERFILE, noCache: true, ...SECRET, ...request });
    const files = rootfs(result.image, 1);
    assert.is(files.get('shell')?.content.toString(), 'yes swordfish\n');
    assert.is(files.get('exec')?.content.toString(), 'yes\n');
    assert.is(files.get('heredoc')?.content.toString(), 'yes\n');
    assert.is(files.get('hooked')?.content.toString().split('\n').filter((line) => line.startsWith('hooked ')).length, 3);
    assert.equal([...files.keys()].filter((path) => path.startsWith('dev/') || path.startsWith('run/')), []);
  });
}

test('history and config are those of the plain Dockerfile', async () => {
  const plain = await env.mustBuild({ dockerfile: DOCKERFILE.replace('$(cat /run/word)', '$(cat /run/word || :)'), ...SECRET, epoch: 1700000000, frontend: 'reference' });
  const hooked = await env.mustBuild({ dockerfile: DOCKERFILE.replace('$(cat /run/word)', '$(cat /run/word || :)'), ...SECRET, epoch: 1700000000, opts: { hook: HOOK } });
  assert.equal(hooked.image.config.history, plain.image.config.history);
  assert.equal(hooked.image.config.config, plain.image.config.config);
});

test('the hook changes what is cached', async () => {
  const dockerfile = `FROM ${env.bases.busybox}\nRUN cat /proc/sys/kernel/random/uuid > /uuid\n`;
  const uuid = async (request: BuildRequest) => (await env.mustBuild({ dockerfile, ...SECRET, ...request })).image.layers.at(-1)?.text('uuid');
  const plain = await uuid({});
  const hooked = await uuid({ opts: { hook: HOOK } });
  assert.is.not(hooked, plain);
  assert.is(await uuid({ opts: { hook: HOOK } }), hooked);
  assert.is(await uuid({}), plain);
});

test('an ONBUILD RUN is hooked too', async () => {
  const parent = env.image('onbuild');
  await env.mustBuild({ frontend: 'reference', dockerfile: `FROM ${env.bases.busybox}\nONBUILD RUN echo "$HOOKED" > /onbuild\n`, output: { push: parent } });
  const result = await env.mustBuild({ dockerfile: `FROM ${parent}\n`, noCache: true, ...SECRET, opts: { hook: HOOK } });
  assert.is(result.image.layers.at(-1)?.text('onbuild'), 'yes\n');
});

test('an error names the command, and nothing of our own', async () => {
  const result = await env.build({ dockerfile: `FROM ${env.bases.busybox}\nRUN exit 5\n`, noCache: true, output: 'none', ...SECRET, opts: { hook: HOOK } });
  assert.is(result.ok, false);
  const [last = ''] = result.log.split('\n').filter((line) => line.startsWith('error: '));
  assert.match(last, '/bin/sh -c exit 5" did not complete successfully: exit code: 5');
  assert.not.match(last, '/dev/.repro');
});

const BAD: readonly (readonly [string, string, RegExp])[] = [
  ['an unknown field', '{"RUN":{"entrypoint":["/x"],"oops":1}}', /oops/],
  ['an unknown field of a mount', '{"RUN":{"mounts":[{"target":"/x","oops":1}]}}', /oops/],
  ['text that is not JSON', '{"RUN":', /hook/i],
  ['a mount of no known type', '{"RUN":{"mounts":[{"type":"floppy","target":"/x"}]}}', /floppy/],
];

for (const [name, hook, expected] of BAD) {
  test(`${name} in a hook is an error`, async () => {
    const result = await env.build({ dockerfile: DOCKERFILE, output: 'none', ...SECRET, opts: { hook } });
    assert.is(result.ok, false);
    assert.match(result.log, expected);
  });
}

test.run();
