import { CodedError } from '../diag/error.ts';
import type { Range } from '../diag/range.ts';
import { CAPS } from '../llb/caps.ts';
import { customName, mergeConstraints } from '../llb/constraints.ts';
import { copy } from '../llb/fileaction.ts';
import { git } from '../llb/git-source.ts';
import { http } from '../llb/sources.ts';
import type { FileAction } from '../llb/types.ts';
import { parseDigest } from '../spec/digest.ts';
import { gitRefAt, parseGitRef } from '../spec/git-ref.ts';
import type { GitRef } from '../spec/git-ref.ts';
import { basePath } from '../spec/path.ts';
import { quote } from '../spec/text.ts';
import { parseUrl } from '../spec/url.ts';
import type { CopyJob } from './copy-job.ts';
import type { ConvertOptions } from './options.ts';

/** Whether ADD takes `source` from a git repository. A repository whose query is wrong is none here; it fails where it is read. */
export function isGitSource(source: string): boolean {
  try {
    return parseGitRef(source) !== undefined;
  } catch {
    return false;
  }
}

/** Whether ADD downloads `source`. */
export function isHttpSource(source: string): boolean {
  return (source.startsWith('http://') || source.startsWith('https://')) && !isGitSource(source);
}

/** Whether `source` comes from the network. */
export function isRemoteSource(source: string): boolean {
  return isHttpSource(source) || isGitSource(source);
}

/** The name of the file that a download gives: the last part of the URL's path. */
export function httpFilename(source: string): string {
  const url = parseUrl(source);
  const base = url === undefined ? '.' : basePath(url.path);
  return base === '.' || base === '/' ? '__unnamed__' : base;
}

/** Copies what a git repository has. */
export function copyGit(job: CopyJob, written: GitRef): FileAction {
  const { instruction, destination, options, name } = job;
  if (instruction.kind !== 'add') throw new CodedError('convert', "source can't be a git ref for COPY");
  const { checksum, keepGitDir } = agreedOptions(job, written);
  job.git = { checksum, keepGitDir };
  const ref = pinnedGit({ ...written, checksum }, job.stage.conversion.options, instruction.location);
  const repository = git(ref.remote, '', {
    constraints: customName(name),
    ref: ref.ref,
    ...(keepGitDir === true ? { keepGitDir } : {}),
    ...(ref.checksum === '' ? {} : { checksum: ref.checksum }),
    ...(ref.subDir === '' ? {} : { subdir: ref.subDir }),
    ...(ref.submodules === false ? { skipSubmodules: true } : {}),
    ...(ref.fetchByCommit ? { fetchByCommit: true } : {}),
  });
  return copy(repository, '/', destination, { ...options, createDestPath: true });
}

/** The repository at the commit that the pins have for it. */
export function pinnedGit(ref: GitRef, { pins, caps }: Pick<ConvertOptions, 'pins' | 'caps'>, place: readonly Range[]): GitRef {
  const commit = pins.git(ref, place);
  return commit === undefined ? ref : gitRefAt(ref, commit, caps.supports(CAPS.sourceGitFetchByCommit));
}

/** The flags of ADD and the query of the URL must not contradict each other. */
function agreedOptions({ git: { checksum, keepGitDir } }: CopyJob, ref: GitRef): CopyJob['git'] {
  if (keepGitDir !== undefined && ref.keepGitDir !== undefined && keepGitDir !== ref.keepGitDir) {
    throw new CodedError('convert', 'inconsistent keep-git-dir configuration');
  }
  if (checksum !== '' && ref.checksum !== '' && checksum !== ref.checksum) {
    throw new CodedError('convert', `checksum mismatch ${quote(checksum)} != ${quote(ref.checksum)}`);
  }
  return { checksum: ref.checksum === '' ? checksum : ref.checksum, keepGitDir: ref.keepGitDir ?? keepGitDir };
}

/** Copies a file from a URL. */
export function copyHttp({ stage, instruction, destination, options, name, git: { checksum } }: CopyJob, source: string): FileAction {
  if (instruction.kind !== 'add') throw new CodedError('convert', "source can't be a URL for COPY");
  const filename = httpFilename(source);
  const digest = stage.conversion.options.pins.http(source, checksum, instruction.location) ?? (checksum === '' ? undefined : parseDigest(checksum));
  const file = http(source, {
    filename,
    ...(digest === undefined ? {} : { checksum: digest }),
    constraints: mergeConstraints(customName(name), { description: new Map([['com.docker.dockerfile.v1.command', '']]) }),
  });
  return copy(file, filename, destination, { ...options, createDestPath: true, attemptUnpack: instruction.unpack ?? false });
}
