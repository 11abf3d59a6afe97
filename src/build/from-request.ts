import { CodedError } from '../diag/error.ts';
import { sessionHasSecret } from '../gateway/containers.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { customName } from '../llb/constraints.ts';
import { mkfile } from '../llb/fileaction.ts';
import { scratch } from '../llb/state.ts';
import type { Provenance } from '../provenance/provenance.ts';
import { recordedRequest } from '../rewrite/from.ts';
import type { RecordedRequest } from '../rewrite/from.ts';
import { parseReproOptions } from '../rewrite/options.ts';
import type { ReproOptions } from '../rewrite/options.ts';
import { hostPlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import { parseNormalizedNamed } from '../spec/reference.ts';
import type { BuildContext } from './build-context.ts';
import { platformId } from './build-result.ts';
import { parseConfig } from './config.ts';
import type { RequestConfig } from './config.ts';
import { openRecordedContext } from './from-context.ts';
import { newId } from './identity.ts';
import { imagePlatforms } from './image-platforms.ts';
import { ImageSource } from './images.ts';
import { loadProvenance, PROVENANCE_CONTEXT } from './provenance-source.ts';
import { marshalState, solveToRef } from './solve.ts';

const PROVENANCE_OPTION = `context:${PROVENANCE_CONTEXT}`;

/** A request in place of the client's: the one that the provenance of an image records (REPRO_FROM). */
export interface FromRequest {
  readonly config: RequestConfig;
  readonly repro: ReproOptions;
  readonly context: BuildContext;
  readonly recorded: RecordedRequest;
  /** The provenance that it was read from; of several platforms, the first's. */
  readonly provenance: Provenance;
  /** The provenance for a platform, each read once. */
  provenanceFor(platform: Platform): Promise<Provenance>;
}

/**
 * The recorded request of the image that REPRO_FROM names; undefined when there is none. Its main context and Dockerfile are what the
 * provenance names or holds, and the client's are left alone. Throws (code `provenance`) what cannot be had from it.
 */
export async function loadFromRequest(gateway: Gateway, given: RequestConfig, { from, override, trust }: ReproOptions): Promise<FromRequest | undefined> {
  if (from === undefined) return undefined;
  const supplied = suppliedProvenance(given, from);
  const provenanceContext = supplied ?? `docker-image://${from}`;
  const config = { ...given, options: new Map([...given.options, [PROVENANCE_OPTION, provenanceContext]]) };
  const services = { gateway, config, images: new ImageSource(gateway), ...(trust === undefined ? {} : { trust }) };
  const load = once(async (platform) => {
    const provenance = await loadProvenance(services, platform);
    if (provenance === undefined) throw new CodedError('internal', 'REPRO_FROM without provenance');
    if (supplied !== undefined) checkSubject(provenance, from);
    return provenance;
  });

  const { buildPlatforms: [own = hostPlatform()], targetPlatforms } = given.build;
  const first = await load(targetPlatforms[0] ?? own);
  const platforms = targetPlatforms.length > 0 || supplied !== undefined ? targetPlatforms : await imagePlatforms(gateway, from, own);
  const provenances = platforms.length > 1 ? await Promise.all(platforms.map(load)) : [first];
  const recorded = sameRequest(acrossPlatforms(provenances).map((each) => recordedRequest(from, each, given.options, override)), platforms, from);

  const options = new Map([...recorded.options, [PROVENANCE_OPTION, provenanceContext]]);
  if (platforms.length > 0) options.set('platform', platforms.map(platformId).join(','));
  const [again] = await Promise.all([
    readOptions(gateway, options), checkSecrets(gateway, recorded, from), showRequest(gateway, recorded, from),
  ]);
  return { ...again, context: await openRecordedContext(gateway, again.config, recorded, from), recorded, provenance: first, provenanceFor: load };
}

/** The provenance context of the request, where it is another than the image itself. */
function suppliedProvenance({ options }: RequestConfig, from: string): string | undefined {
  const input = options.get(PROVENANCE_OPTION);
  const image = /^docker-image:(?:\/\/)?(.*)$/s.exec(input ?? '')?.[1];
  return image !== undefined && image.endsWith(`@${parseNormalizedNamed(from).digest}`) ? undefined : input;
}

function once(load: (platform: Platform) => Promise<Provenance>): (platform: Platform) => Promise<Provenance> {
  const loaded = new Map<string, Promise<Provenance>>();
  return (platform) => {
    const id = platformId(platform);
    const known = loaded.get(id) ?? load(platform);
    loaded.set(id, known);
    return known;
  };
}

async function readOptions(gateway: Gateway, options: ReadonlyMap<string, string>): Promise<Pick<FromRequest, 'config' | 'repro'>> {
  return { config: parseConfig({ ...gateway.environment, options }, gateway.llbCapabilities), repro: parseReproOptions(options) };
}

/** Provenance that is not attached to the image must be about it all the same. */
function checkSubject({ subjects, name }: Provenance, from: string): void {
  const { digest = '' } = parseNormalizedNamed(from);
  const digests = subjects.flatMap((subject) => [...subject.digest].map(([algorithm, hex]) => `${algorithm}:${hex}`));
  if (digests.includes(digest)) return;
  throw new CodedError('provenance', `${name} is not about the image of REPRO_FROM: expected the subject ${digest}, found ${digests.join(', ') || 'none'}. ` +
    'Provenance that is not attached names the manifest of one platform: give REPRO_FROM its digest');
}

/** Each with what the others tell of the whole build: a platform may have stages of its own, and so RUNs and secrets that others lack. */
function acrossPlatforms(provenances: readonly Provenance[]): readonly Provenance[] {
  const commands = provenances.every((each) => each.commands !== undefined) ? provenances.flatMap((each) => each.commands ?? []) : undefined;
  const secrets = unitedById(provenances.map(({ request }) => request.secrets));
  const ssh = unitedById(provenances.map(({ request }) => request.ssh));
  return provenances.map(({ commands: _, ...each }) => ({ ...each, request: { ...each.request, secrets, ssh }, ...(commands === undefined ? {} : { commands }) }));
}

/** Each once; what one of them must have is no option. */
function unitedById(lists: readonly Provenance['request']['secrets'][]): Provenance['request']['secrets'] {
  const all = lists.flat();
  const ids = [...new Set(all.map(({ id }) => id))];
  return ids.map((id) => ({ id, optional: all.every((each) => each.id !== id || each.optional) }));
}

/** Platforms that were built by one request have one; an index may also be put together of several builds. */
function sameRequest(requests: readonly RecordedRequest[], platforms: readonly Platform[], from: string): RecordedRequest {
  const texts = requests.map(({ options, context, path, dockerfile }) =>
    JSON.stringify([[...options].sort(), context, path, Buffer.from(dockerfile?.data ?? []).toString('latin1')]));
  const [request] = requests;
  if (request === undefined) throw new CodedError('internal', 'REPRO_FROM without platforms');
  const other = texts.findIndex((text) => text !== texts[0]);
  if (other < 0) return request;
  throw new CodedError('provenance', `${from} was put together of several builds: the requests for ${platformId(platforms[0])} and ${platformId(platforms[other])} differ. Build one platform at a time (--platform)`);
}

async function checkSecrets(gateway: Gateway, { requiredSecrets }: RecordedRequest, from: string): Promise<void> {
  if (!gateway.capabilities.supports('gateway.exec')) return;
  const present = await Promise.all(requiredSecrets.map((id) => sessionHasSecret(gateway, id, newId(gateway))));
  const missing = requiredSecrets.filter((_, index) => present[index]?.kind === 'absent');
  if (missing.length === 0) return;
  throw new CodedError('provenance', `cannot build ${from} again: its build needs the secret${missing.length > 1 ? 's' : ''} ${missing.join(', ')}, which no provenance holds: supply ${missing.map((id) => `--secret id=${id}`).join(' ')}`);
}

/** A line of the build's progress tells what is taken; values may be for no log. */
async function showRequest(gateway: Gateway, { changes }: RecordedRequest, from: string): Promise<void> {
  const text = `build ${from} again, taking from its provenance: ${changes.map(({ was }) => was).join(', ')}`;
  await solveToRef(gateway, await marshalState(gateway, scratch().file([mkfile('/request', 0o644, Buffer.from(text))], customName(`[internal] ${text}`))), true);
}
