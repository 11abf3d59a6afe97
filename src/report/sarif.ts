import type { Log, ReportingDescriptor, Result, Run } from 'sarif';
import type { CauseCount, Change, Comparison, Difference } from '../spec/difference.ts';
import { shortDigest } from './printable.ts';

/** What GitHub's code scanning takes of one run at most. */
const MAX_RESULTS = 25_000;

/** The report for code scanning (SARIF 2.1.0): a cause is a rule, a change a result, whose place is a path of the image. */
export function* sarifReport(comparison: Comparison): Generator<string> {
  const rules = comparison.causes.map(toRule);
  const ranks = new Map(comparison.causes.map(({ cause }, at) => [cause, at]));
  const packing = new Set(comparison.causes.filter(({ isPacking }) => isPacking).map(({ cause }) => cause));
  const all = [
    ...comparison.differences.map((each) => ({ platform: '', each })),
    ...comparison.platforms.flatMap(({ platform, differences }) => differences.map((each) => ({ platform, each }))),
  ].flatMap(({ platform, each }) => each.changes.map((change) => ({ platform, each, change })));
  // What matters more comes first, where not all can be.
  const sorted = [...all.filter(({ change }) => !packing.has(change.cause)), ...all.filter(({ change }) => packing.has(change.cause))];
  const omitted = Math.max(0, sorted.length - MAX_RESULTS) + comparison.platforms.reduce((sum, each) => sum + each.omitted, 0);
  const run: Omit<Run, 'results'> = {
    tool: { driver: { name: 'repro-dockerfile', rules } },
    automationDetails: { id: 'repro-dockerfile/diff' },
    originalUriBaseIds: { IMAGE: { description: { text: `the root of the image ${comparison.b.address}` } } },
    properties: { verdict: comparison.verdict, a: comparison.a, b: comparison.b },
    invocations: [{
      executionSuccessful: true,
      toolExecutionNotifications: omitted === 0 ? [] : [{ level: 'warning', message: { text: `${omitted} more differences are not in this report` } }],
    }],
  };
  const log: Omit<Log, 'runs'> = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0' };
  yield `${JSON.stringify(log).slice(0, -1)},"runs":[${JSON.stringify(run).slice(0, -1)},"results":[`;
  for (const [at, { platform, each, change }] of sorted.slice(0, MAX_RESULTS).entries()) {
    const level = packing.has(change.cause) ? 'note' : 'warning';
    yield `${at === 0 ? '' : ','}\n${JSON.stringify(toResult(platform, each, change, level, ranks.get(change.cause) ?? 0))}`;
  }
  yield '\n]}]}\n';
}

function toRule({ cause, title, remedy, isPacking }: CauseCount): ReportingDescriptor {
  return {
    id: cause,
    shortDescription: { text: title },
    fullDescription: { text: `Two images differ: ${title}.` },
    help: { text: `What removes it: ${remedy}.` },
    defaultConfiguration: { level: isPacking ? 'note' : 'warning' },
  };
}

function toResult(platform: string, each: Difference, change: Change, level: Result.level, ruleIndex: number): Result {
  const name = [platform, each.scope, each.subject].filter((part) => part !== '').join(' ');
  const isPath = each.scope === 'entry';
  return {
    ruleId: change.cause,
    ruleIndex,
    level,
    message: { text: withoutLinks(messageOf(each, change)) },
    locations: [{
      ...(isPath ? { physicalLocation: { artifactLocation: { uri: toUri(each.subject), uriBaseId: 'IMAGE' } } } : {}),
      logicalLocations: [{ fullyQualifiedName: name, kind: isPath ? 'resource' : 'member' }],
    }],
    partialFingerprints: { 'difference/v1': `${name} ${change.field}` },
    ...(each.content?.kind === 'text' ? { properties: { diff: each.content.lines.join('\n') } } : {}),
  };
}

function messageOf(each: Difference, change: Change): string {
  const remedy = change.remedy === undefined ? '' : ` What removes it: ${change.remedy}.`;
  if (each.presence !== 'both') return `${each.subject} is only in ${each.presence === 'only-a' ? 'A' : 'B'} (${change.a || change.b}).${remedy}`;
  const show = (value: string): string => (value === '' ? 'none' : shortDigest(value));
  return `${each.subject}: ${change.field} is ${show(change.a)} in A and ${show(change.b)} in B.${remedy}`;
}

/** Text in which nothing reads as a link (SARIF 2.1.0, section 3.11.6: `[TEXT](DESTINATION)`): names come from images. */
function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

/** A path as a relative URI (RFC 3986), each part encoded; no part leads out of the image. */
function toUri(path: string): string {
  const encoded = path.slice(1).split('/').map((part) => (part === '..' ? '(..)' : encodeURIComponent(Buffer.from(part).toString()))).join('/');
  return encoded === '' ? './' : encoded;
}
