import { CodedError } from '../diag/error.ts';
import { encodeToKeep } from '../pb/codec.ts';
import { ENUMS } from '../pb/schema.ts';
import { defaultPathEnv } from '../spec/config.ts';
import { joinLists, KnownValues } from '../spec/known.ts';
import { CAPS } from './caps.ts';
import { encodeEnv } from './env-bytes.ts';
import { InputList, encodeOp, platformOf } from './op.ts';
import type { EncodedOp, Input, OpContext } from './op.ts';
import { hasOutput, sortMounts } from './mounts.ts';
import type { ExecMount, ExecVertex, SecretRequest, SshRequest } from './types.ts';

const NETWORK_MODES = { sandbox: ENUMS['pb.NetMode'].UNSET, host: ENUMS['pb.NetMode'].HOST, none: ENUMS['pb.NetMode'].NONE };
const SECURITY_MODES = { sandbox: ENUMS['pb.SecurityMode'].SANDBOX, insecure: ENUMS['pb.SecurityMode'].INSECURE };
const SHARING_MODES = {
  shared: ENUMS['pb.CacheSharingOpt'].SHARED, private: ENUMS['pb.CacheSharingOpt'].PRIVATE, locked: ENUMS['pb.CacheSharingOpt'].LOCKED,
};
const CONTENT_CACHE = { on: ENUMS['pb.MountContentCache'].ON, off: ENUMS['pb.MountContentCache'].OFF };
const MOUNT_TYPES = ENUMS['pb.MountType'];

/** The op of a command (llb's ExecOp.Marshal); throws its text for a command without arguments or directory. */
export function encodeExec(vertex: ExecVertex, context: OpContext): EncodedOp {
  if (vertex.args.length === 0) throw new CodedError('convert', 'arguments are required');
  if (vertex.cwd === '') throw new CodedError('convert', 'working directory is required');
  const { secrets, devices } = vertex;
  const ssh = vertex.ssh.length === 0 ? NONE : vertex.ssh.map((request, index) => (request.target === '' ? { ...request, target: `/run/buildkit/ssh_agent.${index}` } : request));
  const mounts = sortMounts(vertex.mounts);
  const inputs = new InputList();
  const exec = {
    meta: metaMessage(vertex, envOf(vertex, ssh, context)),
    mounts: joinLists(mountMessages(mounts, context.input, inputs), secrets.length === 0 && ssh.length === 0 ? NONE : [...secrets.flatMap(secretMount), ...ssh.map(sshMount)]),
    network: NETWORK_MODES[vertex.network],
    security: SECURITY_MODES[vertex.security],
    secretenv: secrets.length === 0 ? NONE : secrets.flatMap(({ id, env, optional }) => (env === undefined ? [] : [{ ID: id, name: env, optional }])),
    cdiDevices: devices.length === 0 ? NONE : devices.map(({ name, optional }) => ({ name, optional })),
  };
  const platform = platformOf(context, vertex.constraints, vertex.statePlatform);
  return { bytes: encodeOp({ exec }, inputs.inputs, platform), caps: capsOf(vertex, mounts, context) };
}

const NONE: readonly never[] = [];

/** The command's variables, with the ones that the daemon would not set by itself. */
function envOf(vertex: ExecVertex, ssh: readonly SshRequest[], context: OpContext): readonly string[] {
  const has = (env: readonly string[], key: string): boolean => env.some((variable) => variable.startsWith(`${key}=`));
  let env = vertex.env;
  if (ssh[0] !== undefined && !has(env, 'SSH_AUTH_SOCK')) env = [...env, `SSH_AUTH_SOCK=${ssh[0].target}`];
  const setsPath = context.caps === undefined || context.caps.supports(CAPS.execMetaSetsDefaultPath) || context.platform.os === 'windows';
  return setsPath || has(env, 'PATH') ? env : [...env, `PATH=${defaultPathEnv(context.platform.os)}`];
}

const settings = new KnownValues<Uint8Array>();

