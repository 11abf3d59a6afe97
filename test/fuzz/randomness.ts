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
    name: 'errors of what runs at once',
    reason: 'Bases of stages are resolved, and platforms converted, in goroutines (errgroup in resolveReachableStages and in dockerui Build), and stages that ' +
      'have triggers come from a Go map (allReachableStages): of several errors, the first to be met is told.',
    matches: ({ verdict }) => verdict.some((word) => word.startsWith('DIFF error')),
  },
];

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
