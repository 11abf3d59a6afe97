import type { CauseCount, Change, Difference, LayerComparison, LayerSide, PackageChange, PlatformComparison, Verdict } from '../spec/difference.ts';
import { alignLayers } from './align.ts';
import type { LayerGroup } from './align.ts';
import { CAUSES } from './causes.ts';
import { makeDiffEffort } from './content.ts';
import { makeCauseCounter, makeCollector } from './collect.ts';
import type { CauseCounter, Collector, RemedyOf } from './collect.ts';
import { compareFlattened } from './flatten.ts';
import type { IgnoreRules } from './ignore.ts';
import { compareLayers } from './layer.ts';
import type { LayerSink } from './layer.ts';
import { compareConfigs, compareManifests, compareRoots, createdByOf, difference, STARGZ_TOC } from './metadata.ts';
import { makePackageWatch } from './packages.ts';
import type { PackageWatch } from './packages.ts';
import type { ComparedImage, ComparedLayer, ComparedRoot, LayerFacts } from './view.ts';

export interface CompareOptions {
  readonly ignore: IgnoreRules;
  readonly remedyOf: RemedyOf;
  /** Packed bytes that were read, or need not be. */
  readonly progress: (bytes: number) => void;
}

/** Compares the images of two addresses, platform by platform, and sums up. */
export interface Comparer {
  /** Compares the images of one platform. Throws (code `image`) when one of them cannot be read, or is not what its digests say. */
  platform(platform: string, a: ComparedImage, b: ComparedImage): Promise<PlatformComparison>;
  /** Compares what is above the images; `alone` are platforms that one side lacks. */
  roots(a: ComparedRoot, b: ComparedRoot, alone: readonly { readonly platform: string; readonly side: 'a' | 'b' }[]): readonly Difference[];
  causes(): readonly CauseCount[];
}

export function makeComparer(options: CompareOptions): Comparer {
  const counter = makeCauseCounter();
  return {
    platform: (platform, a, b) => comparePlatform(platform, a, b, options, counter),
    roots: (a, b, alone) => {
      const collector = makeCollector(options.ignore, counter, options.remedyOf);
      if (a.digest === '' || a.digest !== b.digest) for (const each of compareRoots(a, b)) collector.add(each);
      for (const { platform, side } of alone) {
        const [left, right] = side === 'a' ? ['present', ''] : ['', 'present'];
        collector.add({ ...difference('platform', platform, [{ field: 'platform', a: left, b: right, cause: 'platform' }]), presence: side === 'a' ? 'only-a' : 'only-b' });
      }
      return collector.finish((_, change) => change).differences;
    },
    causes: counter.counts,
  };
}

/** The verdict of all parts: the worst of them. */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('different')) return 'different';
  return verdicts.includes('repacked') ? 'repacked' : 'equal';
}

/** The verdict of differences that are left. */
export function verdictOf(differences: readonly Difference[]): Verdict {
  if (differences.length === 0) return 'equal';
  return differences.some(({ changes }) => changes.some(({ cause }) => !CAUSES[cause].isPacking)) ? 'different' : 'repacked';
}

