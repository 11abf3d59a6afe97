/** The subrequest frontend.repro, as clients show it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildRequest } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const validate = new Ajv2020().compile(JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/explanation.schema.json'), 'utf8')) as object);
const REQUEST: BuildRequest = {
  dockerfile: `FROM ${env.bases.busybox}\nRUN exit 1\nRUN --mount=type=tmpfs,target=/dev true\n`,
  epoch: 1700000000,
  secrets: { 'enable-repro-sources-list': '' },
  output: 'none',
};

test('buildctl prints the text', async () => {
  const { stdout } = await env.mustBuild({ ...REQUEST, opts: { requestid: 'frontend.repro' } });
  assert.match(stdout, /^Dockerfile:2 {2}RUN exit 1$/m);
  assert.match(stdout, /^ {2}sources-list {2}apt and pacman install from the snapshot 20231114T221320Z, which is SOURCE_DATE_EPOCH$/m);
  assert.match(stdout, /^Dockerfile:3 {2}RUN --mount=type=tmpfs,target=\/dev true\n {2}sources-list {2}as it is\n {16}warning: .*\/dev$/m);
});

test('buildx prints the text, and JSON that the schema allows', async () => {
  const { stdout: text } = await env.mustBuild({ ...REQUEST, client: 'buildx', args: ['--call=repro'] });
  assert.match(text, /^Dockerfile:2 {2}RUN exit 1$/m);
  const { stdout: json } = await env.mustBuild({ ...REQUEST, client: 'buildx', platform: 'linux/amd64,linux/arm64', args: ['--call=repro,format=json'] });
  assert.ok(validate(JSON.parse(json)), JSON.stringify(validate.errors));
  assert.equal(JSON.parse(json).platforms.map(({ platform }: { platform: string }) => platform), ['linux/amd64', 'linux/arm64']);
});

test('describe lists it', async () => {
  const { stdout } = await env.mustBuild({ ...REQUEST, client: 'buildx', args: ['--call=subrequests.describe'] });
  assert.match(stdout, /^repro +1\.0\.0 +Explain/m);
});

test.run();
