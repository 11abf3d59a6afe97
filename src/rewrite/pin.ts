import type { MaterialPins } from '../convert/options.ts';
import { CodedError, LocatedError } from '../diag/error.ts';
import type { Range } from '../diag/range.ts';
import { contentOf, findDownloads, findImages, findRepositories, hasContent, listMaterials } from '../provenance/lookup.ts';
import type { AskedKind, AskedMaterial } from '../provenance/lookup.ts';
import type { Provenance } from '../provenance/provenance.ts';
import type { Digest } from '../spec/digest.ts';
import { formatPlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import { familiarString, parseNormalizedNamed } from '../spec/reference.ts';
import type { Change } from './change.ts';
import type { Content } from './lock.ts';

/** A material that the build needs and the provenance does not give. */
export interface PinProblem {
  /** The provenance that was asked. */
  readonly provenance: string;
  readonly place: readonly Range[];
  /** What is wrong, without the name of the provenance. */
  readonly text: string;
  /** REPRO_PIN=lax would help. */
  readonly missing: boolean;
}

/** The pins of one platform's build, with what came of them: complete when conversion has ended. */
export interface Pins extends MaterialPins {
  /** As `image`, for one that the request adds to the build: with a digest of its own it needs no material. */
  addedImage(ref: string, platform: Platform): Digest | 'missing' | undefined;
  readonly problems: readonly PinProblem[];
  /** What was found or is written, for the lock. */
  readonly contents: readonly Content[];
}

/** The whole name of a commit: SHA-1 or SHA-256. */
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Pins nothing. */
export const NO_PINS: Pins = {
  image: () => undefined, http: () => undefined, git: () => undefined, addedImage: () => undefined, problems: [], contents: [],
};

/** What conversion asks for. `written` is the digest or commit that is there already, or ''. */
interface Question {
  readonly kind: AskedKind;
  readonly what: string;
  readonly written: string;
  readonly place: readonly Range[];
  find(): readonly AskedMaterial[];
}

/**
 * Digests for the materials of the build from supplied provenance. `record` gets each answer. A material that the provenance lacks, also
 * one with a digest of its own, is a problem; with `lax` a change that warns, and no pin. Of a source policy only what it converts is
 * known: there a digest of its own will do.
 */
export function provenancePins(provenance: Provenance, mode: 'strict' | 'lax', record: (change: Change) => void): Pins {
  const problems: PinProblem[] = [];
  const contents: Content[] = [];
  const lineOf = (place: readonly Range[]): number => place[0]?.start.line ?? 0;

  const missing = ({ kind, what, place }: Question): 'missing' | undefined => {
    const text = `${what}; of this kind it has: ${listMaterials(provenance, kind)}`;
    if (mode === 'strict') {
      problems.push({ provenance: provenance.name, place, text, missing: true });
      return 'missing';
    }
    record({ rule: 'pin', line: lineOf(place), was: what, becomes: what, why: `${provenance.name} has no material for ${text}`, warning: true });
    return undefined;
  };

  const answer = (question: Question): string | undefined => {
    const { kind, what, written, place } = question;
    if (written !== '') {
      contents.push({ kind, content: written });
      return provenance.form === 'source-policy' || hasContent(provenance, kind, written) ? undefined : missing(question);
    }
    const found = question.find();
    const [content, ...others] = new Set(found.map(contentOf));
    if (content === undefined) return missing(question);
    if (others.length > 0) {
      const list = found.map((material) => `${material.uri} is ${contentOf(material)}`);
      problems.push({ provenance: provenance.name, place, text: `${what}, for which it has several that differ: ${[...new Set(list)].join(', ')}`, missing: false });
      return 'missing';
    }
    contents.push({ kind, content });
    record({ rule: 'pin', line: lineOf(place), was: what, becomes: content, why: `${provenance.name} records it` });
    return content;
  };

  const image = (ref: string, platform: Platform, place: readonly Range[]): Digest | 'missing' | undefined => {
    const parsed = parseNormalizedNamed(ref);
    const what = `the image ${familiarString(parsed)} on ${formatPlatform(platform)}`;
    return answer({ kind: 'image', what, written: parsed.digest ?? '', place, find: () => findImages(provenance, ref, platform) }) as Digest | 'missing' | undefined;
  };
  const orNothing = <T extends string>(found: string | undefined): T | undefined => (found === 'missing' ? undefined : found as T | undefined);

  return {
    problems, contents, image,
    addedImage(ref, platform) {
      const { digest } = parseNormalizedNamed(ref);
      if (digest === undefined) return image(ref, platform, []);
      contents.push({ kind: 'image', content: digest });
      return undefined;
    },
    http: (url, checksum, place) => orNothing<Digest>(answer({ kind: 'http', what: url, written: checksum, place, find: () => findDownloads(provenance, url) })),
    git: ({ remote, ref, checksum }, place) => {
      // The daemon takes the start of a commit's name, and any repository may have a commit that begins so: it names none by itself.
      const isWhole = checksum === '' || COMMIT.test(checksum) || provenance.form === 'source-policy';
      const name = ref === '' ? remote : `${remote}#${ref}`;
      return orNothing(answer({
        kind: 'git', what: isWhole ? name : `${name} at ${checksum}`, written: isWhole ? checksum : '', place,
        find: () => findRepositories(provenance, remote, ref).filter(({ commit }) => commit.startsWith(checksum)),
      }));
    },
  };
}

/** Throws one error (code `provenance`) that names all that is missing, with the lines of the Dockerfile; nothing when nothing is. */
export function assertPinned(pins: readonly Pins[]): void {
  const problems = [...new Map(pins.flatMap((each) => each.problems).map((problem) => [`${lineText(problem)}${problem.text}`, problem])).values()]
    .sort((a, b) => (a.place[0]?.start.line ?? 0) - (b.place[0]?.start.line ?? 0));
  const [first] = problems;
  if (first === undefined) return;
  const lines = problems.map((problem) => `\n  ${lineText(problem)}${problem.text}`);
  const advice = problems.every(({ missing }) => missing) ? '\nWith REPRO_PIN=lax the build takes what is there now' : '';
  const error = new CodedError('provenance', `${first.provenance} does not tell what these were:${lines.join('')}${advice}`);
  const places = problems.map(({ place }) => place).filter((place) => place.length > 0).reverse();
  throw places.length === 0 ? error : new LocatedError(error, places);
}

function lineText({ place }: PinProblem): string {
  const line = place[0]?.start.line;
  return line === undefined ? '' : `line ${line}: `;
}