type Settings = Pick<ExecVertex, 'cwd' | 'user' | 'proxy' | 'extraHosts' | 'hostname' | 'ulimits' | 'cgroupParent'>;

/** Those of the command that was encoded last. */
let lastSettings: (Settings & { readonly bytes: Uint8Array }) | undefined;

/** A pb.Meta in parts. The variables, most of it, are the same for many commands. */
function metaMessage(vertex: ExecVertex, env: readonly string[]): readonly object[] {
  return [{ args: vertex.args }, encodeEnv(env), encodeSettings(vertex)];
}

/** The rest of a pb.Meta, which most commands of a stage have in common. */
function encodeSettings(vertex: ExecVertex): Uint8Array {
  if (lastSettings === undefined || !isSame(lastSettings, vertex)) {
    const { cwd, user, proxy, extraHosts, hostname, ulimits, cgroupParent } = vertex;
    lastSettings = { cwd, user, proxy, extraHosts, hostname, ulimits, cgroupParent, bytes: encodedSettings(vertex) };
  }
  return lastSettings.bytes;
}

function isSame(a: Settings, b: Settings): boolean {
  return a.cwd === b.cwd && a.user === b.user && a.proxy === b.proxy && a.extraHosts === b.extraHosts && a.hostname === b.hostname
    && a.ulimits === b.ulimits && a.cgroupParent === b.cgroupParent;
}

function encodedSettings({ cwd, user, proxy, extraHosts, hostname, ulimits, cgroupParent }: Settings): Uint8Array {
  const isPlain = proxy === undefined && extraHosts.length === 0 && ulimits.length === 0;
  const more = isPlain ? '' : JSON.stringify([proxy, extraHosts, ulimits.map(({ name, soft, hard }) => [name, String(soft), String(hard)])]);
  return settings.get(`${cwd.length} ${user.length} ${hostname.length} ${cgroupParent.length} ${cwd}${user}${hostname}${cgroupParent}${more}`, () => encodeToKeep('pb.Meta', {
    cwd,
    user,
    proxyEnv: proxy === undefined ? undefined : {
      httpProxy: proxy.http, httpsProxy: proxy.https, ftpProxy: proxy.ftp, noProxy: proxy.no, allProxy: proxy.all,
    },
    extraHosts: extraHosts.map(({ host, ip }) => ({ Host: host, IP: ip })),
    hostname,
    ulimit: ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    cgroupParent,
    removeMountStubsRecursive: true,
  }));
}

function mountMessages(mounts: readonly ExecMount[], inputOf: (output: ExecMount['source']) => Input | undefined, inputs: InputList): readonly object[] {
  let outputs = 0;
  return mounts.map((mount) => {
    const input = inputs.add(inputOf(mount.source));
    if (mount.tmpfs !== undefined && input >= 0) throw new CodedError('convert', 'tmpfs mounts must use scratch');
    const output = hasOutput(mount) ? outputs++ : -1;
    return isPlainRoot(mount) ? encodeRoot(input, output) : encodeMount(mount, input, output);
  });
}

/** The root mount is another one for each command, but mostly with the same bytes; hooks give many commands the same mounts. */
function isPlainRoot({ target, selector, readOnly, cache, tmpfs, contentCache }: ExecMount): boolean {
  return target === '/' && selector === undefined && readOnly === undefined && cache === undefined && tmpfs === undefined && contentCache === undefined;
}

/** The last plain root mount. */
let encodedRoot: EncodedMount | undefined;

function encodeRoot(input: number, output: number): Uint8Array {
  if (encodedRoot?.input !== input || encodedRoot.output !== output) encodedRoot = { input, output, bytes: encodeToKeep('pb.Mount', { input, dest: '/', output }) };
  return encodedRoot.bytes;
}

/** The bytes of a mount that were encoded before, and with which numbers. */
interface EncodedMount {
  readonly input: number;
  readonly output: number;
  readonly bytes: Uint8Array;
}

