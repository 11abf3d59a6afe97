import { CodedError } from '../diag/error.ts';
import type { InstructionOf, ShellDependentCommand } from '../dockerfile/ast.ts';
import { RULES } from '../lint/rules.ts';
import type { HealthcheckConfig } from '../spec/config.ts';
import type { InstructionContext, StageBuild } from './context.ts';
import { addHistory, formatList, formatQuotedList } from './history.ts';
import type { ImageDraft } from './image.ts';
import { isSignal } from './signal.ts';
import { formatDuration } from './duration.ts';
import { reportRepeated } from './validations.ts';

/** The instructions that change nothing but the image config. */

export function convertMaintainer(stage: StageBuild, { maintainer }: InstructionOf<'maintainer'>): void {
  stage.image.author = maintainer;
  addHistory(stage.image, `MAINTAINER ${maintainer}`, stage.conversion.epoch);
}

export function convertOnBuild({ image }: StageBuild, { expression }: InstructionOf<'onbuild'>): void {
  image.config.onBuild = [...image.config.onBuild, expression];
}

export function convertCmd(stage: StageBuild, cmd: InstructionOf<'cmd'>, context: InstructionContext): void {
  reportRepeated(stage, 'cmd', cmd.keyword, cmd.location, context.linter);
  const args = processArgs(stage, cmd, context);
  stage.image.config.cmd = args;
  stage.image.config.argsEscaped = true;
  addHistory(stage.image, `CMD ${formatQuotedList(args)}`, stage.conversion.epoch);
}

/** ENTRYPOINT: a CMD of the base goes away, one of the stage itself stays. */
export function convertEntrypoint(stage: StageBuild, entrypoint: InstructionOf<'entrypoint'>, context: InstructionContext): void {
  reportRepeated(stage, 'entrypoint', entrypoint.keyword, entrypoint.location, context.linter);
  const args = processArgs(stage, entrypoint, context);
  stage.image.config.entrypoint = args;
  if (!stage.seen.has('cmd')) stage.image.config.cmd = [];
  addHistory(stage.image, `ENTRYPOINT ${formatQuotedList(args)}`, stage.conversion.epoch);
}

function processArgs({ image }: StageBuild, instruction: InstructionOf<'cmd' | 'entrypoint'>, { linter }: InstructionContext): readonly string[] {
  if (!instruction.prependShell) return instruction.commandLine;
  if (image.config.shell.length === 0) {
    linter.run(RULES.JSONArgsRecommended, instruction.location, RULES.JSONArgsRecommended.format(instruction.keyword));
  }
  return withShell(image, instruction.commandLine);
}

/** A command as an argument of the stage's shell. */
export function withShell(image: ImageDraft, args: ShellDependentCommand['commandLine']): readonly string[] {
  const fallback = image.os === 'windows' ? ['cmd', '/S', '/C'] : ['/bin/sh', '-c'];
  return [...(image.config.shell.length > 0 ? image.config.shell : fallback), args.join(' ')];
}

export function convertHealthcheck(stage: StageBuild, { health, keyword, location }: InstructionOf<'healthcheck'>, { linter }: InstructionContext): void {
  reportRepeated(stage, 'healthcheck', keyword, location, linter);
  const healthcheck = { ...health, test: health.test ?? [] };
  stage.image.config.healthcheck = healthcheck;
  addHistory(stage.image, `HEALTHCHECK ${formatHealthcheck(healthcheck)}`, stage.conversion.epoch);
}

/** Go's `%+v` of a HealthcheckConfig. */
function formatHealthcheck({ test, interval, timeout, startPeriod, startInterval, retries }: HealthcheckConfig): string {
  const durations = { Interval: interval, Timeout: timeout, StartPeriod: startPeriod, StartInterval: startInterval };
  const fields = Object.entries(durations).map(([name, value]) => `${name}:${formatDuration(value)}`);
  return `{Test:${formatList(test)} ${fields.join(' ')} Retries:${retries}}`;
}

export function convertUser(stage: StageBuild, { user }: InstructionOf<'user'>): void {
  setUser(stage, user);
  addHistory(stage.image, `USER ${user}`, stage.conversion.epoch);
}

/** Makes `user` the one that commands run as. */
export function setUser(stage: StageBuild, user: string): void {
  stage.state = stage.state.withUser(user);
  stage.image.config.user = user;
}

export function convertVolume(stage: StageBuild, { volumes }: InstructionOf<'volume'>): void {
  for (const volume of volumes) {
    if (volume === '') throw new CodedError('convert', 'VOLUME specified can not be an empty string');
    stage.image.config.volumes.add(volume);
  }
  addHistory(stage.image, `VOLUME ${formatList(volumes)}`, stage.conversion.epoch);
}

export function convertStopSignal(stage: StageBuild, { signal }: InstructionOf<'stopsignal'>): void {
  if (!isSignal(signal)) throw new CodedError('convert', `invalid signal: ${signal}`);
  stage.image.config.stopSignal = signal;
  addHistory(stage.image, `STOPSIGNAL ${signal}`, stage.conversion.epoch);
}

export function convertShell(stage: StageBuild, { shell }: InstructionOf<'shell'>): void {
  stage.image.config.shell = shell;
  addHistory(stage.image, `SHELL ${formatList(shell)}`, stage.conversion.epoch);
}
