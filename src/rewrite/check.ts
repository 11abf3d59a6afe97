import type { Dockerfile, RunInstruction, Stage } from '../dockerfile/ast.ts';
import type { Linter } from '../lint/linter.ts';
import { commandName, shellCommands } from '../lint/shell.ts';
import type { ShellCommand } from '../lint/shell.ts';
import { REPRO_RULES } from '../lint/repro-rules.ts';
import { checkCommand, checksOut, mayHaveFindings, verifies } from './check-run.ts';
import type { Unpinned } from './unpinned.ts';

/** What a build's checks need beside its Dockerfile. */
export interface CheckFacts {
  /** apt and pacman install from a snapshot. */
  readonly snapshots: boolean;
  /** SOURCE_DATE_EPOCH is given. */
  readonly epochKnown: boolean;
  /** What conversion asked for that nothing pins. */
  readonly unpinned: readonly Unpinned[];
}

/** Reports to `linter` what stands in the way of building a Dockerfile again to the same digest. */
export function checkReproducibility(dockerfile: Dockerfile, facts: CheckFacts, linter: Linter): void {
  if (!facts.epochKnown) linter.run(REPRO_RULES.ReproNoEpoch, [], REPRO_RULES.ReproNoEpoch.format());
  checkMaterials(dockerfile, facts.unpinned, linter);
  checkRuns(dockerfile, linter, facts.snapshots);
}

/** Each once, however many platforms and stages ask for it. */
function checkMaterials({ stages }: Dockerfile, unpinned: readonly Unpinned[], linter: Linter): void {
  if (unpinned.length === 0) return;
  const instructions = stages.flatMap((stage) => [stage, ...stage.instructions]);
  const comments = new Map(instructions.map(({ location, comments: above }) => [location[0]?.start.line, above]));
  const told = new Set<string>();
  for (const { rule, message, place } of unpinned) {
    const line = place[0]?.start.line;
    const key = `${line ?? 0} ${message}`;
    if (told.has(key)) continue;
    told.add(key);
    linter.withComments(comments.get(line)).run(rule, place, message);
  }
}

/** Reports what the RUNs do. `snapshots`: apt and pacman install from a snapshot. */
export function checkRuns({ stages }: Dockerfile, linter: Linter, snapshots: boolean): void {
  const shells = new Map<string, readonly string[]>();
  for (const stage of stages) {
    const { runs, shell } = readRuns(stage, shells.get(stage.baseName.toLowerCase()) ?? DEFAULT_SHELL);
    if (stage.name !== '') shells.set(stage.name, shell);
    const all = runs.flatMap(({ commands }) => commands);
    const facts = { verifies: all.some(verifies), checksOut: all.some(checksOut), snapshots };
    for (const { run, commands } of runs) checkRun(run, commands, linter.withComments(run.comments), facts);
  }
}

interface Run {
  readonly run: RunInstruction;
  readonly commands: readonly ShellCommand[];
}

const NONE: readonly never[] = [];
const DEFAULT_SHELL: readonly string[] = ['/bin/sh', '-c'];
const POSIX_SHELL = /(?:^|\/)(?:sh|bash|ash|dash|zsh|ksh|mksh)$/;

/** The RUNs of a stage with what they run, but those in which nothing can be found, and the shell at its end. */
function readRuns({ instructions }: Stage, inherited: readonly string[]): { readonly runs: readonly Run[]; readonly shell: readonly string[] } {
  let shell = inherited;
  const runs: Run[] = [];
  for (const instruction of instructions) {
    if (instruction.kind === 'shell') shell = instruction.shell;
    if (instruction.kind !== 'run') continue;
    const commands = runCommands(instruction, shell);
    if (commands.length > 0) runs.push({ run: instruction, commands });
  }
  return { runs, shell };
}

/** What is longer than this (in characters) is a file that somebody put into a heredoc: only its head is read. */
const MAX_SCRIPT = 1 << 16;

function commandsOf(script: string): readonly ShellCommand[] {
  const head = script.slice(0, MAX_SCRIPT);
  return mayHaveFindings(head) ? shellCommands(head) : NONE;
}

/** What a RUN runs, as far as a shell says it: none for another interpreter. */
function runCommands({ commandLine, prependShell, files }: RunInstruction, shell: readonly string[]): readonly ShellCommand[] {
  if (!prependShell) return execCommands(commandLine);
  if (!POSIX_SHELL.test(shell[0] ?? '')) return NONE;
  const file = files[0];
  // `RUN <<EOF`: the body is the script; with a command before `<<`, it is that command's input.
  if (file !== undefined && /^<<-?["']?[\w.-]+["']?$/.test(commandLine.join(' ').trim())) {
    const interpreter = /^#!\s*(\S+)(?:[ \t]+(\S+))?/.exec(file.content);
    const program = interpreter?.[1]?.endsWith('/env') === true ? interpreter[2] : interpreter?.[1];
    return program === undefined || POSIX_SHELL.test(program) ? commandsOf(file.content) : [];
  }
  return commandsOf(commandLine.join(' '));
}

function execCommands(words: readonly string[]): readonly ShellCommand[] {
  if (POSIX_SHELL.test(words[0] ?? '')) {
    const at = words.findIndex((word) => /^-[a-z]*c$/.test(word));
    if (at > 0) return commandsOf(words[at + 1] ?? '');
  }
  const [program] = words;
  return program === undefined ? [] : [{ name: commandName(program), words, piped: false, line: 0 }];
}

/** One report for each rule and message; it has the lines of the whole RUN. */
function checkRun(run: RunInstruction, commands: readonly ShellCommand[], linter: Linter, facts: Parameters<typeof checkCommand>[2]): void {
  const told = new Set<string>();
  commands.forEach((command, index) => {
    for (const { rule, message } of checkCommand(command, commands[index + 1], facts)) {
      if (told.has(message)) continue;
      told.add(message);
      linter.run(rule, run.location, message);
    }
  });
}
