import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildRequest, BuildResult } from './build.ts';
import { projectFolder } from './cache.ts';
import { imageSources, nodeContext } from './image.ts';

/** What building needs of an environment. */
interface Host {
  readonly registry: string;
  readonly bases: { readonly debian: string };
  mustBuild(request: BuildRequest): Promise<BuildResult>;
}

/** Pushes the generator of the SBOM (frontend-sbom.Dockerfile) as `reference`. */
export async function pushSbomGenerator(env: Host, reference: string): Promise<void> {
  const paths = ['dist/packages.json', 'scripts/sbom.mjs'];
  await env.mustBuild({
    frontend: 'reference',
    dockerfile: readFileSync(join(projectFolder, 'frontend-sbom.Dockerfile'), 'utf8'),
    files: Object.fromEntries(paths.map((path) => [path, readFileSync(join(projectFolder, path))])),
    contexts: { node: `docker-image://${await nodeContext(env.registry)}`, tools: `docker-image://${env.bases.debian}` },
    output: { push: reference },
  });
}

/** A build of the frontend's image with an SBOM by that generator, and with all of its provenance. */
export async function attestedImage(env: Host, generator: string, epoch: number): Promise<BuildRequest> {
  return { ...(await imageSources(env.registry, env.bases.debian)), frontend: 'reference', epoch, provenance: 'max', opts: { 'attest:sbom': `generator=${generator}` } };
}
