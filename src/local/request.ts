import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { build } from '../build/build.ts';
import { CodedError } from '../diag/error.ts';
import { openBridge } from '../gateway/bridge.ts';
import { openGateway } from '../gateway/gateway.ts';
import type { Result } from '../gateway/result.ts';
import type { Definition } from '../llb/types.ts';
import { openAddress } from '../oci/open.ts';
import type { RegistryOptions } from '../oci/registry.ts';
import { hostPlatform } from '../spec/platform.ts';
import { withExcerpt } from './excerpt.ts';
import { folderTree, memoryTree } from './files.ts';
import type { FileTree } from './files.ts';
import { fullReference, imageAnswers } from './images.ts';
import { localTransport } from './transport.ts';

/** A build request as a client's command line has it. */
export interface LocalRequest {
  /** The folder of the build context. */
  readonly context: string;
  /** The Dockerfile: a path, or its bytes. Without one it is `Dockerfile` in the context. */
  readonly dockerfile?: string | Uint8Array;
  /** Frontend options: `target`, `build-arg:NAME`, … */
  readonly options: ReadonlyMap<string, string>;
  /** Named contexts: a folder, `docker-image://…`, `oci-layout://PATH[:TAG|@DIGEST]`, or a URL. */
  readonly buildContexts: ReadonlyMap<string, string>;
  readonly secrets: ReadonlySet<string>;
  /** Files with image configs, by reference: their images are not looked up. */
  readonly imageConfigs: ReadonlyMap<string, Uint8Array>;
  readonly registry: RegistryOptions;
  readonly warn: (text: string) => void;
}

/** What a request came to. */
export interface LocalResult {
  readonly result: Result;
  /** The definition of each platform's result: `linux/amd64` → …; '' where the request names no platform. */
  readonly definitions: ReadonlyMap<string, Definition>;
}

/**
 * Does with a request all that a frontend does, and builds nothing: files come from this machine, image configs from registries. The syntax line
 * is not followed. Throws what the frontend would, with the lines of the Dockerfile that it names, and CodedError `option` for a context that is not there.
 */
export async function answerLocally(request: LocalRequest): Promise<LocalResult> {
  const { folders, filename } = await dockerfileOf(request);
  const named = await namedContexts(request);
  const images = imageAnswers({
    registry: request.registry,
    configs: new Map([...request.imageConfigs].map(([name, config]) => [fullReference(name), config])),
    layouts: named.layouts,
  });
  try {
    const options = new Map([['filename', filename], ...named.options, ...request.options, ['cmdline', 'repro-dockerfile']]);
    const transport = localTransport({ folders: new Map([...folders, ...named.folders]), images, secrets: request.secrets, warn: request.warn });
    const environment = { options, sessionId: '', product: 'repro-dockerfile', workers: [{ id: 'local', platforms: [hostPlatform()] }], newId: stableIds(request.context) };
    const result = await build(await openGateway(environment, openBridge(transport)));
    const refs = [...(result.refs ?? new Map([['', result.ref]]))];
    return { result, definitions: new Map(refs.flatMap(([platform, ref]) => {
      const definition = ref === undefined ? undefined : transport.definitionOf(ref.id);
      return definition === undefined ? [] : [[platform, definition] as const];
    })) };
  } catch (error) {
    throw withExcerpt(error);
  } finally {
    await images.close();
  }
}

async function dockerfileOf({ context, dockerfile }: LocalRequest): Promise<{ readonly folders: ReadonlyMap<string, FileTree>; readonly filename: string }> {
  if (!(await isFolder(context))) throw new CodedError('option', `the build context ${context} is not a folder`);
  const contextTree = folderTree(context);
  if (dockerfile instanceof Uint8Array) return { folders: new Map([['context', contextTree], ['dockerfile', memoryTree(new Map([['Dockerfile', dockerfile]]))]]), filename: 'Dockerfile' };
  const path = dockerfile ?? join(context, 'Dockerfile');
  return { folders: new Map([['context', contextTree], ['dockerfile', folderTree(dirname(path))]]), filename: basename(path) };
}

interface NamedContexts {
  readonly options: ReadonlyMap<string, string>;
  readonly folders: ReadonlyMap<string, FileTree>;
  readonly layouts: ReadonlyMap<string, string>;
}

/** Named contexts as a client hands them to a daemon: folders become local sources, layouts stores. */
async function namedContexts({ buildContexts }: LocalRequest): Promise<NamedContexts> {
  const found = { options: new Map<string, string>(), folders: new Map<string, FileTree>(), layouts: new Map<string, string>() };
  for (const [name, value] of buildContexts) {
    if (value.startsWith('oci-layout://')) {
      const address = value.slice('oci-layout://'.length);
      const store = name.replace(/[^a-z0-9]+/g, '-');
      found.layouts.set(store, address.replace(/(?:@sha256:[0-9a-f]{64}|:[\w.-]{1,128})$/, ''));
      found.options.set(`context:${name}`, `oci-layout://${store}@${await layoutDigest(`oci:${address}`)}`);
    } else if (/^(?:docker-image|https?|git|ssh):\/\//.test(value) || value.startsWith('git@')) {
      found.options.set(`context:${name}`, value);
    } else if (await isFolder(value)) {
      found.folders.set(name, folderTree(value));
      found.options.set(`context:${name}`, `local:${name}`);
    } else {
      throw new CodedError('option', `the named context ${name} is ${value}: neither a folder nor docker-image://, oci-layout://, https:// or git://`);
    }
  }
  return found;
}

async function layoutDigest(address: string): Promise<string> {
  const image = await openAddress(address);
  try {
    if (image.root !== undefined) return image.root.descriptor.digest;
    throw new CodedError('option', `${address} has several images: put :TAG or @DIGEST after the path`);
  } finally {
    await image.close();
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isDirectory(), () => false);
}

/** The same ids for the same folder of the same machine: what is printed twice is equal, and what differs is not taken for the same by a daemon. */
function stableIds(context: string): () => string {
  let count = 0;
  return () => {
    const hash = createHash('sha256').update(`${hostname()}\0${resolve(context)}\0${count++}`).digest('hex');
    return BigInt(`0x${hash}`).toString(36).slice(0, 25).padEnd(25, '0');
  };
}
