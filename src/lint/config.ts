import { CodedError } from '../diag/error.ts';
import { quote } from '../spec/text.ts';
import { cut, parseBool, trimSpace } from '../spec/strings.ts';

/** Which lint rules run, and whether a violation fails the build. */
export interface LintConfig {
  readonly experimentalAll: boolean;
  readonly experimentalRules: readonly string[];
  readonly returnAsError: boolean;
  readonly skipAll: boolean;
  readonly skipRules: readonly string[];
}

/** No rule is skipped, no experimental rule runs. */
export const DEFAULT_LINT_CONFIG: LintConfig = { experimentalAll: false, experimentalRules: [], returnAsError: false, skipAll: false, skipRules: [] };

/**
 * Reads the value of the `check` directive or of BUILDKIT_DOCKERFILE_CHECK: `skip=A,B;experimental=all;error=true`
 * (linter/linter.go). Throws CodedError `option` on an unknown key and on a bad boolean.
 */
export function parseLintOptions(text: string): LintConfig {
  const trimmed = trimSpace(text);
  if (trimmed === '') return DEFAULT_LINT_CONFIG;
  const config = { ...DEFAULT_LINT_CONFIG } as { -readonly [K in keyof LintConfig]: LintConfig[K] };
  for (const part of splitAtMost(trimmed, ';', 3)) {
    const { before, after } = cut(part, '=');
    if (after === undefined) throw new CodedError('option', `invalid check option ${quote(part)}`);
    const key = trimSpace(before);
    const value = trimSpace(after);
    switch (key) {
      case 'skip':
        if (value === 'all') config.skipAll = true;
        else config.skipRules = value.split(',').map(trimSpace);
        break;
      case 'experimental':
        if (value === 'all') config.experimentalAll = true;
        else config.experimentalRules = value.split(',').map(trimSpace);
        break;
      case 'error':
        config.returnAsError = readBool(part, value);
        break;
      default:
        throw new CodedError('option', `invalid check option ${quote(key)}`);
    }
  }
  return config;
}

function readBool(part: string, value: string): boolean {
  const result = parseBool(value);
  if (result === undefined) {
    throw new CodedError('option', `failed to parse check option ${quote(part)}: strconv.ParseBool: parsing ${quote(value)}: invalid syntax`);
  }
  return result;
}

/** Go's strings.SplitN: the last part keeps the separators that are left. */
function splitAtMost(text: string, separator: string, count: number): readonly string[] {
  const parts = text.split(separator);
  return parts.length <= count ? parts : [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}
