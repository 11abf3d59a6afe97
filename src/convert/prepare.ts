import { CodedError, wrapError } from '../diag/error.ts';
import type { Dockerfile } from '../dockerfile/ast.ts';
import { parseDirective } from '../dockerfile/directives.ts';
import { parseDockerfile } from '../dockerfile/parse.ts';
import { parseLintOptions } from '../lint/config.ts';
import type { LintConfig } from '../lint/config.ts';
import { Linter } from '../lint/linter.ts';
import type { Warn } from '../lint/linter.ts';
import { cut } from '../spec/strings.ts';

/** A Dockerfile ready for conversion, and the linter that goes on with it. */
export interface PreparedDockerfile {
  readonly dockerfile: Dockerfile;
  readonly linter: Linter;
}

/**
 * Reads a Dockerfile with the lint rules that the request asks for, or else its own `# check=` line.
 * Throws when it is empty, when its `check` cannot be read, and what parseDockerfile throws.
 */
export function prepareDockerfile(source: Uint8Array, lintConfig?: LintConfig, warn?: Warn): PreparedDockerfile {
  if (source.length === 0) throw new CodedError('convert', 'the Dockerfile cannot be empty');
  const linter = new Linter(lintConfig ?? ownLintConfig(source), warn);
  return { dockerfile: parseDockerfile(source, linter).dockerfile, linter };
}

function ownLintConfig(source: Uint8Array): LintConfig {
  try {
    return parseLintOptions(cut(parseDirective('check', source)?.value ?? '', ' ').before);
  } catch (error) {
    throw wrapError(error, 'failed to parse check options');
  }
}
