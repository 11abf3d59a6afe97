import { customName } from '../llb/constraints.ts';
import { git } from '../llb/git-source.ts';
import { http } from '../llb/sources.ts';
import type { State } from '../llb/state.ts';
import type { Digest } from '../spec/digest.ts';
import { parseGitRef } from '../spec/git-ref.ts';
import type { GitRef } from '../spec/git-ref.ts';

/** The name of the file that an HTTP context is downloaded to. */
export const HTTP_CONTEXT_FILE = 'context';

/** A vertex name that clients show as the frontend's own work. */
export function internalName(name: string): ReturnType<typeof customName> {
  return customName(`[internal] ${name}`);
}

export interface GitContextOptions {
  readonly keepGitDir?: boolean;
  /** File times are the commit's. */
  readonly commitMtime?: boolean;
  /** The repository at the commit that the pins have for it. */
  readonly pin?: (git: GitRef) => GitRef;
}

/** The git source that `ref` stands for; undefined when it is no git reference. Throws when its query is wrong (dockerui DetectGitContext). */
export function detectGitContext(ref: string, options: GitContextOptions = {}): State | undefined {
  const written = parseGitRef(ref);
  if (written === undefined) return undefined;
  const parsed = options.pin?.(written) ?? written;
  return git(parsed.remote, '', {
    ref: parsed.ref,
    keepGitDir: parsed.keepGitDir === true || options.keepGitDir === true,
    subdir: parsed.subDir,
    checksum: parsed.checksum,
    skipSubmodules: parsed.submodules === false,
    mtime: parsed.mtime === '' && options.commitMtime === true ? 'commit' : parsed.mtime,
    fetchByCommit: parsed.fetchByCommit,
    constraints: internalName(`load git source ${ref}`),
  });
}

/** The download that `ref` stands for, of this checksum when one is given; undefined when it is no URL (dockerui DetectHTTPContext). */
export function detectHttpContext(ref: string, checksum: Digest | '' = ''): State | undefined {
  if (!/^https?:\/\//.test(ref)) return undefined;
  return http(ref, { filename: HTTP_CONTEXT_FILE, checksum, constraints: internalName('load remote build context') });
}
