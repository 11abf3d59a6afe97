import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Descriptor, Index, Manifest } from './build.ts';
import { digestOf, isIndex, openLayout, writeLayout } from './layout.ts';
import { unpackedPackage, which } from './packages.ts';
import { startService } from './service.ts';
import { writeTar, type TarInput } from './tar.ts';

/** A manifest or index as the registry has it. */
export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly json: Manifest | Index;
}

/** Reads and writes one registry over plain http. References are `HOST:PORT/NAME:TAG` or `…@sha256:…`. */
export interface RegistryClient {
  /** The manifest or index as bytes; undefined when there is none. */
  manifest(reference: string): Promise<StoredManifest | undefined>;
  /** The digest that a reference has now; throws when there is none. */
  digest(reference: string): Promise<string>;
  blob(reference: string, digest: string): Promise<Buffer>;
  /** Points `to` at what `from` names: moves a tag. Same registry; blobs are mounted when the names differ. */
  tag(from: string, to: string): Promise<string>;
  /** Uploads a layout folder's root under a reference and returns its digest. */
  pushLayout(folder: string, reference: string): Promise<string>;
  /** Uploads an image of one layer made of these files (path → content; a trailing '/' makes a folder). Returns its digest. */
  pushFiles(reference: string, files: Readonly<Record<string, string | Uint8Array>>, config?: Readonly<Record<string, unknown>>): Promise<string>;
  putManifest(reference: string, mediaType: string, bytes: Uint8Array): Promise<string>;
  putBlob(reference: string, bytes: Uint8Array): Promise<string>;
}

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

interface Reference {
  readonly host: string;
  readonly name: string;
  /** Tag or digest. */
  readonly version: string;
}

function parseReference(reference: string): Reference {
  const found = /^([^/]+)\/([^@]+?)(?::([^:/@]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(reference);
  if (found === null) throw new Error(`not a reference into a registry: ${reference}`);
  return { host: found[1] ?? '', name: found[2] ?? '', version: found[4] ?? found[3] ?? 'latest' };
}

async function request(method: string, url: string, init: RequestInit, accepted: readonly number[]): Promise<Response> {
  const response = await fetch(url, { ...init, method });
  if (!accepted.includes(response.status)) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response;
}

async function getManifest(reference: string): Promise<StoredManifest | undefined> {
  const { host, name, version } = parseReference(reference);
  const response = await request('GET', `http://${host}/v2/${name}/manifests/${version}`, { headers: { accept: ACCEPT } }, [200, 404]);
  if (response.status === 404) return undefined;
  const bytes = Buffer.from(await response.arrayBuffer());
  const mediaType = response.headers.get('content-type') ?? '';
  return { digest: digestOf(bytes), mediaType, bytes, json: JSON.parse(bytes.toString()) as Manifest | Index };
}

async function mustGetManifest(reference: string): Promise<StoredManifest> {
  const found = await getManifest(reference);
  if (found === undefined) throw new Error(`no such image: ${reference}`);
  return found;
}

async function getBlob(reference: string, digest: string): Promise<Buffer> {
  const { host, name } = parseReference(reference);
  return Buffer.from(await (await request('GET', `http://${host}/v2/${name}/blobs/${digest}`, {}, [200])).arrayBuffer());
}

async function hasBlob(reference: string, digest: string): Promise<boolean> {
  const { host, name } = parseReference(reference);
  return (await request('HEAD', `http://${host}/v2/${name}/blobs/${digest}`, {}, [200, 404])).status === 200;
}

async function putBlob(reference: string, bytes: Uint8Array): Promise<string> {
  const digest = digestOf(bytes);
  if (await hasBlob(reference, digest)) return digest;
  const { host, name } = parseReference(reference);
  const base = `http://${host}/v2/${name}/blobs/uploads/`;
  const location = (await request('POST', base, {}, [202])).headers.get('location') ?? '';
  const url = new URL(location, base);
  url.searchParams.set('digest', digest);
  await request('PUT', url.href, { body: bytes as Uint8Array<ArrayBuffer>, headers: { 'content-type': 'application/octet-stream' } }, [201]);
  return digest;
}

async function putManifest(reference: string, mediaType: string, bytes: Uint8Array): Promise<string> {
  const { host, name, version } = parseReference(reference);
  await request('PUT', `http://${host}/v2/${name}/manifests/${version}`, { body: bytes as Uint8Array<ArrayBuffer>, headers: { 'content-type': mediaType } }, [201]);
  return digestOf(bytes);
}

/** Where an image's parts are read from when it is copied. */
interface Source {
  manifest(digest: string): Promise<Uint8Array>;
  blob(digest: string): Promise<Uint8Array>;
}

/** Copies a manifest and all that it names: what is below an index goes by digest, the top by the reference. */
async function copy(source: Source, root: Pick<Descriptor, 'mediaType' | 'digest'>, reference: string): Promise<string> {
  const { host, name } = parseReference(reference);
  const bytes = await source.manifest(root.digest);
  const json = JSON.parse(Buffer.from(bytes).toString()) as Manifest | Index;
  if (isIndex(root.mediaType)) {
    for (const child of (json as Index).manifests) await copy(source, child, `${host}/${name}@${child.digest}`);
  } else {
    const manifest = json as Manifest;
    for (const each of [manifest.config, ...manifest.layers]) {
      if (!(await hasBlob(reference, each.digest))) await putBlob(reference, await source.blob(each.digest));
    }
  }
  return putManifest(reference, root.mediaType, bytes);
}

/** The client for any registry on plain http: the host is part of each reference. */
export const registryClient: RegistryClient = {
  manifest: getManifest,
  digest: async (reference) => (await mustGetManifest(reference)).digest,
  blob: getBlob,
  tag: async (from, to) => {
    const { host, name } = parseReference(from);
    const source = { manifest: async (digest: string) => (await mustGetManifest(`${host}/${name}@${digest}`)).bytes, blob: (digest: string) => getBlob(from, digest) };
    return copy(source, await mustGetManifest(from), to);
  },
  pushLayout: async (folder, reference) => {
    const layout = openLayout(folder);
    const read = async (digest: string) => layout.blob(digest);
    return copy({ manifest: read, blob: read }, layout.root, reference);
  },
  pushFiles: async (reference, files, config = {}) => pushFiles(reference, files, config),
  putManifest,
  putBlob,
};

async function pushFiles(reference: string, files: Readonly<Record<string, string | Uint8Array>>, config: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'repro-push-'));
  const members = Object.entries(files).map(([path, content]): TarInput => (path.endsWith('/') ? { path, type: 'directory' } : { path, content }));
  try {
    writeLayout(folder, { layers: [writeTar(members)], config, architecture: architecture(), created: '1970-01-01T00:00:00Z' });
    return await registryClient.pushLayout(folder, reference);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** This machine's architecture in OCI words. */
export function architecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}

/** A registry on a free loopback port, with its data below `folder`. */
export interface Registry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Starts Debian's docker-registry and waits until it listens. */
export async function startRegistry(folder: string): Promise<Registry> {
  const program = which('docker-registry') ?? join(await unpackedPackage('docker-registry'), 'usr/bin/docker-registry');
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify({
    version: '0.1',
    log: { level: 'info' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: '127.0.0.1:0' },
  }));
  const logFile = join(folder, 'registry.log');
  const service = startService([program, 'serve', config], { name: 'docker-registry', logFile, env: { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none' } });
  const port = await service.waitFor(() => /listening on 127\.0\.0\.1:(\d+)/.exec(readFileSync(logFile, 'utf8'))?.[1]);
  return { host: `127.0.0.1:${port}`, stop: service.stop };
}
