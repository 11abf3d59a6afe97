import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { convert } from '../../../src/convert/convert.ts';
import { prepareDockerfile } from '../../../src/convert/prepare.ts';
import { parseProvenance } from '../../../src/provenance/parse.ts';
import { explainPlatform, explanationJson } from '../../../src/rewrite/explain.ts';
import type { Explanation } from '../../../src/rewrite/explain.ts';
import { explanationText } from '../../../src/rewrite/explain-text.ts';
import { parseReproOptions } from '../../../src/rewrite/options.ts';
import { rewrite } from '../../../src/rewrite/rewrite.ts';
import { STRIP_TABLE } from '../../../src/rewrite/strip-table.ts';
import { AMD64, fakeOptions } from '../convert/support.ts';

/** `UPDATE=1` writes the golden files anew. */
const folder = join(import.meta.dirname, 'fixtures');
const update = process.env['UPDATE'] === '1';
const schema: object = JSON.parse(readFileSync(join(import.meta.dirname, '../../../docs/explanation.schema.json'), 'utf8'));
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);

/** Enough of the table for a golden file that does not change with each new row. */
const KEPT = ['/var/cache/ldconfig/aux-cache', '/var/log/dpkg.log', '/etc/machine-id'];
const STRIP = STRIP_TABLE.filter(({ path }) => !KEPT.includes(path)).map(({ path }) => `-${path}`).join(',');

const sha256 = (digit: string) => ({ sha256: digit.repeat(64) });
const PROVENANCE = parseProvenance(Buffer.from(JSON.stringify({
  buildDefinition: {
    resolvedDependencies: [
      { uri: 'pkg:docker/debian@12?platform=linux%2Famd64', digest: sha256('1') },
      { uri: 'pkg:docker/busybox@latest?platform=linux%2Famd64', digest: sha256('2') },
      { uri: 'https://example.com/source.tar', digest: sha256('3') },
      { uri: 'https://example.com/repository.git#main', digest: { sha1: '4'.repeat(40) } },
    ],
  },
  runDetails: { metadata: { startedOn: '2024-05-06T07:08:09Z' } },
})), 'provenance.json');

async function explain(text: string, args: Readonly<Record<string, string>>, isSupplied = true): Promise<Explanation> {
  const { dockerfile } = prepareDockerfile(Buffer.from(text));
  const options = parseReproOptions(new Map(Object.entries(args).map(([key, value]) => [`build-arg:${key}`, value])));
  const rewritten = rewrite(dockerfile, { options, secretPresent: isSupplied, ...(isSupplied ? { provenance: PROVENANCE } : {}), epoch: 1_700_000_000n });
  const fakes = fakeOptions(text, {}, { asked: [] });
  const config = { ...fakes.config, buildArgs: new Map([['SOURCE_DATE_EPOCH', '1700000000']]) };
  await convert(rewritten.dockerfile, { ...fakes, config, runHooks: rewritten.runHooks, pins: rewritten.pins, targetPlatform: AMD64 });
  return { dockerfile: 'Dockerfile', platforms: [explainPlatform('linux/amd64', rewritten, isSupplied ? PROVENANCE : undefined)] };
}

function json(explanation: Explanation): string {
  return `${JSON.stringify(explanationJson(explanation), undefined, 2)}\n`;
}

function assertGolden(name: string, text: string): void {
  const path = join(folder, name);
  if (update) writeFileSync(path, text);
  assert.is(text, readFileSync(path, 'utf8'));
}

function assertValid(value: unknown): void {
  assert.ok(validate(value), JSON.stringify(validate.errors, undefined, 2));
}

test('the explanation of a build, as text and JSON', async () => {
  const explanation = await explain(readFileSync(join(folder, 'explain.Dockerfile'), 'utf8'), { REPRO_PIN: 'lax', REPRO_STRIP: STRIP });
  assertGolden('explain.txt', explanationText(explanation));
  assertGolden('explain.json', json(explanation));
  assertValid(JSON.parse(json(explanation)));
});

test('the whole table, a hook, and a build with nothing to rewrite are valid too', async () => {
  const hook = JSON.stringify({ RUN: { entrypoint: ['/x'], mounts: [{ type: 'secret', target: '/s', source: 's' }] } });
  const hooked = await explain('FROM scratch\nRUN x\n', { REPRO_HOOK: hook }, false);
  assert.equal(hooked.platforms[0]?.changes.map(({ rule, becomes }) => [rule, rule === 'hook' ? becomes : '']), [['strip', ''], ['hook', '/x COMMAND with the mounts secret /s'], ['epoch', '']]);
  assertValid(JSON.parse(json(hooked)));
  const plain = await explain('FROM scratch\nCOPY a /\n', {}, false);
  assert.is(explanationText(plain), 'linux/amd64\n  nothing is rewritten\n');
  assertValid(JSON.parse(json(plain)));
});

test('the schema refuses what is none', async () => {
  const value = JSON.parse(json(await explain('FROM scratch\nRUN x\n', {}, false)));
  for (const broken of [{ ...value, version: '2.0.0' }, { ...value, more: 1 }, { ...value, platforms: [] }, { ...value, platforms: [{ platform: 'a/b', changes: [{ rule: 'other', line: 1, was: '', becomes: '', why: 'x' }] }] }]) assert.not(validate(broken));
});

test('colours go around parts, and control characters of the Dockerfile go nowhere', async () => {
  const explanation = await explain('FROM scratch\nRUN echo \u001b[31m\u0007 "\u202e"\n', { REPRO_STRIP: 'none' }, false);
  assert.is(explanationText(explanation, (part, text) => `<${part} ${text}>`), `<heading linux/amd64>

<heading Dockerfile:2  RUN echo \\u001b[31m\\u0007 "\\u202e">
  <rule epoch       >  SOURCE_DATE_EPOCH=1700000000 FORCE_SOURCE_DATE=1 PERL_HASH_SEED=0 in its environment
                <reason since tools that honour it write this time in place of the current one; Perl goes through hashes in one order>
`);
});

test.run();
