import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lineRanges } from '../../../src/diag/range.ts';
import { DEFAULT_LINT_CONFIG, parseLintOptions } from '../../../src/lint/config.ts';
import { formatShort, Linter, type LintWarning } from '../../../src/lint/linter.ts';
import { RULES } from '../../../src/lint/rules.ts';

const PLACE = lineRanges(3, 4);

function record(options: string): { readonly linter: Linter; readonly names: string[]; readonly warnings: LintWarning[] } {
  const warnings: LintWarning[] = [];
  const names: string[] = [];
  const linter = new Linter(parseLintOptions(options), (warning) => {
    warnings.push(warning);
    names.push(warning.rule.name);
  });
  return { linter, names, warnings };
}

function runAll(linter: Linter): void {
  for (const rule of [RULES.StageNameCasing, RULES.FromAsCasing, RULES.InvalidDefinitionDescription]) linter.run(rule, PLACE, 'found');
}

test('a warning has rule, message and place', () => {
  const { linter, warnings } = record('');
  linter.run(RULES.FromAsCasing, PLACE, 'found');
  linter.run(RULES.StageNameCasing, PLACE);
  assert.equal(warnings, [
    { rule: RULES.FromAsCasing, message: 'found', ranges: PLACE },
    { rule: RULES.StageNameCasing, message: 'Stage names should be lowercase', ranges: PLACE },
  ]);
});

const SWITCHES: readonly (readonly [options: string, comments: readonly string[] | undefined, names: readonly string[]])[] = [
  ['', undefined, ['StageNameCasing', 'FromAsCasing']],
  ['skip=FromAsCasing', undefined, ['StageNameCasing']],
  ['skip=all', undefined, []],
  ['experimental=all', undefined, ['StageNameCasing', 'FromAsCasing', 'InvalidDefinitionDescription']],
  ['skip=all;experimental=InvalidDefinitionDescription', undefined, ['InvalidDefinitionDescription']],
  ['skip=InvalidDefinitionDescription;experimental=all', undefined, ['StageNameCasing', 'FromAsCasing', 'InvalidDefinitionDescription']],
  ['skip=FromAsCasing', ['x', 'check=skip=StageNameCasing'], []],
  ['', ['check = skip=all why not'], []],
  ['', ['CHECK=experimental=all'], ['StageNameCasing', 'FromAsCasing', 'InvalidDefinitionDescription']],
  ['', ['check=bad', 'check=skip=all'], ['StageNameCasing', 'FromAsCasing']],
  ['', ['check=skip=FromAsCasing', 'check=skip=all'], ['StageNameCasing']],
  ['', ['syntax=x', 'check=skip=FromAsCasing'], ['StageNameCasing']],
];

for (const [options, comments, expected] of SWITCHES) {
  test(`${JSON.stringify(options)} and ${JSON.stringify(comments)}`, () => {
    const { linter, names } = record(options);
    runAll(linter.withComments(comments));
    assert.equal(names, expected);
  });
}

test('comments hold for the linter that they make only', () => {
  const { linter, names } = record('');
  runAll(linter.withComments(['check=skip=all']));
  assert.equal(names, []);
  runAll(linter);
  assert.equal(names, ['StageNameCasing', 'FromAsCasing']);
});

test('violations are an error when the options say so, once a rule', () => {
  const { linter } = record('error=true');
  assert.is(linter.error(), undefined);
  const other = linter.withComments(['check=experimental=all']);
  runAll(other);
  runAll(other);
  assert.is(linter.error()?.message, 'lint violation found for rules: StageNameCasing, FromAsCasing, InvalidDefinitionDescription');
});

test('a comment does not make violations errors', () => {
  const { linter } = record('');
  const other = linter.withComments(['check=error=true']);
  runAll(other);
  assert.is(other.error(), undefined);
});

test('without anybody to warn there are no violations', () => {
  const linter = new Linter({ ...DEFAULT_LINT_CONFIG, returnAsError: true });
  runAll(linter);
  assert.is(linter.error(), undefined);
});

test('a deprecated rule does not run', () => {
  const { linter, names } = record('experimental=all');
  linter.run({ ...RULES.FromAsCasing, deprecated: true }, PLACE);
  assert.equal(names, []);
});

test('one line', () => {
  assert.is(formatShort('A', 'b', 3), 'A: b (line 3)');
  assert.is(formatShort('A', 'b', 0), 'A: b');
});

test.run();
