import { CodedError, messageOf } from '../diag/error.ts';
import { quote } from '../spec/text.ts';
import { cut, parseBool, toLower } from '../spec/strings.ts';
import type { MountSharing, MountType, RunMount } from './ast.ts';
import { csvFields } from './csv.ts';
import { parseSize, parseUint32 } from './numbers.ts';
import { withSuggestion } from './suggest.ts';

/** Gives a word with its variables put in. */
export type Expand = (word: string) => string;

const TYPES: readonly MountType[] = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'];
const SHARING: readonly MountSharing[] = ['shared', 'private', 'locked'];
const KEYS = [
  'type', 'from', 'source', 'target', 'readonly', 'id', 'sharing', 'required', 'size', 'mode', 'uid', 'gid',
  'src', 'dst', 'destination', 'ro', 'rw', 'readwrite', 'env',
];

type MutableMount = { -readonly [K in keyof RunMount]: RunMount[K] };

/**
 * Reads the value of `RUN --mount` (instructions/commands_runmount.go). Without `expand` only `from` is read, and may
 * hold no variable: the rest waits until variables are known. Throws CodedError `syntax`, and what `expand` throws.
 */
export function parseMount(text: string, expand?: Expand): RunMount {
  const mount: MutableMount = { type: 'bind', from: '', source: '', target: '', readOnly: false, sizeLimit: 0n, cacheId: '', required: false };
  let access: boolean | undefined;
  for (const field of mountFields(text)) {
    const { before, after } = cut(field, '=');
    const key = toLower(before);
    if (after === undefined) {
      if (expand !== undefined) access = readSwitch(mount, key, field) ?? access;
      continue;
    }
    const value = expand !== undefined ? expand(after) : key === 'from' ? constantFrom(after) : undefined;
    if (value !== undefined) access = readField(mount, key, value, field) ?? access;
  }
  mount.readOnly = access ?? (mount.type !== 'cache' && mount.type !== 'tmpfs');
  assertConsistent(mount);
  return mount;
}

function mountFields(text: string): readonly string[] {
  try {
    return csvFields(text);
  } catch (error) {
    throw new CodedError('syntax', `failed to parse csv mounts: ${messageOf(error)}`, { cause: error });
  }
}

function constantFrom(value: string): string {
  const index = value.indexOf('$');
  if (index >= 0 && index !== value.length - 1) {
    throw new CodedError('syntax', "'from' doesn't support variable expansion, define alias stage instead");
  }
  return value;
}

/** A key without a value. Gives what it says about read-only. */
function readSwitch(mount: MutableMount, key: string, field: string): boolean | undefined {
  switch (key) {
    case 'readonly': case 'ro': return true;
    case 'readwrite': case 'rw': return false;
    case 'required':
      assertMayBeRequired(mount);
      mount.required = true;
      return undefined;
    default: throw new CodedError('syntax', `invalid field '${field}' must be a key=value pair`);
  }
}

/** A key with its value. Gives what it says about read-only. */
function readField(mount: MutableMount, key: string, value: string, field: string): boolean | undefined {
  switch (key) {
    case 'type': mount.type = oneOf(TYPES, value, 'unsupported mount type'); return undefined;
    case 'from': mount.from = value; return undefined;
    case 'source': case 'src': mount.source = value; return undefined;
    case 'target': case 'dst': case 'destination': mount.target = value; return undefined;
    case 'readonly': case 'ro': return readBool(key, value);
    case 'readwrite': case 'rw': return !readBool(key, value);
    case 'required':
      assertMayBeRequired(mount);
      mount.required = readBool(key, value);
      return undefined;
    case 'size':
      if (mount.type !== 'tmpfs') throw unexpectedKey(key, mount);
      mount.sizeLimit = required(parseSize(value), `invalid value for ${key}: ${value}`);
      return undefined;
    case 'id': mount.cacheId = value; return undefined;
    case 'sharing': mount.cacheSharing = oneOf(SHARING, value, 'unsupported sharing value'); return undefined;
    case 'mode': mount.mode = required(parseUint32(value, 8), `invalid value ${value} for mode`); return undefined;
    case 'uid': mount.uid = required(parseUint32(value, 10), `invalid value ${value} for uid`); return undefined;
    case 'gid': mount.gid = required(parseUint32(value, 10), `invalid value ${value} for gid`); return undefined;
    case 'env': mount.env = value; return undefined;
    default: throw withSuggestion(new CodedError('syntax', `unexpected key '${key}' in '${field}'`), key, KEYS, true);
  }
}

function required<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new CodedError('syntax', message);
  return value;
}

function readBool(key: string, value: string): boolean {
  return required(parseBool(value), `invalid value for ${key}: ${value}`);
}

function oneOf<T extends string>(values: readonly T[], text: string, problem: string): T {
  const found = values.find((value) => value === toLower(text));
  if (found !== undefined) return found;
  throw withSuggestion(new CodedError('syntax', `${problem} ${quote(text)}`), text, values, true);
}

function assertMayBeRequired(mount: RunMount): void {
  if (mount.type !== 'secret' && mount.type !== 'ssh') throw unexpectedKey('required', mount);
}

function unexpectedKey(key: string, mount: RunMount): CodedError {
  return new CodedError('syntax', `unexpected key '${key}' for mount type '${mount.type}'`);
}

/** What no single field can be blamed for. Throws CodedError `syntax`. */
function assertConsistent(mount: RunMount): void {
  const { type } = mount;
  if (type !== 'secret' && type !== 'ssh' && type !== 'cache') {
    for (const key of ['mode', 'uid', 'gid'] as const) {
      if (mount[key] !== undefined) throw new CodedError('syntax', `${key} not allowed for ${quote(type)} type mounts`);
    }
  }
  if (type === 'secret') {
    if (mount.from !== '') throw new CodedError('syntax', 'secret mount should not have a from');
    if (mount.cacheSharing !== undefined) throw new CodedError('syntax', 'secret mount should not define sharing');
    if (mount.source === '' && mount.target === '' && mount.cacheId === '') {
      throw new CodedError('syntax', 'invalid secret mount. one of source, target required');
    }
    if (mount.source !== '' && mount.cacheId !== '') throw new CodedError('syntax', "both source and id can't be set");
  }
  if (mount.cacheSharing !== undefined && type !== 'cache') throw new CodedError('syntax', `invalid cache sharing set for ${type} mount`);
}
