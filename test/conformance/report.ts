import type { Expectation } from './reference.ts';
import { reasonOf } from './reference.ts';
import { excerpt, isCase, testName } from './results.ts';
import type { Outcome } from './results.ts';

/** A run held against the reference's. */
export interface Comparison {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** The reference's, of the tests that were asked for. */
  readonly expected: ReadonlyMap<string, Expectation>;
  /** Passed only when run a second time. */
  readonly unsteady: readonly string[];
  /** Passes for the reference, not here. */
  readonly regressions: readonly string[];
  /** Passes here, not for the reference. */
  readonly gains: readonly string[];
}

/** Compares a run with the reference's list. */
export function compare(outcomes: ReadonlyMap<string, Outcome>, expected: ReadonlyMap<string, Expectation>, unsteady: readonly string[]): Comparison {
  const passed = (name: string) => outcomes.get(name)?.status === 'pass';
  return {
    outcomes, expected, unsteady,
    regressions: [...expected].filter(([name, { status }]) => status === 'pass' && !passed(name)).map(([name]) => name),
    gains: [...outcomes.keys()].filter((name) => passed(name) && expected.get(name)?.status !== 'pass'),
  };
}

/** The report, as text. Its last line has the count that matters. */
export function formatReport(title: string, comparison: Comparison): string {
  const { outcomes, expected, regressions, gains, unsteady } = comparison;
  const all = [...outcomes.values()];
  const due = [...expected].filter(([, { status }]) => status === 'pass').map(([name]) => name);
  const lost = new Set(regressions);
  const kept = due.filter((name) => !lost.has(name));
  const count = (names: readonly string[]) => `${names.filter(isCase).length} cases (${names.length} with sub-tests)`;
  const of = (status: Outcome['status']) => all.filter((outcome) => outcome.status === status);
  const names = (outcomesOf: readonly Outcome[]) => outcomesOf.map((outcome) => outcome.name);
  return [
    title,
    '',
    `passed   ${count(names(of('pass')))}`,
    `failed   ${count(names(of('fail')))}`,
    `skipped  ${count(names(of('skip')))}`,
    ...section('Passes for the reference, not here', regressions.flatMap((name) => describeRegression(name, regressions, outcomes))),
    ...section('Fails here as with the reference', names(of('fail')).filter((name) => expected.get(name)?.status === 'fail').map((name) => withReason(name, outcomes.get(name), expected))),
    ...section('Fails here, and the reference was not seen to run it', names(of('fail')).filter((name) => !expected.has(name))),
    ...section('Not run, and why', [...names(of('skip')).filter((name) => !lost.has(name) && !runsElsewhere(name, outcomes)).map((name) => withReason(name, outcomes.get(name), expected)), ...absent(expected, outcomes)]),
    ...section('Passes here, not with the reference', gains),
    ...section('Passed when run a second time', unsteady),
    '',
    `${count(kept)} pass of ${count(due)} that pass for the reference`,
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => line.replace(/^(?=.)/gm, '  '))];
}

/** A case that failed only for its sub-tests is named, the reason stands with the sub-test. */
function describeRegression(name: string, regressions: readonly string[], outcomes: ReadonlyMap<string, Outcome>): string[] {
  const outcome = outcomes.get(name);
  if (outcome === undefined) return [`${name}  (did not run)`];
  if (outcome.status === 'skip') return [`${name}  (skipped: ${reasonOf(outcome)})`];
  const below = regressions.some((other) => other.startsWith(`${name}/`) && outcomes.get(other)?.status === 'fail');
  if (below) return [name];
  return [name, ...excerpt(outcome.output).split('\n').map((line) => `    ${line.trimStart()}`)];
}

function withReason(name: string, outcome: Outcome | undefined, expected: ReadonlyMap<string, Expectation>): string {
  const reason = expected.get(name)?.reason || (outcome === undefined ? '' : reasonOf(outcome));
  return reason === '' ? name : `${name}  ${reason}`;
}

/** Whether a test skipped with one worker ran with another. */
function runsElsewhere(name: string, outcomes: ReadonlyMap<string, Outcome>): boolean {
  return [...outcomes.values()].some((outcome) => outcome.status !== 'skip' && isCase(outcome.name) && testName(outcome.name) === testName(name));
}

/** What the reference's list has as skipped or failed and this run never came to. */
function absent(expected: ReadonlyMap<string, Expectation>, outcomes: ReadonlyMap<string, Outcome>): string[] {
  return [...expected].filter(([name, { status }]) => status !== 'pass' && !outcomes.has(name)).map(([name]) => withReason(name, undefined, expected));
}
