import { CodedError } from '../diag/error.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { customName } from '../llb/constraints.ts';
import { mkdir, mkfile } from '../llb/fileaction.ts';
import { scratch } from '../llb/state.ts';
import type { State } from '../llb/state.ts';
import { CONTEXT_SUPPLY, DOCKERFILE_SUPPLY } from '../rewrite/from.ts';
import type { RecordedRequest } from '../rewrite/from.ts';
import type { SourceFile } from '../provenance/provenance.ts';
import { dirPath, joinPath } from '../spec/path.ts';
import { gitContextOptions, loadBuildContext, loadHttpContext, scopeToSubdir } from './build-context.ts';
import type { BuildContext } from './build-context.ts';
import type { RequestConfig } from './config.ts';
import { detectGitContext, detectHttpContext, HTTP_CONTEXT_FILE } from './detect.ts';

/**
 * The main context and the Dockerfile of a recorded request: the repository at its commit, the download with its checksum, or what the
 * client supplies in the named contexts repro-context and repro-dockerfile. A context that nobody supplied may be there as long as
 * nothing reads it.
 */
export async function openRecordedContext(gateway: Gateway, config: RequestConfig, recorded: RecordedRequest, from: string): Promise<BuildContext> {
  const opened = await openMainContext(gateway, config, recorded, from);
  const subdir = config.options.get('contextsubdir');
  const scoped = opened.context === undefined || subdir === undefined || recorded.context.kind === 'client' ? opened : { ...opened, context: scopeToSubdir(opened.context, subdir) };
  const { dockerfile: _, ...rest } = scoped;
  if (recorded.dockerfile !== undefined) return { ...rest, ...recordedDockerfile(recorded.dockerfile, from) };
  const supply = config.options.get(`context:${DOCKERFILE_SUPPLY}`);
  return supply === undefined ? scoped : { ...rest, filename: recorded.path, dockerfileLocalName: localName(DOCKERFILE_SUPPLY, supply) };
}

async function openMainContext(gateway: Gateway, config: RequestConfig, { context, path, dockerfile }: RecordedRequest, from: string): Promise<BuildContext> {
  const { options } = config;
  const names = { filename: path, dockerfileLocalName: '' };
  switch (context.kind) {
    case 'git': {
      const { commitMtime, keepGitDir } = gitContextOptions(options);
      // Daemons fail at a folder of a repository whose files are to have the commit's time: they look for git's data below it.
      const isWhole = context.subDir === '' || !commitMtime;
      const repository = requireState(detectGitContext(`${context.remote}#${context.commit}${isWhole && context.subDir !== '' ? `:${context.subDir}` : ''}`, { commitMtime, keepGitDir }));
      if (isWhole) return { ...names, context: repository, dockerfile: repository };
      return { ...names, filename: joinPath(context.subDir, path), context: scopeToSubdir(repository, context.subDir), dockerfile: repository };
    }
    case 'http': {
      const download = requireState(detectHttpContext(context.url, context.digest));
      // The download was the Dockerfile itself, which is at hand: it need not be there any more.
      return dockerfile?.filename === HTTP_CONTEXT_FILE ? { ...names, context: download } : loadHttpContext(gateway, download, names);
    }
    case 'client': return suppliedContext(gateway, config, names, from);
  }
}

function requireState(state: State | undefined): State {
  if (state === undefined) throw new CodedError('internal', 'a recorded context is neither git nor http');
  return state;
}

async function suppliedContext(gateway: Gateway, config: RequestConfig, names: Pick<BuildContext, 'filename' | 'dockerfileLocalName'>, from: string): Promise<BuildContext> {
  const supply = config.options.get(`context:${CONTEXT_SUPPLY}`);
  if (supply === undefined) {
    const unsupplied = `the build reads its main context, which was a folder of the first build's client: the provenance of ${from} does not hold it. Supply it: --build-context ${CONTEXT_SUPPLY}=FOLDER`;
    return { ...names, unsupplied };
  }
  if (/^(?:https?|git):|^git@/.test(supply)) return loadBuildContext(gateway, { ...config, options: new Map([...config.options, ['context', supply], ['filename', names.filename]]) });
  const name = localName(CONTEXT_SUPPLY, supply);
  return { filename: names.filename, dockerfileLocalName: name, contextLocalName: name, ignoreNames: [`${names.filename}.dockerignore`, '.dockerignore'] };
}

function localName(context: string, value: string): string {
  if (value.startsWith('local:')) return value.slice('local:'.length);
  throw new CodedError('option', `the named context ${context} is ${JSON.stringify(value)}: expected a folder of the client${context === CONTEXT_SUPPLY ? ', or the URL of a repository or archive' : ''}`);
}

/** A file system with the recorded text. */
function recordedDockerfile({ filename, data }: SourceFile, from: string): Pick<BuildContext, 'dockerfile' | 'dockerfileLocalName' | 'filename'> {
  const path = joinPath('/', filename);
  const folder = dirPath(path);
  const dockerfile = scratch().file(
    [...(folder === '/' ? [] : [mkdir(folder, 0o755, { makeParents: true })]), mkfile(path, 0o644, data)],
    customName(`[internal] load ${filename} from the provenance of ${from}`),
  );
  return { dockerfile, dockerfileLocalName: '', filename: path.slice(1) };
}
