import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { Ajv } from 'ajv';
import { htmlReport } from '../../../src/report/html.ts';
import { jsonReport } from '../../../src/report/json.ts';
import { PAGE_SCRIPT } from '../../../src/report/page-script.ts';
import { sarifReport } from '../../../src/report/sarif.ts';
import { textReport, type Style } from '../../../src/report/text.ts';
import type { Comparison, Difference } from '../../../src/spec/difference.ts';

const EVIL = '</script><script>alert(1)</script><!--\u001b[31m\u202e&amp;"\'';

const entry = (subject: string, over: Partial<Difference> = {}): Difference => ({
  scope: 'entry', layer: 0, subject, presence: 'both', entryType: 'file', sizes: [1, 2],
  changes: [{ field: 'content', a: `sha256:${'a'.repeat(64)}`, b: `sha256:${'b'.repeat(64)}`, cause: 'content' }], ...over,
});

function comparison(differences: readonly Difference[], omitted = 0): Comparison {
  const side = { address: EVIL, kind: 'registry', digest: `sha256:${'1'.repeat(64)}` };
  const layer = { index: 0, digest: 'sha256:1', diffId: 'sha256:2', mediaType: 'x', size: 1234567 };
  return {
    verdict: 'different', a: side, b: side, differences: [], notes: ['B has linux/arm64 too, which was not compared'],
    platforms: [{ platform: 'linux/amd64', verdict: 'different', a: `sha256:${'2'.repeat(64)}`, b: `sha256:${'3'.repeat(64)}`, layers: [{ verdict: 'different', a: [layer], b: [layer], createdBy: `RUN ${EVIL}`, entries: 10, differences: 1 }], packages: [{ system: 'dpkg', name: 'libc6', a: '2.36-9', b: '2.36-10' }], differences, omitted }],
    causes: [
      { cause: 'content', title: 'content of a file', remedy: 'the build context', isPacking: false, count: differences.length, ignored: 3 },
      { cause: 'order', title: 'order of entries', remedy: 'none', isPacking: true, count: 1, ignored: 0 },
    ],
  };
}

const PLAIN: Style = { bold: (text) => text, dim: (text) => text, good: (text) => text, fair: (text) => text, bad: (text) => text };
const text = (of: Comparison, limit = 20): string => [...textReport(of, { style: PLAIN, limit })].join('');

test('text: platform, layer, path, field, cause, remedy, verdict', () => {
  const report = text(comparison([entry('/etc/x', { content: { kind: 'text', lines: ['@@ -1,1 +1,1 @@', '-a', '+b'], isCut: false } }), entry('/new', { presence: 'only-b', changes: [{ field: 'entry', a: '', b: 'file, 2 bytes', cause: 'only-one-side' }] })]));
  for (const line of ['linux/amd64: differs  sha256:222222222222 → sha256:333333333333', '  layer 1  differs  1.23 MB  RUN', '    ~ /etc/x', '        content: sha256:aaaaaaaaaaaa → sha256:bbbbbbbbbbbb  content', '        -a', '    + /new  only in B: file, 2 bytes  only-one-side', '    libc6  2.36-9 → 2.36-10  dpkg', '  content  2, 3 ignored  content of a file', '→ the build context', 'note: B has linux/arm64 too, which was not compared']) {
    assert.ok(report.includes(line), `${line}\n${report}`);
  }
  assert.ok(report.endsWith('\ndiffers, 3 ignored\n'));
});

test('text: what is more than the limit is counted', () => {
  const report = text(comparison(Array.from({ length: 30 }, (_, at) => entry(`/f${at}`)), 7), 5);
  assert.ok(report.includes('… and 25 more: content'));
  assert.ok(report.includes('… and 7 more differences that are counted, not listed'));
  assert.is(report.split('~ /f').length - 1, 5);
});

