import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EnvList } from '../../../src/llb/env.ts';

test('variables stand in the order in which they were last set', () => {
  const list = EnvList.of([['A', '1'], ['B', '2'], ['C', '3'], ['A', '4']]);
  assert.equal(list.toArray(), ['B=2', 'C=3', 'A=4']);
  assert.equal(list.keys(), ['B', 'C', 'A']);
  assert.is(list.get('A'), '4');
  assert.is(list.get('D'), undefined);
});

test('a default is set only where there is none, and stays in its place', () => {
  const list = EnvList.of([['A', ''], ['B', '2']]);
  assert.is(list.setDefault('A', 'x'), list);
  assert.equal(list.setDefault('C', 'x').toArray(), ['A=', 'B=2', 'C=x']);
});

test('a deleted variable may come back at the end', () => {
  const list = EnvList.of([['A', '1'], ['B', '2']]).delete('A').delete('Z');
  assert.equal(list.toArray(), ['B=2']);
  assert.equal(list.addOrReplace('A', '3').toArray(), ['B=2', 'A=3']);
});

test('keys that mean something to JavaScript are data', () => {
  const list = EnvList.of([['__proto__', '1'], ['constructor', '2'], ['1', '3'], ['0', '4']]);
  assert.equal(list.toArray(), ['__proto__=1', 'constructor=2', '1=3', '0=4']);
  assert.is(EnvList.empty.get('toString'), undefined);
});

test('the array is the same each time', () => {
  const list = EnvList.of([['A', '1']]);
  assert.is(list.toArray(), list.toArray());
});

test('older lists and branches stay what they were, in any order of reading', () => {
  let seed = 42;
  const random = (below: number): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % below;
  const lists: { list: EnvList; model: [string, string][] }[] = [{ list: EnvList.empty, model: [] }];
  for (let step = 0; step < 3000; step++) {
    const { list, model } = lists[random(4) === 0 ? random(lists.length) : lists.length - 1]!;
    const key = `K${random(12)}`;
    const rest = model.filter(([other]) => other !== key);
    if (random(5) === 0) lists.push({ list: list.delete(key), model: rest });
    else lists.push({ list: list.addOrReplace(key, `${step}`), model: [...rest, [key, `${step}`]] });
    const probe = lists[random(lists.length)]!;
    assert.equal(probe.list.keys(), probe.model.map(([name]) => name));
    assert.is(probe.list.get(key), probe.model.find(([name]) => name === key)?.[1]);
  }
});

test('a long chain that is read at each step takes no time', () => {
  const start = Date.now();
  let list = EnvList.empty;
  for (let index = 0; index < 50_000; index++) {
    list = list.addOrReplace(`K${index}`, 'v');
    list.get('K0');
  }
  assert.is(list.keys().length, 50_000);
  assert.ok(Date.now() - start < 3000);
});

test.run();
