import { CodedError } from '../diag/error.ts';
import type { RunInstruction } from '../dockerfile/ast.ts';
import { chompHeredoc, findHeredoc } from '../dockerfile/heredoc.ts';
import type { EnvGetter } from '../dockerfile/words.ts';
import { CAPS } from '../llb/caps.ts';
import { customName, mergeConstraints } from '../llb/constraints.ts';
import { mkfile } from '../llb/fileaction.ts';
import { scratch } from '../llb/state.ts';
import type { RunOptions } from '../llb/state.ts';
import type { Constraints, ExecMount, LinuxResources } from '../llb/types.ts';
import { encodeText } from '../spec/bytes.ts';
import { joinLists, KnownOf } from '../spec/known.ts';
import { joinPath } from '../spec/path.ts';
import { trimSpace } from '../spec/strings.ts';
import { nextStepName, sourceLocation } from './context.ts';
import type { InstructionContext, StageBuild } from './context.ts';
import { addHistory, formatList, runHistory } from './history.ts';
import { withHooks } from './hooks.ts';
import { withShell } from './metadata.ts';
import { commandText } from './names.ts';
import type { ConvertOptions } from './options.ts';
import { convertMounts } from './run-mounts.ts';

const HEREDOC_DIR = '/dev/pipes/';

/** RUN. */
export function convertRun(stage: StageBuild, run: RunInstruction, context: InstructionContext): void {
  const { conversion, image, state } = stage;
  stage.node.usedPaths.add('/');
  const script = runScript(stage, run);
  const args = run.prependShell ? withShell(image, script.args) : script.args;
  const own = convertMounts(stage, run, context);
  const text = commandText(run.code + script.summary, withSecretMask(run, state.env), { escape: conversion.escape, rawQuotes: true, skipUnsetEnv: true });
  const name = nextStepName(stage, text, context.command, state.platform);
  // RUNs are many, and objects that are put together of others take their time.
  const { description } = customName(name, ['com.docker.dockerfile.v1.command', run.code]);
  const { locations } = sourceLocation(stage, run.location);
  const constraints: Constraints = { description, ignoreCache: stage.ignoreCache, locations, linuxResources: resources(stage) };
  const network = run.network === 'default' ? undefined : run.network;
  const mounts = joinLists(script.mount === undefined ? own.mounts : [script.mount, ...own.mounts], shmMount(stage));
  const command = withHooks(stage, run, { args, mounts, secrets: own.secrets, ssh: own.ssh, env: [] }, { network, locations });
  const { extraHosts, ulimits, cgroupParent, devices } = daemonOptions(stage, run);
  stage.state = state.run({
    args: command.args, mounts: command.mounts, secrets: command.secrets, ssh: command.ssh, env: command.env,
    extraHosts, ulimits, cgroupParent, devices, proxy: conversion.proxy, network, security: run.security, constraints,
  });
  addHistory(image, `RUN ${runHistory(args, stage.args, state.env)}`, conversion.epoch, 'named');
}

/** What is to be run, before the shell goes before it. */
interface RunScript {
  readonly args: readonly string[];
  /** What the vertex's name says of a heredoc. */
  readonly summary: string;
  /** The file system with a heredoc that has an interpreter line of its own. */
  readonly mount?: ExecMount;
}

function runScript({ image, instructionPlatform }: StageBuild, run: RunInstruction): RunScript {
  const { commandLine, files } = run;
  const [file] = files;
  if (file === undefined) return { args: commandLine, summary: '' };
  const [line] = commandLine;
  if (line === undefined || commandLine.length !== 1 || !run.prependShell) {
    throw new CodedError('convert', `parsing produced an invalid run command: ${formatList(commandLine)}`);
  }
  if (findHeredoc(line) === undefined) {
    return { args: [line + files.map(({ content, name }) => `\n${content}${name}`).join('')], summary: '' };
  }
  const content = file.chomp ? chompHeredoc(file.content) : file.content;
  const summary = ` (${summarize(file.content)})`;
  if (image.os === 'windows' || !content.startsWith('#!')) return { args: [content], summary };
  const document = scratch().file(
    [mkfile(file.name, 0o755, encodeText(content))],
    mergeConstraints(customName('[internal] preparing inline document'), { platform: instructionPlatform }),
  );
  return { args: [joinPath(HEREDOC_DIR, file.name)], summary, mount: { target: HEREDOC_DIR, source: document.output, selector: '/', readOnly: true } };
}

/** The first line of a heredoc, with dots when there are more. */
function summarize(content: string): string {
  const lines = trimSpace(content).replaceAll('\r\n', '\n').split('\n');
  return `${lines[0] ?? ''}${lines.length > 1 ? '...' : ''}`;
}

/** The variables that secrets will set are shown as stars. */
function withSecretMask({ mounts }: RunInstruction, env: EnvGetter): EnvGetter {
  if (mounts.length === 0) return env;
  const masked = new Set(mounts.flatMap(({ type, env: name }) => (type === 'secret' && name !== undefined ? [name] : [])));
  if (masked.size === 0) return env;
  return { get: (key) => (masked.has(key) ? '****' : env.get(key)), keys: () => [...env.keys().filter((key) => !masked.has(key)), ...masked] };
}

type DaemonOptions = Pick<RunOptions, 'ulimits' | 'devices' | 'extraHosts' | 'cgroupParent'>;

/** What the request sets for all RUNs, and the RUN's devices, as far as the daemon can do it. */
function daemonOptions({ conversion }: StageBuild, run: RunInstruction): DaemonOptions {
  const same = daemonSettings.get(conversion.options, settingsOf);
  if (run.devices.length === 0 || !conversion.options.caps.supports(CAPS.execMetaCdi)) return same;
  return { ...same, devices: run.devices.map(({ name, required }) => ({ name, optional: !required })) };
}

/** Those of them that are the same for all RUNs of a conversion. */
const daemonSettings = new KnownOf<ConvertOptions, DaemonOptions>();

function settingsOf({ caps, config }: ConvertOptions): DaemonOptions {
  return {
    extraHosts: config.extraHosts,
    ...(caps.supports(CAPS.execMetaUlimit) ? { ulimits: config.ulimits } : {}),
    ...(caps.supports(CAPS.execMetaCgroupParent) && config.cgroupParent !== '' ? { cgroupParent: config.cgroupParent } : {}),
  };
}

function shmMount({ conversion: { options: { caps, config } } }: StageBuild): readonly ExecMount[] {
  if (config.shmSize <= 0n || !caps.supports(CAPS.execMountTmpfsSize)) return [];
  return [{ target: '/dev/shm', source: undefined, tmpfs: { size: config.shmSize } }];
}

function resources({ conversion: { options: { caps, config } } }: StageBuild): LinuxResources | undefined {
  const { linuxResources } = config;
  return linuxResources !== undefined && caps.supports(CAPS.execMetaLinuxResources) ? linuxResources : undefined;
}
