import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launcher } from '../../../src/runtime/launcher.ts';
import { WRAPPER_DIRECTORY, WRAPPER_SCRIPT } from '../../../src/runtime/layout.ts';

const folder = mkdtempSync(join(tmpdir(), 'repro-launcher-'));
const runtime = join(import.meta.dirname, '../../../src/runtime');
test.after(() => rmSync(folder, { recursive: true, force: true }));

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

for (const [architecture, node, prefix, emulator] of [['amd64', 'x64', 'x86_64-linux-gnu-', ''], ['arm64', 'arm64', 'aarch64-linux-gnu-', 'qemu-aarch64-static']] as const) {
  const native = process.arch === node && process.platform === 'linux';
  const tools = has(`${prefix}as`) ? prefix : native && has('as') ? '' : undefined;
  if (tools !== undefined) {
    test(`${architecture}: the bytes are those of the source`, () => {
      execFileSync(`${tools}as`, ['-I', runtime, join(runtime, `launcher-${architecture}.S`), '-o', join(folder, 'o')]);
      execFileSync(`${tools}objcopy`, ['-O', 'binary', '-j', '.text', join(folder, 'o'), join(folder, 'bytes')]);
      assert.is(Buffer.from(launcher(architecture)!).toString('base64'), readFileSync(join(folder, 'bytes')).toString('base64'));
    });
  }
  if (native || (emulator !== '' && has(emulator))) test(`${architecture}: runs the command as the container runtime would`, () => runs(architecture, native ? [] : [emulator]));
}

/** Here there is no wrapper at its place, so that its first half fails and the second is left out: what is tested is the command. */
function runs(architecture: string, emulator: readonly string[]): void {
  const program = join(folder, `exec-${architecture}`);
  writeFileSync(program, launcher(architecture)!);
  chmodSync(program, 0o755);
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'plain'), 'echo hi\n');
  writeFileSync(join(folder, 'script'), '#!/bin/sh\necho "$0|$*"\n');
  for (const name of ['plain', 'script']) chmodSync(join(folder, name), 0o755);
  writeFileSync(join(folder, 'data'), '');
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = { PATH: '/usr/bin:/bin' }, input = '') => {
    const [command = '', ...rest] = [...emulator, program, ...args];
    // An emulator is found with the test's own PATH.
    const path = emulator.length === 0 ? command : execFileSync('/bin/sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).trim();
    const { status, stdout, stderr } = spawnSync(path, rest, { env, input, cwd: folder, encoding: 'utf8' });
    return { status, stdout, stderr: stderr.split('\n').filter((line) => !line.includes(`${WRAPPER_DIRECTORY}/${WRAPPER_SCRIPT}`)).join('\n') };
  };
  const fails = (args: readonly string[], reason: string, env?: NodeJS.ProcessEnv) =>
    assert.equal(run(args, env), { status: 1, stdout: '', stderr: `unable to start container process: exec: "${args[0]}": ${reason}\n` });

  assert.equal(run(['sh', '-c', 'cat; echo "$1" >&2; exit 7', 'x', 'a b'], undefined, 'in'), { status: 7, stdout: 'in', stderr: 'a b\n' });
  assert.is(run(['sh', '-c', 'kill -TERM $$']).status, 143);
  assert.is(run(['sh', '-c', 'kill -KILL $$']).status, 137);
  assert.is(run(['sh', '-c', '(sleep 0.05; exit 3) & exit 0']).status, 0);
  assert.is(run([]).status, 1);
  assert.equal(run(['/usr/bin/env'], { PATH: '', A: '1', 'a.b': '2' }).stdout.split('\n').sort(), ['', 'A=1', 'PATH=', 'a.b=2']);
  assert.is(run(['script', 'x', 'y'], { PATH: `/nowhere:${folder}` }).stdout, `${folder}/script|x y\n`);
  assert.is(run(['script'], { PATH: '/nowhere::/bin' }).stdout, './script|\n');
  assert.is(run(['sh', '-c', 'echo ok'], { PATH: `/${'x'.repeat(5000)}:/bin` }).stdout, 'ok\n');
  // A user who may have no more processes: the command is the only one.
  if (process.getuid?.() === 0 && emulator.length === 0) {
    const limited = spawnSync('setpriv', ['--reuid=54321', '--clear-groups', '/bin/bash', '-c', 'ulimit -u 1 && exec "$@"', 'bash', program, 'sh', '-c', 'echo ok; exit 7'], { cwd: '/', encoding: 'utf8' });
    assert.equal([limited.stdout, limited.stderr, limited.status], ['ok\n', '', 7]);
  }
  fails(['nothing'], 'executable file not found in $PATH');
  fails(['sh'], 'executable file not found in $PATH', {});
  fails(['sh'], 'executable file not found in $PATH', { PATH: '' });
  fails(['data'], 'executable file not found in $PATH', { PATH: folder });
  fails(['x'.repeat(5000)], 'executable file not found in $PATH');
  fails(['./nothing'], 'no such file or directory');
  fails(['./data'], 'permission denied');
  fails(['/etc'], 'permission denied');
  fails(['./plain'], 'exec format error');
  fails(['plain'], 'exec format error', { PATH: folder });
}

test('other architectures have none', () => assert.is(launcher('riscv64'), undefined));

test.run();
