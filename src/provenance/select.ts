import { CodedError } from '../diag/error.ts';
import { formatPlatform, normalizePlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import type { Provenance, ProvenanceForm } from './provenance.ts';
import { parseImagePurl } from './purl.ts';

/** A provenance without the name of its source. */
export type Found = Omit<Provenance, 'name'>;

/** One of the attestations of a source: provenance, or why it is none that counts. `name` tells it from others, '' where it is alone. */
export type Candidate = { readonly name: string } & ({ readonly found: Found; readonly unfit?: never } | { readonly unfit: string; readonly found?: never });

/** The newer form says more. */
const FORMS: readonly ProvenanceForm[] = ['slsa-v1', 'slsa-v0.2', 'source-policy'];

/** Of what a message lists: so many, of so many characters. */
const MAX_SHOWN = 20;
const MAX_SHOWN_LENGTH = 500;

/**
 * The provenance that counts, of several: one about the wanted image, for the wanted platform; SLSA v1 before v0.2 before a policy; one that
 * tells the whole request before one that does not (mode=max before min). Throws when none is left, and when those left differ.
 */
export function choose(name: string, wanted: { readonly platform?: Platform; readonly subject?: string; readonly unnamed?: boolean }, candidates: readonly Candidate[]): Provenance {
  const fail = (text: string): CodedError => new CodedError('provenance', `${name}: ${text}`);
  const readable = candidates.flatMap(({ name: part, found }) => (found === undefined ? [] : [{ part, found }]));
  if (readable.length === 0) {
    const reasons = candidates.map(({ name: part, unfit }) => `\n  ${part === '' ? '' : `${part}: `}${unfit ?? ''}`);
    throw fail(candidates.length === 0 ? 'has no provenance' : `has no provenance that counts:${firstOf(reasons, '', '\n  ')}`);
  }
  const { subject, platform, unnamed = false } = wanted;
  const isAbout = (found: Found): boolean => subject === undefined || subjectDigests(found).includes(subject) || (unnamed && found.subjects.length === 0);
  const about = readable.filter(({ found }) => isAbout(found));
  if (subject !== undefined && about.length === 0) {
    const digests = [...new Set(readable.flatMap(({ found }) => subjectDigests(found)))];
    throw fail(`is about something else: expected the subject ${subject}, found ${firstOf(digests, ', ', ', ') || 'none'}`);
  }
  const here = platform === undefined || about.length === 1 ? about : ofPlatform(about, platform);
  const ranks = here.map(({ found }) => rank(found));
  const best = here.filter((_, index) => ranks[index] === Math.min(...ranks));
  const [first, ...others] = best;
  if (first === undefined) throw fail('has no provenance');
  const differing = others.filter(({ found }) => facts(found) !== facts(first.found));
  if (differing.length === 0) return { name, ...first.found };
  const list = [first, ...differing].map(({ part, found }) => `\n  ${part === '' ? '' : `${part}: `}of a build that started ${startText(found)}, with ${found.materials.length} materials`);
  throw fail(`has provenances that differ, and nothing says which counts; supply one of them:${firstOf(list, '', '\n  ')}`);
}

/** The first of a list that may have millions, with how many more there are. */
function firstOf(items: readonly string[], separator: string, beforeMore: string): string {
  const shown = items.slice(0, MAX_SHOWN).map((item) => (item.length > MAX_SHOWN_LENGTH ? `${item.slice(0, MAX_SHOWN_LENGTH)}…` : item)).join(separator);
  return items.length <= MAX_SHOWN ? shown : `${shown}${beforeMore}and ${items.length - MAX_SHOWN} more`;
}

function subjectDigests({ subjects }: Found): readonly string[] {
  return subjects.flatMap(({ digest }) => [...digest].map(([algorithm, hex]) => `${algorithm}:${hex}`));
}

/** Those whose subject's name has the platform; all, when none has. */
function ofPlatform<T extends { readonly found: Found }>(candidates: readonly T[], platform: Platform): readonly T[] {
  const wanted = formatPlatform(normalizePlatform(platform));
  const matching = candidates.filter(({ found }) => found.subjects.some(({ name }) => purlPlatform(name) === wanted));
  return matching.length > 0 ? matching : candidates;
}

function purlPlatform(name: string): string | undefined {
  try {
    const platform = name.startsWith('pkg:') ? parseImagePurl(name)?.platform : undefined;
    return platform === undefined ? undefined : formatPlatform(platform);
  } catch {
    return undefined;
  }
}

function rank({ form, complete }: Found): number {
  return FORMS.indexOf(form) * 2 + (complete.request ? 0 : 1);
}

/** What a build takes from a provenance, to tell whether two say the same. */
function facts({ materials, configSource, request, startedOn }: Found): string {
  return JSON.stringify([materials, configSource, request, startedOn], (_, value: unknown) => {
    if (value instanceof Map) return [...value].sort();
    return typeof value === 'bigint' ? value.toString() : value;
  });
}

function startText({ startedOn }: Found): string {
  return startedOn === undefined ? 'at an unknown time' : new Date(Number(startedOn) * 1000).toISOString();
}
