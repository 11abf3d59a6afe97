/** A case in which two frontends differ, as the comparing program reports it. */
export interface Difference {
  readonly name: string;
  /** What is equal and what is not: `ok LLB equal`, `DIFF error text`, `FAIL builds where reference errors` … */
  readonly verdict: readonly string[];
  /** What each of them said. */
  readonly detail: readonly string[];
}

/** Where the reference gives another answer the next time: one of several more runs of it has to agree with us. */
export interface Race {
  readonly name: string;
  readonly reason: string;
  readonly matches: (difference: Difference) => boolean;
}

/** Where the reference gives no answer: its stack has to show the place. */
export interface Crash {
  readonly name: string;
  readonly reason: string;
  readonly stack: RegExp;
}

/** Where the answers have random ids in a place that the comparing program does not look into: without them they have to be equal. */
export interface Ids {
  readonly name: string;
  readonly reason: string;
  /** An answer's text without them. */
  readonly blank: (text: string) => string;
}

/**
 * The reference's own randomness, all that is known of it. Ids, times and the order of warnings are taken out by the comparing program
 * (progress group ids, `local.unique`, history's times, `lint violation found for rules: …`); the rest is here.
 */
export const RACES: readonly Race[] = [
  {
    name: 'suggestions',
    reason: '"did you mean X?" is the first good one of a Go map, whose order is random. In a lint answer it is part of a JSON text.',
    matches: ({ detail }) => /did you mean|"buildError"/.test(detail.join('\n')),
  },
  {
    name: 'which of several missing capabilities',
    reason: 'The definition has the capabilities that it needs in Go maps, by digest and by name: the first that is found missing is told.',
    matches: ({ verdict, detail }) => verdict.some((word) => word.startsWith('DIFF error')) && /is not supported by build server/.test(detail.join('\n')),
  },
  {
    name: 'errors of what runs at once',
    reason: 'Bases of stages are resolved, and platforms converted, in goroutines (errgroup in resolveReachableStages and in dockerui Build), and stages that ' +
      'have triggers come from a Go map (allReachableStages): of several errors, the first to be met is told.',
    matches: ({ verdict }) => verdict.some((word) => word.startsWith('DIFF error')),
  },
];

export const IDS: readonly Ids[] = [
  {
    name: 'the id of a Dockerfile without a session, in a lint answer',
    reason: 'Where `local-sessionid:dockerfile` is empty its source gets a random `local.unique`. An answer of frontend.lint has that source: in base64, and by its digest, which has a place in an order too.',
    blank: (text) => blankIds(text.replace(DIGEST, '')).split('\\n').map((line) => line.replace(/,$/, '')).sort().join('\n'),
  },
  {
    name: 'the order of rules in a lint answer',
    reason: 'An error of `# check=error=true` lists the rules that were broken in the order of a Go map; in an answer of frontend.lint it is part of a JSON text.',
    blank: (text) => text.replace(/(?<=lint violation found for rules: )[\w, ]+/g, (rules) => rules.split(', ').sort().join(', ')),
  },
];

const DIGEST = /sha256:[0-9a-f]{64}/g;

function blankIds(text: string): string {
  return text.replace(/[A-Za-z0-9+/]{40,}=*/g, (encoded) => Buffer.from(encoded, 'base64').toString('latin1').replace(/(?<=local\.unique\x12\x19)[0-9a-z]{25}/g, '').replace(DIGEST, ''));
}

export const CRASHES: readonly Crash[] = [
  {
    name: 'a check comment above an instruction, in frontend.targets',
    reason: 'ListTargets parses without a linter, and Linter.WithMergedConfig reads through the nil pointer.',
    stack: /ParseInstructionWithLinter[^]*ListTargets/,
  },
  {
    name: 'null among cache imports',
    reason: 'dockerui init reads through the nil pointer that null becomes.',
    stack: /dockerui\.\(\*Client\)\.init/,
  },
  {
    name: 'an error that is not UTF-8',
    reason: 'The text quotes bytes of the Dockerfile that are not UTF-8; gRPC refuses it, and the program ends with the error as its panic.',
    stack: /panic: [^]*\nmain\.main\(\)\n[^\n]*main\.go:\d+/,
  },
];
