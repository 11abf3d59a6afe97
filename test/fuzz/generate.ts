// Writes generated cases for a comparison of two frontends: DIR/cases.jsonl and one Dockerfile a case.
// Usage: node --import tsx test/fuzz/generate.ts DIR COUNT [SEED] [WRONG]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeText } from '../../src/spec/bytes.ts';
import { dockerfile } from './dockerfile.ts';
import { IGNORE_LINES } from './odd.ts';
import { options } from './options.ts';
import { Random } from './random.ts';

const [dir, count, seed = '1', wrong = 'mixed'] = process.argv.slice(2);
if (dir === undefined || !(Number(count) > 0)) throw new Error('usage: generate.ts DIR COUNT [SEED] [WRONG]');
const context = join(dir, 'context');
mkdirSync(join(context, 'a'), { recursive: true });
mkdirSync(join(context, 'src'), { recursive: true });
for (const name of ['a/b', 'src/x', 'foo', 'bar.txt', 'file.tar.gz']) writeFileSync(join(context, name), `${name}\n`);
writeFileSync(join(context, '.dockerignore'), '*.txt\n!keep.txt\nsrc/x\n');
const rows: string[] = [];
for (let i = 0; i < Number(count); i++) {
  const random = new Random(Number(seed) * 1_000_003 + i);
  const rate = wrong === 'mixed' ? random.pick([0, 0, 0.05, 0.3, 0.8]) : Number(wrong);
  mkdirSync(join(dir, String(Math.floor(i / 1000))), { recursive: true });
  const file = join(String(Math.floor(i / 1000)), `Dockerfile.${i}`);
  writeFileSync(join(dir, file), encodeText(dockerfile(random, rate)));
  if (random.chance(0.1)) writeFileSync(join(dir, `${file}.dockerignore`), random.list(0, 4, () => random.pick(IGNORE_LINES)).join(random.pick(['\n', '\n', '\r\n'])));
  rows.push(JSON.stringify({ name: `case ${i}`, dockerfile: file, context: random.chance(0.5) ? 'context' : '', opts: { ...options(random, rate), 'build-arg:REPRO': 'off' } }));
}
writeFileSync(join(dir, 'cases.jsonl'), `${rows.join('\n')}\n`);
