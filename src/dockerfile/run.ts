import { quote } from '../spec/text.ts';
import type { InstructionOf, RunInstruction, ShellDependentCommand } from './ast.ts';
import { assertNoFlags, baseOf, commandLineOf, problem, readFlags } from './command.ts';
import { parseDevice } from './device.ts';
import type { FlagType } from './flags.ts';
import { parseMount } from './mount.ts';
import type { Statement } from './scan.ts';

const RUN_FLAGS: ReadonlyMap<string, FlagType> = new Map([['device', 'list'], ['mount', 'list'], ['network', 'string'], ['security', 'string']]);

const NONE: readonly never[] = [];

/** Throws CodedError `syntax`. */
export function parseRun(statement: Statement): RunInstruction {
  const flags = readFlags(statement, RUN_FLAGS);
  const deviceFlags = flags.list('device');
  const mountFlags = flags.list('mount');
  // In this order, which decides whose error shows.
  const devices = deviceFlags.length === 0 ? NONE : deviceFlags.map(parseDevice);
  const mounts = mountFlags.length === 0 ? NONE : mountFlags.map((value) => parseMount(value));
  const network = parseNetwork(flags.string('network', 'default'));
  const security = parseSecurity(flags.string('security', 'sandbox'));
  const { name, keyword, code, location, comments } = baseOf(statement);
  const { commandLine, prependShell, files } = shellDependentCommand(statement);
  return {
    kind: 'run', name, keyword, code, location, comments, commandLine, prependShell, files,
    mountFlags, mounts, network, security, deviceFlags, devices, flagsUsed: flags.used,
  };
}

/** Throws CodedError `syntax`. */
export function parseCmd(statement: Statement): InstructionOf<'cmd'> {
  assertNoFlags(statement);
  return { kind: 'cmd', ...baseOf(statement), ...shellDependentCommand(statement) };
}

/** Throws CodedError `syntax`. */
export function parseEntrypoint(statement: Statement): InstructionOf<'entrypoint'> {
  assertNoFlags(statement);
  return { kind: 'entrypoint', ...baseOf(statement), ...shellDependentCommand(statement) };
}

/** Throws CodedError `syntax`. */
export function parseShell(statement: Statement): InstructionOf<'shell'> {
  assertNoFlags(statement);
  if (statement.args.length === 0) throw problem('SHELL requires at least one argument');
  if (!statement.json) throw problem('SHELL requires the arguments to be in JSON form');
  return { kind: 'shell', ...baseOf(statement), shell: statement.args };
}

function shellDependentCommand(statement: Statement): ShellDependentCommand {
  return { commandLine: commandLineOf(statement.args, statement.json), prependShell: !statement.json, files: statement.heredocs };
}

function parseNetwork(value: string): RunInstruction['network'] {
  if (value === 'default' || value === 'none' || value === 'host') return value;
  throw problem(`invalid network mode ${quote(value)}`);
}

function parseSecurity(value: string): RunInstruction['security'] {
  if (value === 'insecure' || value === 'sandbox') return value;
  throw problem(`security ${quote(value)} is not valid`);
}
