import { CodedError, messageOf } from '../diag/error.ts';
import { quote } from '../spec/text.ts';
import { isAbsolutePath } from '../spec/path.ts';
import { parseNormalizedNamed } from '../spec/reference.ts';

/** A hook for RUN as the user writes it (moby/buildkit pull request 4669). */
export interface HookSpec {
  readonly entrypoint: readonly string[];
  readonly mounts: readonly HookMountSpec[];
}

export interface HookMountSpec {
  readonly type: 'bind' | 'cache' | 'tmpfs' | 'secret' | 'ssh';
  /** An image reference; '' is scratch. */
  readonly from: string;
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly sizeLimit: number;
  readonly cacheId: string;
  readonly cacheSharing: 'shared' | 'private' | 'locked';
  readonly required: boolean;
  readonly env?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

const MOUNT_FIELDS = ['type', 'from', 'source', 'target', 'readOnly', 'sizeLimit', 'cacheID', 'cacheSharing', 'required', 'env', 'mode', 'uid', 'gid'];
const TYPES = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'] as const;
const SHARINGS = ['shared', 'private', 'locked'] as const;

/**
 * Parses `{"RUN":{"entrypoint":[…],"mounts":[…]}}`; `name` is what messages call it.
 * Throws (code `option`) all that is wrong with it: unknown fields are errors.
 */
export function parseHook(text: string, name: string): HookSpec {
  const problems: string[] = [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CodedError('option', `invalid value of ${name}: ${messageOf(error)}`, { cause: error });
  }
  const run = members(members(value, '', ['RUN'], problems).get('RUN') ?? {}, 'RUN', ['entrypoint', 'mounts'], problems);
  const entrypoint = list(run.get('entrypoint'), 'RUN.entrypoint', problems).map((item, index) => string(item, `RUN.entrypoint[${index}]`, problems));
  const mounts = list(run.get('mounts'), 'RUN.mounts', problems).map((item, index) => parseMount(item, `RUN.mounts[${index}]`, problems));
  if (problems.length > 0) throw new CodedError('option', `invalid value of ${name}: ${problems.join('; ')}`);
  return { entrypoint, mounts };
}

function parseMount(value: unknown, path: string, problems: string[]): HookMountSpec {
  const fields = members(value, path, MOUNT_FIELDS, problems);
  const text = (key: string): string => (fields.has(key) ? string(fields.get(key), `${path}.${key}`, problems) : '');
  const type = choice(text('type'), TYPES, `${path}.type`, problems) ?? 'bind';
  const from = text('from');
  const target = text('target');
  if (!fields.has('env') && !(type === 'secret' && text('source') !== '') && !isAbsolutePath(target)) problems.push(`${path}.target: expected an absolute path`);
  if (from !== '') tryReference(from, `${path}.from`, problems);
  if (from !== '' && type !== 'bind') problems.push(`${path}.from: only mounts of type bind have one`);
  const number = (key: string): number | undefined => (fields.has(key) ? integer(fields.get(key), `${path}.${key}`, problems) : undefined);
  const [mode, uid, gid] = [number('mode'), number('uid'), number('gid')];
  return {
    type, from, source: text('source'), target,
    readOnly: fields.has('readOnly') ? boolean(fields.get('readOnly'), `${path}.readOnly`, problems) : type === 'bind',
    sizeLimit: number('sizeLimit') ?? 0,
    cacheId: text('cacheID'),
    cacheSharing: choice(text('cacheSharing'), SHARINGS, `${path}.cacheSharing`, problems) ?? 'shared',
    required: fields.has('required') && boolean(fields.get('required'), `${path}.required`, problems),
    ...(fields.has('env') ? { env: text('env') } : {}),
    ...(mode === undefined ? {} : { mode }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  };
}

function tryReference(text: string, path: string, problems: string[]): void {
  try {
    parseNormalizedNamed(text);
  } catch (error) {
    problems.push(`${path}: ${quote(text)}: ${messageOf(error)}`);
  }
}

function members(value: unknown, path: string, known: readonly string[], problems: string[]): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(`${path === '' ? 'the value' : path}: expected an object`);
    return new Map();
  }
  const found = new Map<string, unknown>(Object.entries(value));
  for (const key of found.keys()) {
    if (!known.includes(key)) problems.push(`unknown field ${quote(path === '' ? key : `${path}.${key}`)}: expected ${known.join(', ')}`);
  }
  return found;
}

function list(value: unknown, path: string, problems: string[]): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value !== undefined && value !== null) problems.push(`${path}: expected a list`);
  return [];
}

function string(value: unknown, path: string, problems: string[]): string {
  if (typeof value === 'string') return value;
  problems.push(`${path}: expected a string`);
  return '';
}

function boolean(value: unknown, path: string, problems: string[]): boolean {
  if (typeof value === 'boolean') return value;
  problems.push(`${path}: expected true or false`);
  return false;
}

function integer(value: unknown, path: string, problems: string[]): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  problems.push(`${path}: expected a whole number`);
  return 0;
}

function choice<T extends string>(value: string, choices: readonly T[], path: string, problems: string[]): T | undefined {
  const found = choices.find((each) => each === value);
  if (found === undefined && value !== '') problems.push(`${path}: expected ${choices.join(', ')}, found ${quote(value)}`);
  return found;
}
