import { CodedError, wrapError } from '../diag/error.ts';
import type { Range } from '../diag/range.ts';
import type { InstructionOf } from '../dockerfile/ast.ts';
import { processWords } from '../dockerfile/words.ts';
import type { Linter } from '../lint/linter.ts';
import { RULES } from '../lint/rules.ts';
import { ipFamily } from '../spec/ip.ts';
import { cut, toLower } from '../spec/strings.ts';
import { quote } from '../spec/text.ts';
import type { InstructionContext, StageBuild } from './context.ts';
import { addHistory, formatList } from './history.ts';
import { parseDecimal } from './numbers.ts';

const MAX_PORT = 65535n;
const PROTOCOLS: ReadonlySet<string> = new Set(['tcp', 'udp', 'sctp']);

/** EXPOSE. */
export function convertExpose(stage: StageBuild, expose: InstructionOf<'expose'>, { linter }: InstructionContext): void {
  const { escape, epoch } = stage.conversion;
  const words = expose.ports.flatMap((port) => processWords(port, stage.state.env, { escape }));
  const ports = words.flatMap((word) => parsePort(word, expose.location, linter));
  for (const port of ports) stage.image.config.exposedPorts.add(port);
  addHistory(stage.image, `EXPOSE ${formatList(ports)}`, epoch);
}

/**
 * The `port/protocol` entries that one word of EXPOSE names. Throws with the reference's text.
 *
 *     word = [ [ ip ":" ] [ host ports ] ":" ] ports [ "/" protocol ]
 */
export function parsePort(word: string, location: readonly Range[], linter: Linter): readonly string[] {
  const { ip, host, container } = splitParts(word);
  const { ports, protocol } = splitProtocol(container, word);
  if (protocol !== toLower(protocol)) linter.run(RULES.ExposeProtoCasing, location, RULES.ExposeProtoCasing.format(word));
  if (ip !== '' || host !== '') linter.run(RULES.ExposeInvalidFormat, location, RULES.ExposeInvalidFormat.format(word));
  const address = ip.startsWith('[') ? withoutBrackets(ip) : ip;
  if (address !== '' && ipFamily(address) === undefined) throw problem(`invalid IP address: ${address}`);
  const range = parseRange(ports);
  if (range === undefined) throw problem(`invalid containerPort: ${ports}`);
  if (host !== '') assertHostPorts(host, ports, range);
  const entries: string[] = [];
  for (let port = range.start; port <= range.end; port++) entries.push(`${port}/${toLower(protocol)}`);
  return entries;
}

function splitParts(word: string): { readonly ip: string; readonly host: string; readonly container: string } {
  const parts = word.split(':');
  const container = parts.pop() ?? '';
  const host = parts.pop() ?? '';
  return { ip: parts.join(':'), host, container };
}

function splitProtocol(text: string, word: string): { readonly ports: string; readonly protocol: string } {
  const { before: ports, after: protocol = '' } = cut(text, '/');
  const invalid = ports === '' ? 'no port specified' : protocol !== '' && !PROTOCOLS.has(toLower(protocol)) ? `invalid proto: ${protocol}` : undefined;
  if (invalid !== undefined) throw wrapError(problem(invalid), `invalid port: ${quote(word)}`);
  return { ports, protocol: protocol === '' ? 'tcp' : protocol };
}

/** What stands between brackets (net.SplitHostPort). */
function withoutBrackets(ip: string): string {
  const close = ip.indexOf(']');
  const rest = ip.slice(close + 1);
  let invalid: string | undefined;
  if (close < 0) invalid = "missing ']' in address";
  else if (rest !== '') invalid = rest.startsWith(':') ? 'too many colons in address' : 'missing port in address';
  else if (ip.lastIndexOf('[') > 0) invalid = "unexpected '[' in address";
  if (invalid !== undefined) throw wrapError(problem(`address ${ip}:: ${invalid}`), `invalid IP address ${ip}`);
  return ip.slice(1, close);
}

interface PortRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** A port, or two with `-` between them; undefined when that is not what `text` is. */
function parseRange(text: string): PortRange | undefined {
  const { before, after } = cut(text, '-');
  const start = parsePortNumber(before);
  const end = after === undefined || after === before ? start : parsePortNumber(after);
  if (start === undefined || end === undefined || end < start) return undefined;
  return { start, end };
}

function parsePortNumber(text: string): bigint | undefined {
  const port = parseDecimal(text);
  return port === undefined || port < 0n || port > MAX_PORT ? undefined : port;
}

/** A host's ports fit when there are as many, or when the container has only one. */
function assertHostPorts(host: string, container: string, { start, end }: PortRange): void {
  const range = parseRange(host);
  if (range === undefined) throw problem(`invalid hostPort: ${host}`);
  if (end - start !== range.end - range.start && end !== start) {
    throw problem(`invalid ranges specified for container and host Ports: ${container} and ${host}`);
  }
}

function problem(message: string): CodedError {
  return new CodedError('convert', message);
}
