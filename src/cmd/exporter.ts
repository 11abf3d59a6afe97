import type { Image } from '../oci/image.ts';
import { members, parseJson } from '../spec/descriptor.ts';
import type { Descriptor } from '../spec/descriptor.ts';

/** One setting of an exporter that no provenance records, and how it was found. */
export interface ExporterSetting {
  readonly name: string;
  readonly value: string;
  readonly why: string;
}

const DOCKER_TYPE = /^application\/vnd\.docker\./;
/** Annotations that an exporter makes itself. */
const OWN_ANNOTATIONS: ReadonlySet<string> = new Set(['org.opencontainers.image.created']);

/**
 * What BuildKit's exporter must be told so that it packs as the images were packed. Media types, compression and annotations are read from the
 * manifests; whether times were rewritten is guessed from the config.
 */
export function exporterSettings(images: readonly Image[]): readonly ExporterSetting[] {
  const manifests = images.flatMap(({ manifest }) => (manifest === undefined ? [] : [manifest.value]));
  const isDocker = manifests.some(({ mediaType }) => DOCKER_TYPE.test(mediaType));
  const settings: ExporterSetting[] = [
    { name: 'oci-mediatypes', value: String(!isDocker), why: `the manifest is ${manifests[0]?.mediaType ?? 'unknown'}` },
  ];
  const last = manifests[0]?.layers.at(-1);
  if (last !== undefined) settings.push({ name: 'compression', value: compressionOf(last), why: `the last layer is ${isStargz(last) ? 'eStargz' : last.mediaType}` });
  const created = images.map(creationTime).find((time) => time !== undefined);
  if (created !== undefined) {
    settings.push(/\.\d/.test(created)
      ? { name: 'rewrite-timestamp', value: 'false', why: `the image was created at ${created}: a clock's time, not SOURCE_DATE_EPOCH` }
      : { name: 'rewrite-timestamp', value: 'true', why: `the image was created at ${created}: whole seconds, as SOURCE_DATE_EPOCH gives them` });
  }
  for (const [key, value] of manifests[0]?.annotations ?? []) {
    if (!OWN_ANNOTATIONS.has(key)) settings.push({ name: `annotation.${key}`, value, why: 'the manifest has it' });
  }
  return settings;
}

/** eStargz is gzip by its media type; the digest of its table of contents tells it. */
function isStargz({ annotations }: Descriptor): boolean {
  return annotations.has('containerd.io/snapshot/stargz/toc.digest');
}

function compressionOf(layer: Descriptor): string {
  const { mediaType } = layer;
  if (isStargz(layer)) return 'estargz';
  if (mediaType.endsWith('zstd')) return 'zstd';
  return mediaType.endsWith('gzip') ? 'gzip' : 'uncompressed';
}

function creationTime({ config, name }: Image): string | undefined {
  if (config === undefined) return undefined;
  const created = members(parseJson(config.bytes, `${name}: the config`), name).get('created');
  return typeof created === 'string' ? created : undefined;
}

/** Settings as the text of `--output`, each field quoted as CSV where it needs it. */
export function outputText(fields: readonly (readonly [string, string])[]): string {
  return fields.map(([name, value]) => `${name}=${value}`).map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}
