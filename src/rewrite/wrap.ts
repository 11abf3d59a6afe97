import type { HookMount, RunFacts, RunHook } from '../convert/options.ts';
import { KnownOf, KnownValues } from '../spec/known.ts';
import type { FileAction, FileVertex, Output } from '../llb/types.ts';
import { wrapperFiles } from '../runtime/files.ts';
import { launcher } from '../runtime/launcher.ts';
import { CACHE_DIRECTORY, LAUNCHER, STATE_DIRECTORY, WRAPPER_DIRECTORY, WRAPPER_SCRIPT } from '../runtime/layout.ts';
import type { WrapperFile } from '../runtime/layout.ts';
import type { SnapshotSettings } from '../runtime/snapshot.ts';
import type { WrapperConfig } from '../runtime/wrapper.ts';
import type { RunChange, RunRewrite, RunRule } from './change.ts';
import type { HookSpec } from './hook-spec.ts';
import { bootstrapChange } from './sources-list.ts';
import { isBelow, stripChange, stripRulesFor, toolsOf } from './strip.ts';
import type { StripFacts } from './strip.ts';
import type { StripRule } from './strip-table.ts';
import { timestampsChange } from './timestamps.ts';

const SHELL = '/bin/sh';
const SHELL_ENTRYPOINT = [SHELL, `${WRAPPER_DIRECTORY}/${WRAPPER_SCRIPT}`];
/** The id of the cache mount with downloaded packages, which all builds of a daemon share. */
const CACHE_ID = 'repro-sources-list';
const LAUNCHER_ENTRYPOINT = [`${WRAPPER_DIRECTORY}/${LAUNCHER}`];

/** What the one wrapper of a RUN does. */
export interface WrapSettings {
  readonly strip: readonly StripRule[];
  /** Where packages come from, and how that is told. */
  readonly snapshot?: { readonly settings: SnapshotSettings; readonly change: RunChange };
  /** File times later than the epoch are brought back to it. */
  readonly clamp: boolean;
  /** The user's hook, which is inside the wrapper. */
  readonly hook?: HookSpec;
}

/**
 * The rewrites that run code around a RUN, as one hook: the wrapper's folder read-only, a tmpfs for what it keeps, and the entrypoint.
 * That is the launcher where there is one: its image may have no shell, and a shell that starts a command is seen in the command's
 * environment (PWD, SHLVL, the order). Elsewhere `/bin/sh` commands get the script; see {@link cannotWrap}.
 */
export function wrapRule(settings: WrapSettings): RunRule {
  // RUNs are many, and most are alike in what the wrapper does around them.
  const stripped = new KnownValues<Stripped>();
  const hooks = new KnownValues<RunHook>();
  const folders = new KnownValues<Output>();
  let last: LastRun | undefined;
  const rewriteOf = (run: RunFacts, facts: StripFacts): RunRewrite | undefined => {
    const key = `${facts.tools.join(' ')} ${facts.mountTargets.length === 0 ? '' : JSON.stringify(facts.mountTargets)}`;
    const strip = stripped.get(key, () => stripOf(settings, facts));
    const changes = wrapperChanges(settings, strip, run);
    if (changes.length === 0) return undefined;
    const obstacle = cannotWrap(run, settings.hook?.entrypoint[0] ?? run.args[0]);
    if (obstacle !== undefined) return { changes: changes.map(({ rule }) => ({ rule, becomes: run.code, why: `${rule} does not reach it: ${obstacle}`, warning: true })) };
    const config = wrapperConfig(settings, strip.rules, run);
    const hook = hooks.get(hookKey(key, config, run), () => {
      const program = launcher(run.platform.architecture);
      const files = [...wrapperFiles(config), ...(program === undefined ? [] : [{ name: LAUNCHER, mode: 0o755, data: program }])];
      const source = folders.get(keyOf(files), () => ({ vertex: folderVertex(files, run), index: 0 }));
      return wrapHook(source, program === undefined ? SHELL_ENTRYPOINT : LAUNCHER_ENTRYPOINT, config.snapshot?.keepCache === true);
    });
    return { hook, changes };
  };
  return (run) => {
    const facts = { mountTargets: run.mountTargets, tools: toolsOf(run) };
    // RUNs in which more than this counts: their text, their own mounts.
    if (facts.tools.length > 0 || facts.mountTargets.length > 0 || settings.snapshot !== undefined || !isRoot(run.user)) return rewriteOf(run, facts);
    const shellLevel = run.env('SHLVL');
    if (last !== undefined && isLike(last, run, shellLevel)) return last.rewrite;
    const rewrite = rewriteOf(run, facts);
    // Why a RUN has no wrapper is told with its text.
    if (rewrite?.hook !== undefined) last = { run, shellLevel, rewrite };
    return rewrite;
  };
}

/** The last RUN without anything of its own that the wrapper depends on, and what it got. */
interface LastRun {
  readonly run: RunFacts;
  readonly shellLevel: string | undefined;
  readonly rewrite: RunRewrite;
}

