import { CodedError } from '../diag/error.ts';
import { joinPath } from './path.ts';
import { compareStrings, quote } from './text.ts';

/** ocispecs.Platform. An empty variant, version or feature list is left out. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
  readonly osFeatures?: readonly string[];
}

const OS_PATTERN = /^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$/;
const COMPONENT_PATTERN = /^[A-Za-z0-9_.-]+$/;

const KNOWN_OS: ReadonlySet<string> = new Set(('aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 ' +
  'solaris windows zos').split(' '));
const KNOWN_ARCHITECTURES: ReadonlySet<string> = new Set(('386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 ' +
  'mips64le mips64p32 mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm').split(' '));

/** Node's architecture names that Go spells otherwise. */
const GO_ARCHITECTURES: ReadonlyMap<string, string> = new Map([['x64', 'amd64'], ['ia32', '386'], ['mipsel', 'mipsle'], ['ppc64', 'ppc64le']]);

/** A platform without its empty fields. */
export function makePlatform(os: string, architecture: string, variant = '', osVersion = '', osFeatures: readonly string[] = []): Platform {
  return {
    os,
    architecture,
    ...(variant === '' ? {} : { variant }),
    ...(osVersion === '' ? {} : { osVersion }),
    ...(osFeatures.length === 0 ? {} : { osFeatures }),
  };
}

/** The platform that this process runs on, normalized (containerd/platforms DefaultSpec). The one function here that reads the host. */
export function hostPlatform(): Platform {
  const architecture = GO_ARCHITECTURES.get(process.arch) ?? process.arch;
  const variant = architecture === 'arm' ? 'v7' : '';
  return normalizePlatform(makePlatform('linux', architecture, variant));
}

/**
 * Parses `os[(version[+feature]…)][/architecture[/variant]]` or a lone architecture (containerd/platforms Parse);
 * throws with that package's text. What the text leaves out is the host's.
 *
 *     specifier = os-part | architecture | os-part "/" architecture [ "/" variant ]
 *     os-part   = os [ "(" [ version ] { "+" feature } ")" ]
 */
export function parsePlatform(specifier: string, host: Platform = hostPlatform()): Platform {
  if (specifier.includes('*')) throw invalid(`${quote(specifier)}: wildcards not yet supported`);
  const parts = splitAtMost(specifier, '/', 4);
  const first = parseOs(parts[0] ?? '', specifier);
  for (const part of parts.slice(1)) {
    if (!COMPONENT_PATTERN.test(part)) {
      throw invalid(`${quote(part)} is an invalid component of ${quote(specifier)}: platform specifier component must match ${quote(COMPONENT_PATTERN.source)}`);
    }
  }
  const { os, osVersion, osFeatures } = first;
  if (parts.length === 1) return parseLone(specifier, first, host);
  if (parts.length === 2) {
    const [architecture, variant] = normalizeArchitecture(parts[1] ?? '', '');
    return makePlatform(os, architecture, architecture === 'arm' && variant === 'v7' ? '' : variant, osVersion, osFeatures);
  }
  if (parts.length === 3) {
    const [architecture, variant] = normalizeArchitecture(parts[1] ?? '', parts[2] ?? '');
    return makePlatform(os, architecture, architecture === 'arm64' && variant === '' ? 'v8' : variant, osVersion, osFeatures);
  }
  throw invalid(`${quote(specifier)}: cannot parse platform specifier`);
}

interface OsPart {
  readonly os: string;
  readonly osVersion: string;
  readonly osFeatures: readonly string[];
}

function parseLone(specifier: string, { os, osVersion, osFeatures }: OsPart, host: Platform): Platform {
  if (KNOWN_OS.has(os)) {
    const variant = host.architecture === 'arm' && host.variant !== 'v7' ? host.variant : '';
    return makePlatform(os, host.architecture, variant, osVersion, osFeatures);
  }
  const [architecture, variant] = normalizeArchitecture(specifier, '');
  if (!KNOWN_ARCHITECTURES.has(architecture)) throw invalid(`${quote(specifier)}: unknown operating system or architecture`);
  return makePlatform(host.os, architecture, architecture === 'arm' && variant === 'v7' ? '' : variant, osVersion, osFeatures);
}

