import { printableLine } from '../spec/terminal.ts';
import type { Change, ChangedFile } from './change.ts';
import type { Explanation, PlatformExplanation } from './explain.ts';

/** The parts of the text that a terminal may show in colours. */
export type ExplanationPart = 'heading' | 'rule' | 'warning' | 'reason';
export type Paint = (part: ExplanationPart, text: string) => string;

const INDENT = '  ';
const RULE_WIDTH = 'sources-list'.length;

/**
 * An explanation for people: by platform and line, each rule with what it makes of the line and why. Lists of files come at the end,
 * each once. Control characters of the Dockerfile are shown, not sent. `paint` puts colours around parts.
 */
export function explanationText({ request, dockerfile, platforms }: Explanation, paint: Paint = (_, text) => text): string {
  const lists = new FileLists();
  const head = request === undefined ? [] : [requestText(request, paint)];
  const body = platforms.map((each) => platformText(dockerfile, each, lists, paint));
  return [...head, ...body, ...lists.texts()].join('\n');
}

function requestText({ provenance, changes }: NonNullable<Explanation['request']>, paint: Paint): string {
  const title = paint('heading', `the request, from ${printableLine(provenance.name)} (${provenance.form})`);
  return `${[title, ...changes.flatMap((change) => ['', paint('heading', printableLine(change.was)), ...changeLines(change, undefined, paint)])].join('\n')}\n`;
}

function platformText(dockerfile: string, { platform, provenance, changes }: PlatformExplanation, lists: FileLists, paint: Paint): string {
  const source = provenance === undefined ? '' : `, pinned by ${printableLine(provenance.name)} (${provenance.form})`;
  const title = paint('heading', `${platform}${source}`);
  if (changes.length === 0) return `${title}\n${INDENT}nothing is rewritten\n`;
  let last = '';
  const lines = changes.flatMap((change) => {
    const heading = headingOf(dockerfile, change);
    const isNew = heading !== last;
    last = heading;
    return [...(isNew ? ['', paint('heading', heading)] : []), ...changeLines(change, lists, paint)];
  });
  return `${[title, ...lines].join('\n')}\n`;
}

function headingOf(dockerfile: string, { line, was }: Change): string {
  const place = printableLine(dockerfile) + (line === 0 ? '' : `:${line}`);
  const [first = '', ...more] = was.split('\n');
  return `${place}  ${printableLine(first)}${more.length === 0 ? '' : ' …'}`;
}

function changeLines({ rule, was, becomes, why, files, warning }: Change, lists: FileLists | undefined, paint: Paint): readonly string[] {
  const isWarning = warning === true;
  const note = files === undefined || lists === undefined ? '' : ` [${lists.number(files)}]`;
  const outcome = becomes === was ? 'as it is' : printableLine(becomes);
  const label = paint(isWarning ? 'warning' : 'rule', rule.padEnd(RULE_WIDTH));
  const below = INDENT + ' '.repeat(RULE_WIDTH + INDENT.length);
  return [`${INDENT}${label}${INDENT}${outcome}${note}`, below + paint(isWarning ? 'warning' : 'reason', `${isWarning ? 'warning: ' : 'since '}${printableLine(why)}`)];
}

/** Lists of files by number: RUNs mostly have the same. */
class FileLists {
  readonly #lists = new Map<string, readonly ChangedFile[]>();

  number(files: readonly ChangedFile[]): number {
    const key = files.map(({ path, action }) => `${action} ${path}`).join('\n');
    if (!this.#lists.has(key)) this.#lists.set(key, files);
    return [...this.#lists.keys()].indexOf(key) + 1;
  }

  texts(): readonly string[] {
    return [...this.#lists.values()].map((files, index) => {
      const width = Math.max(...files.map(({ path }) => printableLine(path).length));
      const actions = Math.max(...files.map(({ action }) => action.length));
      return `[${index + 1}]\n${files.map(({ path, action, why }) => `${INDENT}${action.padEnd(actions)}${INDENT}${printableLine(path).padEnd(width)}${INDENT}${printableLine(why)}\n`).join('')}`;
    });
  }
}
