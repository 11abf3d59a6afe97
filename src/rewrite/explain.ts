import type { Provenance } from '../provenance/provenance.ts';
import type { Change } from './change.ts';
import type { Rewrite } from './rewrite.ts';

/** What the rewrites do to a build: the answer to `frontend.repro`, and what `explain` shows. Its JSON form has a schema, docs/explanation.schema.json. */
export interface Explanation {
  /** With REPRO_FROM: what the request is in place of the client's. */
  readonly request?: { readonly provenance: ProvenanceSource; readonly changes: readonly Change[] };
  /** The name of the Dockerfile. */
  readonly dockerfile: string;
  readonly platforms: readonly PlatformExplanation[];
}

/** What a provenance is called, and what it is. */
export type ProvenanceSource = Pick<Provenance, 'name' | 'form'>;

export interface PlatformExplanation {
  /** `linux/amd64` */
  readonly platform: string;
  readonly provenance?: ProvenanceSource;
  /** By line; those of no line come first. */
  readonly changes: readonly Change[];
}

/** The version of the JSON form: its first number changes when a reader of the old form cannot read the new one. */
export const EXPLANATION_VERSION = '1.0.0';

/** What was done to one platform's build. Conversion must be over: only then it is known. */
export function explainPlatform(platform: string, { changes }: Pick<Rewrite, 'changes'>, provenance: Provenance | undefined): PlatformExplanation {
  return {
    platform,
    ...(provenance === undefined ? {} : { provenance }),
    changes: changes.toSorted((a, b) => a.line - b.line),
  };
}

/** The JSON form; members that are undefined are left out of it. */
export function explanationJson({ request, dockerfile, platforms }: Explanation) {
  return {
    version: EXPLANATION_VERSION,
    request: request === undefined ? undefined : { provenance: provenanceJson(request.provenance), changes: request.changes.map(changeJson) },
    dockerfile,
    platforms: platforms.map(({ platform, provenance, changes }) => ({
      platform,
      provenance: provenance === undefined ? undefined : provenanceJson(provenance),
      changes: changes.map(changeJson),
    })),
  };
}

function provenanceJson({ name, form }: ProvenanceSource) {
  return { name, form };
}

function changeJson({ rule, line, was, becomes, why, files, warning }: Change) {
  return { rule, line, was, becomes, why, files: files?.map(({ path, action, why: reason }) => ({ path, action, why: reason })), warning };
}
