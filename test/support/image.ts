import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildRequest, BuildResult } from './build.ts';
import { cached, cacheFolder, projectFolder, say } from './cache.ts';
import { describeFailure, mustRun, run } from './command.ts';
import { writeLayout } from './layout.ts';
import { architecture, registryClient } from './registry.ts';
import { writeTar } from './tar.ts';
import { versions } from './versions.ts';

/** What building the image needs of an environment. */
interface ImageHost {
  readonly registry: string;
  readonly debian: string;
  build(request: BuildRequest): Promise<BuildResult>;
}

/** What changes Node itself. */
export const NODE_SCRIPTS = ['scripts/quick-start.pl', 'scripts/trim-exports.pl'] as const;
/** What is in the image, or makes what is in it, beside frontend.Dockerfile. */
export const IMAGE_FILES = ['dist/frontend.cjs', 'dist/snapshot.cjs', 'dist/sigstore.cjs', 'scripts/trim-snapshot.mjs', ...NODE_SCRIPTS] as const;
const DOCKERFILE = join(projectFolder, 'frontend.Dockerfile');
/** As it is published. All builds of it have it, since a daemon gives out layers as it has compressed them before. */
const COMPRESSION = { compression: 'gzip', 'compression-level': '9', 'force-compression': 'true' } as const;

/**
 * The frontend's image for this machine's platform as an OCI layout in a folder, and copied to dist/frontend-image.tar.
 * Built again only when the bundle or frontend.Dockerfile changed. Undefined when there is no bundle.
 */
export async function frontendImage(host: ImageHost): Promise<string | undefined> {
  if (!existsSync(join(projectFolder, IMAGE_FILES[0]))) return undefined;
  const epoch = await sourceDate();
  const hash = createHash('sha256').update(readFileSync(DOCKERFILE)).update(`${architecture()} ${epoch}`);
  for (const content of Object.values(sources())) hash.update(content);
  const key = hash.digest('hex').slice(0, 16);
  const folder = await cached(`image/${key}`, async (path) => {
    say('building: the frontend image');
    removeOldImages();
    const tar = `${path}.tar`;
    const result = await host.build(await imageRequest(host, epoch, tar));
    if (!result.ok) throw new Error(`frontend.Dockerfile: ${describeFailure(result)}`);
    mkdirSync(path);
    await mustRun('tar', ['-C', path, '-xf', tar]);
    copyFileSync(tar, join(path, 'image.tar'));
  });
  copyFileSync(join(folder, 'image.tar'), join(projectFolder, 'dist/frontend-image.tar'));
  return folder;
}

/** What the image is made of, by path. */
function sources(): Readonly<Record<string, Uint8Array>> {
  return Object.fromEntries(IMAGE_FILES.map((path) => [path, readFileSync(join(projectFolder, path))]));
}

/** Each change of the bundle makes an image: those of more than an hour ago go. */
function removeOldImages(): void {
  const parent = join(cacheFolder, 'image');
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent)) {
    const path = join(parent, name);
    if (Date.now() - statSync(path).ctimeMs > 3_600_000) rmSync(path, { recursive: true, force: true });
  }
}

/** The builtin frontend builds it. The steps that do not change are kept from one daemon to the next. */
async function imageRequest(host: ImageHost, epoch: number, tar: string): Promise<BuildRequest> {
  const hash = createHash('sha256').update(readFileSync(DOCKERFILE));
  for (const script of NODE_SCRIPTS) hash.update(readFileSync(join(projectFolder, script)));
  const steps = await cached(`image-steps/${hash.digest('hex').slice(0, 16)}`, async (path) => void mkdirSync(path));
  return {
    ...(await imageSources(host.registry, host.debian)),
    frontend: 'reference',
    epoch,
    output: { raw: ['type=oci', `dest=${tar}`, ...Object.entries(COMPRESSION).map(([key, value]) => `${key}=${value}`)].join(',') },
    args: readdirSync(steps).includes('index.json') ? ['--import-cache', `type=local,src=${steps}`] : ['--export-cache', `type=local,dest=${steps},mode=max`],
  };
}

/** frontend.Dockerfile with the bundle as its context; Node and Debian come from the registry by named contexts. */
export async function imageSources(registry: string, debian: string, target = architecture()): Promise<BuildRequest> {
  const node = await nodeContext(registry, target);
  return {
    files: sources(),
    outputAttributes: COMPRESSION,
    dockerfile: readFileSync(DOCKERFILE, 'utf8'),
    contexts: { node: `docker-image://${node}`, tools: `docker-image://${debian}` },
    platform: `linux/${target}`,
  };
}

/** The reference of an image with Node in that registry. */
export async function nodeContext(registry: string, target = architecture()): Promise<string> {
  const node = `${registry}/node:${versions.node}-${target}`;
  await registryClient.pushLayout(await nodeLayout(target), node);
  return node;
}

/** Seconds since 1970 of the last commit to what is in the image; SOURCE_DATE_EPOCH instead when it is set. */
async function sourceDate(): Promise<number> {
  const given = process.env['SOURCE_DATE_EPOCH'];
  if (given !== undefined && given !== '') return Number(given);
  const result = await run('git', ['log', '-1', '--format=%ct', '--', 'src', 'proto', 'frontend.Dockerfile', 'package-lock.json'], { cwd: projectFolder });
  return Number(result.stdout.trim() || '0');
}

/** An image with nothing but Node's program, where the official one has it; from npm's package of it. */
function nodeLayout(target: string): Promise<string> {
  const name = `node-linux-${target === 'amd64' ? 'x64' : target}`;
  return cached(`node/${name}-${versions.node}`, async (path) => {
    say(`downloading: Node ${versions.node} (npm)`);
    const folder = `${path}-npm`;
    mkdirSync(folder);
    await mustRun('npm', ['pack', '--silent', '--pack-destination', folder, `${name}@${versions.node}`]);
    const file = readdirSync(folder).find((each) => each.endsWith('.tgz'));
    if (file === undefined) throw new Error(`npm pack ${name} left no file`);
    await mustRun('tar', ['-C', folder, '-xzf', join(folder, file), 'package/bin/node']);
    const content = readFileSync(join(folder, 'package/bin/node'));
    const folders = ['usr', 'usr/local', 'usr/local/bin'].map((each) => ({ path: each, type: 'directory' }) as const);
    const layer = writeTar([...folders, { path: 'usr/local/bin/node', mode: 0o755, content }]);
    writeLayout(path, { layers: [layer], config: {}, architecture: target, created: '1970-01-01T00:00:00Z' });
  });
}
