/** rebuild, verify and policy as users run them: with real clients, a real daemon and a real registry. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildRequest } from '../support/build.ts';
import type { CommandResult } from '../support/command.ts';
import { startEnvironment } from '../support/environment.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const EPOCH = 1_700_000_000;
const folder = env.tempFolder();

async function push(name: string, request: BuildRequest): Promise<string> {
  const image = env.image(name);
  await env.mustBuild({ provenance: 'max', epoch: EPOCH, rewriteTimestamp: true, output: { push: image }, ...request });
  return `${image.replace(/:[^:/]*$/, '')}@${(await env.images.manifest(image))?.digest ?? ''}`;
}

const SAME = `FROM ${env.bases.busybox}\nARG WHAT=thing\nRUN echo "$WHAT" > /thing && echo "log $(date)" > /var/log/dpkg.log 2>/dev/null || true\n`;
const subject = await push('verified', { dockerfile: SAME, buildArgs: { WHAT: 'other' } });
const changing = await push('changing', { dockerfile: `FROM ${env.bases.busybox}\nRUN cat /proc/sys/kernel/random/uuid > /id\n` });

const cli = (args: string): Promise<CommandResult> => env.shell(`repro-dockerfile ${args}`, { cwd: folder, env: { REPRO_DOCKERFILE_IMAGE: env.frontend } });
const file = (name: string): string => join(folder, name);

function keyPair(name: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(file(`${name}.key`), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(file(`${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }));
}

test('rebuild says what it tells the exporter and why, and prints the command alone with --dry-run', async () => {
  const { stdout, stderr, exitCode } = await cli(`rebuild --client buildctl --dry-run ${subject}`);
  assert.is(exitCode, 0, stderr);
  assert.match(stderr, /^oci-mediatypes=true: the manifest is application\/vnd\.oci\.image\.manifest\.v1\+json$/m);
  assert.match(stderr, /^compression=gzip: the last layer is /m);
  assert.match(stderr, /^rewrite-timestamp=true: the image was created at 2023-11-14T22:13:20Z: whole seconds/m);
  assert.match(stdout, new RegExp(`^buildctl build --frontend gateway\\.v0 --opt source=${env.frontend} --opt build-arg:REPRO_FROM=${subject} --no-cache --output '?type=oci,dest=rebuilt\\.tar,oci-mediatypes=true,compression=gzip,rewrite-timestamp=true'?\n$`));
});

for (const client of ['buildctl', 'buildx']) {
  test(`verify with ${client}: an image that its provenance gives again is equal`, async () => {
    const { stdout, stderr, exitCode } = await cli(`verify --client ${client} --statement ${client}.json ${subject}`);
    assert.is(exitCode, 0, stderr + stdout);
    const statement = JSON.parse(readFileSync(file(`${client}.json`), 'utf8'));
    assert.is(statement.predicateType, 'https://slsa.dev/verification_summary/v1');
    assert.ok(statement.subject.some(({ digest }: { digest: { sha256: string } }) => subject.endsWith(digest.sha256)));
    const { verificationResult, verifiedLevels, inputAttestations } = statement.predicate;
    assert.equal([verificationResult, verifiedLevels], ['PASSED', ['REPRO_DOCKERFILE_EQUAL_DIGEST']]);
    assert.match(inputAttestations[0].digest.sha256, /^[0-9a-f]{64}$/);
  });
}

test('an image is packed as the first one was: zstd, Docker\'s media types', async () => {
  const zstd = await push('zstd', { dockerfile: SAME, outputAttributes: { compression: 'zstd', 'force-compression': 'true' } });
  const { stdout, stderr, exitCode } = await cli(`verify --client buildctl ${zstd} --set force-compression=true`);
  assert.is(exitCode, 0, stderr + stdout);
  // Such an image can have no attestations: its provenance comes from elsewhere.
  const image = env.image('docker');
  await env.mustBuild({ dockerfile: SAME, epoch: EPOCH, rewriteTimestamp: true, output: { push: image }, outputAttributes: { 'oci-mediatypes': 'false' } });
  const docker = `${image.replace(/:[^:/]*$/, '')}@${(await env.images.manifest(image))?.digest ?? ''}`;
  assert.match((await cli(`rebuild --client buildctl --dry-run ${docker}`)).stdout, /type=docker,dest=rebuilt\.tar,oci-mediatypes=false,compression=gzip,rewrite-timestamp=true/);
});

test('verify tells what differs, in the report, the statement and the exit status', async () => {
  const { stdout, stderr, exitCode } = await cli(`verify --client buildctl --statement changing.json ${changing}`);
  assert.is(exitCode, 1, stderr);
  assert.match(stdout, /\/id/);
  assert.is(JSON.parse(readFileSync(file('changing.json'), 'utf8')).predicate.verificationResult, 'FAILED');
});

test('what cannot be told is exit status 2, with the reason', async () => {
  const rows: readonly (readonly [args: string, reason: RegExp])[] = [
    [`verify ${subject.replace(/@.*/, ':latest')}`, /expected a reference with a digest/],
    [`verify ${subject.replace(/@.*/, `@sha256:${'0'.repeat(64)}`)}`, /404|not found|unknown/i],
    [`verify --key /nowhere --statement x.json ${subject}`, /cannot read the key \/nowhere/],
    [`verify --key /nowhere ${subject}`, /--key: there is no statement/],
    [`verify --client buildctl --frontend ${env.registry}/none:1 ${subject}`, /the build failed/],
    [`verify --policy /nowhere ${subject}`, /cannot read the policy \/nowhere/],
  ];
  for (const [args, reason] of rows) {
    const { stderr, exitCode } = await cli(args);
    assert.is(exitCode, 2, args);
    assert.match(stderr, reason, args);
  }
});

test('statements of several rebuilders are signed, attached to the image, and counted by a policy', async () => {
  for (const name of ['one', 'two', 'stranger']) keyPair(name);
  const policy = (threshold: number): string => JSON.stringify({ threshold, rebuilders: [{ name: 'one', key: 'one.pub' }, { name: 'two', key: 'two.pub' }] });
  writeFileSync(file('needs-1.json'), policy(1));
  writeFileSync(file('needs-2.json'), policy(2));
  const check = async (needs: number): Promise<readonly [number, string]> => {
    const { exitCode, stdout } = await cli(`verify --policy needs-${needs}.json ${subject}`);
    return [exitCode, stdout];
  };
  assert.is((await check(1))[0], 1);
  const attach = async (name: string): Promise<void> => {
    const { exitCode, stderr } = await cli(`verify --client buildctl --key ${name}.key --attach --statement ${name}.json ${subject}`);
    assert.is(exitCode, 0, stderr);
  };
  for (const name of ['one', 'stranger']) await attach(name);
  assert.is((await check(1))[0], 0);
  const [status, text] = await check(2);
  assert.is(status, 1);
  assert.match(text, /is signed by none of the rebuilders\n1 of 2 needed: one got sha256:/);
  // What another key signed, or is about another image, does not count either, wherever it comes from.
  assert.is((await cli(`verify --policy needs-1.json --statement-file stranger.json ${subject}`)).exitCode, 1);
  assert.is((await cli(`verify --policy needs-1.json --statement-file one.json ${changing}`)).exitCode, 1);
  await attach('two');
  assert.equal(await check(2), [0, (await check(2))[1]]);
});

test('verify --twice builds a Dockerfile in other circumstances', async () => {
  const project = env.tempFolder({ Dockerfile: `FROM ${env.bases.busybox}\nCOPY app /app\nRUN echo x > /x\n`, app: 'app\n' });
  const twice = (args: string, cwd = project) => env.shell(`repro-dockerfile verify --twice --client buildx --frontend ${env.frontend} ${args}`, { cwd });
  const same = await twice(`--build-arg SOURCE_DATE_EPOCH=${EPOCH} .`);
  assert.is(same.exitCode, 0, same.stderr + same.stdout);
  assert.match(same.stderr, /^again: the context is a copy in another folder;/m);
  assert.match((await twice('.')).stderr, /SOURCE_DATE_EPOCH is needed/);
  const other = env.tempFolder({ Dockerfile: `FROM ${env.bases.busybox}\nRUN hostname > /name\n` });
  const differs = await twice(`--build-arg SOURCE_DATE_EPOCH=${EPOCH} .`, other);
  assert.is(differs.exitCode, 1, differs.stderr);
  assert.match(differs.stdout, /\/name/);
});

test('policy makes of an image\'s provenance what stock clients and the reference frontend pin by', async () => {
  const base = env.image('moving');
  const makeBase = (text: string) => env.mustBuild({ dockerfile: `FROM ${env.bases.busybox}\nRUN echo ${text} > /generation\n`, output: { push: base } });
  await makeBase('old');
  const built = await push('pinned', { frontend: 'reference', dockerfile: `FROM ${base}\nRUN cat /generation > /seen\n` });
  await makeBase('new');
  const { stdout, stderr, exitCode } = await cli(`policy --strict ${built}`);
  assert.is(exitCode, 0, stderr);
  writeFileSync(file('policy.json'), stdout);
  const dockerfile = `FROM ${base}\nRUN cat /generation > /seen2\n`;
  const plain = await env.mustBuild({ frontend: 'reference', dockerfile });
  assert.is(plain.image.layers.at(-1)?.text('seen2'), 'new\n');
  const pinned = await env.mustBuild({ frontend: 'reference', dockerfile, args: ['--source-policy-file', file('policy.json')] });
  assert.is(pinned.image.layers.at(-1)?.text('seen2'), 'old\n');
  const byBuildx = await env.mustBuild({ frontend: 'reference', client: 'buildx', dockerfile, env: { EXPERIMENTAL_BUILDKIT_SOURCE_POLICY: file('policy.json') } });
  assert.is(byBuildx.image.layers.at(-1)?.text('seen2'), 'old\n');
  const denied = await env.build({ frontend: 'reference', dockerfile: `FROM ${env.bases.debian}\n`, args: ['--source-policy-file', file('policy.json')] });
  assert.not.ok(denied.ok);
});

test.run();
