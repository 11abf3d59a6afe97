/** What is known of a layer without reading it. */
export interface LayerKey {
  /** Undefined for a folder. */
  readonly diffId: string | undefined;
  /** The instruction that made it; '' when the history does not say. */
  readonly createdBy: string;
}

/** Layers that are compared with each other, by their numbers: one of each side, or several together where the borders differ. */
export interface LayerGroup {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/**
 * Pairs the layers of two images. As many on both sides: in their order. Else those of the same content or the same instruction (where no other has it) are pairs (the longest
 * common subsequence of them), and what lies between two pairs is paired in order if it is as many, or else is one group.
 */
export function alignLayers(a: readonly LayerKey[], b: readonly LayerKey[]): readonly LayerGroup[] {
  if (a.some(({ diffId }) => diffId === undefined) || b.some(({ diffId }) => diffId === undefined)) return [{ a: [...a.keys()], b: [...b.keys()] }];
  if (a.length === b.length) return a.map((_, at) => ({ a: [at], b: [at] }));
  const groups: LayerGroup[] = [];
  let [fromA, fromB] = [0, 0];
  for (const [atA, atB] of [...commonPairs(a, b), [a.length, b.length] as const]) {
    const gap = { a: numbers(fromA, atA), b: numbers(fromB, atB) };
    if (gap.a.length === gap.b.length) gap.a.forEach((each, at) => groups.push({ a: [each], b: [gap.b[at] as number] }));
    else groups.push(gap);
    if (atA < a.length) groups.push({ a: [atA], b: [atB] });
    [fromA, fromB] = [atA + 1, atB + 1];
  }
  return groups;
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}

/** The instructions that made one layer alone. */
function onlyOnce(keys: readonly LayerKey[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { createdBy } of keys) counts.set(createdBy, (counts.get(createdBy) ?? 0) + 1);
  return new Set([...counts].filter(([createdBy, count]) => createdBy !== '' && count === 1).map(([createdBy]) => createdBy));
}

/** The longest common subsequence, as pairs of places. */
function commonPairs(a: readonly LayerKey[], b: readonly LayerKey[]): (readonly [number, number])[] {
  const [onceA, onceB] = [onlyOnce(a), onlyOnce(b)];
  const isSame = (left: LayerKey, right: LayerKey): boolean => left.diffId === right.diffId || (left.createdBy === right.createdBy && onceA.has(left.createdBy) && onceB.has(left.createdBy));
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const length = (atA: number, atB: number): number => lengths[atA * width + atB] ?? 0;
  for (let atA = a.length - 1; atA >= 0; atA--) {
    for (let atB = b.length - 1; atB >= 0; atB--) {
      const isPair = isSame(a[atA] as LayerKey, b[atB] as LayerKey);
      lengths[atA * width + atB] = isPair ? length(atA + 1, atB + 1) + 1 : Math.max(length(atA + 1, atB), length(atA, atB + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let atA = 0, atB = 0; atA < a.length && atB < b.length; ) {
    if (isSame(a[atA] as LayerKey, b[atB] as LayerKey)) pairs.push([atA++, atB++]);
    else if (length(atA + 1, atB) >= length(atA, atB + 1)) atA++;
    else atB++;
  }
  return pairs;
}
