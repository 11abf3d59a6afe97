import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CAUSES } from '../../src/compare/causes.ts';
import { STRIP_TABLE } from '../../src/rewrite/strip-table.ts';
import { documentationPages } from '../support/docs.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test('docs/strip.md has the whole table, and nothing else', () => {
  const rows = [...read('docs/strip.md').matchAll(/^\| `(\/[^`]*)` \| ([\w-]+) \|/gm)].map((match) => `${match[1]} ${match[2]}`);
  assert.equal(rows, STRIP_TABLE.map(({ path, action }) => `${path} ${action}`));
});

test('docs/diff.md has every cause, as it is, in the order of the reports', () => {
  const rows = [...read('docs/diff.md').matchAll(/^\| `([a-z-]+)` \| (.*) \| (.*) \|$/gm)].map(([, ...cells]) => cells);
  assert.equal(rows, Object.entries(CAUSES).map(([cause, { title, remedy }]) => [cause, title, remedy]));
});

test('links between the pages lead somewhere', () => {
  const pages = ['README.md', ...readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
  const dead = pages.flatMap((page) => [...read(page).matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1]!).filter((link) => !existsSync(join(root, dirname(page), link))).map((link) => `${page}: ${link}`));
  assert.equal(dead, []);
});

test('each command is in a block that the tests run, or says why not', () => {
  const stray = documentationPages().flatMap((page) => read(page).split('\n').flatMap((line, at) => (/^ {4}(?:\$ )?(?:docker|buildctl|repro-dockerfile|make|npm|npx|git|curl|skopeo|cosign|sh|node) /.test(line) ? [`${page}:${at + 1}: ${line}`] : [])));
  assert.equal(stray, []);
  for (const page of documentationPages()) {
    const fences = [...read(page).matchAll(/^```(.+)$/gm)].map((match) => match[1]);
    assert.equal(fences.filter((language) => !['sh', 'dockerfile', 'json', 'text', 'yaml'].includes(language ?? '')), [], page);
  }
});

test('the README names every command of the Makefile that it shows', () => {
  const targets = new Set([...read('Makefile').matchAll(/^([a-z-]+):.*##/gm)].map((match) => match[1]));
  const shown = [...read('README.md').matchAll(/(?:`|^)make ([a-z-]+)/gm)].map((match) => match[1]!);
  assert.ok(shown.length >= 3);
  assert.equal(shown.filter((name) => !targets.has(name)), []);
});

test('each verb and option of the command line is in the pages, and no other', () => {
  const source = read('src/cli.ts');
  const options = new Set([...source.matchAll(/(?:option\(|new Option\()\s*'(?:-\w, )?(--[\w-]+)/g)].map((match) => match[1]!.replace(/^--no-/, '--')));
  assert.ok(options.size > 25, [...options].join(' '));
  const pages = documentationPages().map(read).join('\n');
  const mentioned = (option: string): boolean => new RegExp(`${option.replace('--', '--(?:no-)?')}(?![\\w-])`).test(pages);
  assert.equal([...options].filter((option) => !mentioned(option)), []);
  const verbs = [...source.matchAll(/(?:\.command|Command)\('([a-z]+)'\)/g)].map((match) => match[1]!);
  const listed = [...read('docs/cli.md').matchAll(/^\| \[`([a-z]+)`\]/gm)].map((match) => match[1]!);
  assert.equal(listed.sort(), verbs.sort());
});

test('each test that the threat model names is there', () => {
  const rows = [...read('docs/threat-model.md').matchAll(/ `(test\/[\w./-]+)`: ?([^|\n]*?) \|$/gm)];
  assert.ok(rows.length > 20);
  assert.equal(rows.filter(([, file = '', title = '']) => !existsSync(join(root, file)) || !read(file).replaceAll("\\'", "'").includes(title)).map(([row]) => row), []);
});

test('each dependency has its reason, and is exact', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as { readonly dependencies?: unknown; readonly devDependencies: Readonly<Record<string, string>> };
  // The programs are bundled: who installs the package gets no other.
  assert.is(dependencies, undefined);
  const listed = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \| \S/gm)].map((match) => match[1]);
  assert.equal(listed.sort(), Object.keys(devDependencies).sort());
  for (const version of Object.values(devDependencies)) assert.match(version, /^\d+\.\d+\.\d+(?:-[\w.]+)?$/);
});

test.run();
