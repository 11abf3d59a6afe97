import { skipReason, testName } from './results.ts';
import type { Outcome } from './results.ts';

/** How a test ends with the reference's own frontend image. */
export interface Expectation {
  readonly status: Outcome['status'];
  /** Why it does not pass. */
  readonly reason: string;
}

/** Why tests do not pass with the reference, where they do not say it themselves. */
const REASONS: Readonly<Record<string, string>> = {
  TestGatewayBuiltinSyntaxSourceDockerfileV0: "is for the daemon's own frontend",
  TestGatewayBuiltinSyntaxSourceProvenance: "is for the daemon's own frontend",
  TestDockerfileProvenanceInputProducer: "is for the daemon's own frontend",
  TestClientFrontendProvenance: "is for the client library's own frontend, and wants the internet",
  TestClientLLBProvenance: 'has no Dockerfile, and wants the internet',
  TestRunSecurityInsecure: 'wants all capabilities, and the machine lacks some',
};

/** Reads the list that `formatReference` writes. Throws on a line that it does not know. */
export function parseReference(text: string): Map<string, Expectation> {
  const expectations = new Map<string, Expectation>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const match = /^(pass|fail|skip) (\S+)(?: {2}(.*))?$/.exec(line);
    if (match === null) throw new Error(`not a line of the list: ${line}`);
    expectations.set(match[2]!, { status: match[1] as Outcome['status'], reason: match[3] ?? '' });
  }
  return expectations;
}

/** One line for each outcome, by name. */
export function formatReference(outcomes: ReadonlyMap<string, Outcome>, header: readonly string[]): string {
  const lines = [...outcomes.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map((outcome) => {
    const reason = outcome.status === 'pass' ? '' : reasonOf(outcome);
    return `${outcome.status} ${outcome.name}${reason === '' ? '' : `  ${reason}`}`;
  });
  return [...header.map((line) => `# ${line}`), ...lines, ''].join('\n');
}

/** Why a test did not pass: our word for it, else its own. */
export function reasonOf(outcome: Outcome): string {
  const known = REASONS[testName(outcome.name)];
  if (known !== undefined) return known;
  return outcome.status === 'skip' ? skipReason(outcome.output) : '';
}