const encodedMounts = new WeakMap<ExecMount, EncodedMount>();

function encodeMount(mount: ExecMount, input: number, output: number): Uint8Array {
  const known = encodedMounts.get(mount);
  if (known !== undefined && known.input === input && known.output === output) return known.bytes;
  const bytes = encodeToKeep('pb.Mount', mountMessage(mount, input, output));
  encodedMounts.set(mount, { input, output, bytes });
  return bytes;
}

function mountMessage({ target, selector, readOnly, cache, tmpfs, contentCache }: ExecMount, input: number, output: number): object {
  const plain = { input, selector, dest: target, output, readonly: readOnly };
  if (cache === undefined && tmpfs === undefined && contentCache === undefined) return plain;
  const isCache = cache !== undefined && cache.id !== '';
  return {
    ...plain,
    mountType: tmpfs !== undefined ? MOUNT_TYPES.TMPFS : isCache ? MOUNT_TYPES.CACHE : undefined,
    TmpfsOpt: tmpfs,
    cacheOpt: isCache ? { ID: cache.id, sharing: SHARING_MODES[cache.sharing] } : undefined,
    contentCache: contentCache === undefined ? undefined : CONTENT_CACHE[contentCache],
  };
}

function secretMount({ id, target, uid, gid, mode, optional }: SecretRequest): readonly object[] {
  if (target === undefined) return NONE;
  return [{ input: -1, dest: target, mountType: MOUNT_TYPES.SECRET, secretOpt: { ID: id, uid: uid >>> 0, gid: gid >>> 0, mode: mode >>> 0, optional } }];
}

function sshMount({ id, target, uid, gid, mode, optional }: SshRequest): object {
  return { input: -1, dest: target, mountType: MOUNT_TYPES.SSH, SSHOpt: { ID: id, uid: uid >>> 0, gid: gid >>> 0, mode: mode >>> 0, optional } };
}

function capsOf(vertex: ExecVertex, mounts: readonly ExecMount[], { caps: known }: OpContext): readonly string[] {
  const caps: string[] = [];
  if (known?.supports(CAPS.execMetaSetsDefaultPath) === true) caps.push(CAPS.execMetaSetsDefaultPath);
  if (vertex.ulimits.length > 0) caps.push(CAPS.execMetaUlimit);
  if (vertex.constraints.linuxResources !== undefined) caps.push(CAPS.execMetaLinuxResources);
  if (vertex.network !== 'sandbox') caps.push(CAPS.execMetaNetwork);
  if (vertex.security === 'insecure') caps.push(CAPS.execMetaSecurity);
  if (vertex.proxy !== undefined) caps.push(CAPS.execMetaProxy);
  caps.push(CAPS.execMetaBase);
  for (let index = 0; index < mounts.length; index++) {
    const mount = mounts[index];
    if (mount !== undefined) addMountCaps(caps, mount);
  }
  if (vertex.secrets.length > 0) {
    caps.push(CAPS.execMountSecret);
    if (vertex.secrets.some((secret) => secret.env !== undefined)) caps.push(CAPS.execSecretEnv);
  }
  if (vertex.ssh.length > 0) caps.push(CAPS.execMountSsh);
  if (vertex.devices.length > 0) caps.push(CAPS.execMetaCdi);
  return caps;
}

function addMountCaps(caps: string[], { selector = '', cache, tmpfs, source, contentCache }: ExecMount): void {
  if (selector !== '') caps.push(CAPS.execMountSelector);
  if (cache !== undefined && cache.id !== '') caps.push(CAPS.execMountCache, CAPS.execMountCacheSharing);
  else if (tmpfs !== undefined) {
    caps.push(CAPS.execMountTmpfs);
    if (tmpfs.size > 0) caps.push(CAPS.execMountTmpfsSize);
  } else if (source !== undefined) caps.push(CAPS.execMountBind);
  if (contentCache !== undefined) caps.push(CAPS.execMountContentCache);
}
