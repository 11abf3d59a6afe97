/** Words that are in one place of a build's request alone, and where else they turn up. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Canaries of one run: 32 characters each, of which the first half is the same. */
export interface Canaries {
  /** The word of that name, made when asked for the first time. */
  word(name: string): string;
  /** The names so far, in order. */
  names(): readonly string[];
  /** The names of those that are in the bytes: as they are, as hexadecimal or base64 digits, or below gzip. */
  find(bytes: Uint8Array): ReadonlySet<string>;
}

/** A set of canaries that no other run has. */
export function createCanaries(): Canaries {
  const half = () => randomBytes(8).toString('hex');
  const common = half();
  const commonForms = forms(common);
  const words = new Map<string, string>();
  const find = (given: Uint8Array): ReadonlySet<string> => {
    const bytes = decompress(given);
    // Most bytes have none, and then five searches tell.
    if (!commonForms.some((form) => bytes.includes(form))) return new Set();
    return new Set([...words].filter(([, word]) => forms(word).some((form) => bytes.includes(form))).map(([name]) => name));
  };
  return {
    word: (name) => {
      const word = words.get(name) ?? common + half();
      words.set(name, word);
      return word;
    },
    names: () => [...words.keys()],
    find,
  };
}

/** A word as text, in hexadecimal, and the base64 digits that it has at each of the three places where it can begin. */
function forms(word: string): readonly string[] {
  const base64 = [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(word)]);
    return bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
  });
  return [word, Buffer.from(word).toString('hex'), ...base64];
}

function decompress(bytes: Uint8Array): Buffer {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer[0] !== 0x1f || buffer[1] !== 0x8b) return buffer;
  try {
    return gunzipSync(buffer);
  } catch {
    // A file that only begins as gzip does.
    return buffer;
  }
}

/** Every regular file below a folder, by its path in it; also those whose folder changes meanwhile, as a daemon's does. */
export function* filesBelow(folder: string, path = ''): Generator<readonly [path: string, bytes: Buffer]> {
  for (const entry of gone(() => readdirSync(join(folder, path), { withFileTypes: true })) ?? []) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) yield* filesBelow(folder, inner);
    else if (entry.isFile()) {
      const bytes = gone(() => readFileSync(join(folder, inner)));
      if (bytes !== undefined) yield [inner, bytes];
    }
  }
}

/** What is read, or undefined when it has just been removed. */
function gone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** An Ed25519 private key whose 32 secret bytes are the word, as PEM (PKCS #8, RFC 8410). */
export function privateKey(word: string): string {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(word)]);
  return `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`;
}
