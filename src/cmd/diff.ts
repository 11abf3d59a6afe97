import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeComparer, verdictOf, worstOf } from '../compare/compare.ts';
import { parseIgnoreRules } from '../compare/ignore.ts';
import { CodedError, messageOf } from '../diag/error.ts';
import type { Image } from '../oci/image.ts';
import { openAddress } from '../oci/open.ts';
import type { ImageHandle, OpenedImage } from '../oci/open.ts';
import { jsonReport } from '../report/json.ts';
import type { Comparison, Difference, PlatformComparison } from '../spec/difference.ts';
import { formatPlatform, normalizePlatform, parsePlatform } from '../spec/platform.ts';
import { remedyOf } from './diff-remedies.ts';
import { saveMemory } from './memory.ts';
import { makeProgress } from './progress.ts';
import type { Progress } from './progress.ts';

export type DiffFormat = 'text' | 'json' | 'sarif' | 'html';

export interface DiffOptions {
  /** `os/architecture[/variant]`; all that both sides have when absent. */
  readonly platform?: string;
  readonly ignore: readonly string[];
  readonly plainHttp: boolean;
  readonly format: DiffFormat;
  /** A file for the report; standard output when absent. */
  readonly output?: string;
  readonly limit: number;
  readonly strict: boolean;
  readonly color: boolean;
  readonly progress: boolean;
}

/** What a comparison is told to a caller with: 0 equal, 1 differs. What throws is 2, could not tell. */
export type DiffStatus = 0 | 1;

/** `repro-dockerfile diff A B`: compares, reports, and says the exit status. Throws (code `image`, `option`) when it cannot tell. */
export async function runDiff(addressA: string, addressB: string, options: DiffOptions, out: Writable, err: Writable): Promise<DiffStatus> {
  saveMemory();
  const progress = makeProgress(options.progress ? err : undefined);
  let comparison: Comparison;
  try {
    comparison = await compareAddresses(addressA, addressB, options, progress);
  } finally {
    progress.stop();
  }
  await writeReport(await reportOf(comparison, options), options.output, out);
  return statusOf(comparison, options.strict);
}

/** 0 when the digests are equal, or the contents are and that is enough; else 1. */
export function statusOf({ verdict }: Pick<Comparison, 'verdict'>, strict: boolean): DiffStatus {
  return verdict === 'equal' || (verdict === 'repacked' && !strict) ? 0 : 1;
}

/** Opens two addresses and compares the platforms that both have. Throws (code `image`, `option`) when it cannot tell. */
export async function compareAddresses(addressA: string, addressB: string, options: Pick<DiffOptions, 'platform' | 'ignore' | 'plainHttp'>, progress: Progress): Promise<Comparison> {
  const comparer = makeComparer({ ignore: parseIgnoreRules(options.ignore), remedyOf, progress: progress.advance });
  const wanted = options.platform === undefined ? undefined : formatPlatform(normalizePlatform(parsePlatform(options.platform)));
  const opened: OpenedImage[] = [];
  try {
    for (const address of [addressA, addressB]) opened.push(await openAddress(address, { plainHttp: options.plainHttp }));
    const [a, b] = opened as [OpenedImage, OpenedImage];
    const { pairs, alone, notes } = pairPlatforms(await listPlatforms(a), await listPlatforms(b), wanted);
    const platforms: PlatformComparison[] = [];
    for (const { platform, a: left, b: right } of pairs) {
      const [imageA, imageB] = [await left(), await right()];
      progress.expect([imageA, imageB].flatMap((image) => image.layers).reduce((sum, layer) => sum + layer.packedSize, 0));
      platforms.push(await comparer.platform(platform, imageA, imageB));
    }
    const differences = comparer.roots(rootOf(a), rootOf(b), alone);
    return { verdict: overall(a, b, platforms, differences), a: sideOf(a), b: sideOf(b), platforms, differences, causes: comparer.causes(), notes };
  } finally {
    await Promise.all(opened.map((each) => each.close()));
  }
}

/** Indexes are not compared by digest, since attestations have times: what counts is each platform's image, and that both have the same. */
function overall(a: OpenedImage, b: OpenedImage, platforms: readonly PlatformComparison[], differences: readonly Difference[]): Comparison['verdict'] {
  if (a.root !== undefined && a.root.descriptor.digest === b.root?.descriptor.digest) return 'equal';
  const hasPlatformAlone = differences.some(({ scope }) => scope === 'platform');
  return worstOf([...platforms.map(({ verdict }) => verdict), ...(hasPlatformAlone ? [verdictOf(differences)] : [])]);
}

interface PlatformImage {
  /** '' for a folder, which fits every platform. */
  readonly platform: string;
  readonly open: () => Promise<Image>;
}

