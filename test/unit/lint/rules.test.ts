import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { RULES, type LintRule } from '../../../src/lint/rules.ts';

/** What the reference's rules hold and say of the words `a"é`, `B\` and `c`; rules with a suggestion come twice, the second time without. */
const rows = readFileSync(new URL('fixtures/rules.jsonl', import.meta.url), 'utf8').trimEnd().split('\n')
  .map((line) => JSON.parse(line) as readonly [string, string, string, boolean, boolean, string]);
const rules = new Map<string, LintRule>(Object.entries(RULES));

test('the rules are the reference\'s', () => {
  assert.equal([...rules.keys()].sort(), [...new Set(rows.map(([name]) => name))].sort());
  for (const [name, rule] of rules) assert.is(rule.name, name);
});

const seen = new Set<string>();
for (const [name, description, url, deprecated, experimental, message] of rows) {
  const again = seen.has(name);
  seen.add(name);
  test(`${name}${again ? ', no suggestion' : ''}`, () => {
    const rule = rules.get(name);
    assert.equal([rule?.description, rule?.url, rule?.deprecated, rule?.experimental], [description, url, deprecated, experimental]);
    assert.is(rule?.format('a"é', again ? '' : 'B\\', 'c'), message);
  });
}

test.run();
