import type { Gateway } from '../gateway/gateway.ts';
import { resolveSourceMeta } from '../gateway/resolve.ts';
import type { SourceMeta } from '../gateway/resolve.ts';
import { plainSource } from '../llb/sources.ts';
import type { State } from '../llb/state.ts';
import { utcTime } from '../spec/time.ts';
import type { ZonedTime } from '../spec/time.ts';
import { latestFileTime } from './archive.ts';
import { commitTime } from './git-commit.ts';
import { marshalState, solveToRef, sourceOps } from './solve.ts';
import type { SourceOp } from './solve.ts';

/**
 * The time of a git or HTTP source: of the commit, of the last change, or of the newest file in an archive.
 * Undefined when the state is not exactly one source, or the source has no time (dockerfile2llb resolveSourceDateEpochFromState).
 */
export async function sourceEpoch(gateway: Gateway, state: State, logName: string): Promise<ZonedTime | undefined> {
  const [source, ...others] = sourceOps(await marshalState(gateway, state));
  if (source === undefined || others.length > 0) return undefined;
  const isGit = source.identifier.startsWith('git://');
  const meta = await resolveSourceMeta(gateway, source, { logName, ...(isGit ? { gitObject: true } : {}) });
  const time = metaTime(meta);
  if (time.known) return time.time;
  const filename = source.attrs.get('http.filename') ?? '';
  if (!/^https?:\/\//.test(source.identifier) || filename === '') return undefined;
  return archiveEpoch(gateway, source, filename);
}

function metaTime(meta: SourceMeta): { readonly known: boolean; readonly time?: ZonedTime | undefined } {
  const commit = meta.Git?.CommitObject;
  if (commit !== undefined && commit.length > 0) return { known: true, time: commitTime(commit) };
  const modified = meta.HTTP?.LastModified;
  return modified === undefined ? { known: false } : { known: true, time: utcTime(BigInt(modified.seconds), modified.nanos) };
}

/** A download that is no archive has no time. */
async function archiveEpoch(gateway: Gateway, source: SourceOp, filename: string): Promise<ZonedTime | undefined> {
  const ref = await solveToRef(gateway, await marshalState(gateway, plainSource(source.identifier, source.attrs)));
  const bytes = await ref.readFile(filename);
  try {
    return await latestFileTime(bytes);
  } catch {
    return undefined;
  }
}
