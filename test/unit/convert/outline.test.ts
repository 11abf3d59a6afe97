import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { outlineDockerfile } from '../../../src/convert/outline.ts';
import { listTargets } from '../../../src/convert/targets.ts';
import { prepareDockerfile } from '../../../src/convert/prepare.ts';
import { fakeOptions } from './support.ts';
import type { Setup } from './support.ts';

const TEXT = `ARG inherited=inherited0
# unused never
ARG unused
ARG tag=latest
ARG image=debian:\${tag}

# build makes it
FROM \${image} AS build
# first the first
ARG first=a second
ARG inherited
RUN --mount=type=secret,id=key,required --mount=type=ssh x

FROM build AS test
ARG other=$first
RUN --mount=type=secret,id=key --mount=type=secret,id=more x

# final is the last
FROM scratch AS final
COPY --from=test / /
ARG last=1
`;

async function outline(target: string, buildArgs: Setup['config'] = {}) {
  const options = fakeOptions(TEXT, { config: { target, ...buildArgs } }, { asked: [] });
  const { name, description, args, secrets, ssh } = await outlineDockerfile(prepareDockerfile(Buffer.from(TEXT)).dockerfile, options);
  return {
    name, description,
    args: args.map((arg) => [arg.name, arg.value, arg.description, arg.location[0]?.start.line]),
    secrets: secrets.map((secret) => [secret.name, secret.required, secret.location[0]?.start.line]),
    ssh: ssh.map((agent) => [agent.name, agent.required, agent.location[0]?.start.line]),
  };
}

test('what a target and all that it needs ask for, by line', async () => {
  assert.equal(await outline('final', { buildArgs: new Map([['second', 'given']]) }), {
    name: 'final',
    description: 'is the last',
    args: [
      ['inherited', 'inherited0', '', 1], ['tag', 'latest', '', 4], ['image', 'debian:latest', '', 5], ['first', 'a', 'the first', 10],
      ['second', 'given', '', 10], ['other', 'a', '', 15], ['last', '1', '', 21],
    ],
    secrets: [['key', false, 16], ['more', false, 16]],
    ssh: [['default', false, 12]],
  });
});

test('nothing of stages that the target does not need', async () => {
  const { args, secrets } = await outline('build');
  assert.equal(args.map(([name]) => name), ['inherited', 'tag', 'image', 'first', 'second']);
  assert.equal(secrets, [['key', true, 12]]);
});

test('the targets of a Dockerfile, as written', () => {
  assert.equal(listTargets(Buffer.from(TEXT)).map(({ location, ...target }) => ({ ...target, line: location[0]?.start.line })), [
    { name: 'build', isDefault: false, description: 'makes it', base: '${image}', platform: '', line: 8 },
    { name: 'test', isDefault: false, description: '', base: 'build', platform: '', line: 14 },
    { name: 'final', isDefault: true, description: 'is the last', base: 'scratch', platform: '', line: 19 },
  ]);
});

test.run();
