import type { InstructionBase, RunInstruction } from '../dockerfile/ast.ts';
import type { ExecMount, FileAction, NetworkMode, Output, SecretRequest, SourceLocation, SshRequest } from '../llb/types.ts';
import { joinLists, KnownOf } from '../spec/known.ts';
import { basePath } from '../spec/path.ts';
import type { StageBuild } from './context.ts';
import type { HookMount, RunFacts, RunHook } from './options.ts';
import type { RunMounts } from './run-mounts.ts';

/** Of a RUN's command, what hooks may add to. */
export interface HookedCommand extends RunMounts {
  readonly args: readonly string[];
  /** Variables of this command only. */
  readonly env: readonly (readonly [key: string, value: string])[];
}

/** What else of it they may know. */
export interface CommandFacts {
  readonly network: NetworkMode | undefined;
  readonly locations: readonly SourceLocation[] | undefined;
}

/**
 * The command with what the hook rules add: entrypoints before its arguments, the first rule's outermost, and mounts and variables.
 * Names, history and image config are made elsewhere and go on showing the plain RUN.
 */
export function withHooks(stage: StageBuild, run: RunInstruction, command: HookedCommand, known: CommandFacts): HookedCommand {
  const { runHooks, config } = stage.conversion.options;
  if (runHooks.length === 0) return command;
  const facts = runFacts(stage, run, command, known);
  let { mounts, secrets, ssh, env } = command;
  let entrypoint: readonly string[] = NONE;
  for (const rule of runHooks) {
    const hook = rule(facts);
    if (hook === undefined) continue;
    const more = hookMounts.get(hook, () => mountsOf(hook, config.cacheIdNamespace));
    entrypoint = joinLists(entrypoint, hook.entrypoint);
    mounts = joinLists(mounts, more.mounts);
    secrets = joinLists(secrets, more.secrets);
    ssh = joinLists(ssh, more.ssh);
    env = joinLists(env, hook.env);
  }
  return { args: joinLists(entrypoint, command.args), mounts, secrets, ssh, env };
}

/** The mounts of hooks, which are the same ones for many RUNs of a build. */
const hookMounts = new KnownOf<RunHook, RunMounts>();

function runFacts(stage: StageBuild, run: RunInstruction, { args, mounts, secrets, ssh }: HookedCommand, { network, locations }: CommandFacts): RunFacts {
  const { state, conversion: { epoch } } = stage;
  const asks = secrets.length > 0 || ssh.length > 0;
  return {
    platform: stage.instructionPlatform,
    code: run.code,
    args,
    shellForm: run.prependShell,
    user: state.user,
    env: (key: string) => state.getEnv(key),
    network: network ?? state.network,
    secretIds: asks ? secrets.map(({ id }) => id) : NONE,
    sshIds: asks ? ssh.map(({ id }) => (id === '' ? 'default' : id)) : NONE,
    locations: locations ?? NONE,
    epoch: epoch?.seconds,
    mountTargets: !asks && mounts.length === 0 ? NONE : [
      ...mounts.map(({ target }) => target),
      ...[...secrets, ...ssh].flatMap(({ target }) => (target === undefined || target === '' ? [] : [target])),
    ],
  };
}

const NONE: readonly never[] = [];

function mountsOf({ mounts }: RunHook, cacheNamespace: string): RunMounts {
  return { mounts: mounts.flatMap((mount) => execMount(mount, cacheNamespace)), secrets: mounts.flatMap(secretRequest), ssh: mounts.flatMap(sshRequest) };
}

/** Of an op with file actions, what it works on and where it stands. */
interface OpFacts {
  readonly base: Output | undefined;
  readonly locations: readonly SourceLocation[] | undefined;
}

/** The actions of a COPY, ADD or WORKDIR, as the file rule has them. */
export function withFileRule(stage: StageBuild, { code }: InstructionBase, actions: readonly FileAction[], { base, locations }: OpFacts): readonly FileAction[] {
  const { epoch, options: { fileRule, caps } } = stage.conversion;
  if (fileRule === undefined) return actions;
  return fileRule(actions, { platform: stage.instructionPlatform, code, locations: locations ?? NONE, base, caps, ...(epoch === undefined ? {} : { epoch: epoch.seconds }) });
}

function execMount(mount: HookMount, cacheNamespace: string): readonly ExecMount[] {
  const { type, target, source } = mount;
  if (type === 'secret' || type === 'ssh') return [];
  return [{
    target,
    source: type === 'tmpfs' ? undefined : source,
    ...(mount.readOnly ? { readOnly: true } : type === 'bind' ? { noOutput: true } : {}),
    ...(mount.selector === undefined ? {} : { selector: mount.selector }),
    ...(type === 'cache' ? { cache: { id: `${cacheNamespace}/${mount.cacheId ?? target}`, sharing: mount.cacheSharing ?? 'shared' } } : {}),
    ...(type === 'tmpfs' ? { tmpfs: { size: BigInt(mount.sizeLimit ?? 0) } } : {}),
  }];
}

function secretRequest(mount: HookMount): readonly SecretRequest[] {
  if (mount.type !== 'secret') return [];
  const id = mount.secretId ?? basePath(mount.target);
  const target = mount.target === '' && mount.env === undefined ? `/run/secrets/${basePath(id)}` : mount.target;
  return [{
    id,
    ...(target === '' ? {} : { target }),
    ...(mount.env === undefined ? {} : { env: mount.env }),
    ...ownership(mount, 0o400),
  }];
}

function sshRequest(mount: HookMount): readonly SshRequest[] {
  return mount.type === 'ssh' ? [{ id: mount.secretId ?? '', target: mount.target, ...ownership(mount, 0o600) }] : [];
}

function ownership({ uid = 0, gid = 0, mode, required = false }: HookMount, defaultMode: number) {
  return { uid, gid, mode: mode ?? defaultMode, optional: !required };
}
