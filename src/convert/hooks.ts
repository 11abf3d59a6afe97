import type { InstructionBase, RunInstruction } from '../dockerfile/ast.ts';
import { joinLists, KnownOf } from '../llb/known.ts';
import type { RunOptions } from '../llb/state.ts';
import type { ExecMount, FileAction, Output, SecretRequest, SshRequest } from '../llb/types.ts';
import { basePath } from '../spec/path.ts';
import { sourceLocation } from './context.ts';
import type { StageBuild } from './context.ts';
import type { HookMount, RunHook } from './options.ts';
import type { RunMounts } from './run-mounts.ts';

/**
 * What the hook rules add to a RUN: entrypoints before its arguments, the first rule's outermost, and mounts and variables of the
 * command. Names, history and image config are made elsewhere and go on showing the plain RUN.
 */
export function withHooks(stage: StageBuild, run: RunInstruction, options: RunOptions): RunOptions {
  const { runHooks, config } = stage.conversion.options;
  const { state } = stage;
  if (runHooks.length === 0) return options;
  const facts = {
    platform: stage.instructionPlatform,
    code: run.code,
    args: options.args,
    shellForm: run.prependShell,
    user: state.user,
    env: (key: string) => state.getEnv(key),
    network: options.network ?? state.network,
    secretIds: (options.secrets ?? []).map(({ id }) => id),
    sshIds: (options.ssh ?? []).map(({ id }) => (id === '' ? 'default' : id)),
    locations: sourceLocation(stage, run.location).locations ?? [],
    ...(stage.conversion.epoch === undefined ? {} : { epoch: stage.conversion.epoch.seconds }),
    mountTargets: [
      ...(options.mounts ?? []).map(({ target }) => target),
      ...[...(options.secrets ?? []), ...(options.ssh ?? [])].flatMap(({ target }) => (target === undefined || target === '' ? [] : [target])),
    ],
  };
  const entrypoint: string[] = [];
  let added: Pick<RunOptions, 'mounts' | 'secrets' | 'ssh' | 'env'> = options;
  for (const rule of runHooks) {
    const hook = rule(facts);
    if (hook === undefined) continue;
    entrypoint.push(...hook.entrypoint);
    const { mounts, secrets, ssh } = hookMounts.get(hook, () => mountsOf(hook, config.cacheIdNamespace));
    added = {
      mounts: joinLists(added.mounts, mounts), secrets: joinLists(added.secrets, secrets), ssh: joinLists(added.ssh, ssh), env: joinLists(added.env, hook.env),
    };
  }
  return { ...options, ...added, args: [...entrypoint, ...options.args] };
}

/** The mounts of hooks, which are the same ones for many RUNs of a build. */
const hookMounts = new KnownOf<RunHook, RunMounts>();

function mountsOf({ mounts }: RunHook, cacheNamespace: string): RunMounts {
  return { mounts: mounts.flatMap((mount) => execMount(mount, cacheNamespace)), secrets: mounts.flatMap(secretRequest), ssh: mounts.flatMap(sshRequest) };
}

/** The actions of a COPY, ADD or WORKDIR on `base`, as the file rule has them. */
export function withFileRule(stage: StageBuild, { code, location }: InstructionBase, actions: readonly FileAction[], base: Output | undefined): readonly FileAction[] {
  const { epoch, options: { fileRule, caps } } = stage.conversion;
  if (fileRule === undefined) return actions;
  const locations = sourceLocation(stage, location).locations ?? [];
  return fileRule(actions, { platform: stage.instructionPlatform, code, locations, base, caps, ...(epoch === undefined ? {} : { epoch: epoch.seconds }) });
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
