import { wrapError } from '../diag/error.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Reference } from '../gateway/reference.ts';
import { definitionVertex } from '../llb/definition-vertex.ts';
import { newState, scratch } from '../llb/state.ts';
import type { State } from '../llb/state.ts';
import { joinPath } from '../spec/path.ts';
import { parseBool } from '../spec/strings.ts';
import { isArchive } from './archive.ts';
import type { RequestConfig } from './config.ts';
import { detectGitContext, detectHttpContext, HTTP_CONTEXT_FILE } from './detect.ts';
import { marshalState, solveToRef } from './solve.ts';

/** Where a request's Dockerfile and files come from (dockerui buildContext). */
export interface BuildContext {
  /** The main context when it is not the client's folder. */
  readonly context?: State;
  /** Why there is none: building on it is an error that says so. */
  readonly unsupplied?: string;
  /** The client's folder that is the main context otherwise: {@link CONTEXT_LOCAL_NAME} when absent. */
  readonly contextLocalName?: string;
  /** The files in that folder that may be its ignore file, the first that has anything in it: `.dockerignore` when absent. */
  readonly ignoreNames?: readonly string[];
  /** What the Dockerfile is read from, when not from the client's folder. */
  readonly dockerfile?: State;
  readonly dockerfileLocalName: string;
  /** The path of the Dockerfile. */
  readonly filename: string;
  /** A downloaded archive, for the times of its files. */
  readonly archive?: Reference;
}

/** The client's folder that the main context is. */
export const CONTEXT_LOCAL_NAME = 'context';
export const DEFAULT_FILENAME = 'Dockerfile';
const DOCKERFILE_LOCAL_NAME = 'dockerfile';
/** How much of a download is looked at to tell an archive from a Dockerfile. */
const HEADER_LENGTH = 1024;

/** Finds the main context: a git repository, a download, an input of the request, or the client's folder (dockerui initContext). */
export async function loadBuildContext(gateway: Gateway, config: RequestConfig): Promise<BuildContext> {
  const { options } = config;
  const forcedDockerfile = options.get('dockerfilekey');
  const names = { dockerfileLocalName: forcedDockerfile ?? DOCKERFILE_LOCAL_NAME, filename: options.get('filename') ?? DEFAULT_FILENAME };
  const found = await findContext(gateway, options, names);
  const { dockerfile, ...rest } = found;
  const subdir = options.get('contextsubdir');
  return {
    ...rest,
    ...(rest.context === undefined || subdir === undefined ? {} : { context: scopeToSubdir(rest.context, subdir) }),
    ...(dockerfile === undefined || forcedDockerfile !== undefined ? {} : { dockerfile }),
  };
}

type Names = Pick<BuildContext, 'dockerfileLocalName' | 'filename'>;

async function findContext(gateway: Gateway, options: ReadonlyMap<string, string>, names: Names): Promise<BuildContext> {
  const ref = options.get(options.get('contextkey') ?? CONTEXT_LOCAL_NAME) ?? '';
  const git = detectGitContext(ref, gitContextOptions(options));
  if (git !== undefined) return { ...names, context: git, dockerfile: git };
  const http = detectHttpContext(ref);
  if (http !== undefined) return loadHttpContext(gateway, http, names);
  if (gateway.capabilities.supports('frontend.inputs')) return loadInputs(gateway, names);
  return names;
}

/** What the request's options say of a main context that is a git repository. */
export function gitContextOptions(options: ReadonlyMap<string, string>): { readonly keepGitDir: boolean; readonly commitMtime: boolean } {
  return {
    keepGitDir: parseBool(options.get('build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR') ?? '') ?? false,
    commitMtime: (options.get('build-arg:SOURCE_DATE_EPOCH') ?? '') !== '',
  };
}

/** A download is unpacked when it is an archive; otherwise it is the Dockerfile itself. */
export async function loadHttpContext(gateway: Gateway, download: State, names: Names): Promise<BuildContext> {
  const ref = await told('failed to resolve httpcontext', async () => solveToRef(gateway, await marshalState(gateway, download)));
  const header = await told('failed to read downloaded context', () => ref.readFile(HTTP_CONTEXT_FILE, { offset: 0, length: HEADER_LENGTH }));
  if (!isArchive(header)) return { ...names, filename: HTTP_CONTEXT_FILE, context: download, dockerfile: download };
  const unpacked = scratch().file([{
    kind: 'copy', source: download.output, sourcePath: joinPath('/', HTTP_CONTEXT_FILE), destinationPath: '/', options: { attemptUnpack: true },
  }]);
  return { ...names, context: unpacked, dockerfile: unpacked, archive: ref };
}

async function loadInputs(gateway: Gateway, names: Names): Promise<BuildContext> {
  const inputs = await told('failed to get frontend inputs', () => loadInputStates(gateway));
  const dockerfile = inputs.get(names.dockerfileLocalName);
  const context = inputs.get(CONTEXT_LOCAL_NAME);
  return { ...names, ...(context === undefined ? {} : { context }), ...(dockerfile === undefined ? {} : { dockerfile }) };
}

/** The request's inputs as states to build on. */
export async function loadInputStates(gateway: Gateway): Promise<ReadonlyMap<string, State>> {
  return new Map([...await gateway.inputs()].map(([name, definition]) => [name, newState(definitionVertex(definition))]));
}

/** The context below `subdir`. */
export function scopeToSubdir(context: State, subdir: string): State {
  return scratch().file([{ kind: 'copy', source: context.output, sourcePath: subdir, destinationPath: '/', options: { copyDirContentsOnly: true } }]);
}

/** The value of `run`; its errors get `what` before them. */
async function told<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw wrapError(error, what);
  }
}
