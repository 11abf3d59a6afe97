/** The command `diff`, as users run it, on images of real builds. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Comparison } from '../../src/spec/difference.ts';
import { projectFolder } from '../support/cache.ts';
import { run, type CommandResult } from '../support/command.ts';
import { startEnvironment } from '../support/environment.ts';
import { rows } from '../support/compared.ts';
import type { BuildRequest } from '../support/build.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const DOCKERFILE = `FROM ${env.bases.busybox}
COPY when /etc/built
RUN mkdir -p /var/log /var/cache/ldconfig && cp /etc/built /var/log/dpkg.log && cp /etc/built /var/cache/ldconfig/aux-cache
`;
/** A build at a time of its own: what it copies says so, and the clock goes on. */
const request = (when: string) => ({ dockerfile: DOCKERFILE, files: { when: `built ${when}\n` }, epoch: 1700000000, frontend: 'reference' }) satisfies BuildRequest;

function diff(...args: readonly string[]): Promise<CommandResult> {
  return run(process.execPath, [join(projectFolder, 'dist/cli.cjs'), 'diff', ...args], { timeoutMs: 120_000 });
}

async function report(...args: readonly string[]): Promise<Comparison & { readonly status: number }> {
  const result = await diff(...args, '--format', 'json');
  assert.ok(result.exitCode < 2, result.stderr);
  return { ...(JSON.parse(result.stdout) as Comparison), status: result.exitCode };
}

const [first, second] = [env.image('first'), env.image('second')];
const archive = (await env.mustBuild(request('2024-01-02 10:00:00'))).layout.folder;
await env.mustBuild({ ...request('2024-01-02 10:00:00'), output: { push: first } });
await sleep(1100);
await env.mustBuild({ ...request('2025-11-12 23:59:59'), output: { push: second } });

test('two builds from a registry differ; causes and remedies are told', async () => {
  const { status, verdict, platforms: [platform], causes, a } = await report(first, second);
  assert.equal([status, verdict, a.kind], [1, 'different', 'registry']);
  const found = rows(platform!.differences);
  const has = (subject: string, field: string, cause: string) => assert.ok(found.some((row) => row[0] === subject && row[2] === field && row[3] === cause), `${subject} ${field} ${cause}\n${found.join('\n')}`);
  has('/etc/built', 'content', 'embedded-date');
  has('/var/log/dpkg.log', 'content', 'log');
  has('/var/cache/ldconfig/aux-cache', 'content', 'ldconfig-cache');
  has('/var/log/dpkg.log', 'modified', 'timestamp');
  assert.equal(platform!.layers.map(({ verdict }) => verdict), ['equal', 'different', 'different']);
  assert.match(platform!.differences.find(({ subject }) => subject === '/var/cache/ldconfig/aux-cache')?.changes[0]?.remedy ?? '', /^the strip rewrite/);
  assert.ok(causes.every(({ remedy, title }) => remedy !== '' && title !== ''));
});

test('what is ignored does not count', async () => {
  const { status, verdict, causes } = await report(first, second, '--ignore', '/etc/built', '--ignore', 'timestamp', '--ignore', 'log', '--ignore', '/var/cache/**');
  assert.equal([status, verdict], [0, 'repacked'], JSON.stringify(causes));
  const wrong = await diff(first, second, '--ignore', 'nonsense');
  assert.is(wrong.exitCode, 2);
  assert.match(wrong.stderr, /^repro-dockerfile: --ignore "nonsense": is neither a path/);
});

test('one build in every form: registry, layout, archives, zstd, uncompressed', async () => {
  const build = async (attributes: string, client: 'oci' | 'docker' = 'oci'): Promise<string> => {
    const file = join(env.tempFolder(), 'image.tar');
    await env.mustBuild({ ...request('2024-01-02 10:00:00'), output: { raw: `type=${client},dest=${file},name=example.test/app:1${attributes}` } });
    return file;
  };
  const equal = await report(archive, await build(''));
  assert.equal([equal.status, equal.verdict, equal.a.kind, equal.b.kind], [0, 'equal', 'oci-layout', 'oci-archive']);
  for (const [attributes, cause] of [[',compression=zstd,force-compression=true', 'compression'], [',compression=uncompressed,force-compression=true', 'compression'], [',oci-mediatypes=false', 'media-type']] as const) {
    const other = await build(attributes);
    const { status, verdict, causes } = await report(archive, other);
    assert.equal([status, verdict], [0, 'repacked'], attributes);
    assert.ok(causes.some((each) => each.cause === cause), attributes);
    assert.is((await diff(archive, other, '--strict')).exitCode, 1);
  }
  const docker = await build('', 'docker');
  const saved = await report(docker, `docker-archive:${docker}:example.test/app:1`);
  assert.equal([saved.status, saved.b.kind], [0, 'docker-archive']);
  assert.is((await report(archive, `docker-archive:${docker}`)).verdict, 'equal');
});

test('an image and the folder that the local exporter wrote', async () => {
  const folder = join(env.tempFolder(), 'root');
  await env.mustBuild({ ...request('2024-01-02 10:00:00'), output: { raw: `type=local,dest=${folder}` } });
  const { status, platforms: [platform] } = await report(archive, folder, '--ignore', 'timestamp');
  assert.equal(platform!.differences.filter(({ entryType }) => entryType === 'file'), []);
  assert.is(status, platform!.verdict === 'different' ? 1 : 0);
});

test('text, SARIF and HTML; to a file', async () => {
  const text = await diff(first, second);
  assert.is(text.exitCode, 1);
  assert.match(text.stdout, /linux\/\w+: differs .*\n/);
  assert.ok(text.stdout.trimEnd().endsWith('differs'));
  assert.is(text.stderr, '');
  const folder = env.tempFolder();
  for (const [format, begin] of [['sarif', '{"$schema":'], ['html', '<!doctype html>']] as const) {
    const result = await diff(first, second, '--format', format, '-o', join(folder, format));
    assert.equal([result.exitCode, result.stdout], [1, '']);
    assert.ok(readFileSync(join(folder, format), 'utf8').startsWith(begin));
  }
  const unwritable = await diff(first, second, '-o', join(folder, 'absent/file'));
  assert.is(unwritable.exitCode, 2);
  assert.match(unwritable.stderr, /cannot write/);
});

test('what cannot be told is status 2, with the reason', async () => {
  for (const [b, reason] of [[env.image('absent'), /status 404/], ['/nonexistent/image.tar', /neither a file or folder nor a reference/], ['127.0.0.1:1/none', /no answer from 127\.0\.0\.1:1/]] as const) {
    const result = await diff(first, b);
    assert.equal([result.exitCode, result.stdout], [2, '']);
    assert.match(result.stderr, reason);
  }
  const result = await diff(first, second, '--platform', 'linux/s390x');
  assert.equal([result.exitCode, /no platform to compare: A has linux\/\w+, B has linux\/\w+; asked for linux\/s390x/.test(result.stderr)], [2, true]);
});

test.run();
