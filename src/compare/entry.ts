import type { Change } from '../spec/difference.ts';
import type { EntryHeader, EntryTime, LayerEntry } from '../spec/layer-entry.ts';
import { causeOfContent } from './content.ts';

const XATTR_PREFIXES = ['SCHILY.xattr.', 'LIBARCHIVE.xattr.'];
/** Records that say what a field of the entry says already. */
const KNOWN_RECORDS: ReadonlySet<string> = new Set(['path', 'linkpath', 'mtime', 'atime', 'ctime', 'uid', 'gid', 'uname', 'gname', 'size']);

/** What differs between two entries of one path; empty when nothing does. */
export function compareEntries(a: LayerEntry, b: LayerEntry): readonly Change[] {
  if (isSame(a, b)) return NONE;
  const changes: Change[] = [];
  const add = (field: string, cause: Change['cause'], left: string, right: string): void => {
    if (left !== right) changes.push({ field, a: left, b: right, cause });
  };
  const isLinkedCopy = (a.type === 'hardlink' && b.type === 'file') || (a.type === 'file' && b.type === 'hardlink');
  add('type', isLinkedCopy ? 'hard-link' : 'type', a.type, b.type);
  if (a.type === b.type) {
    if (a.contentDigest !== b.contentDigest) changes.push({ field: 'content', a: contentOf(a), b: contentOf(b), cause: causeOfContent(a.path, { a: a.content, b: b.content }) });
    add('link target', 'link', a.linkTarget, b.linkTarget);
  }
  add('device', 'device', `${a.deviceMajor}:${a.deviceMinor}`, `${b.deviceMajor}:${b.deviceMinor}`);
  add('mode', 'mode', octal(a.mode & 0o7777), octal(b.mode & 0o7777));
  add('owner', 'owner', `${a.uid}:${a.gid}`, `${b.uid}:${b.gid}`);
  add('modified', 'timestamp', showTime(a.modified), showTime(b.modified));
  if (a.format !== 'folder' && b.format !== 'folder') compareHeaders(a, b, add);
  return changes;
}

const NONE: readonly Change[] = [];

/** What only an archive has, and a container does not see (but extended attributes). */
function compareHeaders(a: EntryHeader, b: EntryHeader, add: (field: string, cause: Change['cause'], left: string, right: string) => void): void {
  for (const key of new Set([...a.records.keys(), ...b.records.keys()])) {
    if (KNOWN_RECORDS.has(key)) continue;
    const prefix = XATTR_PREFIXES.find((each) => key.startsWith(each));
    const name = prefix === undefined ? `record ${key}` : `attribute ${key.slice(prefix.length)}`;
    add(name, prefix === undefined ? 'tar-header' : 'extended-attribute', a.records.get(key) ?? '', b.records.get(key) ?? '');
  }
  add('owner names', 'tar-header', `${a.userName}:${a.groupName}`, `${b.userName}:${b.groupName}`);
  add('accessed', 'access-time', showTime(a.accessed), showTime(b.accessed));
  add('changed', 'access-time', showTime(a.changed), showTime(b.changed));
  add('path as written', 'tar-header', a.rawPath, b.rawPath);
  add('type bits of the mode', 'tar-header', octal(a.mode & ~0o7777), octal(b.mode & ~0o7777));
  add('header format', 'tar-header', a.format, b.format);
}

/** The usual case, found fast. */
function isSame(a: LayerEntry, b: LayerEntry): boolean {
  return a.contentDigest === b.contentDigest && a.modified === b.modified && a.type === b.type && a.mode === b.mode && a.uid === b.uid && a.gid === b.gid &&
    a.linkTarget === b.linkTarget && a.deviceMajor === b.deviceMajor && a.deviceMinor === b.deviceMinor &&
    (a.format === 'folder' || b.format === 'folder' || (a.format === b.format && a.rawPath === b.rawPath && a.userName === b.userName && a.groupName === b.groupName &&
    a.accessed === b.accessed && a.changed === b.changed && sameRecords(a.records, b.records)));
}

function sameRecords(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}

function contentOf(entry: LayerEntry): string {
  return `sha256:${entry.contentDigest}`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

/** `2023-11-14T22:13:20Z`, or with the fraction that the archive has; what no calendar reaches stays a number. */
export function showTime(time: EntryTime): string {
  if (time === '') return '';
  const [seconds = '', fraction] = time.split('.');
  const milliseconds = Number(seconds) * 1000;
  if (!(Math.abs(milliseconds) <= 8.64e15)) return time;
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, fraction === undefined ? 'Z' : `.${fraction}Z`);
}
