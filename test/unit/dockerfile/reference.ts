import { readFileSync } from 'node:fs';

/** The lines of a fixture: inputs and what the reference makes of them. */
export function readReference<Input, Result>(name: string): readonly (readonly [input: Input, result: Result])[] {
  const text = readFileSync(new URL(`fixtures/${name}.jsonl`, import.meta.url), 'utf8');
  return text.trimEnd().split('\n').map((line) => JSON.parse(line) as readonly [Input, Result]);
}

/** JSON with sorted keys, and without what the reference picks at random. */
export function comparable(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member === 'bigint') return Number(member);
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  }, 1).replace(/did you mean [^?]*\?/g, 'did you mean …?');
}
