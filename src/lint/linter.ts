import { CodedError } from '../diag/error.ts';
import type { Range } from '../diag/range.ts';
import { readDirective } from '../spec/directive.ts';
import { cut } from '../spec/strings.ts';
import { parseLintOptions, type LintConfig } from './config.ts';
import type { LintRule } from './rules.ts';

/** One finding: the rule, its message for this place, and the place. */
export interface LintWarning {
  readonly rule: LintRule;
  readonly message: string;
  readonly ranges: readonly Range[];
}

/** Takes the warnings as they come up. */
export type Warn = (warning: LintWarning) => void;

/** Decides which rules run and remembers which did (linter/linter.go). */
export class Linter {
  readonly #config: LintConfig;
  readonly #warn: Warn | undefined;
  /** Shared with every linter made from this one. */
  readonly #called: Set<string>;

  constructor(config: LintConfig, warn?: Warn, called: Set<string> = new Set()) {
    this.#config = config;
    this.#warn = warn;
    this.#called = called;
  }

  /** Reports `message` (the rule's description when not given) for `ranges`, unless the rule is off. Nothing happens without a `warn`. */
  run(rule: LintRule, ranges: readonly Range[], message: string = rule.description): void {
    if (this.#warn === undefined || rule.deprecated || !this.#isOn(rule)) return;
    this.#called.add(rule.name);
    this.#warn({ rule, message, ranges });
  }

  /** The linter for an instruction with these comments above it: the first `check=` among them adds to the configuration; a bad one does not. */
  withComments(comments: readonly string[] | undefined): Linter {
    if (comments === undefined) return this;
    for (const comment of comments) {
      const directive = readDirective(comment);
      if (directive?.name !== 'check') continue;
      try {
        return this.#merged(parseLintOptions(cut(directive.value, ' ').before));
      } catch {
        return this;
      }
    }
    return this;
  }

  /** A linter with this one's switches that reports to `warn`. What it finds is no reason for {@link error}. */
  reportingTo(warn: Warn): Linter {
    return new Linter(this.#config, warn);
  }

  /** The error that ends the build when violations are errors and there were some. */
  error(): Error | undefined {
    if (!this.#config.returnAsError || this.#called.size === 0) return undefined;
    return new CodedError('syntax', `lint violation found for rules: ${[...this.#called].join(', ')}`);
  }

  #isOn(rule: LintRule): boolean {
    const config = this.#config;
    if (rule.experimental) return config.experimentalAll || config.experimentalRules.includes(rule.name);
    return !config.skipAll && !config.skipRules.includes(rule.name);
  }

  #merged(other: LintConfig): Linter {
    const config: LintConfig = {
      experimentalAll: this.#config.experimentalAll || other.experimentalAll,
      experimentalRules: [...this.#config.experimentalRules, ...other.experimentalRules],
      returnAsError: this.#config.returnAsError,
      skipAll: this.#config.skipAll || other.skipAll,
      skipRules: [...this.#config.skipRules, ...other.skipRules],
    };
    return new Linter(config, this.#warn, this.#called);
  }
}

/** A warning in one line: `Rule: message (line 3)`; no line when `line` is not positive. */
export function formatShort(ruleName: string, message: string, line: number): string {
  return line > 0 ? `${ruleName}: ${message} (line ${line})` : `${ruleName}: ${message}`;
}
