import { wrapError } from '../diag/error.ts';
import type { Gateway, Warning } from '../gateway/gateway.ts';
import type { Reference } from '../gateway/reference.ts';
import { local } from '../llb/sources.ts';
import type { State } from '../llb/state.ts';
import type { SourceMap } from '../llb/types.ts';
import { basePath, dirPath, joinPath } from '../spec/path.ts';
import { DEFAULT_FILENAME } from './build-context.ts';
import type { BuildContext } from './build-context.ts';
import type { RequestConfig } from './config.ts';
import { internalName } from './detect.ts';
import { headDigest, marshalState, solveToRef } from './solve.ts';

/** The Dockerfile of a request, and what was beside it (dockerui Source). */
export interface Entrypoint {
  readonly sourceMap: SourceMap;
  /** The vertex that it was read from: warnings belong to it. */
  readonly vertex: string;
  /** NAME.dockerignore, when there is one with anything in it; it counts in place of .dockerignore. */
  readonly dockerignore?: { readonly name: string; readonly data: Uint8Array };
}

/** Reads the Dockerfile, together with its own ignore file (dockerui ReadEntrypoint). */
export async function readEntrypoint(gateway: Gateway, config: RequestConfig, context: BuildContext): Promise<Entrypoint> {
  const definition = await marshalState(gateway, context.dockerfile ?? localDockerfile(gateway, config, context));
  const ref = await solveToRef(gateway, definition).catch((error: unknown) => {
    throw wrapError(error, 'failed to resolve dockerfile');
  });
  const ignoreName = `${context.filename}.dockerignore`;
  const [data, ignored] = await Promise.all([readDockerfile(ref, context.filename), ref.readFile(ignoreName).catch(() => undefined)]);
  return {
    sourceMap: { filename: context.filename, language: 'Dockerfile', data, definition },
    vertex: headDigest(definition),
    ...(ignored === undefined || ignored.length === 0 ? {} : { dockerignore: { name: ignoreName, data: ignored } }),
  };
}

function localDockerfile(gateway: Gateway, config: RequestConfig, { filename, dockerfileLocalName }: BuildContext): State {
  return local(dockerfileLocalName, {
    followPaths: [filename, `${filename}.dockerignore`, ...(isDefault(filename) ? [lowerCase(filename)] : [])],
    sessionId: config.localSessionIds.get(dockerfileLocalName) ?? gateway.environment.sessionId,
    sharedKeyHint: dockerfileLocalName,
    differ: { type: 'none', required: false },
    constraints: internalName(`load build definition from ${filename}`),
  });
}

/** `dockerfile` will do where `Dockerfile` is missing. */
async function readDockerfile(ref: Reference, filename: string): Promise<Uint8Array> {
  try {
    return await ref.readFile(filename);
  } catch (error) {
    const other = isDefault(filename) ? await ref.readFile(lowerCase(filename)).catch(() => undefined) : undefined;
    if (other === undefined) throw wrapError(error, 'failed to read dockerfile');
    return other;
  }
}

function isDefault(filename: string): boolean {
  return basePath(filename) === DEFAULT_FILENAME;
}

function lowerCase(filename: string): string {
  return joinPath(dirPath(filename), DEFAULT_FILENAME.toLowerCase());
}

/** Shows a warning at the Dockerfile's lines. */
export function warnAt(gateway: Gateway, entrypoint: Entrypoint, warning: Omit<Warning, 'vertex' | 'source'>): void {
  gateway.warn({ ...warning, vertex: entrypoint.vertex, source: entrypoint.sourceMap });
}
