import { CodedError } from '../diag/error.ts';
import type { CapSet } from './types.ts';

/**
 * The capabilities of LLB (BuildKit's solver/pb/caps.go). An id is what an op's metadata requires and what a daemon lists.
 * `soruce.http.uidgid` is upstream's spelling.
 */
export const CAPS = {
  sourceImage: 'source.image',
  sourceImageResolveMode: 'source.image.resolvemode',
  sourceImageLayerLimit: 'source.image.layerlimit',
  sourceImageChecksum: 'source.image.checksum',
  sourceLocal: 'source.local',
  sourceLocalUnique: 'source.local.unique',
  sourceLocalSessionId: 'source.local.sessionid',
  sourceLocalIncludePatterns: 'source.local.includepatterns',
  sourceLocalFollowPaths: 'source.local.followpaths',
  sourceLocalExcludePatterns: 'source.local.excludepatterns',
  sourceLocalSharedKeyHint: 'source.local.sharedkeyhint',
  sourceLocalDiffer: 'source.local.differ',
  sourceMetadataTransfer: 'source.local.metadatatransfer',
  sourceGit: 'source.git',
  sourceGitKeepDir: 'source.git.keepgitdir',
  sourceGitFullUrl: 'source.git.fullurl',
  sourceGitHttpAuth: 'source.git.httpauth',
  sourceGitKnownSshHosts: 'source.git.knownsshhosts',
  sourceGitMountSshSock: 'source.git.mountsshsock',
  sourceGitSubdir: 'source.git.subdir',
  sourceGitChecksum: 'source.git.checksum',
  sourceGitSkipSubmodules: 'source.git.skipsubmodules',
  sourceGitSignatureVerify: 'source.git.signatureverify',
  sourceGitMtime: 'source.git.mtime',
  sourceGitFetchByCommit: 'source.git.fetchbycommit',
  sourceGitBundle: 'source.git.bundle',
  sourceGitCheckoutBundle: 'source.git.checkoutbundle',
  sourceHttp: 'source.http',
  sourceHttpAuth: 'source.http.auth',
  sourceHttpChecksum: 'source.http.checksum',
  sourceHttpPerm: 'source.http.perm',
  sourceHttpUidGid: 'soruce.http.uidgid',
  sourceHttpHeader: 'source.http.header',
  sourceHttpSignatureVerify: 'source.http.signatureverify',
  sourceImageBlob: 'source.imageblob',
  sourceOciLayout: 'source.ocilayout',
  buildOpLlbFileName: 'source.buildop.llbfilename',
  execMetaBase: 'exec.meta.base',
  execMetaCgroupParent: 'exec.meta.cgroup.parent',
  execMetaNetwork: 'exec.meta.network',
  execMetaNetworkProxy: 'exec.meta.network.proxy',
  execMetaProxy: 'exec.meta.proxyenv',
  execMetaSecurity: 'exec.meta.security',
  execMetaSecurityDeviceWhitelistV1: 'exec.meta.security.devices.v1',
  execMetaSetsDefaultPath: 'exec.meta.setsdefaultpath',
  execMetaUlimit: 'exec.meta.ulimit',
  execMetaCdi: 'exec.meta.cdi',
  execMetaRemoveMountStubsRecursive: 'exec.meta.removemountstubs.recursive',
  execMetaLinuxResources: 'exec.meta.linux.resources',
  execMountBind: 'exec.mount.bind',
  execMountBindReadWriteNoOutput: 'exec.mount.bind.readwrite-nooutput',
  execMountCache: 'exec.mount.cache',
  execMountCacheSharing: 'exec.mount.cache.sharing',
  execMountSelector: 'exec.mount.selector',
  execMountTmpfs: 'exec.mount.tmpfs',
  execMountTmpfsSize: 'exec.mount.tmpfs.size',
  execMountSecret: 'exec.mount.secret',
  execMountSsh: 'exec.mount.ssh',
  execMountContentCache: 'exec.mount.cache.content',
  execCgroupsMounted: 'exec.cgroup',
  execSecretEnv: 'exec.secretenv',
  execValidExitCode: 'exec.validexitcode',
  fileBase: 'file.base',
  fileRmWildcard: 'file.rm.wildcard',
  fileCopyIncludeExcludePatterns: 'file.copy.includeexcludepatterns',
  fileCopyRequiredPaths: 'file.copy.requiredpaths',
  fileRmNoFollowSymlink: 'file.rm.nofollowsymlink',
  fileCopyAlwaysReplaceExistingDestPaths: 'file.copy.alwaysreplaceexistingdestpaths',
  fileCopyModeStringFormat: 'file.copy.modestring',
  fileSymlinkCreate: 'file.symlink.create',
  constraints: 'constraints',
  platform: 'platform',
  metaIgnoreCache: 'meta.ignorecache',
  metaDescription: 'meta.description',
  metaExportCache: 'meta.exportcache',
  remoteCacheGha: 'cache.gha',
  remoteCacheS3: 'cache.s3',
  remoteCacheAzBlob: 'cache.azblob',
  mergeOp: 'mergeop',
  diffOp: 'diffop',
  passthroughOp: 'passthroughop',
  annotations: 'exporter.image.annotations',
  attestations: 'exporter.image.attestations',
  sourceDateEpoch: 'exporter.sourcedateepoch',
  multipleExporters: 'exporter.multiple',
  sessionExporter: 'exporter.session',
  sourcePolicy: 'source.policy',
  sourcePolicySession: 'source.policy.session',
  gcFreeSpaceFilter: 'gc.freespacefilter',
  historyFilters: 'history.filter',
} as const;

