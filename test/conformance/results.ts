/** How one test or sub-test ended. */
export interface Outcome {
  readonly name: string;
  readonly status: 'pass' | 'fail' | 'skip';
  readonly seconds: number;
  /** What it said; empty when it passed. */
  readonly output: string;
}

interface Event {
  readonly Action: string;
  readonly Test?: string;
  readonly Elapsed?: number;
  readonly Output?: string;
}

const ROOT = 'TestIntegration/';
/** The parts of a name that the test framework's matrix adds: they belong to the case, what follows is a sub-test of it. */
const MATRIX = /^(worker|frontend|security\.insecure|network\.host|env)=/;

/**
 * Reads the lines of `go tool test2json` and returns how everything below TestIntegration ended, by name without that prefix.
 * What started and never ended (a panic, a time-out) failed.
 */
export async function readOutcomes(lines: AsyncIterable<string>): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const running = new Map<string, string[]>();
  for await (const line of lines) {
    if (!line.startsWith('{')) continue;
    const event = JSON.parse(line) as Event;
    if (event.Test === undefined || !event.Test.startsWith(ROOT)) continue;
    const name = event.Test.slice(ROOT.length);
    if (event.Action === 'run') running.set(name, []);
    else if (event.Action === 'output') running.get(name)?.push(event.Output ?? '');
    else if (event.Action === 'pass' || event.Action === 'fail' || event.Action === 'skip') {
      const output = event.Action === 'pass' ? '' : (running.get(name) ?? []).join('');
      outcomes.set(name, { name, status: event.Action, seconds: event.Elapsed ?? 0, output });
      running.delete(name);
    }
  }
  for (const [name, output] of running) outcomes.set(name, { name, status: 'fail', seconds: 0, output: `${output.join('')}(it did not come to an end)\n` });
  return outcomes;
}

/** Whether a name is that of a case: a test with its worker and frontend, not a sub-test of one. */
export function isCase(name: string): boolean {
  const [, ...rest] = name.split('/');
  return rest.length > 0 && rest.every((part) => MATRIX.test(part));
}

/** The part of a name before the matrix: the test function. */
export const testName = (name: string): string => name.split('/', 1)[0] ?? name;

/** What a skipped test gives as its reason; empty when it gives none. */
export function skipReason(output: string): string {
  const said = [...output.matchAll(/^\s+\w+\.go:\d+: (.*)$/gm)].map((match) => (match[1] ?? '').trim());
  return said.at(-1) ?? '';
}

/** The few lines of a failed test's output that say why: the assertion, else the end. Stack frames of errors are left out. */
export function excerpt(output: string, limit = 30): string {
  const lines = output.trimEnd().split('\n');
  const trace = lines.findIndex((line) => line.includes('Error Trace:'));
  const after = trace === -1 ? -1 : lines.findIndex((line, index) => index > trace && /^\s*Test:\s/.test(line));
  const block = trace === -1 ? lines.slice(-limit) : lines.slice(trace, after === -1 ? undefined : after);
  const said = block.filter((line, index) => !isFrame(line) && !(isFrame(block[index + 1] ?? '') && /^\s*[^\s:]+$/.test(line)));
  const shown = said.length > limit ? [...said.slice(0, limit), '…'] : said;
  return shown.map((line) => (line.length > 400 ? `${line.slice(0, 400)}…` : line)).join('\n').trimEnd();
}

/** The second line of a stack frame: a file and a line, nothing else. */
const isFrame = (line: string): boolean => /^\s*\S+\.(?:go|s):\d+$/.test(line);
