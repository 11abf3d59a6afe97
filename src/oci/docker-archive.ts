import { CodedError } from '../diag/error.ts';
import { list, members, parsePlainJson } from '../spec/descriptor.ts';
import { digestOf } from '../spec/digest.ts';
import type { Digest } from '../spec/digest.ts';
import type { Archive } from './archive.ts';
import { MAX_JSON_SIZE, MAX_MANIFEST_SIZE } from './blob-source.ts';
import { parseConfig, readLayer } from './image.ts';
import type { Image, Layer } from './image.ts';
import { readAll } from './verify.ts';

/** One image of an archive that `docker save` wrote: the files of its config and layers, and its names. */
export interface DockerArchiveEntry {
  readonly config: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
}

/** The images of an archive by its manifest.json (moby image/spec, "Combined Image JSON + Filesystem Changeset Format"). */
export async function readDockerManifest(archive: Archive): Promise<readonly DockerArchiveEntry[]> {
  const name = `${archive.path}: manifest.json`;
  const strings = (value: unknown, field: string): readonly string[] => {
    const items = list(value ?? [], field);
    if (!items.every((each): each is string => typeof each === 'string')) throw new CodedError('image', `${field} is not a list of strings`);
    return items;
  };
  const json = parsePlainJson(await readAll(archive.open('manifest.json'), MAX_MANIFEST_SIZE, name), name);
  return list(json, name).map((each, at) => {
    const entry = members(each, `${name}[${at}]`);
    const config = entry.get('Config');
    if (typeof config !== 'string') throw new CodedError('image', `${name}[${at}]: Config is not a string`);
    return { config, tags: strings(entry.get('RepoTags'), `${name}[${at}]: RepoTags`), layers: strings(entry.get('Layers'), `${name}[${at}]: Layers`) };
  });
}

/** An image of such an archive. It has no manifest; its layers are checked against the config, and the config against the digest in its name. */
export async function openDockerImage(archive: Archive, entry: DockerArchiveEntry, name: string): Promise<Image> {
  const bytes = await readAll(archive.open(entry.config), MAX_JSON_SIZE, `${name}: ${entry.config}`);
  const digest = digestOf(bytes);
  const claimed = /^[0-9a-f]{64}$/.exec(entry.config.replace(/\.json$/, '').slice(-64))?.[0];
  if (claimed !== undefined && digest !== `sha256:${claimed}`) throw new CodedError('image', `${name}: the digest of ${entry.config} is ${digest}`);
  const { platform, diffIds } = parseConfig(bytes, `${name}: the config`);
  if (diffIds.length !== entry.layers.length) throw new CodedError('image', `${name}: manifest.json has ${entry.layers.length} layers, the config ${diffIds.length} diff IDs`);
  const layers = entry.layers.map((file, at): Layer => {
    const diffId = diffIds[at] as Digest;
    const label = `${name}: layer ${at + 1} (${file})`;
    return { diffId, packedSize: archive.size(file), entries: (options) => readLayer(async () => archive.open(file), diffId, label, options) };
  });
  return { name, platform, config: { digest, bytes }, layers };
}
