import { assertNever, CodedError } from '../diag/error.ts';
import type { Range } from '../diag/range.ts';
import type { RunInstruction, RunMount } from '../dockerfile/ast.ts';
import { CAPS } from '../llb/caps.ts';
import { customName } from '../llb/constraints.ts';
import { mkdir, ownerIds } from '../llb/fileaction.ts';
import { scratch } from '../llb/state.ts';
import type { State } from '../llb/state.ts';
import type { ExecMount, SecretRequest, SshRequest } from '../llb/types.ts';
import { basePath, cleanPath, isAbsolutePath, joinPath } from '../spec/path.ts';
import { quote } from '../spec/text.ts';
import type { InstructionContext, StageBuild } from './context.ts';
import { OutlineCapture } from './outline-capture.ts';

/** What a command gets beside its root file system. */
export interface RunMounts {
  readonly mounts: readonly ExecMount[];
  readonly secrets: readonly SecretRequest[];
  readonly ssh: readonly SshRequest[];
}

/** The `--mount`s of a RUN, in order. Throws when a source is not there yet and when a mount cannot be (dispatchRunMounts). */
export function convertMounts(stage: StageBuild, run: RunInstruction, { command }: InstructionContext): RunMounts {
  const mounts: ExecMount[] = [];
  const secrets: SecretRequest[] = [];
  const ssh: SshRequest[] = [];
  for (const [index, mount] of run.mounts.entries()) {
    const source = mountSource(stage, mount, command.sources[index]);
    switch (mount.type) {
      case 'secret': secrets.push(secretRequest(stage, mount, run.location)); break;
      case 'ssh': ssh.push(sshRequest(stage, mount, run.location)); break;
      case 'bind': case 'cache': case 'tmpfs': {
        mounts.push(execMount(stage, mount, source));
        const paths = mount.from === '' && mount.type !== 'cache' ? stage.contextPaths : command.sources[index]?.usedPaths;
        paths?.add(joinPath('/', mount.source));
        break;
      }
      default: assertNever(mount.type);
    }
  }
  return { mounts, secrets, ssh };
}

function mountSource({ conversion, finished }: StageBuild, mount: RunMount, node: InstructionContext['command']['sources'][number] | undefined): State {
  const from = mount.from === '' && mount.type === 'cache' ? 'scratch' : mount.from;
  if (from === '') return conversion.mainContext;
  const source = node === undefined ? undefined : finished.get(node);
  if (source !== undefined) return source.state;
  throw new CodedError('convert', `cannot mount from stage ${quote(from)} to ${quote(mount.target)}, stage needs to be defined before current command`);
}

function execMount(stage: StageBuild, mount: RunMount, from: State): ExecMount {
  const { caps, config } = stage.conversion.options;
  const target = isAbsolutePath(mount.target) ? mount.target : joinPath('/', stage.state.dir, mount.target);
  if (target === '/') throw new CodedError('convert', `invalid mount target ${quote(target)}`);
  const path = joinPath('/', mount.source);
  const isOwned = mount.uid !== undefined || mount.gid !== undefined || mount.mode !== undefined;
  const base = mount.type === 'tmpfs' ? scratch() : from;
  const source = path === '/' && isOwned ? withPermissions(base, mount) : base;
  const selector = path !== '/' ? path : isOwned ? '/cache' : undefined;
  const cacheId = mount.cacheId === '' ? cleanPath(mount.target) : mount.cacheId;
  return {
    target,
    source: source.output,
    ...(mount.readOnly ? { readOnly: true } : {}),
    ...(!mount.readOnly && mount.type === 'bind' && caps.supports(CAPS.execMountBindReadWriteNoOutput) ? { noOutput: true } : {}),
    ...(selector === undefined ? {} : { selector }),
    ...(mount.type === 'cache' ? { cache: { id: `${config.cacheIdNamespace}/${cacheId}`, sharing: mount.cacheSharing ?? 'shared' } } : {}),
    ...(mount.type === 'tmpfs' ? { tmpfs: { size: mount.sizeLimit } } : {}),
  };
}

/** An empty folder `/cache` with the mount's owner and mode. */
function withPermissions(state: State, { uid = 0, gid = 0, mode = 0o755 }: RunMount): State {
  return state.file([mkdir('/cache', mode, { owner: ownerIds(uid, gid) })], customName('[internal] setting cache mount permissions'));
}

function secretRequest({ node }: StageBuild, mount: RunMount, location: readonly Range[]): SecretRequest {
  const named = mount.source === '' ? mount.cacheId : mount.source;
  if (named === '' && mount.target === '') throw new CodedError('convert', 'one of source, target required');
  const id = named === '' ? basePath(mount.target) : named;
  OutlineCapture.keepFirst(node.outline.secrets, id, { required: mount.required, location });
  const target = mount.target === '' && mount.env === undefined ? `/run/secrets/${basePath(id)}` : mount.target;
  return {
    id,
    ...(target === '' ? {} : { target }),
    ...(mount.env === undefined ? {} : { env: mount.env }),
    uid: mount.uid ?? 0,
    gid: mount.gid ?? 0,
    mode: mount.mode ?? 0o400,
    optional: !mount.required,
  };
}

function sshRequest({ node }: StageBuild, mount: RunMount, location: readonly Range[]): SshRequest {
  if (mount.source !== '') throw new CodedError('convert', 'ssh does not support source');
  OutlineCapture.keepFirst(node.outline.ssh, mount.cacheId === '' ? 'default' : mount.cacheId, { required: mount.required, location });
  return {
    id: mount.cacheId, target: mount.target, uid: mount.uid ?? 0, gid: mount.gid ?? 0, mode: mount.mode ?? 0o600, optional: !mount.required,
  };
}
