import { CodedError, messageOf } from '../diag/error.ts';
import type { GatewayMessage } from '../gateway/bridge.ts';
import type { Reference } from '../gateway/reference.ts';
import { resolveSourceMeta } from '../gateway/resolve.ts';
import { parseProvenance } from '../provenance/parse.ts';
import type { Provenance } from '../provenance/provenance.ts';
import type { Digest } from '../spec/digest.ts';
import type { Platform } from '../spec/platform.ts';
import { parseNormalizedNamed, referenceToString, tagNameOnly, withDigest } from '../spec/reference.ts';
import { HTTP_CONTEXT_FILE } from './detect.ts';
import { loadNamedContext } from './named-context.ts';
import type { ContextServices } from './context-services.ts';
import { marshalState, solveToRef } from './solve.ts';

/** The named context that provenance is supplied in. */
export const PROVENANCE_CONTEXT = 'repro-provenance';

const OPTION_KEY = `context:${PROVENANCE_CONTEXT}`;
const DEFAULT_FILE = 'provenance.json';
/** The config of attestations that are OCI artifacts (BuildKit 0.32); the daemon finds it but does not read it as an image's. */
const EMPTY_CONFIG = 'application/vnd.oci.empty.v1+json';
/** Types of SLSA provenance, the newer first. */
const PREDICATE_TYPES = ['https://slsa.dev/provenance/v1', 'https://slsa.dev/provenance/v0.2'] as const;

/**
 * The provenance that the request supplies, for `platform`: attached to an image, or a JSON file of a folder, repository or download.
 * Undefined when the request has none. Throws CodedError `provenance` when it names one that cannot be found or read.
 */
export async function loadProvenance(services: ContextServices, platform: Platform): Promise<Provenance | undefined> {
  const input = services.config.options.get(OPTION_KEY);
  if (input === undefined) return undefined;
  try {
    const image = /^docker-image:(?:\/\/)?(.*)$/s.exec(input)?.[1];
    return image === undefined ? await fromFiles(services, input) : await fromImage(services, image, platform);
  } catch (error) {
    throw new CodedError('provenance', `failed to load the provenance of context ${PROVENANCE_CONTEXT}: ${messageOf(error)}`, { cause: error });
  }
}

async function fromFiles(services: ContextServices, input: string): Promise<Provenance> {
  const options = { resolveMode: services.config.build.imageResolveMode, usedPaths: () => ['*.json'], place: [] };
  const { state } = await loadNamedContext(services, { input, name: PROVENANCE_CONTEXT, key: PROVENANCE_CONTEXT, options });
  const ref = await solveToRef(services.gateway, await marshalState(services.gateway, state));
  const file = await findFile(ref);
  return parseProvenance(await ref.readFile(file), file === HTTP_CONTEXT_FILE ? input : file);
}

/** `provenance.json`, or else the only JSON file, or else the one file of a download. */
async function findFile(ref: Reference): Promise<string> {
  const names = (await ref.readDir('.')).map((entry) => entry.path);
  if (names.includes(DEFAULT_FILE)) return DEFAULT_FILE;
  const candidates = names.filter((name) => name.endsWith('.json'));
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0) return only;
  if (candidates.length === 0 && names.length === 1 && names[0] === HTTP_CONTEXT_FILE) return HTTP_CONTEXT_FILE;
  const found = candidates.length === 0 ? 'no JSON file' : `${candidates.length} JSON files (${candidates.sort().join(', ')})`;
  throw new CodedError('provenance', `expected ${DEFAULT_FILE} or a single JSON file at the top, found ${found}`);
}

/** An image's own attached provenance, which must be about the image that it is attached to. */
async function fromImage(services: ContextServices, image: string, platform: Platform): Promise<Provenance> {
  const { gateway } = services;
  const ref = await resolveRoot(services, image, platform);
  const source = { identifier: `docker-image://${ref}`, attrs: new Map<string, string>() };
  const meta = await resolveSourceMeta(gateway, source, {
    platform,
    logName: `[context ${PROVENANCE_CONTEXT}] load provenance of ${image}`,
    image: { noConfig: true, attestations: PREDICATE_TYPES },
  });
  const chain = meta.Image?.AttestationChain;
  const statement = chain === undefined ? undefined : findStatement(chain);
  if (chain === undefined || statement === undefined) {
    throw new CodedError('provenance', `${image} has no SLSA provenance attached for this platform: build it with --attest type=provenance,mode=max, or supply a JSON file`);
  }
  const provenance = parseProvenance(statement, image);
  checkSubject(provenance, chain.ImageManifest, image);
  return provenance;
}

/**
 * The image by digest, after making sure that it is an index with attestations: daemons from 0.28 on crash when they are asked for the
 * attestations of anything else. Such an index lists them for the platform unknown/unknown, so the daemon is asked for the config that
 * this platform has: it finds none, the config of an attestation (which it may not want to read), or, where there is no index, the image's own.
 */
async function resolveRoot({ images, config }: ContextServices, image: string, platform: Platform): Promise<string> {
  const named = tagNameOnly(parseNormalizedNamed(image));
  const options = { resolveMode: config.build.imageResolveMode, logName: `[context ${PROVENANCE_CONTEXT}] load metadata for ${image}` };
  const own = await images.resolve(referenceToString(named), { ...options, platform });
  const ref = referenceToString(withDigest(named, own.digest as Digest));
  // With no cause: that would be the daemon's words for a platform that nobody asked for.
  const none = (): Error => new CodedError('provenance', `${image} has no provenance attached: build it with --attest type=provenance,mode=max, or supply a JSON file`);
  let attached: Uint8Array;
  try {
    attached = (await images.resolve(ref, { ...options, logName: `[context ${PROVENANCE_CONTEXT}] look for attestations of ${image}`, platform: { os: 'unknown', architecture: 'unknown' } })).config;
  } catch (error) {
    if (messageOf(error).includes(EMPTY_CONFIG)) return ref;
    if (/no match for platform|not found/.test(messageOf(error))) throw none();
    throw error;
  }
  if (Buffer.compare(attached, own.config) === 0) throw none();
  return ref;
}

function findStatement(chain: GatewayMessage<'AttestationChain'>): Uint8Array | undefined {
  const blobs = [...chain.Blobs.values()];
  for (const type of PREDICATE_TYPES) {
    const blob = blobs.find(({ descriptor }) => descriptor?.annotations.get('in-toto.io/predicate-type') === type);
    if (blob !== undefined) return blob.data;
  }
  return undefined;
}

function checkSubject(provenance: Provenance, manifest: string, image: string): void {
  const wanted = manifest.replace(/^sha256:/, '');
  const digests = provenance.subjects.map((subject) => subject.digest.get('sha256') ?? '');
  if (digests.includes(wanted)) return;
  throw new CodedError('provenance', `the provenance attached to ${image} is about something else: expected the subject ${manifest}, found ${digests.join(', ') || 'none'}`);
}
