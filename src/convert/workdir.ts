import { wrapError } from '../diag/error.ts';
import type { InstructionOf } from '../dockerfile/ast.ts';
import { RULES } from '../lint/rules.ts';
import { customName } from '../llb/constraints.ts';
import { mkdir, parseOwner } from '../llb/fileaction.ts';
import { unixNanoseconds } from '../spec/time.ts';
import { nextStepName, sourceLocation } from './context.ts';
import type { InstructionContext, StageBuild } from './context.ts';
import { addHistory } from './history.ts';
import { withFileRule } from './hooks.ts';
import { commandText } from './names.ts';
import { isAbsoluteOn, normalizeWorkdir, toSlash } from './system-path.ts';

/** WORKDIR: the directory is made if it is not `/`. */
export function convertWorkdir(stage: StageBuild, workdir: InstructionOf<'workdir'>, { command, linter }: InstructionContext): void {
  const { conversion, image, instructionPlatform: platform } = stage;
  if (!stage.workdirSet && !isAbsoluteOn(workdir.path, platform.os)) {
    linter.run(RULES.WorkdirRelativePath, workdir.location, RULES.WorkdirRelativePath.format(workdir.path));
  }
  stage.workdirSet = true;
  const dir = setWorkdir(stage, workdir.path);
  if (dir !== '/') {
    const { user } = image.config;
    const action = mkdir(dir, 0o755, {
      makeParents: true,
      ...(user === '' ? {} : { owner: parseOwner(user) }),
      ...(conversion.epoch === undefined ? {} : { createdTime: unixNanoseconds(conversion.epoch) }),
    });
    const name = nextStepName(stage, commandText(workdir.code, stage.state.env, { escape: conversion.escape }), command, platform);
    const { locations } = sourceLocation(stage, workdir.location);
    const actions = withFileRule(stage, workdir, [action], { base: stage.state.output, locations });
    stage.state = stage.state.file(actions, { description: customName(name).description, locations, platform });
  }
  addHistory(image, `WORKDIR ${dir}`, conversion.epoch, dir === '/' ? 'none' : 'silent');
}

/** Makes `path` the working directory and gives it as an absolute path with slashes; the image config has the system's own form. */
export function setWorkdir(stage: StageBuild, path: string): string {
  const { config } = stage.image;
  const { os } = stage.instructionPlatform;
  try {
    config.workingDir = normalizeWorkdir(config.workingDir, path, os);
  } catch (error) {
    throw wrapError(error, 'normalizing workdir');
  }
  const dir = toSlash(config.workingDir, os);
  stage.state = stage.state.withDir(dir);
  return dir;
}
