import { findCause, LocatedError, messageOf } from '../../../src/diag/error.ts';
import type { Range } from '../../../src/diag/range.ts';
import type { Instruction, RunMount, ShellDependentCommand, SourcesAndDestination, Stage } from '../../../src/dockerfile/ast.ts';
import { detectSyntax, parseDirective } from '../../../src/dockerfile/directives.ts';
import { envFromList } from '../../../src/dockerfile/env.ts';
import { expandInstruction, expandRawInstruction } from '../../../src/dockerfile/expand.ts';
import { parseDockerfile, parseInstructionText } from '../../../src/dockerfile/parse.ts';
import { processWord } from '../../../src/dockerfile/words.ts';
import { DEFAULT_LINT_CONFIG, parseLintOptions, type LintConfig } from '../../../src/lint/config.ts';
import { Linter } from '../../../src/lint/linter.ts';

/** Everything that parsing a Dockerfile gives, in the form that fixtures/reference/files writes. */

type Dump = Record<string, unknown>;

/** The variables with which instructions are expanded. */
const ENV = envFromList(['A=foo', 'B=b c', 'EMPTY=', 'PATH=/bin:/usr/bin', 'V=1.2.3-rc1', 'Q=\'q"', 'D=$A$$x']);

const dumpRanges = (ranges: readonly Range[]): unknown => ranges.map(({ start, end }) => [start.line, start.character, end.line, end.character]);

export function dumpDockerfile(source: Uint8Array): Dump {
  return { ...dumpDirectives(source), ...dumpParsed(source) };
}

function dumpDirectives(source: Uint8Array): Dump {
  const dump: Dump = {};
  const syntax = detectSyntax(source);
  if (syntax !== undefined) dump['syntax'] = [syntax.ref, syntax.cmdline, dumpRanges(syntax.ranges)];
  for (const name of ['check', 'escape', 'syntax'] as const) {
    const directive = parseDirective(name, source);
    if (directive !== undefined) dump[`directive-${name}`] = [directive.value.split(' ', 1)[0], directive.value, dumpRanges(directive.ranges)];
  }
  return dump;
}

function dumpParsed(source: Uint8Array): Dump {
  const lint: unknown[] = [];
  const { config, problem } = lintConfig(source);
  const linter = new Linter(config, ({ rule, message, ranges }) => lint.push([rule.name, rule.description, rule.url, message, dumpRanges(ranges)]));
  try {
    const { dockerfile, warnings } = parseDockerfile(source, linter);
    const { escape, metaArgs, stages } = dockerfile;
    return {
      escape, lint, meta: metaArgs.map(dumpInstruction), stages: stages.map((stage) => dumpStage(stage, escape)),
      warnings: warnings.map(({ ranges, message, detail, url }) => ({ message, detail, url, ranges: dumpRanges(ranges) })),
      ...(problem === undefined ? {} : { linterr: problem }), ...(linter.error() === undefined ? {} : { linterror: 'lint violation found for rules' }),
    };
  } catch (error) {
    return { err: messageOf(error), locs: dumpLocations(error), lint };
  }
}

function lintConfig(source: Uint8Array): { readonly config: LintConfig; readonly problem?: string } {
  try {
    return { config: parseLintOptions(parseDirective('check', source)?.value.split(' ', 1)[0] ?? '') };
  } catch (error) {
    return { config: DEFAULT_LINT_CONFIG, problem: messageOf(error) };
  }
}

function dumpLocations(error: unknown): unknown {
  return findCause(error, LocatedError)?.locations.map(dumpRanges);
}

function dumpStage(stage: Stage, escape: string): Dump {
  return {
    name: stage.name, keyword: stage.keyword, baseName: stage.baseName, platform: stage.platform, doc: stage.docComment, code: stage.code,
    location: dumpRanges(stage.location), comments: stage.comments ?? [],
    commands: stage.instructions.flatMap((instruction) => [dumpInstruction(instruction), dumpExpanded(instruction, escape)]),
  };
}

function dumpExpanded(instruction: Instruction, escape: string): Dump {
  const words: string[] = [];
  try {
    const expanded = expandInstruction(instruction, (word) => {
      words.push(word);
      return processWord(word, ENV, { escape }).result;
    });
    const raw = expandRawInstruction(expanded, (word) => {
      words.push(word);
      return processWord(word, ENV, { escape: '\\', skipProcessQuotes: true }).result;
    });
    return { words, command: dumpInstruction(raw) };
  } catch (error) {
    return { words, err: messageOf(error) };
  }
}

function dumpInstruction(instruction: Instruction): Dump {
  const { kind, keyword, location, comments, code } = instruction;
  return { kind, keyword, location: dumpRanges(location), comments: comments ?? [], code, ...dumpOwn(instruction) };
}

function dumpOwn(instruction: Instruction): Dump {
  switch (instruction.kind) {
    case 'add': {
      const { chown, chmod, link, excludePatterns, keepGitDir = null, checksum, unpack = null } = instruction;
      return { ...dumpPaths(instruction), chown, chmod, link, exclude: excludePatterns, keepGitDir, checksum, unpack };
    }
    case 'copy': {
      const { from, chown, chmod, link, parents, excludePatterns } = instruction;
      return { ...dumpPaths(instruction), from, chown, chmod, link, parents, exclude: excludePatterns };
    }
    case 'run': {
      const { network, security, mounts, devices, flagsUsed } = instruction;
      return {
        ...dumpCommandLine(instruction), network, security, mounts: mounts.map(dumpMount),
        devices: devices.map(({ name, required }) => [name, required]), flagsUsed: [...flagsUsed].sort(),
      };
    }
    case 'cmd': case 'entrypoint': return dumpCommandLine(instruction);
    case 'env': case 'label': return { pairs: instruction.pairs.map(({ key, value, noDelimiter }) => [key, value, noDelimiter]) };
    case 'arg': return { args: instruction.args.map(({ key, value = null, docComment }) => [key, value, docComment]) };
    case 'healthcheck': {
      const { test, interval, timeout, startPeriod, startInterval, retries } = instruction.health;
      return { v: [test, interval, timeout, startPeriod, startInterval, retries] };
    }
    case 'onbuild': return { v: instruction.expression, trigger: dumpTrigger(instruction.expression) };
    case 'maintainer': return { v: instruction.maintainer };
    case 'workdir': return { v: instruction.path };
    case 'user': return { v: instruction.user };
    case 'stopsignal': return { v: instruction.signal };
    case 'volume': return { v: instruction.volumes };
    case 'expose': return { v: instruction.ports };
    case 'shell': return { v: instruction.shell };
  }
}

function dumpTrigger(text: string): Dump {
  try {
    return dumpInstruction(parseInstructionText(text));
  } catch (error) {
    const locs = dumpLocations(error);
    return locs === undefined ? { err: messageOf(error) } : { err: messageOf(error), locs };
  }
}

function dumpPaths({ destination, sourcePaths, sourceContents }: SourcesAndDestination): Dump {
  return { destination, sourcePaths, sourceContents: sourceContents.map(({ path, data, expand }) => [path, data, expand]) };
}

function dumpCommandLine({ commandLine, prependShell, files }: ShellDependentCommand): Dump {
  return { commandLine, prependShell, files: files.map(({ name, content, chomp }) => [name, content, chomp]) };
}

function dumpMount(mount: RunMount): Dump {
  return { cacheSharing: '', env: null, mode: null, uid: null, gid: null, ...mount };
}