async function comparePlatform(platform: string, a: ComparedImage, b: ComparedImage, options: CompareOptions, counter: CauseCounter): Promise<PlatformComparison> {
  const digests = identities(a, b);
  if (digests.a !== '' && digests.a === digests.b) {
    options.progress(sizeOf(a.layers) + sizeOf(b.layers));
    return { platform, verdict: 'equal', ...digests, layers: equalLayers(a), packages: [], differences: [], omitted: 0 };
  }
  const collector = makeCollector(options.ignore, counter, options.remedyOf);
  if (a.manifest !== undefined && b.manifest !== undefined) for (const each of compareManifests(a.manifest, b.manifest, platform)) collector.add(each);
  if (a.config !== undefined && b.config !== undefined) for (const each of compareConfigs(a.config, b.config, platform)) collector.add(each);
  const watch = makePackageWatch();
  const layers = await compareAllLayers(a, b, collector, watch, options);
  const { packages, owners } = watch.finish();
  const collected = collector.finish((each, change) => blamePackages(each, change, packages, owners));
  const isFolders = a.config === undefined && b.config === undefined;
  const verdict = collected.hasReal ? 'different' : isFolders && collected.differences.length === 0 ? 'equal' : 'repacked';
  return {
    platform, verdict, ...digests, packages, differences: collected.differences, omitted: collected.omitted,
    layers: layers.map((layer, at): LayerComparison => {
      const { all = 0, real = 0 } = collected.perLayer.get(at) ?? {};
      return { ...layer, differences: all, verdict: real > 0 ? 'different' : layer.verdict === 'equal' ? 'equal' : 'repacked' };
    }),
  };
}

/** What each side is known by: its manifest's digest, or the config's where one side has no manifest. */
function identities(a: ComparedImage, b: ComparedImage): { readonly a: string; readonly b: string } {
  if (a.manifest !== undefined && b.manifest !== undefined) return { a: a.manifest.digest, b: b.manifest.digest };
  return { a: a.config?.digest ?? '', b: b.config?.digest ?? '' };
}

async function compareAllLayers(a: ComparedImage, b: ComparedImage, collector: Collector, watch: PackageWatch, options: CompareOptions): Promise<readonly LayerComparison[]> {
  const history = { a: createdByOf(a.config?.bytes), b: createdByOf(b.config?.bytes) };
  const keys = (image: ComparedImage, createdBy: readonly string[]) => image.layers.map(({ diffId }, at) => ({ diffId, createdBy: createdBy.length === image.layers.length ? createdBy[at] ?? '' : '' }));
  const groups = alignLayers(keys(a, history.a), keys(b, history.b));
  const isWhole = groups.length === 1 && (a.config === undefined || b.config === undefined);
  const found: LayerComparison[] = [];
  const effort = makeDiffEffort();
  for (const [at, group] of groups.entries()) {
    const sink: LayerSink = { difference: collector.add, entry: watch.entry, wants: watch.wants, progress: options.progress, effort };
    const createdBy = group.a.map((each) => history.a[each] ?? '').find((text) => text !== '') ?? group.b.map((each) => history.b[each] ?? '').find((text) => text !== '') ?? '';
    const layers = { a: group.a.map((each) => a.layers[each] as ComparedLayer), b: group.b.map((each) => b.layers[each] as ComparedLayer) };
    found.push({ ...(await compareGroup(group, layers, at, isWhole, sink, collector)), createdBy, differences: 0 });
  }
  return found;
}

type GroupLayers = { readonly a: readonly ComparedLayer[]; readonly b: readonly ComparedLayer[] };

/** Compares layers that belong together. Says `equal` or `repacked`; that entries differ is known by the differences. */
async function compareGroup(group: LayerGroup, layers: GroupLayers, at: number, isWhole: boolean, sink: LayerSink, collector: Collector): Promise<Pick<LayerComparison, 'verdict' | 'a' | 'b' | 'entries'>> {
  const [left] = layers.a;
  const [right] = layers.b;
  const sides = (a: readonly LayerFacts[], b: readonly LayerFacts[]) => ({ a: layers.a.map((layer, n) => toSide(layer, group.a[n] as number, a[n])), b: layers.b.map((layer, n) => toSide(layer, group.b[n] as number, b[n])) });
  if (isWhole || layers.a.length !== 1 || layers.b.length !== 1 || left === undefined || right === undefined) {
    const { a, b, entries } = await compareFlattened(layers.a, layers.b, at, isWhole, sink);
    const isSplit = !isWhole && layers.a.length > 0 && layers.b.length > 0;
    if (isSplit) collector.add(layerDifference(at, [{ field: 'layers', a: String(layers.a.length), b: String(layers.b.length), cause: 'layer-split' }]));
    return { ...sides(a, b), verdict: 'repacked', entries };
  }
  if (left.descriptor !== undefined && left.descriptor.digest === right.descriptor?.digest) {
    sink.progress(left.packedSize + right.packedSize);
    return { ...sides([], []), verdict: 'equal', entries: 0 };
  }
  const result = await compareLayers(left, right, at, sink);
  const changes = packingChanges(left, right, result);
  if (changes.length > 0) collector.add(layerDifference(at, changes));
  return { ...sides([result.a], [result.b]), verdict: left.diffId === right.diffId && changes.length === 0 ? 'equal' : 'repacked', entries: result.entries };
}

