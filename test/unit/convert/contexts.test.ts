import { utcTime } from '../../../src/spec/time.ts';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeOp } from '../../../src/llb/definition-pb.ts';
import { local } from '../../../src/llb/sources.ts';
import { newState, scratch } from '../../../src/llb/state.ts';
import type { NamedContextOptions } from '../../../src/convert/options.ts';
import { emptyImageConfig } from '../../../src/spec/config.ts';
import { AMD64, convertText, named } from './support.ts';

async function identifiers(text: string, setup: Parameters<typeof convertText>[1]) {
  const { result } = await convertText(text, setup);
  const { ops } = await result.marshal();
  return ops.flatMap(({ bytes }) => decodeOp(bytes).source?.identifier ?? []);
}

test('only the paths that are read of the main context are asked for', async () => {
  const cases: readonly (readonly [string, readonly string[] | undefined])[] = [
    ['FROM scratch\nCOPY b ./a/../c /', ['b', 'c']],
    ['FROM scratch\nADD https://h/x z /', ['z']],
    ['FROM scratch\nCOPY . /', undefined],
    ['FROM scratch\nRUN --mount=target=/x,source=y ls', ['y']],
    ['FROM scratch\nRUN --mount=type=tmpfs,target=/x ls', undefined],
    ['FROM scratch\nRUN --mount=type=cache,target=/x ls\nCOPY a /', ['a']],
    ['FROM debian AS unused\nCOPY u /\nFROM scratch\nCOPY a /', ['a']],
    ['FROM scratch', undefined],
  ];
  for (const [text, paths] of cases) assert.equal((await convertText(text)).contextPaths, paths, text);
});

test('a named context stands in for a stage', async () => {
  const context = { load: async () => ({ state: local('other') }) };
  const text = 'FROM debian AS base\nRUN never\nFROM base\nCOPY --from=base /x /y';
  assert.equal(await identifiers(text, { contexts: named({ base: context }) }), ['local://other']);
});

test('a named context stands in for an image, with its config', async () => {
  const config = emptyImageConfig(AMD64);
  const image = { ...config, created: '2020-01-01T00:00:00Z', config: { ...config.config, user: 'me' } };
  const contexts = named({ 'docker.io/library/debian:latest': { load: async () => ({ state: local('other'), image }) } });
  const { result, asked } = await convertText('FROM debian\nCMD ["x"]', { contexts });
  assert.equal(asked, []);
  assert.is(result.image.config.user, 'me');
  assert.is(result.image.created, undefined);
  assert.is(result.baseImage?.created, image.created);
});

test('a context learns which of its paths are read once all is converted', async () => {
  let options: NamedContextOptions | undefined;
  const contexts = {
    namedContext: (name: string, given: NamedContextOptions) => {
      if (name !== 'files') return undefined;
      options = given;
      return { load: async () => ({ state: newState({ vertex: { kind: 'late', resolve: () => local('files', { followPaths: given.usedPaths() ?? ['all'] }).output }, index: 0 }) }) };
    },
  };
  await convertText('FROM scratch AS files\nFROM debian\nCOPY --from=files /a ./b /\nRUN --mount=from=files,source=c,target=/c ls', { contexts });
  assert.equal(options?.usedPaths(), ['a', 'b', 'c']);
  await convertText('FROM scratch AS files\nFROM files\nRUN ls', { contexts });
  assert.is(options?.usedPaths(), undefined);
});

test('the words scratch and context are never replaced', async () => {
  const asked: string[] = [];
  await convertText('FROM debian AS context\nFROM scratch AS scratch', { contexts: { namedContext: (name) => void asked.push(name) } });
  assert.equal(asked, []);
});

test('SOURCE_DATE_EPOCH of the context, of a named context and of a stage', async () => {
  const contexts = {
    mainContextEpoch: async () => utcTime(1n),
    sourceEpoch: async () => utcTime(2n),
    namedContext: (name: string) => (name === 'other' ? { load: async () => ({ state: scratch() }) } : undefined),
  };
  const epoch = async (value: string, text = 'FROM debian\nARG SOURCE_DATE_EPOCH\nRUN x') => {
    const { result } = await convertText(text, { contexts, config: { buildArgs: new Map([['SOURCE_DATE_EPOCH', value]]) } });
    return [result.epoch, result.state.getEnv('SOURCE_DATE_EPOCH')];
  };
  assert.equal(await epoch('context'), [1n, '1']);
  assert.equal(await epoch('other'), [2n, '2']);
  assert.equal(await epoch('src', 'FROM scratch AS src\nARG V=1\nADD https://h/$V /\nFROM debian\nARG SOURCE_DATE_EPOCH\nRUN x'), [2n, '2']);
  assert.equal(await epoch('+7'), [7n, '7']);
  assert.equal(await epoch(''), [undefined, undefined]);
});

test('SBOM targets: the context, and stages that ask for it', async () => {
  const text = 'ARG BUILDKIT_SBOM_SCAN_CONTEXT=true\nFROM debian AS one\nARG BUILDKIT_SBOM_SCAN_STAGE=one,x\nRUN a\nFROM debian AS two\nARG BUILDKIT_SBOM_SCAN_STAGE=one\nFROM debian\nCOPY --from=one a b\nCOPY --from=two a b';
  const { result } = await convertText(text, { contexts: { isNoCache: (name) => name === 'one' } });
  assert.equal([...result.sbom.extras.keys()], ['context', 'one']);
  assert.is(result.ignoreCache, true);
});

test.run();
