// Runs every *.test.ts in or below the given paths with uvu, one process a file. A file in which no test ran has failed.
// Usage: node scripts/test.mjs PATH... ; ends with `N passed, N failed`, exit status 1 when one failed.
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

function find(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path).sort().flatMap((name) => {
    const child = join(path, name);
    if (statSync(child).isDirectory()) return name === 'fixtures' ? [] : find(child);
    return name.endsWith('.test.ts') ? [child] : [];
  });
}

function run(file) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.on('data', (data) => (text += data));
    child.stderr.on('data', (data) => (text += data));
    child.on('close', (status) => {
      const total = Number(/Total:\s+(\d+)/.exec(text)?.[1] ?? 0);
      const passed = Number(/Passed:\s+(\d+)/.exec(text)?.[1] ?? 0);
      const failed = total === 0 || status !== 0 ? Math.max(1, total - passed) : 0;
      console.log(`${failed === 0 ? 'ok  ' : 'FAIL'} ${file} (${passed}/${total})`);
      if (failed > 0) console.log(text.replace(/^/gm, '     '));
      resolve({ passed, failed });
    });
  });
}

let passed = 0, failed = 0;
for (const file of process.argv.slice(2).flatMap(find)) {
  const result = await run(file);
  passed += result.passed;
  failed += result.failed;
}
if (passed + failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
