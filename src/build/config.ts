import type { BuildConfig } from '../convert/options.ts';
import { CodedError, wrapError } from '../diag/error.ts';
import type { FrontendEnvironment } from '../gateway/environment.ts';
import type { CacheImport } from '../gateway/gateway.ts';
import { parseLintOptions } from '../lint/config.ts';
import type { LintConfig } from '../lint/config.ts';
import type { CapSet } from '../llb/types.ts';
import { hostPlatform } from '../spec/platform.ts';
import { parseBool } from '../spec/strings.ts';
import { parseExtraHosts, parseLinuxResources, parseNetworkMode, parsePlatforms, parseResolveMode, parseShmSize, parseUlimits } from './attributes.ts';
import { parseSbomRequest } from './attestations.ts';
import type { SbomRequest } from './attestations.ts';
import { parseCacheImports } from './cache-imports.ts';
import { explain } from './values.ts';

/** A build request's options, parsed (dockerui.Client). */
export interface RequestConfig {
  readonly build: BuildConfig;
  /** The options as given, with those that build args stand in for: also what goes on to another frontend. */
  readonly options: ReadonlyMap<string, string>;
  readonly cacheImports: readonly CacheImport[];
  readonly sbom?: SbomRequest;
  /** The stages that `no-cache` names; empty: all; undefined: none. */
  readonly noCache?: readonly string[];
  /** The sessions that local sources come from, where that is not the request's own. */
  readonly localSessionIds: ReadonlyMap<string, string>;
}

const BUILD_ARG = 'build-arg:';

/** Reads the request's options in the reference's order, so that of several errors the same is seen (dockerui NewClient and init). */
export function parseConfig(environment: FrontendEnvironment, llbCapabilities: CapSet): RequestConfig {
  checkMinimum(environment.options, llbCapabilities);
  const options = new Map(environment.options);
  const text = (key: string): string => options.get(key) ?? '';
  const targetPlatforms = text('platform') === '' ? [] : parsePlatforms(text('platform'));
  const imageResolveMode = parseResolveMode(text('image-resolve-mode'));
  const extraHosts = named('failed to parse additional hosts', () => parseExtraHosts(text('add-hosts')));
  const shmSize = named('failed to parse shm size', () => parseShmSize(text('shm-size')));
  const ulimits = named('failed to parse ulimit', () => parseUlimits(text('ulimit')));
  const linuxResources = named('failed to parse resource limits', () => parseLinuxResources(options));
  const networkMode = parseNetworkMode(text('force-network-mode'));
  override(options, 'multi-platform', `${BUILD_ARG}BUILDKIT_MULTI_PLATFORM`);
  const multiPlatformRequested = isMultiPlatform(text('multi-platform'), targetPlatforms.length);
  const cacheImports = parseCacheImports(text('cache-imports'), text('cache-from'));
  const sbom = parseSbomRequest(options);
  override(options, 'hostname', `${BUILD_ARG}BUILDKIT_SANDBOX_HOSTNAME`);
  const lintConfig = parseLintOption(options.get(LINT_KEY));
  const noCache = options.get('no-cache');
  return {
    build: {
      buildArgs: withPrefix(options, BUILD_ARG),
      labels: withPrefix(options, 'label:'),
      target: text('target'),
      cacheIdNamespace: text(`${BUILD_ARG}BUILDKIT_CACHE_MOUNT_NS`),
      cgroupParent: text('cgroup-parent'),
      extraHosts,
      hostname: text('hostname'),
      imageResolveMode,
      networkMode,
      shmSize,
      ulimits,
      ...(linuxResources === undefined ? {} : { linuxResources }),
      ...(lintConfig === undefined ? {} : { lintConfig }),
      targetPlatforms,
      buildPlatforms: [environment.workers[0]?.platforms[0] ?? hostPlatform()],
      multiPlatformRequested,
    },
    options,
    cacheImports,
    ...(sbom === undefined ? {} : { sbom }),
    ...(noCache === undefined ? {} : { noCache: noCache === '' ? [] : noCache.split(',') }),
    localSessionIds: withPrefix(options, 'local-sessionid:'),
  };
}

/** What no longer exists, and daemons that are too old (dockerui validateMinCaps). */
function checkMinimum(options: ReadonlyMap<string, string>, llbCapabilities: CapSet): void {
  const missing = llbCapabilities.missing('file.base');
  if (missing !== undefined) throw wrapError(missing, 'needs BuildKit 0.5 or later');
  if ((options.get('override-copy-image') ?? '') !== '') throw new CodedError('option', 'support for "override-copy-image" was removed in BuildKit 0.11');
  if (parseBool(options.get(`${BUILD_ARG}BUILDKIT_DISABLE_FILEOP`) ?? '') === true) {
    throw new CodedError('option', 'support for "BUILDKIT_DISABLE_FILEOP" build-arg was removed in BuildKit 0.11');
  }
}

function isMultiPlatform(text: string, platforms: number): boolean {
  if (text === '') return platforms > 1;
  const asked = parseBool(text);
  if (asked === undefined) throw new CodedError('option', `invalid boolean value for multi-platform: ${text}`);
  if (!asked && platforms > 1) throw new CodedError('option', 'conflicting config: returning multiple target platforms is not allowed');
  return asked;
}

const LINT_KEY = `${BUILD_ARG}BUILDKIT_DOCKERFILE_CHECK`;

function parseLintOption(text: string | undefined): LintConfig | undefined {
  return text === undefined ? undefined : named(`failed to parse ${LINT_KEY}`, () => parseLintOptions(text));
}

/** A build arg, when it is set and not empty, in place of an option. */
function override(options: Map<string, string>, key: string, buildArg: string): void {
  const value = options.get(buildArg) ?? '';
  if (value !== '') options.set(key, value);
}

/** The options whose keys begin with `prefix`, without it. */
function withPrefix(options: ReadonlyMap<string, string>, prefix: string): ReadonlyMap<string, string> {
  return new Map([...options].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]));
}

/** The value of `parse`; its errors get `what` before them. */
function named<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw explain(error, what);
  }
}
