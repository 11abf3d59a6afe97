import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readEnvironment } from '../../../src/gateway/environment.ts';

test('options are in numbered variables, in any order, with anything in their values', () => {
  const { options } = readEnvironment({
    BUILDKIT_FRONTEND_OPT_10: 'build-arg:__proto__=x', BUILDKIT_FRONTEND_OPT_2: 'a=b=c\nd', BUILDKIT_FRONTEND_OPT_3: 'flag', BUILDKIT_FRONTEND_OPT_: '=e', OTHER: 'z=1',
  });
  assert.equal([...options].sort(), [['', 'e'], ['a', 'b=c\nd'], ['build-arg:__proto__', 'x'], ['flag', '']]);
});

test('session, product and workers', () => {
  const workers = JSON.stringify([{ ID: 'w', Labels: {}, Platforms: [{ architecture: 'arm64', os: 'linux', variant: 'v8', 'os.version': '1', 'os.features': ['x'] }, { OS: 'windows', Architecture: 'amd64' }] }]);
  assert.equal(readEnvironment({ BUILDKIT_SESSION_ID: 's', BUILDKIT_EXPORTEDPRODUCT: 'docker', BUILDKIT_WORKERS: workers }), {
    options: new Map(), sessionId: 's', product: 'docker',
    workers: [{ id: 'w', platforms: [{ os: 'linux', architecture: 'arm64', variant: 'v8', osVersion: '1', osFeatures: ['x'] }, { os: 'windows', architecture: 'amd64' }] }],
  });
});

test('workers that are no list count as none', () => {
  for (const text of ['', 'x', '{}', 'null', '3']) assert.equal(readEnvironment({ BUILDKIT_WORKERS: text }).workers, []);
  assert.equal(readEnvironment({ BUILDKIT_WORKERS: '[null, {"Platforms": 1}]' }).workers, [{ id: '', platforms: [] }, { id: '', platforms: [] }]);
});

test.run();
