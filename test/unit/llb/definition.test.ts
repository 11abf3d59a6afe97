import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { marshal } from '../../../src/llb/definition.ts';
import { decodeDefinition, encodeDefinition } from '../../../src/llb/definition-pb.ts';
import { definitionVertex } from '../../../src/llb/definition-vertex.ts';
import { copy, mkdir } from '../../../src/llb/fileaction.ts';
import { image, local } from '../../../src/llb/sources.ts';
import { newState, scratch } from '../../../src/llb/state.ts';
import { GRAPHS, marshalGraph } from './graphs.ts';
import { readable } from './readable.ts';

const defaults = { platform: { os: 'linux', architecture: 'amd64' } };

const ERRORS: Readonly<Record<string, string>> = {
  'image-invalid': 'invalid reference format: repository name (library/Foo bar) must be lowercase',
  'image-invalid2': 'invalid reference format: repository name (foo/Bar) must be lowercase',
  'blob-tag': 'tagged image reference not allowed for blob reference',
  'blob-none': 'checksum required in blob reference',
  'run-noargs': 'arguments are required',
};

async function messageOfFailure(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
}

// UPDATE_FIXTURES=1 writes the files anew; compare their digests with BuildKit's before committing them.
for (const name of Object.keys(GRAPHS).filter((name) => ERRORS[name] === undefined)) {
  test(`definition of ${name}`, async () => {
    const path = new URL(`fixtures/${name}.json`, import.meta.url);
    const actual = readable(await marshalGraph(name));
    if (process.env.UPDATE_FIXTURES !== undefined) writeFileSync(path, actual);
    assert.ok(existsSync(path), `no fixture for ${name}`);
    assert.is(actual, readFileSync(path, 'utf8'));
  });
}

for (const [name, message] of Object.entries(ERRORS)) {
  test(`error of ${name}`, async () => {
    assert.is(await messageOfFailure(() => marshalGraph(name)), message);
  });
}

test('a definition read back is the same, and so are its bytes', async () => {
  for (const name of ['run-full', 'twice', 'copy', 'scratch']) {
    const definition = await marshalGraph(name);
    const bytes = encodeDefinition(definition);
    const again = decodeDefinition(bytes);
    assert.is(readable(again), readable(definition));
    assert.equal(Buffer.from(encodeDefinition(again)), Buffer.from(bytes));
  }
});

test('a late output is asked once and stands for its vertex', async () => {
  let calls = 0;
  const late = { vertex: { kind: 'late' as const, resolve: async () => { calls++; return local('context', { sessionId: 's' }).output; } }, index: 0 };
  const state = scratch().file([copy(newState(late), 'a', '/'), copy(newState(late), 'b', '/')]);
  const direct = local('context', { sessionId: 's' });
  const expected = scratch().file([copy(direct, 'a', '/'), copy(direct, 'b', '/')]);
  assert.is(readable(await marshal(state.output, defaults)), readable(await marshal(expected.output, defaults)));
  assert.is(calls, 1);
});

test('a late output may stand for scratch, and its error comes out', async () => {
  const empty = { vertex: { kind: 'late' as const, resolve: () => undefined }, index: 0 };
  assert.is((await marshal(empty, defaults)).ops.length, 0);
  const failing = { vertex: { kind: 'late' as const, resolve: () => Promise.reject(new Error('never bound')) }, index: 0 };
  assert.is(await messageOfFailure(() => marshal(newState(failing).file([mkdir('/a', 0)]).output, defaults)), 'never bound');
});

test('a vertex that many share is marshalled once', async () => {
  let state = image('x');
  for (let depth = 0; depth < 200; depth++) state = scratch().file([copy(state, '/', '/a'), copy(state, '/', '/b')]);
  assert.is((await marshal(state.output, defaults)).ops.length, 202);
});

test('a chain of 50,000 ops needs no deep stack', async () => {
  let state = image('x');
  for (let index = 0; index < 50_000; index++) state = state.file([mkdir(`/${index}`, 0o755)]);
  assert.is((await marshal(state.output, defaults)).ops.length, 50_002);
});

test('thousands of commands with a thousand variables marshal in seconds', async () => {
  let state = image('x');
  for (let index = 0; index < 1000; index++) state = state.addEnv(`VARIABLE_${index}`, `value ${index}`);
  for (let index = 0; index < 500; index++) state = state.run({ args: ['sh', '-c', `echo ${index}`], env: [['ARGUMENT', `${index}`]] });
  const start = Date.now();
  assert.is((await marshal(state.output, defaults)).ops.length, 502);
  assert.ok(Date.now() - start < 5000, `took ${Date.now() - start} ms`);
});

test('a foreign definition must be whole', async () => {
  const definition = await marshalGraph('run');
  const last = definition.ops.at(-1)!;
  assert.throws(() => definitionVertex({ ops: definition.ops, metadata: new Map() }), /^Error: invalid nil input definition to definition op$|invalid nil input definition/);
  assert.throws(() => definitionVertex({ ...definition, ops: [last] }), /invalid definition op with unknown op "sha256:/);
  assert.throws(() => definitionVertex({ ...definition, metadata: new Map([[last.digest, definition.metadata.get(last.digest)!]]) }), /unknown metas/);
  assert.throws(() => definitionVertex({ ...definition, ops: [{ digest: last.digest, bytes: Buffer.from([0x0a, 0x7f]) }] }), /failed to parse llb proto op/);
});

test.run();
