import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BuildResult } from '../support/build.ts';
import type { TarEntry } from '../support/tar.ts';
import type { BenchCase } from './cases.ts';

/** A path that differs, and the cause where the build said so itself. */
export interface Difference {
  readonly path: string;
  readonly how: string;
  readonly cause?: string;
}

/** What came of one case, as it is kept in a JSON file. */
export interface BenchResult {
  readonly package: string;
  readonly variant: string;
  readonly frontend: string;
  /** Digest of the bundle that was tried. */
  readonly bundle: string;
  readonly equal: boolean;
  /** Of each build. */
  readonly seconds: readonly [number, number];
  readonly differences: readonly Difference[];
  /** The end of the log of a build that failed. */
  readonly failure?: string;
}

/** Files larger than this are not kept for a look at them. */
const KEPT_SIZE = 64 << 20;

/** Compares all layers of two builds of one case byte for byte. Versions of files that differ are kept below `folder`. */
export function compareBuilds(one: BuildResult, two: BuildResult, folder: string): readonly Difference[] {
  rmSync(folder, { recursive: true, force: true });
  const causes = new Map([...one.log.matchAll(/^#\d+ [\d.]+ repro: (\/.*?): (.*)$/gm)].map((match) => [match[1] ?? '', match[2] ?? '']));
  const [a, b] = [one.image.layers, two.image.layers];
  if (a.length !== b.length) return [{ path: '', how: `${a.length} and ${b.length} layers` }];
  const found = new Map<string, Difference>();
  a.forEach((layer, at) => {
    const other = b[at];
    if (other === undefined || layer.diffId === other.diffId) return;
    const [mine, theirs] = [layer.entries(), other.entries()];
    for (const path of [...new Set([...mine.keys(), ...theirs.keys()])].sort()) {
      const how = describe(mine.get(path), theirs.get(path));
      if (how === undefined) continue;
      const cause = causeOf(`/${path}`, causes);
      found.set(path, { path: `/${path}`, how, ...(cause === undefined ? {} : { cause }) });
      keep(join(folder, 'a', path), mine.get(path));
      keep(join(folder, 'b', path), theirs.get(path));
    }
    if (found.size === 0) found.set('', { path: '', how: [...mine.keys()].join() === [...theirs.keys()].join() ? 'bytes of the tar' : 'order of the tar' });
  });
  return [...found.values()];
}

function describe(a: TarEntry | undefined, b: TarEntry | undefined): string | undefined {
  if (a === undefined || b === undefined) return a === undefined ? 'in the second alone' : 'in the first alone';
  const fields = (['type', 'mode', 'uid', 'gid', 'mtime', 'linkname'] as const).filter((field) => a[field] !== b[field]);
  const attributes = JSON.stringify([...a.pax]) === JSON.stringify([...b.pax]) ? [] : ['attributes'];
  const content = a.content.equals(b.content) ? [] : ['content'];
  const all = [...fields, ...attributes, ...content];
  return all.length === 0 ? undefined : all.join(', ');
}

/** The cause that the build gave for the path or a folder above it. */
function causeOf(path: string, causes: ReadonlyMap<string, string>): string | undefined {
  for (let at = path; at !== '' && at !== '/'; at = dirname(at)) {
    const cause = causes.get(at);
    if (cause !== undefined) return cause;
  }
  return undefined;
}

function keep(path: string, entry: TarEntry | undefined): void {
  if (entry?.type !== 'file' || entry.content.length > KEPT_SIZE) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, entry.content);
}

/** The results of earlier runs and this one, a file each. */
export interface ResultStore {
  read(each: BenchCase): BenchResult | undefined;
  write(each: BenchCase, result: BenchResult): void;
  /** Where to keep versions of files that differ. */
  differencesFolder(each: BenchCase): string;
  all(): readonly BenchResult[];
}

export function openResults(folder: string): ResultStore {
  const name = (each: BenchCase): string => `${each.variant.name}-${each.frontend}-${each.package}`;
  const results = join(folder, 'results');
  mkdirSync(results, { recursive: true });
  const load = (path: string): BenchResult => JSON.parse(readFileSync(path, 'utf8')) as BenchResult;
  return {
    read: (each) => {
      const path = join(results, `${name(each)}.json`);
      return existsSync(path) ? load(path) : undefined;
    },
    write: (each, result) => writeFileSync(join(results, `${name(each)}.json`), `${JSON.stringify(result, undefined, 1)}\n`),
    differencesFolder: (each) => join(folder, 'differences', name(each)),
    all: () => readdirSync(results).sort().map((file) => load(join(results, file))),
  };
}
