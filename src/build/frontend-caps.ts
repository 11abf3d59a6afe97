import { unsupportedFrontendCap } from '../gateway/error.ts';

/** What this frontend can do that a request may demand (builder/caps.go). */
const ENABLED: ReadonlySet<string> = new Set([
  'moby.buildkit.frontend.inputs', 'moby.buildkit.frontend.subrequests', 'moby.buildkit.frontend.contexts', 'moby.buildkit.frontend.gitquerystring',
]);

export interface CapsVerdict {
  /** Another frontend that the Dockerfile names may do instead. */
  readonly forward: boolean;
  readonly error?: Error;
}

/** Whether this frontend meets the option `frontend.caps`: names with commas, `+forward` after those that only a final frontend must have. */
export function checkFrontendCaps(option: string): CapsVerdict {
  if (option === '') return { forward: false };
  let verdict: CapsVerdict = { forward: false };
  for (const item of option.split(',')) {
    const name = item.split('+', 1)[0] ?? '';
    if (ENABLED.has(name)) continue;
    const error = unsupportedFrontendCap(name);
    if (!item.includes('+forward')) return { forward: false, error };
    verdict = { forward: true, error };
  }
  return verdict;
}
