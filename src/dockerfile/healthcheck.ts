import { quote } from '../spec/text.ts';
import { toUpper } from '../spec/strings.ts';
import type { Healthcheck, InstructionOf } from './ast.ts';
import { assertSomeArgument, baseOf, commandLineOf, problem, readFlags } from './command.ts';
import { parseDuration } from './duration.ts';
import type { Flags, FlagType } from './flags.ts';
import { parseInt32 } from './numbers.ts';
import type { Statement } from './scan.ts';

const FLAGS: ReadonlyMap<string, FlagType> = new Map([
  ['interval', 'string'], ['timeout', 'string'], ['start-period', 'string'], ['start-interval', 'string'], ['retries', 'string'],
]);
const MINIMUM = 1_000_000n;
const NOTHING = { interval: 0n, timeout: 0n, startPeriod: 0n, startInterval: 0n, retries: 0 };

/** Throws CodedError `syntax`. NONE takes any flag, as in the reference. */
export function parseHealthcheck(statement: Statement): InstructionOf<'healthcheck'> {
  assertSomeArgument(statement.args, 'HEALTHCHECK');
  const [written = '', ...args] = statement.args;
  const type = toUpper(written);
  return { kind: 'healthcheck', ...baseOf(statement), health: type === 'NONE' ? none(args) : check(statement, type, args) };
}

function none(args: readonly string[]): Healthcheck {
  if (args.length > 0) throw problem('HEALTHCHECK NONE takes no arguments');
  return { test: ['NONE'], ...NOTHING };
}

function check(statement: Statement, type: string, args: readonly string[]): Healthcheck {
  const flags = readFlags(statement, FLAGS);
  if (type !== 'CMD') throw problem(`Unknown type ${quote(type)} in HEALTHCHECK (try CMD)`);
  const commandLine = commandLineOf(args, statement.json);
  if (commandLine.length === 0) throw problem('Missing command after HEALTHCHECK CMD');
  return {
    test: [statement.json ? 'CMD' : 'CMD-SHELL', ...commandLine],
    interval: readInterval(flags, 'interval'), timeout: readInterval(flags, 'timeout'),
    startPeriod: readInterval(flags, 'start-period'), startInterval: readInterval(flags, 'start-interval'),
    retries: readRetries(flags.string('retries')),
  };
}

function readInterval(flags: Flags, name: string): bigint {
  const value = flags.string(name);
  const duration = value === '' ? 0n : parseDuration(value);
  if (duration !== 0n && duration < MINIMUM) throw problem(`Interval ${quote(name)} cannot be less than 1ms`);
  return duration;
}

function readRetries(value: string): number {
  const retries = value === '' ? 0 : parseInt32(value);
  if (retries < 0) throw problem(`--retries cannot be negative (${retries})`);
  return retries;
}
