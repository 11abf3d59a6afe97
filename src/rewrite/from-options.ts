/** Who says what a frontend option is when an image is built again (REPRO_FROM). */
export type OptionOwner =
  /** The first build's request: the caller's own counts only with REPRO_OVERRIDE. */
  | 'request'
  /** The first build's request, unless the caller says otherwise: it is about how and where, not what. */
  | 'switch'
  /** The caller alone. */
  | 'caller';

const REQUEST: ReadonlySet<string> = new Set([
  'target', 'add-hosts', 'contextsubdir', 'force-network-mode', 'hostname', 'shm-size', 'ulimit', 'memory', 'memswap', 'cpushares', 'cpuperiod', 'cpuquota', 'cpusetcpus', 'cpusetmems',
]);
const CALLER: ReadonlySet<string> = new Set([
  'source', 'cmdline', 'requestid', 'frontend.caps', 'platform', 'multi-platform', 'no-cache', 'cache-from', 'cache-imports', 'image-resolve-mode', 'cgroup-parent',
  'context', 'filename', 'dockerfilekey', 'contextkey',
]);
const CALLER_PREFIXES = ['attest:', 'local-sessionid:', 'sharedkey:', 'vcs:', 'input-metadata:', 'context:repro-', 'build-arg:BUILDKIT_ATTEST_'];
const CALLER_ARGS: ReadonlySet<string> = new Set([
  'REPRO', 'REPRO_FROM', 'REPRO_OVERRIDE', 'REPRO_PIN', 'REPRO_TRUST',
  'BUILDKIT_SYNTAX', 'BUILDKIT_MULTI_PLATFORM', 'BUILDKIT_INLINE_CACHE', 'BUILDKIT_CACHE_MOUNT_NS', 'BUILDKIT_DOCKERFILE_CHECK',
]);
const SWITCH_ARGS: ReadonlySet<string> = new Set(['SNAPSHOT_ARCHIVE_BASE', 'BACKPORTS', 'KEEP_CACHE']);
/** The proxies of the first build's network; they are in no history unless the Dockerfile declares them. */
const PROXY_ARG = /^(?:https?|ftp|no|all)_proxy$/i;
const BUILD_ARG = 'build-arg:';

/** The owner of the option `key`; undefined when this frontend does not know it. */
export function ownerOf(key: string): OptionOwner | undefined {
  if (CALLER.has(key) || CALLER_PREFIXES.some((prefix) => key.startsWith(prefix))) return 'caller';
  if (key.startsWith(BUILD_ARG)) return ownerOfArg(key.slice(BUILD_ARG.length));
  if (REQUEST.has(key) || key.startsWith('label:') || key.startsWith('context:')) return 'request';
  return key === 'hook' ? 'switch' : undefined;
}

function ownerOfArg(name: string): OptionOwner {
  if (CALLER_ARGS.has(name)) return 'caller';
  return name.startsWith('REPRO_') || SWITCH_ARGS.has(name) || PROXY_ARG.test(name) ? 'switch' : 'request';
}

/** What people call the option `key`. */
export function optionName(key: string): string {
  for (const [prefix, what] of [[BUILD_ARG, 'build arg'], ['label:', 'label'], ['context:', 'named context']] as const) {
    if (key.startsWith(prefix)) return `${what} ${key.slice(prefix.length)}`;
  }
  return key === 'target' ? key : `option ${key}`;
}
