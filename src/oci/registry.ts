import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError, messageOf } from '../diag/error.ts';
import type { Reference } from '../spec/reference.ts';
import { cut } from '../spec/strings.ts';
import { findCredentials } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { readAll } from './verify.ts';
import type { Chunks } from './verify.ts';

/** A client of one repository of a registry (distribution-spec), which shows the user's credentials when it is asked to. */
export interface RegistryClient {
  /** `registry.example/path`, for messages. */
  readonly name: string;
  /**
   * Sends a request below `/v2/NAME/`, or to a URL that an earlier answer gave; with credentials if the registry wants them, again when it is busy.
   * Throws (code `image`) when no answer comes, or its status is none of `accepted`.
   */
  request(method: string, path: string, options: RequestOptions): Promise<Response>;
}

export interface RequestOptions {
  readonly accepted: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** What the request needs, for the token service. */
  readonly actions?: 'pull' | 'pull,push';
}

export interface RegistryOptions {
  /** Plain http with any registry. Without it, only with one on a loopback address that does not speak TLS. */
  readonly plainHttp?: boolean;
  readonly environment?: NodeJS.ProcessEnv;
}

const TRIES = 4;
const BUSY: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
const MAX_WAIT_MS = 30_000;
/** A registry that says nothing for this long is not there. */
const ANSWER_TIMEOUT_MS = 60_000;

/** A token, or the reason why not, is short; an answer without end is given up. */
const MAX_ANSWER_SIZE = 1 << 16;

/** A client for the repository of `reference`. */
export function makeRegistryClient(reference: Reference, options: RegistryOptions = {}): RegistryClient {
  const host = reference.domain === 'docker.io' ? 'registry-1.docker.io' : reference.domain;
  const name = `${reference.domain}/${reference.path}`;
  const environment = options.environment ?? process.env;
  let scheme: 'https' | 'http' = options.plainHttp === true ? 'http' : 'https';
  let credentials: Promise<Credentials | undefined> | undefined;
  const authorizations = new Map<string, string>();
  const findOwn = () => (credentials ??= findCredentials(reference.domain, environment));

  const send = async (method: string, path: string, request: RequestOptions): Promise<Response> => {
    const isOurs = !/^https?:/.test(path) || isOrigin(path, scheme, host);
    const actions = request.actions ?? 'pull';
    // Once a request: a token may have run out since it was fetched.
    let hasAuthorized = false;
    for (let attempt = 1; ; attempt++) {
      const used = scheme;
      const url = /^https?:/.test(path) ? path : `${used}://${host}/v2/${reference.path}/${path}`;
      const authorization = isOurs ? authorizations.get(actions) : undefined;
      let response: Response;
      try {
        response = await fetchAnswer(url, { method, body: request.body ?? null, headers: { ...request.headers, ...(authorization === undefined ? {} : { authorization }) } });
      } catch (error) {
        if (used === 'https' && isLoopback(host) && isNotTls(error)) {
          scheme = 'http';
          continue;
        }
        if (attempt < TRIES && !isFinal(error)) {
          await sleep(250 * 2 ** attempt);
          continue;
        }
        throw new CodedError('image', `${name}: no answer from ${host}: ${describe(error)}`, { cause: error });
      }
      if (request.accepted.includes(response.status)) return response;
      // Where an answer redirected to, somebody else may ask: their question is not answered with these credentials.
      if (response.status === 401 && isOurs && !hasAuthorized && isOrigin(response.url, used, host)) {
        const challenge = response.headers.get('www-authenticate') ?? '';
        hasAuthorized = true;
        await response.body?.cancel();
        authorizations.set(actions, await authorize(challenge, `repository:${reference.path}:${actions}`, url, await findOwn()));
        continue;
      }
      if (BUSY.has(response.status) && attempt < TRIES) {
        await response.body?.cancel();
        await sleep(waitTime(response.headers.get('retry-after'), attempt));
        continue;
      }
      throw await refusal(response, name, method, path);
    }
  };
  return { name, request: send };
}

/** Waits for the head of an answer; its body may take longer. */
async function fetchAnswer(url: string, init: RequestInit): Promise<Response> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error(`nothing for ${ANSWER_TIMEOUT_MS / 1000} s`)), ANSWER_TIMEOUT_MS);
  try {
    // Authorization is not sent to another origin that an answer redirects to (Fetch standard, HTTP-redirect fetch).
    return await fetch(url, { ...init, signal: controller.signal });
  } finally {
    clearTimeout(timer);
  }
}

