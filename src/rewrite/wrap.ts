import type { HookMount, RunFacts, RunHook, RunHookRule } from '../convert/options.ts';
import type { FileAction, FileVertex, Output } from '../llb/types.ts';
import { wrapperFiles } from '../runtime/files.ts';
import { launcher } from '../runtime/launcher.ts';
import { LAUNCHER, STATE_DIRECTORY, WRAPPER_DIRECTORY, WRAPPER_SCRIPT } from '../runtime/layout.ts';
import type { WrapperFile } from '../runtime/layout.ts';
import type { AptSettings } from '../runtime/apt-script.ts';
import type { WrapperConfig } from '../runtime/wrapper.ts';
import type { HookSpec } from './hook-spec.ts';
import { isBelow, stripPaths } from './strip.ts';
import type { StripRule } from './strip-table.ts';

const SHELL = '/bin/sh';
const SHELL_ENTRYPOINT = [SHELL, `${WRAPPER_DIRECTORY}/${WRAPPER_SCRIPT}`];
const LAUNCHER_ENTRYPOINT = [`${WRAPPER_DIRECTORY}/${LAUNCHER}`];

/** What the one wrapper of a RUN does. */
export interface WrapSettings {
  readonly strip: readonly StripRule[];
  readonly apt?: AptSettings;
  /** The user's hook, which is inside the wrapper. */
  readonly hook?: HookSpec;
}

/**
 * The rewrites that run code around a RUN, as one hook: the wrapper's folder read-only, a tmpfs for what it keeps, and the entrypoint.
 * That is the launcher where there is one: its image may have no shell, and a shell that starts a command is seen in the command's
 * environment (PWD, SHLVL, the order). Elsewhere `/bin/sh` commands get the script; see {@link cannotWrap}.
 */
export function wrapRule(settings: WrapSettings): RunHookRule {
  const folders = new Map<string, Output>();
  return (run) => {
    const command = [...(settings.hook?.entrypoint ?? []), ...run.args];
    if (cannotWrap(run, command) !== undefined) return undefined;
    const config = wrapperConfig(settings, run);
    if (config.strip.length === 0 && config.apt === undefined) return undefined;
    const program = launcher(run.platform.architecture);
    const files = [...wrapperFiles(config), ...(program === undefined ? [] : [{ name: LAUNCHER, mode: 0o755, data: program }])];
    return wrapHook(folder(folders, files, run), program === undefined ? SHELL_ENTRYPOINT : LAUNCHER_ENTRYPOINT);
  };
}

/** Why this RUN gets no wrapper; undefined when it gets one. */
export function cannotWrap(run: RunFacts, command: readonly string[] = run.args): string | undefined {
  if (run.platform.os !== 'linux') return `there is no wrapper for ${run.platform.os}`;
  if (run.mountTargets.some((target) => isBelow(WRAPPER_DIRECTORY, target))) return 'it has a mount of its own over /dev';
  if (command[0] === SHELL || launcher(run.platform.architecture) !== undefined) return undefined;
  return `its command is not ${SHELL}, and there is no launcher for ${run.platform.architecture}`;
}

function wrapperConfig(settings: WrapSettings, run: RunFacts): WrapperConfig {
  const apt = run.network === 'none' ? undefined : settings.apt;
  const shellLevel = run.env('SHLVL');
  return {
    strip: stripPaths(settings.strip, run.mountTargets),
    ...(apt === undefined ? {} : { apt }),
    sudo: !isRoot(run.user) && (apt !== undefined || run.args.some((arg) => arg.includes('sudo'))),
    ...(shellLevel === undefined ? {} : { shellLevel }),
  };
}

function isRoot(user: string): boolean {
  return /^(?:|0|root)(?::|$)/.test(user);
}

/** RUNs with the same files share one vertex, which is then said to come from the first of them. */
function folder(known: Map<string, Output>, files: readonly WrapperFile[], run: RunFacts): Output {
  const key = files.map((file) => `${file.name} ${file.mode}\n${Buffer.from(file.data).toString('latin1')}`).join('\n');
  const output = known.get(key) ?? { vertex: folderVertex(files, run), index: 0 };
  known.set(key, output);
  return output;
}

function folderVertex(files: readonly WrapperFile[], { locations = [] }: RunFacts): FileVertex {
  const actions = files.map((file): FileAction => ({ kind: 'mkfile', path: `/${file.name}`, mode: file.mode, data: file.data, createdTime: 0n }));
  return { kind: 'file', base: undefined, actions, constraints: { description: new Map([['llb.customname', '[internal] prepare the wrapper of RUN']]), locations } };
}

function wrapHook(source: Output, entrypoint: readonly string[]): RunHook {
  const mounts: readonly HookMount[] = [
    { type: 'bind', target: WRAPPER_DIRECTORY, source, readOnly: true },
    { type: 'tmpfs', target: STATE_DIRECTORY, readOnly: false },
  ];
  return { entrypoint, mounts, env: [] };
}

/** An error's text as it is without the wrapper: the daemon tells the whole command of a RUN that failed. */
export function withoutWrapper(text: string): string {
  for (const entrypoint of [SHELL_ENTRYPOINT, LAUNCHER_ENTRYPOINT]) text = text.replaceAll(`process "${entrypoint.join(' ')} `, 'process "');
  return text;
}