test('text: nothing from an image reaches the terminal as a command', () => {
  // The name of an extended attribute is part of a field's.
  const attribute = { field: `attribute ${EVIL}`, a: EVIL, b: EVIL, cause: 'extended-attribute' as const };
  const report = text(comparison([entry('/a', { changes: [attribute] }), entry(`/${EVIL}\u009b2J\u2066`, { content: { kind: 'text', lines: [`+${EVIL}\u0007`], isCut: false } })]));
  assert.not.match(report, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  assert.ok(report.includes('\\x1b[31m\\u{202e}'));
});

test('SARIF: a name is no link', () => {
  const [run] = (JSON.parse([...sarifReport(comparison([entry('/[see the fix](https://evil.example)')]))].join('')) as { runs: { results: { message: { text: string } }[] }[] }).runs;
  assert.match(run?.results[0]?.message.text ?? '', '/[see the fix] (https://evil.example): content is');
});

test('JSON: the comparison as it is', () => {
  const of = comparison([entry(`/${EVIL}`), entry('/b')]);
  assert.equal(JSON.parse([...jsonReport(of)].join('')), { schemaVersion: 1, ...of });
  const none = { ...of, platforms: [] };
  assert.equal(JSON.parse([...jsonReport(none)].join('')), { schemaVersion: 1, ...none });
});

test('SARIF: rules are causes, results changes; each rule that a result names is there', () => {
  const of = comparison([entry(`/${EVIL} ü/../x`), entry('/b', { changes: [{ field: 'order', a: '1', b: '2', cause: 'order' }, { field: 'content', a: 'x', b: 'y', cause: 'content', remedy: 'do it' }] })], 4);
  const [run] = (JSON.parse([...sarifReport(of)].join('')) as { runs: any[] }).runs;
  assert.equal(run.results.map((each: any) => [each.ruleId, each.level, run.tool.driver.rules[each.ruleIndex].id]), [['content', 'warning', 'content'], ['content', 'warning', 'content'], ['order', 'note', 'order']]);
  const uri = run.results[0].locations[0].physicalLocation.artifactLocation.uri as string;
  assert.ok(!uri.startsWith('/') && !uri.includes('..%2F') && !uri.split('/').includes('..'));
  assert.match(new URL(uri, 'file:///image/').href, /^file:\/\/\/image\//);
  assert.match(run.results[1].message.text, /What removes it: do it\./);
  assert.match(run.invocations[0].toolExecutionNotifications[0].message.text, /^4 more/);
});

test('SARIF: every report is one by the schema of SARIF 2.1.0', () => {
  const file = createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  // It is of draft 4, whose `id` is `$id` now; nothing else in it has another meaning.
  const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false, allErrors: true }).compile(schema);
  const of = comparison([entry(`/${EVIL} ü/../x`, { content: { kind: 'text', lines: ['-a', '+b'], isCut: false } }), entry('/new', { presence: 'only-b' }), { scope: 'config', subject: 'config.Env[1]', presence: 'only-a', changes: [{ field: 'value', a: 'A=1', b: '', cause: 'content', remedy: 'do it' }] }], 4);
  const equal: Comparison = { ...of, verdict: 'equal', platforms: [], causes: [] };
  for (const each of [of, equal, { ...of, differences: [{ scope: 'platform', subject: 'linux/arm64', presence: 'only-a', changes: [{ field: 'platform', a: 'present', b: '', cause: 'order' }] }] } satisfies Comparison]) {
    assert.ok(validate(JSON.parse([...sarifReport(each)].join(''))), JSON.stringify(validate.errors));
  }
  assert.not.ok(validate({ version: '2.1.0', runs: [{ tool: {} }] }));
});

test('SARIF: at most as many results as code scanning takes, those that matter first', () => {
  const of = comparison([...Array.from({ length: 25_000 }, (_, at) => entry(`/p${at}`, { changes: [{ field: 'x', a: '', b: '', cause: 'order' }] })), entry('/real')]);
  const [run] = (JSON.parse([...sarifReport(of)].join('')) as { runs: any[] }).runs;
  assert.is(run.results.length, 25_000);
  assert.is(run.results[0].ruleId, 'content');
  assert.match(run.invocations[0].toolExecutionNotifications[0].message.text, /^1 more/);
});

test('HTML: data cannot leave its block, and the policy names the two texts that may run', () => {
  const page = [...htmlReport(comparison([entry(`/${EVIL}`)]))].join('');
  assert.is(page.match(/<script/g)?.length, 2);
  assert.is(page.match(/<\/script>/g)?.length, 2);
  assert.not.match(page, /\son\w+\s*=\s*["']/);
  assert.not.match(page, /https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
  assert.match(page, /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[\w+/=]{44}'; style-src 'sha256-[\w+/=]{44}'; base-uri 'none'; form-action 'none'"/);
  const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)?.[1] ?? '';
  assert.is(JSON.parse(data).platforms[0].differences[0].subject, `/${EVIL}`);
});

test('the page\'s script is a script, and puts text on the page as text alone', () => {
  assert.ok(new Script(PAGE_SCRIPT));
  assert.not.match(PAGE_SCRIPT, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|fetch\(|XMLHttpRequest|import\(/);
});

test.run();