function parseOs(part: string, specifier: string): OsPart {
  const match = OS_PATTERN.exec(part);
  if (match === null) {
    throw invalid(`${quote(part)} is an invalid OS component of ${quote(specifier)}: OSAndVersion specifier component must match ${quote(OS_PATTERN.source)}`);
  }
  const [, os = '', version = '', features = ''] = match;
  const osVersion = decodeOption(version, (problem) => new CodedError('option', `${quote(specifier)} has an invalid OS version ${quote(version)}: ${problem}`));
  const osFeatures = features === '' ? [] : features.slice(1).split('+').map((feature) =>
    decodeOption(feature, (problem) => new CodedError('option', `${quote(specifier)} has invalid OS features: invalid os feature ${quote(feature)}: ${problem}`)));
  return { os: normalizeOs(os), osVersion, osFeatures: osFeatures.filter((feature) => feature !== '') };
}

/** Go's url.PathUnescape. */
function decodeOption(text: string, failure: (problem: string) => Error): string {
  const bad = /%(?![0-9A-Fa-f]{2})/.exec(text);
  if (bad !== null) throw failure(`invalid URL escape ${quote(text.slice(bad.index, bad.index + 3))}`);
  if (!text.includes('%')) return text;
  const bytes = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function invalid(message: string): CodedError {
  return new CodedError('option', `${message}: invalid argument`);
}

/** Go's strings.SplitN for a positive count. */
function splitAtMost(text: string, separator: string, count: number): readonly string[] {
  const parts = text.split(separator);
  return parts.length <= count ? parts : [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

function normalizeOs(os: string): string {
  const lower = os === '' ? 'linux' : os.toLowerCase();
  return lower === 'macos' ? 'darwin' : lower;
}

function normalizeArchitecture(architecture: string, variant: string): readonly [architecture: string, variant: string] {
  const arch = architecture.toLowerCase();
  const lower = variant.toLowerCase();
  switch (arch) {
    case 'i386': return ['386', ''];
    case 'x86_64': case 'x86-64': case 'amd64': return ['amd64', lower === 'v1' ? '' : lower];
    case 'aarch64': case 'arm64': return ['arm64', normalizeArm64Variant(lower)];
    case 'armhf': return ['arm', 'v7'];
    case 'armel': return ['arm', 'v6'];
    case 'arm': return ['arm', normalizeArmVariant(lower)];
    default: return [arch, lower];
  }
}

function normalizeArm64Variant(variant: string): string {
  if (variant === '8' || variant === 'v8' || variant === 'v8.0') return '';
  return variant === '9' || variant === '9.0' || variant === 'v9.0' ? 'v9' : variant;
}

function normalizeArmVariant(variant: string): string {
  if (variant === '' || variant === '7') return 'v7';
  return variant === '5' || variant === '6' || variant === '8' ? `v${variant}` : variant;
}

/** The canonical spelling of a platform (containerd/platforms Normalize): `x86_64` is `amd64`, features sorted. */
export function normalizePlatform(platform: Platform): Platform {
  const [architecture, variant] = normalizeArchitecture(platform.architecture, platform.variant ?? '');
  const features = [...new Set(platform.osFeatures ?? [])].sort(compareStrings);
  return makePlatform(normalizeOs(platform.os), architecture, variant, platform.osVersion, features);
}

/** `os/architecture[/variant]` (containerd/platforms Format). */
export function formatPlatform(platform: Platform): string {
  return platform.os === '' ? 'unknown' : joinPath(platform.os, platform.architecture, platform.variant ?? '');
}

/** The same with version and features: `windows(10.0.17763+win32k)/amd64` (containerd/platforms FormatAll). */
export function formatAllPlatform(platform: Platform): string {
  if (platform.os === '') return 'unknown';
  const version = encodeOption(platform.osVersion ?? '');
  const features = [...new Set(platform.osFeatures ?? [])].filter((feature) => feature !== '').sort(compareStrings);
  const options = version + features.map((feature) => `+${encodeOption(feature)}`).join('');
  return joinPath(options === '' ? platform.os : `${platform.os}(${options})`, platform.architecture, platform.variant ?? '');
}

function encodeOption(text: string): string {
  return text.replace(/[%+()/]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Whether all fields are the same, features in order; nothing is normalized. */
export function platformsEqual(a: Platform, b: Platform): boolean {
  const left = a.osFeatures ?? [];
  const right = b.osFeatures ?? [];
  return a.os === b.os && a.architecture === b.architecture && (a.variant ?? '') === (b.variant ?? '') &&
    (a.osVersion ?? '') === (b.osVersion ?? '') && left.length === right.length && left.every((feature, index) => feature === right[index]);
}
