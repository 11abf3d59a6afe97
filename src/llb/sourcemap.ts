import type { Digest } from '../spec/digest.ts';
import type { DefinitionSource, SourceLocation, SourceMap, SourcePlace } from './types.ts';

/** Gathers where the ops of a definition come from (llb's sourcemap.go). */
export class SourceMapCollector {
  readonly #maps: SourceMap[] = [];
  readonly #indexes = new Map<SourceMap, number>();
  readonly #locations = new Map<Digest, SourcePlace[]>();

  /** Adds an op's places to those that it has; an op without any is listed too. */
  add(digest: Digest, locations: readonly SourceLocation[]): void {
    const places = locations.map(({ sourceMap, ranges }) => ({ sourceIndex: this.#indexOf(sourceMap), ranges }));
    const known = this.#locations.get(digest);
    if (known === undefined) this.#locations.set(digest, places);
    else known.push(...places);
  }

  finish(): DefinitionSource {
    return { infos: this.#maps, locations: this.#locations };
  }

  #indexOf(sourceMap: SourceMap): number {
    const known = this.#indexes.get(sourceMap);
    if (known !== undefined) return known;
    const equal = this.#maps.findIndex((other) => equalSourceMaps(other, sourceMap));
    const index = equal >= 0 ? equal : this.#maps.push(sourceMap) - 1;
    this.#indexes.set(sourceMap, index);
    return index;
  }
}

function equalSourceMaps(a: SourceMap, b: SourceMap): boolean {
  return a.filename === b.filename && a.language === b.language && Buffer.compare(a.data, b.data) === 0;
}
