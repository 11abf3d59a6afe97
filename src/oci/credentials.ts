import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CodedError, messageOf } from '../diag/error.ts';
import { members, parseJson } from '../spec/descriptor.ts';
import { cut, trimEnd } from '../spec/strings.ts';

/** How a client shows itself to a registry: a name and password, or a token that is exchanged for another one. */
export type Credentials = { readonly kind: 'basic'; readonly user: string; readonly password: string } | { readonly kind: 'identity-token'; readonly token: string };

/** What Docker's clients call the public registry in their configuration. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

/** A credential helper's answer for a server it does not know (docker-credential-helpers credentials/error.go). */
const NOT_FOUND = 'credentials not found in native keychain';

/**
 * What the user's Docker configuration (`$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`) has for a registry: its own helper, the store for all,
 * or the text in the file. Undefined when there is nothing. Throws (code `image`) when the file is malformed or a helper fails; no message has a secret.
 */
export async function findCredentials(host: string, environment: NodeJS.ProcessEnv = process.env): Promise<Credentials | undefined> {
  const file = join(environment['DOCKER_CONFIG'] || join(homedir(), '.docker'), 'config.json');
  const text = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new CodedError('image', `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  });
  if (text === undefined) return undefined;
  const config = members(parseJson(text, file), file);
  const key = host === 'docker.io' ? DOCKER_HUB_KEY : host;
  const helpers = members(config.get('credHelpers') ?? {}, `${file}: credHelpers`);
  const helper = helpers.get(key) ?? helpers.get(host) ?? config.get('credsStore');
  if (typeof helper === 'string' && helper !== '') {
    const found = await askHelper(helper, key, environment);
    if (found !== undefined) return found;
  }
  const auths = members(config.get('auths') ?? {}, `${file}: auths`);
  const entry = auths.get(key) ?? [...auths].find(([name]) => hostOf(name) === hostOf(key))?.[1];
  return entry === undefined ? undefined : fromEntry(members(entry, `${file}: auths[${JSON.stringify(key)}]`), file);
}

/** The host of a key such as `https://index.docker.io/v1/`, `registry.example:5000` or `ghcr.io/v2`. */
function hostOf(key: string): string {
  return cut(key.replace(/^https?:\/\//, ''), '/').before.toLowerCase();
}

function fromEntry(entry: ReadonlyMap<string, unknown>, file: string): Credentials | undefined {
  const text = (key: string): string => (typeof entry.get(key) === 'string' ? (entry.get(key) as string) : '');
  if (text('identitytoken') !== '') return { kind: 'identity-token', token: text('identitytoken') };
  if (text('auth') === '') return text('username') === '' ? undefined : { kind: 'basic', user: text('username'), password: text('password') };
  const decoded = trimEnd(Buffer.from(text('auth'), 'base64').toString('utf8'), '\0');
  const colon = decoded.indexOf(':');
  if (colon < 0) throw new CodedError('image', `${file}: an auth entry is not the base64 of NAME:PASSWORD`);
  return { kind: 'basic', user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** Runs `docker-credential-NAME get` (docker-credential-helpers): the server on stdin, JSON on stdout. */
async function askHelper(name: string, server: string, environment: NodeJS.ProcessEnv): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`;
  if (!/^[\w.-]+$/.test(name)) throw new CodedError('image', `the Docker configuration names the credential helper ${JSON.stringify(name)}: not a program's name`);
  const { failure, stdout } = await new Promise<{ readonly failure: Error | null; readonly stdout: string }>((resolve) => {
    const child = execFile(program, ['get'], { env: environment, timeout: 60_000, maxBuffer: 1 << 20 }, (failure, stdout) => resolve({ failure, stdout }));
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(server);
  });
  if (failure !== null) {
    if (stdout.includes(NOT_FOUND)) return undefined;
    throw new CodedError('image', `the credential helper ${program} failed for ${server}${'code' in failure && failure.code === 'ENOENT' ? ': there is no such program' : ''}`);
  }
  const answer = members(parseJson(Buffer.from(stdout), `the answer of ${program}`), `the answer of ${program}`);
  const [user, secret] = [answer.get('Username'), answer.get('Secret')];
  if (typeof user !== 'string' || typeof secret !== 'string') throw new CodedError('image', `the answer of ${program} has no Username and Secret`);
  return user === '<token>' ? { kind: 'identity-token', token: secret } : { kind: 'basic', user, password: secret };
}
