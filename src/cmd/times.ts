import { CodedError } from '../diag/error.ts';
import type { Image, Layer } from '../oci/image.ts';
import { openAddress } from '../oci/open.ts';
import type { OpenedImage } from '../oci/open.ts';
import { members, parseJson } from '../spec/descriptor.ts';
import { printable } from '../report/printable.ts';
import { saveMemory } from './memory.ts';

/** A time in an image that is later than the epoch. */
export interface LaterTime {
  /** `layer 3`, or `config`. */
  readonly place: string;
  /** The member's path, or the config's field. */
  readonly name: string;
  /** RFC 3339, in whole seconds. */
  readonly time: string;
}

export interface TimesOptions {
  /** Seconds since 1970; without it, the time at which the image says that it was created. */
  readonly epoch?: string;
  /** An image whose layers are left out: those of this name are not of the build. */
  readonly base?: string;
  /** Plain http with any registry. */
  readonly plainHttp?: boolean;
}

/**
 * Prints every entry of the image at `address` that is later than the epoch, by platform and layer. The exit status: 0 when there is
 * none, 1 when there are some. Throws (code `option`, `image`) what is wrong with the arguments or the image.
 */
export async function runTimes(address: string, options: TimesOptions, out: (text: string) => void, log: (text: string) => void): Promise<number> {
  saveMemory();
  if (options.epoch !== undefined && !/^-?\d{1,15}$/.test(options.epoch)) throw new CodedError('option', `--epoch ${options.epoch}: expected seconds since 1970`);
  const skipped = options.base === undefined ? new Set<string>() : await withImage(options.base, options, layersOf);
  return withImage(address, options, async (opened) => {
    let count = 0;
    for (const handle of opened.images) {
      const image = await handle.open();
      const prefix = opened.images.length === 1 ? '' : `${printable(handle.platform)}  `;
      const epoch = options.epoch === undefined ? creationTime(image, address) : Number(options.epoch);
      for await (const { place, name, time } of laterTimes(image, epoch, skipped)) {
        count++;
        out(`${prefix}${place}  ${time}  ${printable(name)}\n`);
      }
      log(`${prefix}${count === 0 ? 'nothing' : `${count} entries`} later than ${rfc3339(epoch)}`);
    }
    return count === 0 ? 0 : 1;
  });
}

/** The times of an image's config and layers that are later than `epoch`, in the order of the layers. */
export async function* laterTimes(image: Image, epoch: number, skipped: ReadonlySet<string>): AsyncGenerator<LaterTime> {
  const created = createdSeconds(image);
  if (created !== undefined && created > epoch) yield { place: 'config', name: 'created', time: rfc3339(created) };
  for (const [index, layer] of image.layers.entries()) {
    if (layer.diffId === undefined || !skipped.has(layer.diffId)) yield* laterEntries(layer, `layer ${index + 1}`, epoch);
  }
}

async function* laterEntries(layer: Layer, place: string, epoch: number): AsyncGenerator<LaterTime> {
  for await (const entries of layer.entries({ keep: () => false })) {
    for (const { path, modified, accessed, changed } of entries) {
      const latest = Math.max(...[modified, accessed, changed].filter((time) => time !== '').map(Number));
      if (latest > epoch) yield { place, name: path, time: rfc3339(latest) };
    }
  }
}

async function withImage<T>(address: string, { plainHttp = false }: TimesOptions, use: (opened: OpenedImage) => Promise<T>): Promise<T> {
  const opened = await openAddress(address, { plainHttp });
  try {
    return await use(opened);
  } finally {
    await opened.close();
  }
}

async function layersOf({ images }: OpenedImage): Promise<ReadonlySet<string>> {
  const opened = await Promise.all(images.map((handle) => handle.open()));
  return new Set(opened.flatMap(({ layers }) => layers.flatMap(({ diffId }) => diffId ?? [])));
}

function creationTime(image: Image, address: string): number {
  const seconds = createdSeconds(image);
  if (seconds === undefined) throw new CodedError('option', `${address} does not say when it was created: expected --epoch SECONDS`);
  return seconds;
}

function createdSeconds({ config, name }: Image): number | undefined {
  const created = config === undefined ? undefined : members(parseJson(config.bytes, name), name).get('created');
  const milliseconds = typeof created === 'string' ? Date.parse(created) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

function rfc3339(seconds: number): string {
  const date = new Date(Math.floor(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : date.toISOString().replace('.000Z', 'Z');
}
