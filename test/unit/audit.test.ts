/** The registry's signatures of the packages in the lock file, where the registry and the server of its keys answer. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAudit } from '../support/audit.ts';
import { projectFolder } from '../support/cache.ts';

const LIMIT_MS = 120_000;

test('npm audit signatures', () => {
  const { status, stdout, stderr, error } = spawnSync('npm', ['audit', 'signatures', '--fetch-retries=0', '--loglevel=error'], { cwd: projectFolder, encoding: 'utf8', timeout: LIMIT_MS });
  if (error !== undefined && (error as NodeJS.ErrnoException).code !== 'ETIMEDOUT') throw error;
  const { kind, reason } = readAudit(status, stdout + stderr);
  if (kind === 'unknown') console.log(`npm audit signatures could not run: ${reason}`);
  assert.is.not(kind, 'bad', reason);
});

test('a signature that is wrong or missing fails, a server that is away does not', () => {
  assert.is(readAudit(0, 'audited 97 packages in 2s\n\n97 packages have verified registry signatures\n').kind, 'good');
  assert.equal(readAudit(1, 'audited 97 packages in 2s\n\n1 package has an invalid registry signature:\n\nuvu@0.5.6 (https://registry.example/)\n\nSomeone might have tampered with this package since it was published on the registry!\n').kind, 'bad');
  assert.is(readAudit(1, '1 package has a missing registry signature but the registry is providing signing keys:\n\nuvu@0.5.6\n').kind, 'bad');
  assert.is(readAudit(1, 'npm error code EEXPIREDSIGNATUREKEY\n').kind, 'bad');
  assert.equal(readAudit(1, 'npm error code ENOTFOUND\nnpm error syscall getaddrinfo\n'), { kind: 'unknown', reason: 'ENOTFOUND' });
  assert.is(readAudit(1, 'npm error found no dependencies to audit that were installed from a supported registry\n').kind, 'unknown');
  assert.is(readAudit(null, '').kind, 'unknown');
});

test('the lock file has the hash of each package, and runs no script that is needed', () => {
  const { packages } = JSON.parse(readFileSync(join(projectFolder, 'package-lock.json'), 'utf8')) as { readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly resolved?: string; readonly hasInstallScript?: true }>> };
  const installed = Object.entries(packages).filter(([path]) => path !== '');
  assert.ok(installed.length > 50);
  assert.equal(installed.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? '')).map(([path]) => path), []);
  // Each of these works without: esbuild's program is a package of its own, protobufjs only warns.
  const scripts = installed.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path.replace(/^.*node_modules\//, ''));
  assert.equal([...new Set(scripts)].sort(), ['esbuild', 'protobufjs']);
});

test.run();
