// Runs every *.test.ts in or below the given paths with uvu, one process a file; a file in which no test ran has failed.
// Usage: node scripts/test.mjs [--check] PATH...
//   --check   first the type check and the build of the bundles, each counted as one test
// Files below an e2e folder share one BuildKit daemon and registry, started here. Ends with `N passed, N failed`; exit status 1 when one failed.
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { createInterface } from 'node:readline';

const FILE_TIMEOUT_MS = 20 * 60_000;
let passed = 0, failed = 0;

function find(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path).sort().flatMap((name) => {
    const child = join(path, name);
    if (statSync(child).isDirectory()) return name === 'fixtures' ? [] : find(child);
    return name.endsWith('.test.ts') ? [child] : [];
  });
}

function run(args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env }, timeout: FILE_TIMEOUT_MS });
    let text = '';
    child.stdout.on('data', (data) => (text += data));
    child.stderr.on('data', (data) => (text += data));
    child.on('close', (status) => resolve({ text, status }));
  });
}

function report(name, result, text, seconds) {
  passed += result.passed;
  failed += result.failed;
  const skipped = result.skipped > 0 ? `, ${result.skipped} skipped` : '';
  console.log(`${result.failed === 0 ? 'ok  ' : 'FAIL'} ${name} (${result.passed}/${result.passed + result.failed}${skipped}, ${seconds} s)`);
  if (result.failed > 0) console.log(text.replace(/^/gm, '     '));
}

async function timed(name, action, judge) {
  const started = Date.now();
  const { text, status } = await action();
  report(name, judge(text, status), text, ((Date.now() - started) / 1000).toFixed(1));
}

/** Does `action` for each of `items`, in their order, as many at once as there are JOBS (two when absent). */
async function atOnce(items, action) {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await action(item);
  };
  await Promise.all(Array.from({ length: Math.max(1, Number(process.env.JOBS) || 2) }, worker));
}

const oneCheck = (_, status) => (status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });

function countTests(text, status) {
  const number = (word) => Number(new RegExp(`^\\s*${word}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const total = number('Total'), ran = number('Passed'), skipped = number('Skipped');
  return { passed: ran, skipped, failed: total === 0 || status !== 0 ? Math.max(1, total - ran - skipped) : 0 };
}

/** Starts the environment; resolves to what test files need to join it, and a function that stops it. */
function startEnvironment() {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'test/support/serve.ts'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = new Promise((done) => child.on('close', done));
    // The environment stops when its stdin ends, so also when this process is killed.
    const stop = () => (child.stdin.end(), ended);
    createInterface({ input: child.stdout }).once('line', (line) => resolve({ variable: line, stop }));
    child.on('close', (status) => reject(new Error(`the environment did not start (exit status ${status})`)));
  });
}

const args = process.argv.slice(2);
const files = args.filter((each) => each !== '--check').flatMap(find);
const isEndToEnd = (file) => file.split(sep).includes('e2e');
if (args.includes('--check')) {
  await timed('type check', () => run(['node_modules/typescript/bin/tsc', '--noEmit']), oneCheck);
  await timed('build', () => run(['scripts/build.mjs']), oneCheck);
}
await atOnce(files.filter((each) => !isEndToEnd(each)), (file) => timed(file, () => run(['--import', 'tsx', file]), countTests));
const endToEnd = files.filter(isEndToEnd);
if (endToEnd.length > 0) {
  try {
    const environment = await startEnvironment();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => environment.stop().then(() => process.exit(1)));
    await atOnce(endToEnd, (file) => timed(file, () => run(['--import', 'tsx', file], { REPRO_ENVIRONMENT: environment.variable }), countTests));
    await environment.stop();
  } catch (error) {
    console.log(`FAIL end-to-end tests: ${error.message}`);
    failed += endToEnd.length;
  }
}
if (passed + failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