/** The Authorization header that a challenge asks for (RFC 9110 section 11; distribution's token specification). */
async function authorize(challenge: string, scope: string, url: string, credentials: Credentials | undefined): Promise<string> {
  const [, scheme = '', rest = ''] = /^\s*(\w+)\s*(.*)$/s.exec(challenge) ?? [];
  const parameters = challengeParameters(rest);
  const host = new URL(url).host;
  if (scheme.toLowerCase() === 'basic') {
    if (credentials?.kind !== 'basic') throw new CodedError('image', `${host} asks for a name and password; log in (docker login ${host})`);
    return basic(credentials);
  }
  const realm = parameters.get('realm');
  if (scheme.toLowerCase() !== 'bearer' || realm === undefined || !URL.canParse(realm)) throw new CodedError('image', `${host} asks for authorization in a way that is not known: ${JSON.stringify(challenge)}`);
  const target = new URL(realm);
  // What guards the registry's own connection guards the credentials too.
  if (target.protocol !== 'https:' && !(target.protocol === 'http:' && url.startsWith('http:'))) throw new CodedError('image', `${host} asks for credentials at ${target.origin}: not https`);
  return `Bearer ${await fetchToken(target, parameters.get('service') ?? '', parameters.get('scope') ?? scope, credentials)}`;
}

/** What comes after a challenge's scheme: `NAME=WORD` and `NAME="TEXT"`, with commas between them (RFC 9110 section 11.2). */
function challengeParameters(text: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  const next = /[\s,]*(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y;
  for (let match = next.exec(text); match !== null; match = next.exec(text)) {
    parameters.set((match[1] ?? '').toLowerCase(), match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '');
  }
  return parameters;
}

async function fetchToken(realm: URL, service: string, scope: string, credentials: Credentials | undefined): Promise<string> {
  let response: Response;
  try {
    if (credentials?.kind === 'identity-token') {
      const body = new URLSearchParams({ grant_type: 'refresh_token', service, scope, client_id: 'repro-dockerfile', refresh_token: credentials.token });
      response = await fetchAnswer(realm.href, { method: 'POST', body });
    } else {
      if (service !== '') realm.searchParams.set('service', service);
      for (const each of scope.split(' ')) realm.searchParams.append('scope', each);
      response = await fetchAnswer(realm.href, { headers: credentials === undefined ? {} : { authorization: basic(credentials) } });
    }
  } catch (error) {
    throw new CodedError('image', `no token from ${realm.origin}: ${describe(error)}`, { cause: error });
  }
  if (!response.ok) throw new CodedError('image', `no token from ${realm.origin}: status ${response.status}${credentials === undefined ? '; log in (docker login)' : ''}`);
  const answer = (await readAll(bodyOf(response), MAX_ANSWER_SIZE, 'a token').then((bytes) => JSON.parse(bytes.toString()), () => undefined).catch(() => undefined)) as { readonly token?: unknown; readonly access_token?: unknown } | undefined;
  const token = answer?.token ?? answer?.access_token;
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) throw new CodedError('image', `no token from ${realm.origin}: its answer has none`);
  return token;
}

function basic(credentials: { readonly user: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;
}

/** The error for an answer that says no, with the registry's own words. */
async function refusal(response: Response, name: string, method: string, path: string): Promise<CodedError> {
  const text = await readAll(bodyOf(response), MAX_ANSWER_SIZE, name).then((bytes) => bytes.toString(), () => '');
  let reason = '';
  try {
    const { errors } = JSON.parse(text) as { readonly errors?: readonly { readonly code?: string; readonly message?: string }[] };
    reason = (errors ?? []).map(({ code = '', message = '' }) => `${code} ${message}`.trim()).join('; ').slice(0, 2000);
  } catch {
    // Not the registry's form: the status says it.
  }
  const hint = response.status === 404 ? ' (no such image, or no right to see it)' : response.status === 401 || response.status === 403 ? ' (log in with docker login, or it may not be read)' : '';
  return new CodedError('image', `${name}: ${method} ${cut(path, '?').before}: status ${response.status}${reason === '' ? '' : `, ${reason}`}${hint}`);
}

function waitTime(retryAfter: string | null, attempt: number): number {
  const seconds = retryAfter === null ? Number.NaN : /^\d+$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? 500 * 2 ** attempt : Math.min(Math.max(seconds * 1000, 0), MAX_WAIT_MS);
}

/** Whether a URL is of this scheme and host: what leads from https to http is somebody else, too. */
function isOrigin(url: string, scheme: string, host: string): boolean {
  return URL.canParse(url) && new URL(url).origin === new URL(`${scheme}://${host}`).origin;
}

function bodyOf(response: Response): Chunks {
  return (response.body ?? new ReadableStream()) as unknown as Chunks;
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
}

/** Whether TLS failed because the other side speaks something else. */
function isNotTls(error: unknown): boolean {
  return codeOf(error) === 'ERR_SSL_WRONG_VERSION_NUMBER' || codeOf(error) === 'ERR_SSL_PACKET_LENGTH_TOO_LONG' || codeOf(error) === 'EPROTO';
}

/** Whether asking again cannot help: nobody listens, a certificate is not trusted. */
function isFinal(error: unknown): boolean {
  return /^(ECONNREFUSED|ENOTFOUND|CERT_|DEPTH_ZERO|UNABLE_TO|SELF_SIGNED|ERR_TLS|ERR_SSL|EPROTO)/.test(codeOf(error));
}

function describe(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = messageOf(cause) || codeOf(error);
  return isNotTls(error) ? `it does not speak TLS (--plain-http if that is meant): ${text}` : text;
}
