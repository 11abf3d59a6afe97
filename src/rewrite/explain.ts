import type { Provenance } from '../provenance/provenance.ts';
import type { Change } from './change.ts';
import type { Rewrite } from './rewrite.ts';

/** What the rewrites do to a build: the answer to `frontend.repro`, and what `explain` shows. Its JSON form has a schema, docs/explanation.schema.json. */
export interface Explanation {
  /** The name of the Dockerfile. */
  readonly dockerfile: string;
  readonly platforms: readonly PlatformExplanation[];
}

export interface PlatformExplanation {
  /** `linux/amd64` */
  readonly platform: string;
  readonly provenance?: Pick<Provenance, 'name' | 'form'>;
  /** By line; those of no line come first. */
  readonly changes: readonly Change[];
}

/** The version of the JSON form: its first number changes when a reader of the old form cannot read the new one. */
export const EXPLANATION_VERSION = '1.0.0';

/** What was done to one platform's build. Conversion must be over: only then it is known. */
export function explainPlatform(platform: string, { changes }: Pick<Rewrite, 'changes'>, provenance: Provenance | undefined): PlatformExplanation {
  return {
    platform,
    ...(provenance === undefined ? {} : { provenance: { name: provenance.name, form: provenance.form } }),
    changes: changes.toSorted((a, b) => a.line - b.line),
  };
}

/** The JSON form; members that are undefined are left out of it. */
export function explanationJson({ dockerfile, platforms }: Explanation) {
  return {
    version: EXPLANATION_VERSION,
    dockerfile,
    platforms: platforms.map(({ platform, provenance, changes }) => ({
      platform,
      provenance: provenance === undefined ? undefined : { name: provenance.name, form: provenance.form },
      changes: changes.map(({ rule, line, was, becomes, why, files, warning }) => ({
        rule, line, was, becomes, why, files: files?.map(({ path, action, why: reason }) => ({ path, action, why: reason })), warning,
      })),
    })),
  };
}
