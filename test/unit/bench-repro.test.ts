import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchCases, parsePackages, VARIANTS } from '../bench-repro/cases.ts';
import { compareBuilds, openResults, type BenchResult } from '../bench-repro/results.ts';
import { resultTable } from '../bench-repro/table.ts';
import type { BuildResult } from '../support/build.ts';
import { readTar, writeTar } from '../support/tar.ts';

const folder = mkdtempSync(join(tmpdir(), 'repro-bench-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('the list of packages: each once, some on other releases', () => {
  const packages = parsePackages(readFileSync(new URL('../bench-repro/packages.txt', import.meta.url), 'utf8'));
  assert.is(new Set(packages.map(({ name }) => name)).size, packages.length);
  assert.ok(packages.length >= 83 + 5 + 40);
  assert.throws(() => parsePackages('curl buster'), /no base of Debian buster/);
});

test('cases: ours in all variants, the reference in the first, other releases where the list has them', () => {
  const cases = benchCases({ packages: parsePackages('a # first\n\n# none\nb trixie\n'), commands: ['venv'] }, VARIANTS, ['ours', 'reference']);
  const names = cases.map((each) => `${each.variant.name} ${each.frontend} ${each.package}`);
  assert.equal(names.slice(0, 4), ['clean ours a', 'clean ours b', 'clean reference a', 'clean reference b']);
  assert.equal(names.filter((name) => /trixie|bullseye/.test(name)), ['trixie ours b']);
  assert.is(names.filter((name) => name.includes('reference')).length, 2);
  assert.equal(names.filter((name) => name.startsWith('commands')), ['commands ours venv']);
});

/** A build with one layer of these files. */
function build(files: Readonly<Record<string, string>>, log = ''): BuildResult {
  const entries = new Map(readTar(writeTar(Object.entries(files).map(([path, content]) => ({ path, content })))).map((each) => [each.path, each]));
  const layer = { diffId: JSON.stringify(files), entries: () => entries };
  return { log, image: { layers: [layer] } } as unknown as BuildResult;
}

test('layers are compared by path, with the cause that the build gave for it or a folder above it', () => {
  const log = '#7 12.3 repro: /var/db: a database\n#7 12.4 repro: /etc/new one.key: a key\n';
  const one = build({ 'etc/new one.key': '1', 'var/db/x': '1', 'var/dbx': '1', same: '1', gone: '1' }, log);
  const two = build({ 'etc/new one.key': '2', 'var/db/x': '2', 'var/dbx': '2', same: '1', come: '1' });
  assert.equal(compareBuilds(one, two, join(folder, 'differences')), [
    { path: '/come', how: 'in the second alone' },
    { path: '/etc/new one.key', how: 'content', cause: 'a key' },
    { path: '/gone', how: 'in the first alone' },
    { path: '/var/db/x', how: 'content', cause: 'a database' },
    { path: '/var/dbx', how: 'content' },
  ]);
  assert.is(readFileSync(join(folder, 'differences/b/var/dbx'), 'utf8'), '2');
  assert.equal(compareBuilds(one, one, join(folder, 'differences')), []);
});

test('results are kept, and counted in the table', () => {
  const store = openResults(folder);
  const [each] = benchCases({ packages: parsePackages('a'), commands: [] }, VARIANTS, ['ours']);
  assert.ok(each !== undefined);
  assert.is(store.read(each), undefined);
  const result: BenchResult = { package: 'a', variant: 'clean', frontend: 'ours', bundle: '1', equal: true, seconds: [1, 2], differences: [] };
  store.write(each, result);
  assert.equal(store.read(each), result);
  const differing: BenchResult = { ...result, package: 'b', equal: false, differences: [{ path: '/x', how: 'content', cause: 'a key' }] };
  const table = resultTable([...store.all(), differing, { ...differing, package: 'c', differences: [{ path: '/y', how: 'content' }] }, { ...differing, package: 'd', differences: [], failure: 'no' }], ['a', 'b', 'c', 'd'], '2');
  assert.match(table, /clean: .* \| ours \| 4 \| 1 \| 1 \| 1 \| 1 \|/);
  assert.match(table, '4 results of ours are of another bundle');
  assert.match(table, '| b | 1 named |');
  assert.match(table, '/y: content; NO CAUSE GIVEN');
});

test.run();
