import { createCapSet, LLB_CAPS } from '../llb/caps.ts';
import type { CapDefinition, CapState } from '../llb/caps.ts';
import type { CapSet } from '../llb/types.ts';
import type { Messages } from '../pb/schema.ts';

type ApiCap = Messages['moby.buildkit.v1.apicaps.APICap'];

/** The capabilities of the gateway itself, with the names that messages give them (frontend/gateway/pb/caps.go). All are experimental. */
export const GATEWAY_CAPABILITIES: ReadonlyMap<string, CapDefinition> = new Map(([
  ['solve.base', ''],
  ['solve.inlinereturn', 'inline return from solve'],
  ['resolveimage', 'resolve remote image config'],
  ['resolveimage.resolvemode', 'resolve remote image config with custom resolvemode'],
  ['readfile', 'read static file'],
  ['return', 'return solve result'],
  ['returnmap', 'return reference map'],
  ['readdir', 'read static directory'],
  ['statfile', 'stat a file'],
  ['importcaches', 'import caches'],
  ['proto.refarray', 'wire format ref arrays'],
  ['reference.output', 'reference output'],
  ['frontend.inputs', 'frontend inputs'],
  ['gateway.solve.metadata', 'gateway metadata'],
  ['gateway.exec', 'gateway exec'],
  ['gateway.exec.extrahosts', 'gateway exec extra-hosts'],
  ['gateway.exec.secretenv', 'gateway exec secret env'],
  ['gateway.exec.signals', 'gateway exec signals'],
  ['gateway.exec.filesystem', 'gateway exec filesystem'],
  ['frontend.caps', 'frontend capabilities'],
  ['gateway.solve.evaluate', 'gateway evaluate solve'],
  ['gateway.evaluate', 'gateway evaluate'],
  ['gateway.warnings', 'logging warnings'],
  ['reference.attestations', 'reference attestations'],
  ['source.metaresolver', 'source meta resolver'],
  ['source.metaresolver.image.attestations', 'source meta resolver image attestations'],
  ['source.metaresolver.http.checksumrequest', 'source meta resolver http checksum request'],
] as const).map(([id, name]) => [id, { status: 'experimental', ...(name === '' ? {} : { name }) }]));

/** What daemons had before they told their capabilities; frozen (grpcclient defaultCaps). */
const DEFAULT_GATEWAY_CAPABILITIES = ['solve.base', 'solve.inlinereturn', 'resolveimage', 'readfile'];

/** The same for LLB (grpcclient defaultLLBCaps). */
const DEFAULT_LLB_CAPABILITIES = [
  'source.image', 'source.local', 'source.local.unique', 'source.local.sessionid', 'source.local.includepatterns', 'source.local.followpaths',
  'source.local.excludepatterns', 'source.local.sharedkeyhint', 'source.git', 'source.git.keepgitdir', 'source.git.fullurl', 'source.http',
  'source.http.checksum', 'source.http.perm', 'soruce.http.uidgid', 'source.buildop.llbfilename', 'exec.meta.base', 'exec.meta.proxyenv',
  'exec.mount.bind', 'exec.mount.cache', 'exec.mount.cache.sharing', 'exec.mount.selector', 'exec.mount.tmpfs', 'exec.mount.secret',
  'constraints', 'platform', 'meta.ignorecache', 'meta.description', 'meta.exportcache',
];

/** What a daemon can do. */
export interface Capabilities {
  /** The gateway's own. */
  readonly gateway: CapSet;
  readonly llb: CapSet;
}

/** The capabilities as Ping gave them; `product` is named in messages about missing ones. */
export function readCapabilities(gateway: readonly ApiCap[], llb: readonly ApiCap[], product: string): Capabilities {
  return {
    gateway: createCapSet(capStates(gateway, DEFAULT_GATEWAY_CAPABILITIES), GATEWAY_CAPABILITIES, product),
    llb: createCapSet(capStates(llb, DEFAULT_LLB_CAPABILITIES), LLB_CAPS, product),
  };
}

function capStates(given: readonly ApiCap[], fallback: readonly string[]): readonly CapState[] {
  if (given.length === 0) return fallback.map((id) => ({ id, enabled: true }));
  return given.map((cap) => ({ id: cap.ID, enabled: cap.Enabled, disabledReasonMsg: cap.DisabledReasonMsg }));
}
