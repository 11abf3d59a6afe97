import { CodedError, messageOf } from '../diag/error.ts';
import type { ResolveMode } from '../convert/options.ts';
import type { HostIp, LinuxResources, NetworkMode, Ulimit } from '../llb/types.ts';
import { normalizePlatform, parsePlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import { cut, toLower, trimSpace } from '../spec/strings.ts';
import { quote } from '../spec/text.ts';
import { canonicalAddress } from './address.ts';
import { csvOption, parseInt64, parseUint64, StandardError } from './values.ts';

/** The values of single frontend options (frontend/dockerui/attr.go). Each function throws with the reference's text. */

/** `platform`: a list with commas. */
export function parsePlatforms(text: string): readonly Platform[] {
  return text.split(',').map((part) => {
    try {
      return normalizePlatform(parsePlatform(part));
    } catch (error) {
      throw new CodedError('option', `failed to parse target platform ${part}: ${messageOf(error)}`);
    }
  });
}

/** `image-resolve-mode`. */
export function parseResolveMode(text: string): ResolveMode {
  if (text === '' || text === 'default') return 'default';
  if (text === 'pull' || text === 'local') return text;
  throw new CodedError('option', `invalid image-resolve-mode: ${text}`);
}

/** `add-hosts`: `host=ip` with commas. */
export function parseExtraHosts(text: string): readonly HostIp[] {
  if (text === '') return [];
  return csvOption(text).map((field) => {
    const { before: host, after: address } = cut(toLower(field), '=');
    if (address === undefined) throw new CodedError('option', `invalid key-value pair ${field}`);
    const ip = canonicalAddress(address);
    if (ip === undefined) throw new CodedError('option', `failed to parse IP ${address}`);
    return { host, ip };
  });
}

/** `shm-size`, in bytes. */
export function parseShmSize(text: string): bigint {
  return text === '' ? 0n : parseInt64(text);
}

const ULIMIT_NAMES: ReadonlySet<string> = new Set(('core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime ' +
  'sigpending stack').split(' '));

/** `ulimit`: `name=soft[:hard]` with commas (docker/go-units ParseUlimit). */
export function parseUlimits(text: string): readonly Ulimit[] {
  return text === '' ? [] : csvOption(text).map(parseUlimit);
}

function parseUlimit(text: string): Ulimit {
  const { before: name, after: values } = cut(text, '=');
  if (values === undefined) throw new StandardError(`invalid ulimit argument: ${text}`);
  if (!ULIMIT_NAMES.has(name)) throw new StandardError(`invalid ulimit type: ${name}`);
  const limits = values.split(':');
  if (limits.length > 2) {
    throw new StandardError(`too many limit value arguments - ${values}, can only have up to two, \`soft[:hard]\``);
  }
  const hardLimit = limits[1] === undefined ? undefined : parseInt64(limits[1]);
  const soft = parseInt64(limits[0] ?? '');
  const hard = hardLimit ?? soft;
  if (hard !== -1n && (soft === -1n || soft > hard)) {
    const found = soft === -1n ? `soft: -1 (unlimited), hard: ${hard}` : `${soft} > ${hard}`;
    throw new StandardError(`ulimit soft limit must be less than or equal to hard limit: ${found}`);
  }
  return { name, soft, hard };
}

/** `force-network-mode`. */
export function parseNetworkMode(text: string): NetworkMode {
  if (text === '') return 'sandbox';
  if (text === 'none' || text === 'host' || text === 'sandbox') return text;
  throw new CodedError('option', `invalid netmode ${text}`);
}

/** `memory`, `memswap`, `cpushares`, `cpuperiod`, `cpuquota`, `cpusetcpus` and `cpusetmems`; undefined when none is given. */
export function parseLinuxResources(options: ReadonlyMap<string, string>): LinuxResources | undefined {
  const resources = {
    memory: limit(options, 'memory', parseInt64, (value) => value > 0n, 'must be > 0'),
    memorySwap: limit(options, 'memswap', parseInt64, (value) => value >= -1n && value !== 0n, 'must be -1 (unlimited) or > 0'),
    cpuShares: limit(options, 'cpushares', parseUint64, (value) => value > 0n, 'must be > 0'),
    cpuPeriod: limit(options, 'cpuperiod', parseUint64, (value) => value > 0n, 'must be > 0'),
    cpuQuota: limit(options, 'cpuquota', parseInt64, (value) => value > 0n, 'must be > 0'),
    cpusetCpus: cpuset(options, 'cpusetcpus'),
    cpusetMems: cpuset(options, 'cpusetmems'),
  };
  return Object.values(resources).every((value) => value === 0n || value === '') ? undefined : resources;
}

function limit(options: ReadonlyMap<string, string>, key: string, parse: (text: string) => bigint, valid: (value: bigint) => boolean, rule: string): bigint {
  const text = options.get(key) ?? '';
  if (text === '') return 0n;
  let value: bigint;
  try {
    value = parse(text);
  } catch (error) {
    throw new CodedError('option', `invalid ${key} value: ${text}: ${messageOf(error)}`);
  }
  if (!valid(value)) throw new CodedError('option', `invalid ${key} value: ${text}: ${rule}`);
  return value;
}

function cpuset(options: ReadonlyMap<string, string>, key: string): string {
  const text = options.get(key) ?? '';
  try {
    for (const part of text.split(',')) checkCpusetPart(trimSpace(part));
  } catch (error) {
    throw new CodedError('option', `invalid ${key} value: ${text}: ${messageOf(error)}`, { cause: error });
  }
  return text;
}

const CPU_MAX = 8192;

/** One element of a cpuset, `3` or `0-3` (util/cpuset); an empty one says nothing. */
function checkCpusetPart(part: string): void {
  if (part === '') return;
  const { before, after } = cut(part, '-');
  if (after === undefined) {
    const value = atoi(part);
    if (value === undefined || value < 0) throw new CodedError('option', `invalid cpuset element ${quote(part)}`);
    if (value > CPU_MAX) throw new CodedError('option', `cpuset element ${quote(part)} exceeds maximum ${CPU_MAX}`);
    return;
  }
  const [low, high] = [before, after].map((end) => atoi(trimSpace(end)));
  if (low === undefined || high === undefined || low < 0 || high < low) throw new CodedError('option', `invalid cpuset range ${quote(part)}`);
  if (high > CPU_MAX) throw new CodedError('option', `cpuset range ${quote(part)} exceeds maximum ${CPU_MAX}`);
}

function atoi(text: string): number | undefined {
  try {
    return Number(parseInt64(text));
  } catch {
    return undefined;
  }
}
