import { CodedError, messageOf } from '../diag/error.ts';
import { parseNormalizedNamed, referenceToString } from '../spec/reference.ts';
import { parseHook } from './hook-spec.ts';
import type { HookSpec } from './hook-spec.ts';
import { parseTrust } from './trust-option.ts';
import type { TrustOption } from './trust-option.ts';

/** The rewrites as the request's frontend options want them. */
export interface ReproOptions {
  /** False with REPRO=off: nothing is rewritten, whatever else the options say. */
  readonly enabled: boolean;
  /** A material that the provenance lacks is an error, or only a warning (REPRO_PIN=lax). */
  readonly pin: 'strict' | 'lax';
  /** REPRO_SOURCES_LIST; undefined: as the secret says. */
  readonly sourcesList?: boolean;
  readonly strip: StripOptions;
  /** REPRO_TIMESTAMPS: `clamp` brings file times later than SOURCE_DATE_EPOCH back to it in the build itself. */
  readonly timestamps: 'off' | 'clamp';
  /** REPRO_SNAPSHOT as `20240101T000000Z`. */
  readonly snapshot?: string;
  /** SNAPSHOT_ARCHIVE_BASE with a slash at the end. */
  readonly archiveBase?: string;
  readonly backports: boolean;
  /** KEEP_CACHE: on when absent. */
  readonly keepCache: boolean;
  readonly hook?: HookSpec;
  /** SOURCE_DATE_EPOCH goes into the environment of RUNs; not with REPRO_EPOCH=off. */
  readonly epoch: boolean;
  /** REPRO_FROM: the image to build again, with its digest, as the provenance of it says. */
  readonly from?: string;
  /** REPRO_OVERRIDE: what the caller gives wins over that provenance. */
  readonly override: boolean;
  /** REPRO_TRUST; undefined: signatures are not looked at. */
  readonly trust?: TrustOption;
}

