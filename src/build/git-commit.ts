import { CodedError } from '../diag/error.ts';
import type { ZonedTime } from '../spec/time.ts';
import { parseInt64 } from './values.ts';

/** The committer's time in the bytes of a git commit; undefined when it is malformed (util/gitutil/gitobject). */
export function commitTime(object: Uint8Array): ZonedTime | undefined {
  const text = Buffer.from(object).toString('utf8');
  if (text.startsWith('object ')) throw new CodedError('gateway', 'not a commit object');
  const headers = readHeaders(text);
  for (const name of ['tree', 'author', 'committer']) {
    if (!headers.has(name)) throw new CodedError('gateway', `invalid commit object: missing ${name} header`);
  }
  return actorTime(headers.get('committer') ?? '');
}

/** The first value of each header; signatures take several lines and are passed over. */
function readHeaders(text: string): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let inSignature = false;
  for (const line of text.split('\n')) {
    if (line === '') break;
    const isSignature: boolean = line.startsWith('gpgsig ') || line.startsWith('gpgsig-sha256 ');
    inSignature = isSignature || (inSignature && line.startsWith(' '));
    const space = line.indexOf(' ');
    if (inSignature || space < 0) continue;
    const name = line.slice(0, space);
    if (!headers.has(name)) headers.set(name, line.slice(space + 1));
  }
  return headers;
}

/** `NAME <EMAIL> SECONDS +ZONE` */
function actorTime(actor: string): ZonedTime | undefined {
  const start = actor.lastIndexOf('<');
  const end = actor.lastIndexOf('>');
  if (start < 0 || end < start) return undefined;
  const [seconds, zone] = actor.slice(end + 1).split(/\s/).filter((part) => part !== '');
  if (seconds === undefined || zone === undefined || !/^[+-].{4}$/s.test(zone)) return undefined;
  try {
    const offset = number(zone.slice(1, 3)) * 3600 + number(zone.slice(3)) * 60;
    return { seconds: parseInt64(seconds), nanoseconds: 0, offset: zone.startsWith('-') ? 0 - offset : offset };
  } catch {
    return undefined;
  }
}

/** Two digits, or a sign and one; anything else counts as nothing (the reference ignores strconv.Atoi's error). */
function number(text: string): number {
  return /^(?:[0-9]{2}|[+-][0-9])$/.test(text) ? Number(text) : 0;
}
