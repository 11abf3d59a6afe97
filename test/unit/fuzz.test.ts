/** The readers of what strangers write, on inputs that once broke one of them and on a few changed ones; `make fuzz-parsers` runs many. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkInput } from '../fuzz/parsers/check.ts';
import { mutate } from '../fuzz/parsers/mutate.ts';
import { corpusName } from '../fuzz/parsers/run.ts';
import { TARGETS } from '../fuzz/parsers/targets.ts';
import type { Target } from '../fuzz/parsers/target.ts';
import { Random } from '../fuzz/random.ts';

const EXECUTIONS = 100;
const corpus = join(import.meta.dirname, '../fuzz/corpus');
const folderOf = (target: Target): string => dirname(corpusName(target.name, Buffer.alloc(0)));

test('inputs that were found once are read or refused', async () => {
  const targets = new Map(TARGETS.map((target) => [folderOf(target), target]));
  assert.is(targets.size, TARGETS.length);
  for (const folder of readdirSync(corpus)) {
    const target = targets.get(folder);
    assert.ok(target !== undefined, `no target for ${folder}`);
    for (const name of readdirSync(join(corpus, folder))) {
      const { finding, detail } = await checkInput(target, readFileSync(join(corpus, folder, name)), true);
      assert.is(finding, undefined, `${folder}/${name}: ${detail}`);
    }
  }
});

test('seeds, and a few changes of them, are read or refused', async () => {
  for (const target of TARGETS) {
    const random = new Random(20_240_101);
    for (let count = 0; count < EXECUTIONS; count++) {
      const seed = target.seeds[count % target.seeds.length]!;
      const changed = count < target.seeds.length ? seed : mutate(random, seed, target.seeds, target.words);
      const input = target.repair?.(changed) ?? changed;
      const { finding, detail } = await checkInput(target, input, true);
      assert.is(finding, undefined, `${target.name}: ${detail}\n${Buffer.from(input).toString('base64')}`);
    }
  }
});

test('what must not be is found', async () => {
  const findingOf = async (run: (bytes: Uint8Array) => unknown) => (await checkInput({ name: 'x', seeds: [], words: [], growth: 1, run }, Buffer.from('abc'), true)).finding;
  assert.is(await findingOf(() => (undefined as unknown as { a: string }).a), 'crash');
  assert.is(await findingOf(() => { throw new Error('wrapped', { cause: new TypeError('x is not a function') }); }), 'crash');
  assert.is(await findingOf(async () => { await undefined; throw new TypeError('later'); }), 'crash');
  assert.is(await findingOf(() => 'x'.repeat(1 << 17)), 'growth');
  assert.is(await findingOf(() => { for (const end = process.cpuUsage().user + 1_200_000; process.cpuUsage().user < end;); }), 'hang');
  assert.is(await findingOf(() => { throw new Error('on purpose'); }), undefined);
  assert.is(await findingOf(() => Object.assign(Object.prototype, { polluted: true })), 'pollution');
  delete (Object.prototype as Record<string, unknown>)['polluted'];
  const { toString } = Object.prototype;
  assert.is(await findingOf(() => void (Object.prototype.toString = () => 'polluted')), 'pollution');
  Object.prototype.toString = toString;
});

test.run();
