import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './cache.ts';

const goMod = readFileSync(join(projectFolder, 'test/go/go.mod'), 'utf8');

/** The version of a Go module in test/go/go.mod. */
function moduleVersion(module: string): string {
  const version = new RegExp(`^\\s*${module.replaceAll('.', '\\.')} (v\\S+)`, 'm').exec(goMod)?.[1];
  if (version === undefined) throw new Error(`test/go/go.mod does not require ${module}`);
  return version;
}

/** What the tests and the image are made with. The Go tools' versions stand in test/go/go.mod. */
export const versions = {
  buildkit: moduleVersion('github.com/moby/buildkit'),
  buildx: moduleVersion('github.com/docker/buildx'),
  /** Of the Node in the image: the one that frontend.Dockerfile names. */
  node: /^ARG NODE_VERSION=(\S+)$/m.exec(readFileSync(join(projectFolder, 'frontend.Dockerfile'), 'utf8'))?.[1] ?? '',
  debian: 'bookworm',
} as const;
