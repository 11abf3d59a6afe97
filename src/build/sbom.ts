import type { ConvertResult } from '../convert/options.ts';
import { CodedError, wrapError } from '../diag/error.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { NonImageError, resolveSourceMeta } from '../gateway/resolve.ts';
import type { Attestation } from '../gateway/result.ts';
import { customName } from '../llb/constraints.ts';
import { marshal, verticesOf } from '../llb/definition.ts';
import { hasOutput, sortMounts } from '../llb/mounts.ts';
import { image } from '../llb/sources.ts';
import { newState, scratch } from '../llb/state.ts';
import type { State } from '../llb/state.ts';
import type { Definition, ExecMount } from '../llb/types.ts';
import { parseImageConfig } from '../spec/config.ts';
import type { ContainerConfig } from '../spec/config.ts';
import { joinPath } from '../spec/path.ts';
import { hostPlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import { parseNormalizedNamed, referenceToString } from '../spec/reference.ts';
import type { Policy } from '../spec/source-policy.ts';
import { cut } from '../spec/strings.ts';
import { compareStrings } from '../spec/text.ts';
import type { SbomRequest } from './attestations.ts';
import { newId } from './identity.ts';

const SOURCE_DIR = '/run/src/';
const OUTPUT_DIR = '/run/out/';
const CORE_NAME = 'sbom';

/** An image that writes SBOMs, ready to run (frontend/attestations/sbom). */
export interface Scanner {
  readonly ref: string;
  readonly config: ContainerConfig;
  readonly platform: Platform;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Finds the scanner that the request asks for. Throws when it is missing or runs nothing. */
export async function resolveScanner(gateway: Gateway, request: SbomRequest, platform: Platform, resolveMode: string): Promise<Scanner> {
  const wanted = referenceToString(parseNormalizedNamed(request.generator));
  const source = { identifier: `docker-image://${wanted}`, attrs: new Map<string, string>() };
  const meta = await resolveSourceMeta(gateway, source, { platform, image: { resolveMode } }).catch((error: unknown) => {
    throw wrapError(error, `failed to resolve source metadata for ${wanted}`);
  });
  const identifier = meta.Source?.identifier ?? '';
  if (meta.Image === undefined) throw new NonImageError(wanted, identifier);
  const ref = identifier.replace(/^docker-image:\/\//, '').replace(/^oci-layout:\/\//, '');
  const { config } = parseImageConfig(meta.Image.Config);
  if (config.entrypoint.length + config.cmd.length === 0) throw new CodedError('convert', `scanner ${ref} does not have cmd`);
  return { ref, config, platform, parameters: request.parameters };
}

/** Scans what was built for the platform `name`: the attestation, with the folder of SBOMs as its reference. */
export async function scan(gateway: Gateway, scanner: Scanner, name: string, target: ConvertResult, sourcePolicy: Policy | undefined): Promise<Attestation> {
  const definition = await marshalScan(gateway, scanState(scanner, name, target), target);
  const { ref } = await gateway.solve({ definition, ...(sourcePolicy === undefined ? {} : { sourcePolicy }) });
  return {
    kind: 'bundle',
    metadata: new Map([['reason', Buffer.from('sbom')], ['sbom-core', Buffer.from(CORE_NAME)]]),
    ref,
    path: '',
    predicateType: 'https://spdx.dev/Document',
    subjects: [],
  };
}

/** The reference marshals this without the daemon's capabilities, after the target with them. */
async function marshalScan(gateway: Gateway, { output }: State, { state }: ConvertResult): Promise<Definition> {
  const caps = gateway.llbCapabilities;
  const defaults = { platform: hostPlatform(), localUniqueId: newId(gateway) };
  return marshal(output, { ...defaults, earlier: { caps, vertices: await verticesOf(state.output, { ...defaults, caps }) } });
}

function scanState(scanner: Scanner, name: string, target: ConvertResult): State {
  const { ref, config, platform } = scanner;
  const scannerImage = image(ref, { constraints: { platform } });
  const { core, extras } = target.sbom;
  const mounts: readonly ExecMount[] = [
    temporaryMount(scannerImage, platform),
    { target: joinPath(SOURCE_DIR, 'core', CORE_NAME), source: core.output, readOnly: true },
    ...[...extras].map(([key, extra]) => ({ target: joinPath(SOURCE_DIR, 'extras', `${CORE_NAME}-${key}`), source: extra.output, readOnly: true })),
    { target: OUTPUT_DIR, source: scratch().output },
  ];
  const ran = scannerImage.run({
    args: [...config.entrypoint, ...config.cmd],
    env: scannerEnv(scanner, extras.size > 0),
    dir: config.workingDir,
    mounts,
    constraints: { ...customName(`[${name}] generating sbom using ${ref}`), ...(target.ignoreCache ? { ignoreCache: true } : {}) },
  });
  return outputOf(ran, OUTPUT_DIR);
}

/** Parameters are sorted, so that the same request gives the same op; the reference's order is random. */
function scannerEnv({ config, parameters }: Scanner, hasExtras: boolean): readonly (readonly [string, string])[] {
  const image = config.env.map((variable) => {
    const { before, after = '' } = cut(variable, '=');
    return [before, after] as const;
  });
  const sorted = [...parameters].sort(([a], [b]) => compareStrings(a, b));
  return [
    ...image,
    ['BUILDKIT_SCAN_DESTINATION', OUTPUT_DIR],
    ['BUILDKIT_SCAN_SOURCE', joinPath(SOURCE_DIR, 'core', CORE_NAME)],
    ...(hasExtras ? [['BUILDKIT_SCAN_SOURCE_EXTRAS', joinPath(SOURCE_DIR, 'extras/')] as const] : []),
    ...sorted.map(([key, value]) => [`BUILDKIT_SCAN_${key}`, value] as const),
  ];
}

/** Windows has no tmpfs: there it is a folder of the image. */
function temporaryMount(scannerImage: State, platform: Platform): ExecMount {
  if (platform.os !== 'windows') return { target: '/tmp', source: undefined, tmpfs: { size: 0n } };
  const folder = scannerImage.file([{ kind: 'mkdir', path: '/tmp', mode: 0o777, makeParents: true }]);
  return { target: '/tmp', source: folder.output, selector: '/tmp', noOutput: true };
}

/** What a command left in one of its mounts. */
function outputOf(ran: State, target: string): State {
  const vertex = ran.output?.vertex;
  if (vertex?.kind !== 'exec') throw new CodedError('internal', 'no command ran');
  const index = sortMounts(vertex.mounts).filter(hasOutput).findIndex((mount) => mount.target === target);
  return newState({ vertex, index });
}
