import { wrapError } from '../diag/error.ts';
import { RULES } from '../lint/rules.ts';
import { copy } from '../llb/fileaction.ts';
import type { CopyOptions, FileAction } from '../llb/types.ts';
import { cleanPath, joinPath } from '../spec/path.ts';
import { cut } from '../spec/strings.ts';
import type { CopyJob } from './copy-job.ts';
import { normalizePath } from './system-path.ts';

const LOCAL: CopyOptions = {
  followSymlinks: true, copyDirContentsOnly: true, attemptUnpack: false, createDestPath: true, allowWildcard: true, allowEmptyWildcard: true,
};
const UNPACKING: CopyOptions = { ...LOCAL, attemptUnpack: true };

/** Copies a path of the context, a stage or an image. */
export function copyLocal(job: CopyJob, path: string): FileAction {
  const { stage, instruction, source, destination, options } = job;
  reportIgnored(job, path);
  try {
    const { os } = stage.instructionPlatform;
    const own = instruction.kind === 'add' && (instruction.unpack ?? true) ? UNPACKING : LOCAL;
    if (instruction.kind === 'copy' && instruction.parents) {
      const { from, patterns } = splitParents(path, os);
      return copy(source, normalizePath('/', from, os, false), destination, { ...own, ...patterns, ...options });
    }
    return copy(source, normalizePath('/', path, os, false), destination, options === undefined ? own : { ...own, ...options });
  } catch (error) {
    throw wrapError(error, 'removing drive letter');
  }
}

/** With `--parents`: where to copy from, and what below it. A `/./` says where the part that is kept begins. */
function splitParents(path: string, os: string): { readonly from: string; readonly patterns: CopyOptions } {
  const { before, after } = cut(path, '/./');
  const from = after === undefined ? '/' : before;
  const pattern = normalizePath('/', after ?? path, os, false);
  const isExact = !hasWildcards(from) && !hasWildcards(pattern);
  return {
    from,
    patterns: {
      includePatterns: [pattern.startsWith('/') ? pattern.slice(1) : pattern],
      ...(isExact ? { requiredPaths: [normalizePath('/', joinPath(from, pattern), os, false)] } : {}),
    },
  };
}

function hasWildcards(path: string): boolean {
  for (let index = 0; index < path.length; index++) {
    const character = path[index];
    if (character === '*' || character === '?' || character === '[') return true;
    if (character === '\\') index++;
  }
  return false;
}

/** A source that .dockerignore leaves out. Lists with exceptions are too hard to tell. */
function reportIgnored({ stage, context, instruction }: CopyJob, path: string): void {
  const { ignoreMatcher: matcher } = stage;
  if (matcher === undefined || matcher.hasExceptions) return;
  if (instruction.kind === 'copy' && instruction.from !== '') return;
  const clean = cleanPath(path);
  if ((clean === '.' || clean === '/') && !matcher.patterns.some((pattern) => pattern === '*' || pattern === '**' || pattern === '**/*')) return;
  if (matcher.matchesPathOrParent(clean) !== true) return;
  const message = RULES.CopyIgnoredFile.format(instruction.kind === 'add' ? 'Add' : 'Copy', clean);
  context.linter.run(RULES.CopyIgnoredFile, instruction.location, message);
}
