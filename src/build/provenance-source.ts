import { CodedError, messageOf } from '../diag/error.ts';
import type { Reference } from '../gateway/reference.ts';
import { MAX_PROVENANCE_BYTES, parseProvenance } from '../provenance/parse.ts';
import type { ReadOptions } from '../provenance/parse.ts';
import type { Provenance } from '../provenance/provenance.ts';
import type { Platform } from '../spec/platform.ts';
import { imageProvenance } from './attached-provenance.ts';
import type { ContextServices } from './context-services.ts';
import { HTTP_CONTEXT_FILE } from './detect.ts';
import { layoutProvenance } from './layout-provenance.ts';
import { loadNamedContext } from './named-context.ts';
import { marshalState, readWholeFile, solveToRef } from './solve.ts';
import { loadTrust } from './trust-source.ts';

/** The named context that provenance is supplied in. */
export const PROVENANCE_CONTEXT = 'repro-provenance';

const OPTION_KEY = `context:${PROVENANCE_CONTEXT}`;
const DEFAULT_FILE = 'provenance.json';
const JSON_FILE = /\.jsonl?$/;

/**
 * The provenance that the request supplies, for `platform`: attached to an image, or a JSON file of a folder, repository or download.
 * Undefined when the request has none. Throws CodedError `provenance` when it names one that cannot be found or read, or that is not signed
 * as REPRO_TRUST wants.
 */
export async function loadProvenance(services: ContextServices, platform: Platform): Promise<Provenance | undefined> {
  const input = services.config.options.get(OPTION_KEY);
  const trust = await loadTrust(services);
  if (input === undefined) {
    if (trust === undefined) return undefined;
    throw new CodedError('option', `REPRO_TRUST is given, and there is no provenance that could be signed: supply it in the named context ${PROVENANCE_CONTEXT}`);
  }
  try {
    const [, scheme, rest] = /^(docker-image|oci-layout):(?:\/\/)?(.*)$/s.exec(input) ?? [];
    if (rest === undefined) return await fromFiles(services, input, { platform, ...(trust === undefined ? {} : { trust }) });
    return await (scheme === 'docker-image' ? imageProvenance : layoutProvenance)(services, rest, platform, trust);
  } catch (error) {
    throw new CodedError('provenance', `failed to load the provenance of context ${PROVENANCE_CONTEXT}: ${messageOf(error)}`, { cause: error });
  }
}

async function fromFiles(services: ContextServices, input: string, options: ReadOptions): Promise<Provenance> {
  const contextOptions = { resolveMode: services.config.build.imageResolveMode, usedPaths: () => ['*.json', '*.jsonl'], place: [] };
  const { state } = await loadNamedContext(services, { input, name: PROVENANCE_CONTEXT, key: PROVENANCE_CONTEXT, options: contextOptions });
  const ref = await solveToRef(services.gateway, await marshalState(services.gateway, state));
  const file = await findFile(ref);
  const subject = options.trust?.subject;
  return parseProvenance(await readWholeFile(ref, file, MAX_PROVENANCE_BYTES), file === HTTP_CONTEXT_FILE ? input : file, { ...options, ...(subject === undefined ? {} : { subject }) });
}

/** `provenance.json`, or else the only JSON file, or else the one file of a download. */
async function findFile(ref: Reference): Promise<string> {
  const names = (await ref.readDir('.')).map((entry) => entry.path);
  if (names.includes(DEFAULT_FILE)) return DEFAULT_FILE;
  const candidates = names.filter((name) => JSON_FILE.test(name));
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0) return only;
  if (candidates.length === 0 && names.length === 1 && names[0] === HTTP_CONTEXT_FILE) return HTTP_CONTEXT_FILE;
  const found = candidates.length === 0 ? 'no JSON file' : `${candidates.length} JSON files (${candidates.sort().join(', ')})`;
  throw new CodedError('provenance', `expected ${DEFAULT_FILE} or a single JSON file at the top, found ${found}`);
}
