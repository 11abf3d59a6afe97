/** Changes that keep the form of an input, so that they reach what is behind the first check. */
import type { Random } from '../random.ts';

const NUMBERS = ['0', '-1', '1', '2147483648', '4294967296', '9007199254740993', '9223372036854775808', '18446744073709551616', '1e400', '0.5', '00', '99999999999999999999999'];
const VALUES: readonly unknown[] = [null, true, 0, -1, 1e300, '', 'x', [], {}, [[]], [null], { '': null }, ['__proto__'], 'sha256:', '__proto__'];
const MAX_COPIES = 300;

/** One change by lines, numbers or JSON; undefined where the input has none of what it would change. */
export function restructure(random: Random, bytes: Uint8Array): Buffer<ArrayBuffer> | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  const changed = random.pick([changeLines, changeNumber, changeJson, changeLetters])(random, text);
  return changed === undefined ? undefined : Buffer.from(changed, 'latin1');
}

function changeLines(random: Random, text: string): string | undefined {
  const lines = text.split('\n');
  if (lines.length < 2) return undefined;
  const [at, other] = [random.int(0, lines.length - 1), random.int(0, lines.length - 1)];
  const line = lines[at] ?? '';
  switch (random.int(0, 3)) {
    case 0: lines.splice(at, 1); break;
    case 1: lines.splice(other, 0, ...Array.from({ length: random.chance(0.05) ? MAX_COPIES : 1 }, () => line)); break;
    case 2: [lines[at], lines[other]] = [lines[other] ?? '', line]; break;
    default: lines[at] = line + (lines[other] ?? '');
  }
  return lines.join('\n');
}

function changeNumber(random: Random, text: string): string | undefined {
  const numbers = [...text.matchAll(/\d+/g)];
  if (numbers.length === 0) return undefined;
  const { index, 0: digits } = random.pick(numbers);
  return text.slice(0, index) + random.pick(NUMBERS) + text.slice(index + digits.length);
}

/** The case of a letter, as keywords and keys have it. */
function changeLetters(random: Random, text: string): string | undefined {
  const words = [...text.matchAll(/[A-Za-z]+/g)];
  if (words.length === 0) return undefined;
  const { index, 0: word } = random.pick(words);
  const other = random.chance(0.5) ? word.toUpperCase() : random.pick(words)[0];
  return text.slice(0, index) + other + text.slice(index + word.length);
}

function changeJson(random: Random, text: string): string | undefined {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return undefined;
  }
  const holder: Record<string, unknown> = { root };
  const places = placesIn(holder);
  const { parent, key } = random.pick(places);
  const value = parent[key];
  switch (random.int(0, 5)) {
    case 0: delete parent[key]; break;
    case 1: parent[key] = random.pick(VALUES); break;
    case 2: parent[key] = [value]; break;
    case 3: parent[key] = Array.from({ length: random.int(2, random.chance(0.05) ? MAX_COPIES : 4) }, () => value); break;
    case 4: {
      const other = random.pick(places);
      parent[key] = structuredClone(other.parent[other.key]);
      break;
    }
    // A member twice: JSON.stringify cannot say so, so the text is put together.
    default: return random.chance(0.5) ? text.replace('{', `{"${key}":${JSON.stringify(value) ?? 'null'},`) : nested(random, text);
  }
  return JSON.stringify(holder['root']);
}

function nested(random: Random, text: string): string {
  const depth = random.int(1, 200);
  return '[{"a":'.repeat(depth) + text + '}]'.repeat(depth);
}

type Holder = Record<string, unknown>;

function placesIn(root: Holder): readonly { readonly parent: Holder; readonly key: string }[] {
  const places: { parent: Holder; key: string }[] = [];
  const left: Holder[] = [root];
  for (let parent = left.pop(); parent !== undefined && places.length < 2000; parent = left.pop()) {
    for (const [key, value] of Object.entries(parent)) {
      places.push({ parent, key });
      if (typeof value === 'object' && value !== null) left.push(value as Holder);
    }
  }
  return places;
}