function packingChanges(a: ComparedLayer, b: ComparedLayer, result: Awaited<ReturnType<typeof compareLayers>>): readonly Change[] {
  const changes: Change[] = [];
  if (!result.isInOrder) changes.push({ field: 'order of entries', a: 'one', b: 'another', cause: 'order' });
  const [isStargzA, isStargzB] = [a, b].map(({ descriptor }) => descriptor?.annotations.has(STARGZ_TOC) === true);
  const show = (layer: ComparedLayer, facts: LayerFacts): string => `${layer.descriptor?.annotations.has(STARGZ_TOC) === true ? 'estargz' : facts.compression}, ${layer.packedSize} bytes`;
  const isWithoutBlob = a.descriptor === undefined || b.descriptor === undefined;
  if (a.diffId !== b.diffId && result.isInOrder && result.differences === 0 && isStargzA === isStargzB) changes.push({ field: 'bytes between the entries', a: `${result.a.unpackedSize} bytes`, b: `${result.b.unpackedSize} bytes`, cause: 'tar-header' });
  if (!isWithoutBlob && (result.a.compression !== result.b.compression || isStargzA !== isStargzB || a.diffId === b.diffId)) changes.push({ field: 'compression', a: show(a, result.a), b: show(b, result.b), cause: 'compression' });
  return changes;
}

function layerDifference(layer: number, changes: readonly Change[]): Difference {
  return { ...difference('layer', `layer ${layer + 1}`, changes), layer };
}

function toSide(layer: ComparedLayer, index: number, facts: LayerFacts | undefined): LayerSide {
  return {
    index, digest: layer.descriptor?.digest ?? '', diffId: layer.diffId ?? '', mediaType: layer.descriptor?.mediaType ?? '', size: layer.packedSize,
    ...(facts === undefined ? {} : { unpackedSize: facts.unpackedSize, compression: facts.compression }),
  };
}

function equalLayers(image: ComparedImage): readonly LayerComparison[] {
  const createdBy = createdByOf(image.config?.bytes);
  return image.layers.map((layer, at) => ({ verdict: 'equal', a: [toSide(layer, at, undefined)], b: [toSide(layer, at, undefined)], createdBy: createdBy.length === image.layers.length ? createdBy[at] ?? '' : '', entries: 0, differences: 0 }));
}

function sizeOf(layers: readonly ComparedLayer[]): number {
  return layers.reduce((sum, { packedSize }) => sum + packedSize, 0);
}

/** A file of a package whose version changed differs because of that. */
function blamePackages(each: Difference, change: Change, packages: readonly PackageChange[], owners: ReadonlyMap<string, PackageChange>): Change {
  if (each.scope !== 'entry' || packages.length === 0) return change;
  if (change.cause === 'package-database') return { ...change, cause: 'package-version' };
  if (!['content', 'only-one-side', 'embedded-date', 'archive-timestamp', 'line-order', 'link', 'type', 'mode'].includes(change.cause)) return change;
  const path = each.subject.slice(1).replace(/(^|\/)\.wh\.([^/]+)$/, '$1$2');
  const owner = owners.get(path) ?? owners.get(path.replace(/^usr\//, ''));
  return owner === undefined || (each.entryType === 'directory' && each.presence === 'both') ? change : { ...change, cause: 'package-version' };
}