export type CapId = (typeof CAPS)[keyof typeof CAPS];

/** What this program knows of a capability, for messages. */
export interface CapDefinition {
  readonly name?: string;
  readonly status: 'stable' | 'experimental' | 'prerelease';
  /** By product: the version that has it. */
  readonly supportedSince?: ReadonlyMap<string, string>;
}

/** One line of a daemon's list of capabilities. */
export interface CapState {
  readonly id: string;
  readonly enabled: boolean;
  readonly disabledReasonMsg?: string;
}

/** A CapSet that also tells whether the daemon lists an id at all (apicaps' Contains). */
export interface DaemonCapSet extends CapSet {
  contains(id: string): boolean;
}

/** Ids that upstream names but never registers, so that no daemon supports them. */
const UNREGISTERED: ReadonlySet<string> = new Set([CAPS.execMetaRemoveMountStubsRecursive, CAPS.fileCopyModeStringFormat]);

/** The registered capabilities of LLB. */
export const LLB_CAPS: ReadonlyMap<string, CapDefinition> = new Map<string, CapDefinition>([
  ...Object.values(CAPS).filter((id) => !UNREGISTERED.has(id)).map((id) => [id, { status: 'experimental' }] as [string, CapDefinition]),
  [CAPS.fileBase, { status: 'prerelease', supportedSince: new Map([['docker', 'Docker v19.03'], ['buildkit', 'BuildKit v0.5.0']]) }],
  [CAPS.sourceDateEpoch, { status: 'experimental', name: 'source date epoch' }],
]);

/**
 * The capabilities of a daemon that listed `states`. `known` are the capabilities that exist, by default those of LLB;
 * `product` is the daemon's name for itself (BUILDKIT_EXPORTEDPRODUCT). Error texts are those of util/apicaps.
 */
export function createCapSet(states: Iterable<CapState>, known: ReadonlyMap<string, CapDefinition> = LLB_CAPS, product = ''): DaemonCapSet {
  const listed = new Map<string, CapState>();
  for (const state of states) if (state.id !== '') listed.set(state.id, state);
  const missing = (id: string): Error | undefined => {
    const definition = known.get(id);
    const state = listed.get(id);
    if (definition !== undefined && state?.enabled === true) return undefined;
    return new CodedError('unsupported', missingText(id, definition, state, product));
  };
  return { missing, supports: (id) => known.has(id) && listed.get(id)?.enabled === true, contains: (id) => listed.has(id) };
}

function missingText(id: string, definition: CapDefinition | undefined, state: CapState | undefined, product: string): string {
  if (definition === undefined) return `unknown API capability ${id}`;
  const status = definition.status === 'stable' ? '' : `${definition.status} `;
  const subject = `requested ${status}feature ${id} ${definition.name === undefined ? '' : `(${definition.name})`}`;
  if (state === undefined) {
    const since = definition.supportedSince?.get(product);
    return `${subject} is not supported by build server${since === undefined ? '' : ` (added in ${since})`}, please update ${product}`;
  }
  const reason = state.disabledReasonMsg ?? '';
  return `${subject} has been disabled on the build server${reason === '' ? '' : `: ${reason}`}`;
}
