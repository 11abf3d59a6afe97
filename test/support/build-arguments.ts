import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BuildRequest } from './build.ts';
import { openLayout } from './layout.ts';

/** A request with its texts written to files: what both clients need. */
export interface PreparedBuild {
  readonly request: BuildRequest;
  /** Folder or address. */
  readonly context: string;
  /** The folder with the Dockerfile; undefined when it is in a remote context. */
  readonly dockerfileFolder: string | undefined;
  readonly filename: string;
  readonly secretFiles: readonly (readonly [id: string, path: string])[];
  readonly metadataFile: string;
  /** Where an 'oci' output goes. */
  readonly layoutFolder: string;
  /** Image of the frontend; undefined for the builtin one. */
  readonly frontendImage: string | undefined;
}

/** Writes the request's files below `folder`, which must be empty. */
export function prepareBuild(request: BuildRequest, folder: string, ours: string): PreparedBuild {
  const context = request.context ?? join(folder, 'context');
  mkdirSync(join(folder, 'context'));
  writeFiles(join(folder, 'context'), request.files ?? {});
  if (request.dockerfile !== undefined) writeFiles(join(folder, 'dockerfile'), { [request.filename ?? 'Dockerfile']: request.dockerfile });
  const secrets = Object.entries(request.secrets ?? {});
  writeFiles(join(folder, 'secrets'), Object.fromEntries(secrets.map(([, content], at) => [String(at), content])));
  return {
    request,
    context,
    dockerfileFolder: request.dockerfile !== undefined ? join(folder, 'dockerfile') : (request.dockerfileFolder ?? (isRemote(context) ? undefined : context)),
    filename: request.filename ?? 'Dockerfile',
    secretFiles: secrets.map(([id], at) => [id, join(folder, 'secrets', String(at))] as const),
    metadataFile: join(folder, 'metadata.json'),
    layoutFolder: join(folder, 'layout'),
    frontendImage: frontendImage(request, ours),
  };
}

function frontendImage({ frontend = 'ours' }: BuildRequest, ours: string): string | undefined {
  if (frontend === 'reference') return undefined;
  return frontend === 'ours' ? ours : frontend.image;
}

/** Writes files (path → content) below a folder that need not exist. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** The arguments of `buildctl build` after the address. */
export function buildctlArguments(build: PreparedBuild): string[] {
  const { request, context, dockerfileFolder, frontendImage: image } = build;
  const args = ['build', '--progress=plain', '--metadata-file', build.metadataFile];
  const option = (key: string, value: string) => args.push('--opt', `${key}=${value}`);
  const local = (name: string, folder: string) => args.push('--local', `${name}=${folder}`);
  args.push('--frontend', image === undefined ? 'dockerfile.v0' : 'gateway.v0');
  if (image !== undefined) option('source', image);
  if (isRemote(context)) option('context', context);
  else local('context', context);
  if (dockerfileFolder !== undefined) local('dockerfile', dockerfileFolder);
  if (dockerfileFolder !== undefined && isRemote(context)) option('dockerfilekey', 'dockerfile');
  option('filename', build.filename);
  for (const [key, value] of buildArgs(request)) option(`build-arg:${key}`, value);
  for (const [name, value] of Object.entries(request.contexts ?? {})) {
    const layout = /^oci-layout:\/\/([^@]+)(?:@(.*))?$/.exec(value);
    if (layout !== null) {
      args.push('--oci-layout', `${name}=${layout[1]}`);
      option(`context:${name}`, `oci-layout://${name}@${layout[2] ?? openLayout(layout[1] ?? '').root.digest}`);
    } else if (isRemote(value)) {
      option(`context:${name}`, value);
    } else {
      local(name, value);
      option(`context:${name}`, `local:${name}`);
    }
  }
  if (request.target !== undefined) option('target', request.target);
  if (request.platform !== undefined) option('platform', request.platform);
  if (request.provenance !== undefined) option('attest:provenance', provenance(request));
  for (const [key, value] of Object.entries(request.opts ?? {})) option(key, value);
  if (request.noCache === true) args.push('--no-cache');
  for (const [id, path] of build.secretFiles) args.push('--secret', `id=${id},src=${path}`);
  return [...args, ...outputArguments(build), ...(request.args ?? [])];
}

/** The arguments of `buildx` for the same; a remote context gets the Dockerfile on stdin. */
export function buildxArguments(build: PreparedBuild, builder: string): string[] {
  const { request, context, dockerfileFolder, frontendImage: image } = build;
  if (request.opts !== undefined) throw new Error('buildx passes no frontend options: use buildctl');
  const args = ['build', '--builder', builder, '--progress=plain', '--metadata-file', build.metadataFile];
  if (dockerfileFolder !== undefined) args.push('--file', isRemote(context) ? '-' : join(dockerfileFolder, build.filename));
  else args.push('--file', build.filename);
  if (image !== undefined) args.push('--build-arg', `BUILDKIT_SYNTAX=${image}`);
  for (const [key, value] of buildArgs(request)) args.push('--build-arg', `${key}=${value}`);
  for (const [name, value] of Object.entries(request.contexts ?? {})) args.push('--build-context', `${name}=${value}`);
  if (request.target !== undefined) args.push('--target', request.target);
  if (request.platform !== undefined) args.push('--platform', request.platform);
  args.push(request.provenance === undefined ? '--provenance=false' : `--provenance=${provenance(request)}`);
  if (request.noCache === true) args.push('--no-cache');
  for (const [id, path] of build.secretFiles) args.push('--secret', `id=${id},src=${path}`);
  return [...args, ...outputArguments(build), ...(request.args ?? []), context];
}

function buildArgs({ buildArgs: args = {}, epoch }: BuildRequest): [string, string][] {
  return [...Object.entries(args), ...(epoch === undefined ? [] : [['SOURCE_DATE_EPOCH', String(epoch)] satisfies [string, string]])];
}

function provenance({ provenance: mode, provenanceVersion: version }: BuildRequest): string {
  return `mode=${mode}${version === undefined ? '' : `,version=${version}`}`;
}

function outputArguments({ request, layoutFolder }: PreparedBuild): string[] {
  const { output = 'oci' } = request;
  if (output === 'none') return [];
  if (typeof output === 'object' && 'raw' in output) return ['--output', output.raw];
  const target = output === 'oci' ? { type: 'oci', dest: layoutFolder, tar: 'false' } : { type: 'image', name: output.push, push: 'true' };
  const attributes = { ...target, ...(request.rewriteTimestamp === true ? { 'rewrite-timestamp': 'true' } : {}), ...request.outputAttributes };
  return ['--output', Object.entries(attributes).map(([key, value]) => `${key}=${value}`).join(',')];
}

/** True for what the daemon fetches itself: git, http, image addresses; false for folders. */
function isRemote(context: string): boolean {
  return /^([a-z][a-z0-9+-]*:\/\/|git@)/.test(context);
}
