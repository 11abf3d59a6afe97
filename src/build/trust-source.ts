import { CodedError, messageOf } from '../diag/error.ts';
import type { TrustMaterials } from '../provenance/sigstore.ts';
import type { TrustedSigner } from '../provenance/trust.ts';
import type { TrustOption } from '../rewrite/trust-option.ts';
import type { ContextServices } from './context-services.ts';
import { loadNamedContext } from './named-context.ts';
import { marshalState, readWholeFile, solveToRef } from './solve.ts';

/** The named context with the files that REPRO_TRUST names. */
const TRUST_CONTEXT = 'repro-trust';
const MAX_FILE_BYTES = 1 << 20;

/** The signer that REPRO_TRUST names, its files read; undefined when it is not given. Throws when they cannot be (code `provenance`), or are no key or root (code `option`). */
export async function loadTrust(services: ContextServices): Promise<TrustedSigner | undefined> {
  const { trust } = services;
  if (trust === undefined) return undefined;
  const [{ trustedSigner }, files] = await Promise.all([import('../provenance/sigstore.ts'), readFiles(services, trust)]);
  try {
    return trustedSigner(toMaterials(trust, files));
  } catch (error) {
    throw new CodedError('option', `REPRO_TRUST names nobody: ${messageOf(error)}`, { cause: error });
  }
}

function toMaterials(trust: TrustOption, files: ReadonlyMap<string, Uint8Array>): TrustMaterials {
  const read = (file: string): Uint8Array => files.get(file) ?? new Uint8Array();
  if (trust.kind === 'identity') return { ...trust, root: read(trust.root) };
  const { key, root, ...rest } = trust;
  return { ...rest, key: 'pem' in key ? key.pem : Buffer.from(read(key.file)).toString('latin1'), ...(root === undefined ? {} : { root: read(root) }) };
}

async function readFiles(services: ContextServices, trust: TrustOption): Promise<ReadonlyMap<string, Uint8Array>> {
  const keyFiles = trust.kind === 'key' && 'file' in trust.key ? [trust.key.file] : [];
  const names = [...keyFiles, ...(trust.root === undefined ? [] : [trust.root])];
  if (names.length === 0) return new Map();
  const input = services.config.options.get(`context:${TRUST_CONTEXT}`);
  if (input === undefined) {
    throw new CodedError('option', `REPRO_TRUST names the file ${names.join(' and the file ')}, and there is no named context ${TRUST_CONTEXT} to read it from`);
  }
  try {
    const options = { resolveMode: services.config.build.imageResolveMode, usedPaths: () => names, place: [] };
    const { state } = await loadNamedContext(services, { input, name: TRUST_CONTEXT, key: TRUST_CONTEXT, options });
    const ref = await solveToRef(services.gateway, await marshalState(services.gateway, state));
    return new Map(await Promise.all(names.map(async (name) => [name, await readWholeFile(ref, name, MAX_FILE_BYTES)] as const)));
  } catch (error) {
    throw new CodedError('provenance', `failed to read the files of REPRO_TRUST from context ${TRUST_CONTEXT}: ${messageOf(error)}`, { cause: error });
  }
}
