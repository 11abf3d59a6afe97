import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/** Which rooms of src/ each room may import from, beside itself. The picture is in docs/architecture.md. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  diag: [],
  runtime: [],
  spec: ['diag'],
  pb: ['diag', 'spec'],
  provenance: ['diag', 'spec'],
  lint: ['diag', 'spec'],
  dockerfile: ['diag', 'spec', 'lint'],
  llb: ['diag', 'spec', 'pb'],
  convert: ['diag', 'spec', 'dockerfile', 'lint', 'llb'],
  rewrite: ['diag', 'spec', 'dockerfile', 'lint', 'provenance', 'runtime', 'llb', 'convert'],
  gateway: ['diag', 'spec', 'pb', 'llb'],
  build: ['diag', 'spec', 'dockerfile', 'lint', 'rewrite', 'provenance', 'llb', 'convert', 'gateway'],
  oci: ['diag', 'spec'],
  compare: ['diag', 'spec'],
  report: ['diag', 'spec'],
  local: ['diag', 'spec', 'pb', 'llb', 'gateway', 'build', 'oci'],
  cmd: ['diag', 'spec', 'dockerfile', 'lint', 'rewrite', 'provenance', 'llb', 'convert', 'oci', 'compare', 'report', 'local'],
  startup: ['gateway', 'build', 'llb', 'pb'],
  'snapshot.ts': ['gateway', 'build', 'startup'],
  'frontend.ts': ['diag', 'gateway', 'build'],
  'cli.ts': ['diag', 'cmd'],
};

/** Rooms that must not touch the machine: no Node module at all but these. */
const PURE: Readonly<Record<string, readonly string[]>> = {
  diag: [], lint: [], rewrite: [], convert: [], runtime: [], dockerfile: [],
  spec: ['node:crypto'], provenance: [], llb: ['node:crypto'], pb: [],
};

const root = join(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), '../../src');

function sources(dir: string): string[] {
  return readdirSync(dir).sort().flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? sources(path) : path.endsWith('.ts') ? [path] : [];
  });
}

function imports(text: string): string[] {
  return [...text.matchAll(/^(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm)].map((match) => (match[1] ?? match[2] ?? match[3])!);
}

const files = sources(root);
const room = (path: string): string => relative(root, path).split('/')[0]!;
const graph = new Map(files.map((file) => [file, imports(readFileSync(file, 'utf8'))]));

test('the reader of imports finds them', () => {
  assert.equal(imports("import type { A } from './a.ts';\nimport {\n  b,\n} from '../b.ts';\nexport { c } from './c.ts';\nconst d = await import('./d.ts');"), ['./a.ts', '../b.ts', './c.ts', './d.ts']);
  assert.ok(files.length > 20);
});

test('imports follow the arrows between rooms', () => {
  const wrong: string[] = [];
  for (const [file, targets] of graph) {
    for (const target of targets.filter((name) => name.startsWith('.'))) {
      const to = room(normalize(join(dirname(file), target)));
      const from = room(file);
      const allowed = ARROWS[from];
      if (allowed === undefined) wrong.push(`${relative(root, file)}: no arrows are known for ${from}`);
      else if (to !== from && !allowed.includes(to)) wrong.push(`${relative(root, file)} imports ${target}`);
    }
  }
  assert.is(wrong.join('\n'), '');
});

test('pure rooms import no part of the machine', () => {
  const wrong: string[] = [];
  for (const [file, targets] of graph) {
    const allowed = PURE[room(file)];
    for (const target of targets.filter((name) => name.startsWith('node:'))) {
      if (allowed !== undefined && !allowed.includes(target)) wrong.push(`${relative(root, file)} imports ${target}`);
    }
  }
  assert.is(wrong.join('\n'), '');
});

test('the frontend has no files of its own: no secret can stay in one', () => {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const target of graph.get(file) ?? []) if (target.startsWith('.')) visit(normalize(join(dirname(file), target)));
  };
  visit(join(root, 'frontend.ts'));
  visit(join(root, 'snapshot.ts'));
  assert.ok(reached.size > 150);
  assert.equal([...reached].filter((file) => graph.get(file)?.some((target) => /^(?:node:)?fs\b/.test(target))).map((file) => relative(root, file)), []);
});

test('no import cycle', () => {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].map((name) => relative(root, name)).join(' → '));
      return;
    }
    if (done.has(file)) return;
    for (const target of graph.get(file) ?? []) {
      if (target.startsWith('.')) visit(normalize(join(dirname(file), target)), [...path, file]);
    }
    done.add(file);
  };
  for (const file of files) visit(file, []);
  assert.is(cycles.join('\n'), '');
});

test('no default exports', () => {
  assert.equal(files.filter((file) => /^export default\b/m.test(readFileSync(file, 'utf8'))).map((file) => relative(root, file)), []);
});

test.run();
