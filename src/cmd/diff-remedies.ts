import { STRIP_TABLE } from '../rewrite/strip-table.ts';
import type { Cause } from '../spec/difference.ts';

const namePattern = (path: string): string => path.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('[^/]*');

/** The paths that strip takes out of the difference (those that it only reports stay as they are; comments are a part of a file), as patterns: `*` is one name, `**` any folders. */
const STRIPPED = STRIP_TABLE.filter(({ action }) => !action.startsWith('report') && action !== 'normalise-comments').map(({ path, why }) => ({ pattern: new RegExp(`^${path.split('/**').map(namePattern).join('(?:/[^/]+)*')}(?:/|$)`), why }));

/** Causes that strip is no answer to, wherever they are found. */
const NOT_STRIPPED: ReadonlySet<Cause> = new Set(['timestamp', 'package-version', 'mode', 'owner', 'tar-header', 'access-time', 'extended-attribute']);

/** What our frontend does about a path that differs, where it is more than the cause's own remedy says. */
export function remedyOf(subject: string, cause: Cause): string | undefined {
  if (cause === 'annotation' && subject.includes('buildkit/rewritten-timestamp')) return 'rewrite-timestamp=true on the exporter of both';
  const rule = NOT_STRIPPED.has(cause) ? undefined : STRIPPED.find(({ pattern }) => pattern.test(subject));
  return rule === undefined ? undefined : `the strip rewrite, which is on unless REPRO_STRIP says otherwise (${rule.why})`;
}
