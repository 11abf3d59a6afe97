import { isIPv4, isIPv6 } from 'node:net';

/** An IP address in Go's canonical spelling (net.ParseIP and String); undefined when it is none. Zones are refused. */
export function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const groups = expandGroups(text);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]).join('.');
  }
  return compressGroups(groups);
}

/** The eight 16-bit groups of a valid IPv6 address. */
function expandGroups(text: string): readonly number[] {
  const [head = '', tail] = text.split('::');
  const left = readGroups(head);
  if (tail === undefined) return left;
  const right = readGroups(tail);
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function readGroups(text: string): readonly number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

/** RFC 5952: the first longest run of at least two zero groups becomes `::`. */
function compressGroups(groups: readonly number[]): string {
  let start = -1;
  let length = 1;
  for (let at = 0; at < groups.length; at++) {
    let end = at;
    while (groups[end] === 0) end++;
    if (end - at > length) [start, length] = [at, end - at];
    at = Math.max(at, end - 1);
  }
  const print = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  return start < 0 ? print(groups) : `${print(groups.slice(0, start))}::${print(groups.slice(start + length))}`;
}