/** The images of an address, with the platform that a config says where the index does not. */
async function listPlatforms(opened: OpenedImage): Promise<readonly PlatformImage[]> {
  return Promise.all(opened.images.map(async (handle: ImageHandle): Promise<PlatformImage> => {
    if (handle.platform !== '' || opened.kind === 'folder') return handle;
    const image = await handle.open();
    return { platform: formatPlatform(image.platform), open: async () => image };
  }));
}

interface Pairing {
  readonly pairs: readonly { readonly platform: string; readonly a: () => Promise<Image>; readonly b: () => Promise<Image> }[];
  readonly alone: readonly { readonly platform: string; readonly side: 'a' | 'b' }[];
  readonly notes: readonly string[];
}

/** Finds what is compared with what. An image of one platform is compared with that platform of the other side; two of several with each other. */
export function pairPlatforms(a: readonly PlatformImage[], b: readonly PlatformImage[], wanted: string | undefined): Pairing {
  for (const [name, images] of [['A', a], ['B', b]] as const) {
    const twice = images.find(({ platform }, at) => images.findIndex((each) => each.platform === platform) !== at);
    if (twice !== undefined) throw new CodedError('image', `${name} has several images for ${twice.platform}`);
    if (images.length === 0) throw new CodedError('image', `${name} has no image`);
  }
  const chosen = (images: readonly PlatformImage[]) => (wanted === undefined ? images : images.filter(({ platform }) => platform === wanted || platform === ''));
  const [left, right] = [chosen(a), chosen(b)];
  const matches = (one: PlatformImage, other: PlatformImage): boolean => one.platform === other.platform || one.platform === '' || other.platform === '';
  const pairs = left.flatMap((one) => {
    const others = right.filter((each) => matches(one, each));
    return others.map((other) => ({ platform: one.platform || other.platform || 'folder', a: one.open, b: other.open }));
  });
  const list = (images: readonly PlatformImage[]): string => images.map(({ platform }) => platform).join(', ');
  if (pairs.length === 0) throw new CodedError('image', `no platform to compare: A has ${list(a)}, B has ${list(b)}${wanted === undefined ? '' : `; asked for ${wanted}`}`);
  const isFolder = (images: readonly PlatformImage[]): boolean => images.some(({ platform }) => platform === '');
  if (pairs.length > 1 && (isFolder(left) || isFolder(right))) throw new CodedError('image', `a folder is compared with one platform: choose with --platform (${list(isFolder(left) ? right : left)})`);
  const missing = (images: readonly PlatformImage[], others: readonly PlatformImage[]) => images.filter((one) => !others.some((other) => matches(one, other)));
  const [onlyA, onlyB] = [missing(left, right), missing(right, left)];
  const isOneOfMany = left.length === 1 || right.length === 1;
  const notes = isOneOfMany ? [...onlyA.map(({ platform }) => `A has ${platform} too, which was not compared`), ...onlyB.map(({ platform }) => `B has ${platform} too, which was not compared`)] : [];
  const alone = isOneOfMany ? [] : [...onlyA.map(({ platform }) => ({ platform, side: 'a' as const })), ...onlyB.map(({ platform }) => ({ platform, side: 'b' as const }))];
  return { pairs, alone, notes };
}

function rootOf(opened: OpenedImage) {
  return { mediaType: opened.root?.descriptor.mediaType ?? '', digest: opened.root?.descriptor.digest ?? '', ...(opened.index === undefined ? {} : { index: opened.index }) };
}

function sideOf({ address, kind, root }: OpenedImage): Comparison['a'] {
  return { address, kind, digest: root?.descriptor.digest ?? '' };
}

/** The report in pieces. Each format is loaded when it is asked for. */
export async function reportOf(comparison: Comparison, options: DiffOptions): Promise<Iterable<string>> {
  switch (options.format) {
    case 'json':
      return jsonReport(comparison);
    case 'sarif':
      return (await import('../report/sarif.ts')).sarifReport(comparison);
    case 'html':
      return (await import('../report/html.ts')).htmlReport(comparison);
    case 'text': {
      const [{ textReport }, { makeStyle }] = [await import('../report/text.ts'), await import('./style.ts')];
      return textReport(comparison, { style: makeStyle(options.color), limit: options.limit });
    }
  }
}

/** Writes a report to `file`, or to `out`. Throws (code `option`) when that fails. */
export async function writeReport(report: Iterable<string>, file: string | undefined, out: Writable): Promise<void> {
  try {
    if (file === undefined) await pipeline(Readable.from(report), out, { end: false });
    else await pipeline(Readable.from(report), createWriteStream(file));
  } catch (error) {
    // Who reads no further has seen enough.
    if (file === undefined && error instanceof Error && 'code' in error && error.code === 'EPIPE') return;
    throw new CodedError('option', `cannot write ${file ?? 'the report'}: ${messageOf(error)}`, { cause: error });
  }
}
