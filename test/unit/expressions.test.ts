/** No regular expression takes more than linear time, whatever it is given: each one in src/ is looked at by recheck. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkSync } from 'recheck';
import { projectFolder } from '../support/cache.ts';
import { expressionsBelow, expressionsOf } from '../support/expressions.ts';

/** recheck gives up after so many milliseconds of one expression, and says "unknown". Most take one. */
const TIMEOUT = 120_000;

const PROGRAMS = ['dist/frontend.cjs', 'dist/sigstore.cjs', 'dist/cli.cjs'];

interface Regex {
  readonly pattern: string;
  readonly flags: string;
}

/** `safe`, or what is wrong: `exponential`, `2nd degree polynomial`, `unknown`. */
function examine({ pattern, flags }: Regex): string {
  const first = checkSync(pattern, flags, { timeout: TIMEOUT });
  // What recheck finds by trying, it finds by time: on a busy machine all is slow, so steps are counted alone then.
  const isByTime = first.status === 'vulnerable' && first.checker === 'fuzz';
  const found = isByTime ? checkSync(pattern, flags, { timeout: TIMEOUT, attackTimeout: null, incubationTimeout: null, recallTimeout: null }) : first;
  return found.status === 'vulnerable' ? found.complexity.summary : found.status;
}

const all = expressionsBelow('src');

test('each expression is linear', () => {
  const literals = new Map(all.flatMap(({ text, regex, file }) => (regex === undefined ? [] : [[text, { regex, file }] as const])));
  assert.ok(literals.size > 200, `${literals.size} expressions`);
  const verdicts = [...literals].map(([text, { regex, file }]) => [examine(regex), `${file}: ${text}`] as const);
  assert.equal(verdicts.filter(([verdict]) => verdict !== 'safe').map((row) => row.join(' ')), []);
});

test('each expression that is put together when its module is loaded is linear, and none is later', async () => {
  const calls = all.filter(({ regex }) => regex === undefined);
  const files = [...new Set(calls.map(({ file }) => file))];
  assert.ok(files.length > 0);
  for (const file of files) {
    const made = await madeByImport(file);
    const count = calls.filter((call) => call.file === file).length;
    assert.ok(made.length >= count, `${file} calls RegExp in ${count} places, and made ${made.length} when it was loaded`);
    for (const { source: pattern, flags } of made) assert.is(examine({ pattern, flags }), 'safe', `${file}: /${pattern}/${flags}`);
  }
});

/** What a module, and those that it imports, give to RegExp while they are loaded. */
async function madeByImport(file: string): Promise<readonly RegExp[]> {
  const Original = globalThis.RegExp;
  const made: RegExp[] = [];
  globalThis.RegExp = new Proxy(Original, {
    construct: (target, args: ConstructorParameters<typeof RegExp>) => {
      const expression = new target(...args);
      made.push(expression);
      return expression;
    },
  });
  try {
    await import(join(projectFolder, file));
  } finally {
    globalThis.RegExp = Original;
  }
  return made;
}

/** Expressions of packages that take quadratic time, and why that does no harm. */
const KNOWN: Readonly<Record<string, string>> = {
  '/^#[ \\t]*escape[ \\t]*=[ \\t]*(.).*$/': 'docker-file-parser: it gets one instruction at a time from us, which is no comment and has 64 KiB at most',
  '/[\\s]*[^\\s]+/g': 'commander: it breaks the lines of the help, which is ours',
  '/(?:\\[.*?[^\\\\]\\]|\\\\(?=.))/g': 'picomatch: a glob of --ignore has 1024 characters at most',
};

test('each expression of a package in the programs is linear, but for a few that get little to read', () => {
  if (PROGRAMS.some((name) => !existsSync(join(projectFolder, name)))) execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: projectFolder });
  const own = new Set(all.map(({ text }) => text));
  const packages = new Map(PROGRAMS.flatMap((name) => expressionsOf(readFileSync(join(projectFolder, name), 'utf8'), name)).flatMap(({ text, regex }) => (regex === undefined || own.has(text) ? [] : [[text, regex] as const])));
  assert.ok(packages.size > 50, `${packages.size} expressions`);
  assert.equal(Object.keys(KNOWN).filter((text) => !packages.has(text)), [], 'these are no longer there');
  // recheck takes minutes over one of the known.
  const verdicts = [...packages].filter(([text]) => KNOWN[text] === undefined).map(([text, regex]) => [examine(regex), text] as const);
  assert.equal(verdicts.filter(([verdict]) => verdict !== 'safe').map((row) => row.join(' ')), []);
});

test('what is not linear is found', () => {
  assert.is(examine({ pattern: '^(a+)+$', flags: '' }), 'exponential');
  assert.is(examine({ pattern: '\\/+$', flags: '' }), '2nd degree polynomial');
  const found = expressionsOf('const a = [/x+/g.test(y), `${/[/]/u}`]; new RegExp(a); RegExp("b");', 'a.ts');
  assert.equal(found.map(({ text }) => text), ['/x+/g', '/[/]/u', 'new RegExp(a)', 'RegExp("b")']);
});

test.run();
