import { mkdirSync, mkdtempSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The folder of package.json. */
export const projectFolder = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** Everything downloaded or built; may be deleted at any time when nothing runs. */
export const cacheFolder = join(projectFolder, '.cache');

/** One line to the user on stderr. */
export function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

/**
 * The path `.cache/NAME`, made by `make` when it is not there: a file or a folder, complete or absent.
 * NAME carries the version, so nothing in it is ever changed. Several processes may ask at once; one makes it.
 */
export async function cached(name: string, make: (path: string) => Promise<void>): Promise<string> {
  const path = join(cacheFolder, name);
  if (existsSync(path)) return path;
  return withLock(name.replaceAll('/', '_'), async () => {
    if (existsSync(path)) return path;
    mkdirSync(dirname(path), { recursive: true });
    const folder = mkdtempSync(join(cacheFolder, 'making-'));
    try {
      await make(join(folder, 'it'));
      renameSync(join(folder, 'it'), path);
      return path;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** Runs `action` while no other process of this machine holds the lock of that name. */
export async function withLock<T>(name: string, action: () => Promise<T>): Promise<T> {
  const lock = join(cacheFolder, 'locks', name);
  mkdirSync(dirname(lock), { recursive: true });
  for (let waited = 0; !tryLock(lock); waited++) {
    if (waited === 10) say(`waiting for another process that makes ${name}`);
    await sleep(200);
  }
  try {
    return await action();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryLock(lock: string): boolean {
  try {
    writeFileSync(lock, owner(), { flag: 'wx' });
    return true;
  } catch {
    if (!isAlive(readOrEmpty(lock))) rmSync(lock, { force: true });
    return false;
  }
}

/** A new folder of this process below `.cache/run`. */
export function runFolder(): string {
  return ownedFolder(join(cacheFolder, 'run'));
}

/** A new folder for sockets, whose paths have a limit of some hundred bytes: not below the project. */
export function socketFolder(): string {
  return ownedFolder(join(tmpdir(), `repro-sockets-${process.getuid?.() ?? 0}`));
}

/** A folder PARENT/OWNER-RANDOM; those of dead processes are removed on the way. */
function ownedFolder(parent: string): string {
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(parent)) {
    if (!isAlive(name.split('-').slice(0, 2).join('-'))) rmSync(join(parent, name), { recursive: true, force: true });
  }
  return mkdtempSync(join(parent, `${owner()}-`));
}

/** `PID-STARTTIME`: the same process and not a later one of that number. */
function owner(): string {
  return `${process.pid}-${startTime(process.pid)}`;
}

function isAlive(text: string): boolean {
  const [pid, start] = text.split('-');
  // A lock that is being written is still empty.
  return text === '' || (start !== undefined && startTime(Number(pid)) === start);
}

function startTime(pid: number): string {
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