export interface StripOptions {
  /** False with REPRO_STRIP=none. */
  readonly enabled: boolean;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

const DISABLED: ReproOptions = { enabled: false, pin: 'strict', strip: { enabled: false, add: [], remove: [] }, timestamps: 'off', backports: false, keepCache: false, epoch: false, override: false };

/** The names of the options, but for REPRO itself and those of repro-sources-list.sh. */
export const KNOWN_OPTIONS: ReadonlySet<string> = new Set(['REPRO_PIN', 'REPRO_SOURCES_LIST', 'REPRO_STRIP', 'REPRO_SNAPSHOT', 'REPRO_HOOK', 'REPRO_TIMESTAMPS', 'REPRO_EPOCH', 'REPRO_FROM', 'REPRO_OVERRIDE', 'REPRO_TRUST']);

/**
 * Reads the options of the rewrites from a request's frontend options: the build args REPRO, REPRO_*, SNAPSHOT_ARCHIVE_BASE, BACKPORTS
 * and KEEP_CACHE, and `hook`. An empty value is as none. Throws (code `option`) on one that is unknown or wrong.
 */
export function parseReproOptions(opts: ReadonlyMap<string, string>): ReproOptions {
  const arg = (name: string): string | undefined => opts.get(`build-arg:${name}`)?.trim() || undefined;
  if (!parseSwitch('REPRO', arg('REPRO'), true)) return DISABLED;
  for (const key of opts.keys()) {
    if (key.startsWith('build-arg:REPRO_')) checkName(key.slice('build-arg:'.length), arg(key.slice('build-arg:'.length)));
  }
  const sourcesList = arg('REPRO_SOURCES_LIST');
  const snapshot = parseSnapshot(arg('REPRO_SNAPSHOT'));
  const archiveBase = parseBase(arg('SNAPSHOT_ARCHIVE_BASE'));
  const from = parseFrom(arg('REPRO_FROM'));
  const override = parseSwitch('REPRO_OVERRIDE', arg('REPRO_OVERRIDE'), false);
  if (override && from === undefined) throw new CodedError('option', 'REPRO_OVERRIDE is for builds with REPRO_FROM, and there is none');
  const hook = parseHookOptions(opts.get('hook')?.trim() || undefined, arg('REPRO_HOOK'));
  const trust = parseTrust(arg('REPRO_TRUST'));
  return {
    enabled: true,
    pin: parseChoice('REPRO_PIN', arg('REPRO_PIN'), ['strict', 'lax'] as const, 'strict'),
    ...(sourcesList === undefined ? {} : { sourcesList: parseSwitch('REPRO_SOURCES_LIST', sourcesList, false) }),
    strip: parseStrip(arg('REPRO_STRIP')),
    timestamps: parseChoice('REPRO_TIMESTAMPS', arg('REPRO_TIMESTAMPS'), ['off', 'clamp'] as const, 'off'),
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(archiveBase === undefined ? {} : { archiveBase }),
    // As in repro-sources-list.sh, from which these names come: `1` is yes, and anything else is no.
    backports: arg('BACKPORTS') === '1',
    keepCache: (arg('KEEP_CACHE') ?? '1') === '1',
    ...(hook === undefined ? {} : { hook }),
    epoch: parseSwitch('REPRO_EPOCH', arg('REPRO_EPOCH'), true),
    ...(from === undefined ? {} : { from }),
    override,
    ...(trust === undefined ? {} : { trust }),
  };
}

function bad(name: string, value: string, expected: string): CodedError {
  return new CodedError('option', `invalid value ${JSON.stringify(value)} of ${name}: expected ${expected}`);
}

function checkName(name: string, value: string | undefined): void {
  if (KNOWN_OPTIONS.has(name) || value === undefined) return;
  throw new CodedError('option', `unknown option ${name}: build args that begin with REPRO_ are options of this frontend ` +
    `(${[...KNOWN_OPTIONS].sort().join(', ')}); with REPRO=off they are the Dockerfile's`);
}

function parseSwitch(name: string, value: string | undefined, absent: boolean): boolean {
  switch (value?.toLowerCase()) {
    case undefined: return absent;
    case '1': case 'on': case 'true': case 'yes': return true;
    case '0': case 'off': case 'false': case 'no': return false;
    default: throw bad(name, value ?? '', 'on or off');
  }
}

function parseChoice<T extends string>(name: string, value: string | undefined, choices: readonly T[], absent: T): T {
  if (value === undefined) return absent;
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  throw bad(name, value, choices.join(' or '));
}

/** `20240101T000000Z`, or seconds since 1970: nine digits or more, since `20240101` is meant for a date. */
function parseSnapshot(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const stamp = /^\d{8}T\d{6}Z$/.test(value) ? value : /^\d{9,11}$/.test(value) ? snapshotTime(BigInt(value)) : undefined;
  if (stamp === undefined || snapshotSeconds(stamp) === undefined) throw bad('REPRO_SNAPSHOT', value, 'a time such as 20240101T000000Z, or seconds since 1970');
  return stamp;
}

/** Seconds since 1970 in the form of snapshot servers' URLs; undefined beyond the year 9999. */
export function snapshotTime(seconds: bigint): string | undefined {
  const milliseconds = Number(seconds) * 1000;
  if (!(milliseconds >= 0 && milliseconds <= Date.UTC(9999, 11, 31))) return undefined;
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z').replaceAll(/[-:]/g, '');
}

function snapshotSeconds(stamp: string): number | undefined {
  const iso = stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6.000Z');
  const milliseconds = Date.parse(iso);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString() === iso ? milliseconds / 1000 : undefined;
}

function parseBase(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (!/^https?:\/\/[^\s/?#'"]+(?:\/[^\s?#'"]*)?$/.test(value)) throw bad('SNAPSHOT_ARCHIVE_BASE', value, 'the http or https URL of a snapshot server');
  return value.endsWith('/') ? value : `${value}/`;
}

/** `IMAGE@sha256:…`: what is built again must not move. */
function parseFrom(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const expected = 'an image of a registry with its digest, such as docker.io/library/debian@sha256:…';
  let reference;
  try {
    reference = parseNormalizedNamed(value);
  } catch (error) {
    throw new CodedError('option', `invalid value ${JSON.stringify(value)} of REPRO_FROM: expected ${expected}: ${messageOf(error)}`, { cause: error });
  }
  if (reference.digest === undefined) throw bad('REPRO_FROM', value, expected);
  return referenceToString(reference);
}

/** `none`, or a list of `+/path` and `-/path` with commas between them. */
function parseStrip(value: string | undefined): StripOptions {
  if (value === undefined) return { enabled: true, add: [], remove: [] };
  if (value === 'none') return { enabled: false, add: [], remove: [] };
  const add: string[] = [];
  const remove: string[] = [];
  for (const item of value.split(',').map((each) => each.trim()).filter((each) => each !== '')) {
    const path = item.slice(1);
    const isPath = /^\/[^\0\n:]*[^\0\n:/]$/.test(path) && !path.includes('//') && !/\/\.{1,2}(?:\/|$)/.test(path);
    if (!/^[+-]/.test(item) || !isPath) throw bad('REPRO_STRIP', item, 'none, or absolute paths of files such as +/var/log/my.log,-/etc/machine-id');
    (item.startsWith('+') ? add : remove).push(path);
  }
  return { enabled: true, add, remove };
}

function parseHookOptions(option: string | undefined, arg: string | undefined): HookSpec | undefined {
  if (option !== undefined && arg !== undefined) throw new CodedError('option', 'both the option hook and REPRO_HOOK are given: expected one of them');
  if (option !== undefined) return parseHook(option, 'the option hook');
  return arg === undefined ? undefined : parseHook(arg, 'REPRO_HOOK');
}
