import type { BenchResult } from './results.ts';
import { VARIANTS } from './cases.ts';

/** Equal only in what the build itself named with its cause. */
const isNamed = (result: BenchResult): boolean => result.failure === undefined && result.differences.every((each) => each.cause !== undefined);

/** The whole outcome as Markdown: a summary, and what differs for each package. `bundle`: results of another one are counted as older. */
export function resultTable(results: readonly BenchResult[], packages: readonly string[], bundle: string): string {
  return [summary(results, bundle), perPackage(results, packages), details(results)].join('\n');
}

function summary(results: readonly BenchResult[], bundle: string): string {
  const lines = ['| variant | frontend | built | equal | differ, each path with its cause in the build\'s log | differ | failed |', '| --- | --- | --- | --- | --- | --- | --- |'];
  for (const { name, about } of VARIANTS) {
    for (const frontend of ['reference', 'ours']) {
      const some = results.filter((each) => each.variant === name && each.frontend === frontend);
      if (some.length === 0) continue;
      const failed = some.filter((each) => each.failure !== undefined).length;
      const equal = some.filter((each) => each.equal).length;
      const named = some.filter((each) => !each.equal && isNamed(each)).length;
      lines.push(`| ${name}: ${about} | ${frontend} | ${some.length} | ${equal} | ${named} | ${some.length - failed - equal - named} | ${failed} |`);
    }
  }
  const older = results.filter((each) => each.frontend === 'ours' && each.bundle !== bundle).length;
  return `${lines.join('\n')}\n${older === 0 ? '' : `\n${older} results of ours are of another bundle than dist/frontend.cjs (AGAIN=older builds these again).\n`}`;
}

function perPackage(results: readonly BenchResult[], packages: readonly string[]): string {
  const columns = [...new Set(results.map((each) => `${each.variant} ${each.frontend}`))];
  const byKey = new Map(results.map((each) => [`${each.package} ${each.variant} ${each.frontend}`, each]));
  const cell = (result: BenchResult | undefined): string => {
    if (result === undefined) return '';
    if (result.failure !== undefined) return 'failed';
    return result.equal ? '=' : `${result.differences.length}${isNamed(result) ? ' named' : ''}`;
  };
  const lines = [`| package | ${columns.join(' | ')} |`, `| --- |${' --- |'.repeat(columns.length)}`];
  for (const name of packages) lines.push(`| ${name} | ${columns.map((column) => cell(byKey.get(`${name} ${column}`))).join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

function details(results: readonly BenchResult[]): string {
  const lines: string[] = [];
  for (const result of results.filter((each) => !each.equal && each.frontend === 'ours')) {
    lines.push(`${result.package} (${result.variant})${result.failure === undefined ? '' : `: failed: ${result.failure.split('\n').at(-1) ?? ''}`}`);
    for (const { path, how, cause } of result.differences.slice(0, 20)) lines.push(`    ${path}: ${how}; ${cause ?? 'NO CAUSE GIVEN'}`);
    if (result.differences.length > 20) lines.push(`    and ${result.differences.length - 20} more`);
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