function isLike({ run, shellLevel }: LastRun, { platform, epoch, user, network, args }: RunFacts, level: string | undefined): boolean {
  return run.platform === platform && run.epoch === epoch && run.user === user && run.network === network && shellLevel === level && run.args[0] === args[0];
}

/** The strip rules of RUNs that are alike, and what they change. */
interface Stripped {
  readonly rules: readonly StripRule[];
  readonly changes: readonly RunChange[];
}

function stripOf({ strip }: WrapSettings, facts: StripFacts): Stripped {
  const rules = stripRulesFor(strip, facts);
  return { rules, changes: rules.length === 0 ? [] : [stripChanges.get(rules, stripChange)] };
}

const stripChanges = new KnownOf<readonly StripRule[], RunChange>();

/** What the wrapper is for; nothing, and there is none. */
function wrapperChanges({ snapshot, clamp }: WrapSettings, strip: Stripped, run: RunFacts): readonly RunChange[] {
  const changes = clamp && run.epoch !== undefined ? [...strip.changes, timestampsChange(run.epoch)] : strip.changes;
  return snapshot === undefined || run.network === 'none' ? changes : [...snapshotChanges(snapshot.change, run), ...changes];
}

function snapshotChanges(change: RunChange, run: RunFacts): readonly RunChange[] {
  const bootstrap = bootstrapChange(run);
  return bootstrap === undefined ? [change] : [change, bootstrap];
}

/** Why this RUN gets no wrapper; undefined when it gets one. */
function cannotWrap(run: RunFacts, program: string | undefined): string | undefined {
  if (run.platform.os !== 'linux') return `there is no wrapper for ${run.platform.os}`;
  if (run.mountTargets.some((target) => isBelow(WRAPPER_DIRECTORY, target))) return 'it has a mount of its own over /dev';
  if (program === SHELL || launcher(run.platform.architecture) !== undefined) return undefined;
  return `its command is not ${SHELL}, and there is no launcher for ${run.platform.architecture}`;
}

function wrapperConfig(settings: WrapSettings, strip: readonly StripRule[], run: RunFacts): WrapperConfig {
  const snapshot = run.network === 'none' ? undefined : settings.snapshot?.settings;
  const shellLevel = run.env('SHLVL');
  return {
    strip,
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(settings.clamp && run.epoch !== undefined ? { clamp: { epoch: run.epoch, mounts: allMounts(settings, run) } } : {}),
    sudo: !isRoot(run.user) && (snapshot !== undefined || run.args.some((arg) => arg.includes('sudo'))),
    ...(shellLevel === undefined ? {} : { shellLevel }),
  };
}

function allMounts({ hook }: WrapSettings, { mountTargets }: RunFacts): readonly string[] {
  return [...mountTargets, ...(hook?.mounts ?? []).map(({ target }) => target)];
}

function isRoot(user: string): boolean {
  return user === '' || /^(?:|0|root)(?::|$)/.test(user);
}

/** All that the wrapper's hook depends on and that is not the same for all RUNs of a build; `stripKey` stands for the strip rules and the RUN's own mounts. */
function hookKey(stripKey: string, { snapshot, clamp, sudo, shellLevel }: WrapperConfig, { platform }: RunFacts): string {
  return `${platform.architecture} ${stripKey} ${snapshot !== undefined} ${clamp?.epoch} ${sudo} ${shellLevel === undefined ? '' : `=${shellLevel}`}`;
}

/** RUNs with the same files share one vertex, which is then said to come from the first of them. */
function keyOf(files: readonly WrapperFile[]): string {
  return files.map((file) => `${file.name} ${file.mode}\n${Buffer.from(file.data).toString('latin1')}`).join('\n');
}

function folderVertex(files: readonly WrapperFile[], { locations = [] }: RunFacts): FileVertex {
  const actions = files.map((file): FileAction => ({ kind: 'mkfile', path: `/${file.name}`, mode: file.mode, data: file.data, createdTime: 0n }));
  return { kind: 'file', base: undefined, actions, constraints: { description: new Map([['llb.customname', '[internal] prepare the wrapper of RUN']]), locations } };
}

function wrapHook(source: Output, entrypoint: readonly string[], keepsCache: boolean): RunHook {
  const mounts: HookMount[] = [
    { type: 'bind', target: WRAPPER_DIRECTORY, source, readOnly: true },
    { type: 'tmpfs', target: STATE_DIRECTORY, readOnly: false },
  ];
  if (keepsCache) mounts.push({ type: 'cache', target: CACHE_DIRECTORY, readOnly: false, cacheId: CACHE_ID, cacheSharing: 'shared' });
  return { entrypoint, mounts, env: [] };
}

/** Whether a command of a build graph is a RUN that has a wrapper. */
export function isWrapped(args: readonly string[]): boolean {
  return args.slice(0, 2).some((arg) => arg.startsWith(`${WRAPPER_DIRECTORY}/`));
}

/** An error's text as it is without the wrapper: the daemon tells the whole command of a RUN that failed. */
export function withoutWrapper(text: string): string {
  for (const entrypoint of [SHELL_ENTRYPOINT, LAUNCHER_ENTRYPOINT]) text = text.replaceAll(`process "${entrypoint.join(' ')} `, 'process "');
  return text;
}
