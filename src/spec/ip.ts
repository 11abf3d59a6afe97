/** Which family `text` is an IP address of; undefined when it is none. Zones are refused (Go's net.ParseIP). */
export function ipFamily(text: string): 4 | 6 | undefined {
  if (isIpv4(text)) return 4;
  return isIpv6(text) ? 6 : undefined;
}

function isIpv4(text: string): boolean {
  const fields = text.split('.', 5);
  return fields.length === 4 && fields.every((field) => /^(?:0|[1-9][0-9]{0,2})$/.test(field) && Number(field) <= 255);
}

function isIpv6(text: string): boolean {
  if (text.length > 45) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.map((half, index) => countGroups(half, index === halves.length - 1));
  if (groups.includes(-1)) return false;
  const total = groups.reduce((sum, count) => sum + count, 0);
  return halves.length === 1 ? total === 8 : total < 8;
}

/** How many 16-bit groups a part of an IPv6 address has; -1 when it has something else. Only the last part may end in an IPv4 address. */
function countGroups(part: string, last: boolean): number {
  if (part === '') return 0;
  const fields = part.split(':');
  let count = 0;
  for (const [index, field] of fields.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(field)) count += 1;
    else if (last && index === fields.length - 1 && isIpv4(field)) count += 2;
    else return -1;
  }
  return count;
}
