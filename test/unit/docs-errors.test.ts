import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KNOWN_OPTIONS } from '../../src/rewrite/options.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
const sources = (folder: string, names = /\.ts$/): readonly string[] => readdirSync(join(root, folder)).filter((name) => names.test(name)).map((name) => readFileSync(join(root, folder, name), 'utf8'));

/** Texts between backquotes in the first column; `…` stands for anything. */
const documented = [...page.matchAll(/^\| (`.+?) \| /gm)].flatMap((row) => [...(row[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));

/** A message as users see it, as far as the source shows: what is put in is `…`. */
const shown = (literal: string): string => literal.replaceAll(/\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g, '…').replaceAll(/' \+\s*`|` \+\s*'|\\n/g, ' ');

test('each error of the rewrites, of provenance and of its options is in the troubleshooting page', () => {
  const texts = [...sources('src/rewrite'), ...sources('src/provenance'), ...sources('src/build', /^(?:from|provenance|trust)/)];
  const messages = texts.flatMap((text) => [...text.matchAll(/new CodedError\('(?:option|provenance|snapshot)', (?:`([^`]+)`|'([^']+)')/g)].map((match) => shown(match[1] ?? match[2] ?? '')));
  assert.ok(messages.length > 20);
  // These are only a name before another message.
  const prefixes = new Set(['…: …', 'invalid value of …: …']);
  const phrases = documented.flatMap((text) => text.split('…').map((part) => part.trim()).filter((part) => part.length > 8));
  assert.equal(messages.filter((message) => !prefixes.has(message) && !phrases.some((phrase) => message.includes(phrase))), []);
});

test('each option of the rewrites is in the page of options, and no other', () => {
  const options = readFileSync(join(root, 'docs/options.md'), 'utf8');
  const [ours = ''] = options.split('## Of docker/dockerfile');
  const listed = [...ours.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1] ?? '');
  assert.equal([...listed].sort(), ['REPRO', 'SOURCE_DATE_EPOCH', 'SNAPSHOT_ARCHIVE_BASE', 'BACKPORTS', 'KEEP_CACHE', ...KNOWN_OPTIONS].sort());
  const args = new Set([...sources('src/build'), ...sources('src/convert')].flatMap((text) => [...text.matchAll(/\bBUILDKIT_(?!SCAN_|FRONTEND_|DISABLE_)[A-Z_]+[A-Z]\b/g)].map((match) => match[0])));
  for (const name of args) assert.ok(options.includes(name.replace(/^BUILDKIT_ATTEST$/, 'BUILDKIT_ATTEST_')), name);
});

test('each frontend option that is read is in the page of options', () => {
  const options = readFileSync(join(root, 'docs/options.md'), 'utf8');
  const texts = ['src/build', 'src/rewrite', 'src/convert'].flatMap((folder) => sources(folder));
  const names = new Set(texts.flatMap((text) => [
    ...[...text.matchAll(/\b(?:options|opts)\.(?:get|has)\('([^':]+)'\)/g)].map((match) => match[1] ?? ''),
    ...[...text.matchAll(/'((?:build-arg|context|label|attest|input-metadata|local-sessionid|sharedkey)[a-z:]*:)'/g)].map((match) => match[1] ?? ''),
  ]));
  assert.ok(names.size > 10, [...names].join(' '));
  assert.equal([...names].filter((name) => !options.includes(`\`${name}`)), []);
});

test.run();
