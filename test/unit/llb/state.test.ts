import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mergeConstraints, customName, location } from '../../../src/llb/constraints.ts';
import { parseOwner } from '../../../src/llb/fileaction.ts';
import { merge } from '../../../src/llb/layers.ts';
import { image } from '../../../src/llb/sources.ts';
import { newState, scratch } from '../../../src/llb/state.ts';

const arm = { os: 'linux', architecture: 'arm' };

test('a change gives a new state and leaves the old one', () => {
  const before = scratch();
  const after = before.addEnv('A', '1').withDir('a').withUser('u').withHostname('h').withNetwork('host').withSecurity('insecure')
    .addExtraHost({ host: 'x', ip: '1.1.1.1' }).addUlimit({ name: 'n', soft: 1n, hard: 2n }).withCgroupParent('c');
  assert.is(before.getEnv('A'), undefined);
  assert.equal([before.dir, before.user, before.hostname, before.network, before.security, before.extraHosts, before.ulimits, before.cgroupParent],
    ['/', '', '', 'sandbox', 'sandbox', [], [], '']);
  assert.equal([after.getEnv('A'), after.dir, after.user, after.hostname, after.network, after.security, after.cgroupParent], ['1', '/a', 'u', 'h', 'host', 'insecure', 'c']);
  assert.equal([after.extraHosts, after.ulimits], [[{ host: 'x', ip: '1.1.1.1' }], [{ name: 'n', soft: 1n, hard: 2n }]]);
});

test('a relative directory is below the present one; an absolute one stays as written', () => {
  for (const [dirs, expected] of [
    [['a'], '/a'], [['a', '../b'], '/b'], [['/x/../y/'], '/x/../y/'], [['/x/', 'y'], '/x/y'], [['/x', ''], '/x'], [['/a', '/b'], '/b'],
  ] as const) {
    assert.is(dirs.reduce((state, dir) => state.withDir(dir), scratch()).dir, expected, dirs.join());
  }
});

test('a state takes the platform of a source, and keeps it on outputs that have none', () => {
  assert.equal(image('x', { constraints: { platform: arm } }).platform, { ...arm, variant: 'v7' });
  assert.is(image('x').platform, undefined);
  const based = image('x', { constraints: { platform: arm } });
  assert.equal(based.run({ args: ['a'] }).platform, { ...arm, variant: 'v7' });
  assert.equal(based.run({ args: ['a'], constraints: { platform: { os: 'linux', architecture: 'x86_64' } } }).platform, { os: 'linux', architecture: 'amd64' });
  assert.equal(based.withOutput(image('y').output).platform, { ...arm, variant: 'v7' });
  assert.is(newState(based.run({ args: ['a'] }).output).platform, undefined);
});

test('a merge has the settings of its first state that is not empty', () => {
  const first = image('x').addEnv('A', '1');
  assert.is(merge([scratch().addEnv('A', '0'), first, image('y').addEnv('A', '2')]).getEnv('A'), '1');
  assert.is(merge([scratch().addEnv('A', '0')]).getEnv('A'), undefined);
});

test('owners by name and by number', () => {
  for (const [text, expected] of [
    ['1', { user: { id: 1 } }],
    ['1:2', { user: { id: 1 }, group: { id: 2 } }],
    ['root:wheel', { user: { id: 0 }, group: { name: 'wheel' } }],
    ['a:b:c', { user: { name: 'a' }, group: { name: 'b:c' } }],
    ['', { user: { name: '' } }],
    [':', { user: { name: '' }, group: { name: '' } }],
    ['+7:-5', { user: { id: 7 }, group: { id: -5 } }],
    ['2147483647:2147483648', { user: { id: 2147483647 }, group: { name: '2147483648' } }],
    ['-2147483648:-2147483649', { user: { id: -2147483648 }, group: { name: '-2147483649' } }],
    ['0x1:1_0', { user: { name: '0x1' }, group: { name: '1_0' } }],
    ['007: 1', { user: { id: 7 }, group: { name: ' 1' } }],
  ] as const) assert.equal(parseOwner(text), expected, text);
});

test('constraints together', () => {
  const sourceMap = { filename: 'f', language: 'l', data: new Uint8Array(0) };
  const merged = mergeConstraints(customName('a'), { ignoreCache: true, platform: arm }, location(sourceMap, []), customName('b'), { ignoreCache: false }, location(undefined, []), location(sourceMap, []));
  assert.equal(merged, { description: new Map([['llb.customname', 'b']]), ignoreCache: true, platform: arm, locations: [{ sourceMap, ranges: [] }, { sourceMap, ranges: [] }] });
  assert.equal(mergeConstraints(), {});
});

test.run();
