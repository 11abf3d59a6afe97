import { ipFamily } from './ip.ts';

/** A URL as Go's net/url takes it apart; what is percent-encoded is decoded, but for `query`. */
export interface Url {
  /** In lower case. */
  readonly scheme: string;
  /** What follows the scheme of a URL without slashes (`mailto:x`). */
  readonly opaque: string;
  readonly user: { readonly name: string; readonly password?: string } | undefined;
  readonly host: string;
  readonly path: string;
  /** The path as written; set only where that is not the usual encoding of `path`. */
  readonly rawPath: string;
  readonly query: string;
  /** The URL ends in a `?` with no query. */
  readonly forceQuery: boolean;
  /** The scheme is followed by a path and no `//`. */
  readonly omitHost: boolean;
  readonly fragment: string;
  /** The fragment as written; set only where that is not the usual encoding of `fragment`. */
  readonly rawFragment: string;
}

/** All work is on byte strings: one character a byte of the UTF-8 form. */
const toBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const toText = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

/** For each part of a URL, the characters that stand for themselves. */
const ALPHANUMERIC = 'A-Za-z0-9._~\\-';
const SAFE = {
  path: new RegExp(`^[${ALPHANUMERIC}$&+,/:;=@]$`),
  host: new RegExp(`^[${ALPHANUMERIC}!$&'()*+,;=:<>"\\[\\]]$`),
  user: new RegExp(`^[${ALPHANUMERIC}$&+,;=]$`),
  query: new RegExp(`^[${ALPHANUMERIC}]$`),
  fragment: new RegExp(`^[${ALPHANUMERIC}$&+,/:;=?@!()*]$`),
} as const;

type Part = keyof typeof SAFE;

/** Parses a URL as Go's url.Parse does; undefined where that gives an error. */
export function parseUrl(text: string): Url | undefined {
  const bytes = toBytes(text);
  const hash = bytes.indexOf('#');
  const url = parseWithoutFragment(hash < 0 ? bytes : bytes.slice(0, hash));
  const written = hash < 0 ? '' : bytes.slice(hash + 1);
  const fragment = unescape(written, 'fragment');
  if (url === undefined || fragment === undefined) return undefined;
  return { ...url, fragment: toText(fragment), rawFragment: escape(fragment, 'fragment') === written ? '' : toText(written) };
}

const EMPTY: Url = {
  scheme: '', opaque: '', user: undefined, host: '', path: '', rawPath: '', query: '', forceQuery: false, omitHost: false, fragment: '', rawFragment: '',
};

function parseWithoutFragment(bytes: string): Url | undefined {
  if (/[\0-\x1f\x7f]/.test(bytes)) return undefined;
  if (bytes === '*') return { ...EMPTY, path: '*' };
  if (bytes.startsWith(':')) return undefined;
  const written = /^[A-Za-z][A-Za-z0-9+.-]*(?=:)/.exec(bytes)?.[0] ?? '';
  const scheme = written.toLowerCase();
  const { rest, query, forceQuery } = splitQuery(written === '' ? bytes : bytes.slice(written.length + 1));
  const url = { ...EMPTY, scheme, query: toText(query), forceQuery };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...url, opaque: toText(rest) };
    if ((rest.split('/', 1)[0] ?? '').includes(':')) return undefined;
  }
  if (rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'))) {
    const slash = rest.indexOf('/', 2);
    const authority = parseAuthority(scheme, rest.slice(2, slash < 0 ? undefined : slash));
    return authority === undefined ? undefined : withPath({ ...url, ...authority }, slash < 0 ? '' : rest.slice(slash));
  }
  return withPath({ ...url, omitHost: scheme !== '' && rest.startsWith('/') }, rest);
}

function splitQuery(text: string): { readonly rest: string; readonly query: string; readonly forceQuery: boolean } {
  const mark = text.indexOf('?');
  if (mark < 0) return { rest: text, query: '', forceQuery: false };
  return { rest: text.slice(0, mark), query: text.slice(mark + 1), forceQuery: mark === text.length - 1 };
}

function withPath(url: Url, written: string): Url | undefined {
  const path = unescape(written, 'path');
  if (path === undefined) return undefined;
  return { ...url, path: toText(path), rawPath: escape(path, 'path') === written ? '' : toText(written) };
}

function parseAuthority(scheme: string, authority: string): Pick<Url, 'user' | 'host'> | undefined {
  const at = authority.lastIndexOf('@');
  const host = parseHost(scheme, authority.slice(at + 1));
  if (host === undefined) return undefined;
  if (at < 0) return { user: undefined, host: toText(host) };
  const info = authority.slice(0, at);
  if (!/^[A-Za-z0-9._:~!$&'()*+,;=%@-]*$/.test(info)) return undefined;
  const colon = info.indexOf(':');
  const name = unescape(colon < 0 ? info : info.slice(0, colon), 'user');
  const password = colon < 0 ? '' : unescape(info.slice(colon + 1), 'user');
  if (name === undefined || password === undefined) return undefined;
  return { user: { name: toText(name), ...(colon < 0 ? {} : { password: toText(password) }) }, host: toText(host) };
}

function parseHost(scheme: string, host: string): string | undefined {
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) return undefined;
  if (bracket === 0) return parseIpLiteral(host);
  const colon = scheme === 'http' || scheme === 'https' ? host.indexOf(':') : host.lastIndexOf(':');
  if (colon >= 0 && !/^:[0-9]*$/.test(host.slice(colon))) return undefined;
  return unescape(host, 'host');
}

function parseIpLiteral(host: string): string | undefined {
  const close = host.lastIndexOf(']');
  const port = host.slice(close + 1);
  if (close < 0 || !/^(?::[0-9]*)?$/.test(port)) return undefined;
  const literal = host.slice(1, close);
  const zoneAt = literal.indexOf('%25');
  const address = unescape(zoneAt < 0 ? literal : literal.slice(0, zoneAt), 'host');
  const zone = zoneAt < 0 ? '' : unescapeZone(literal.slice(zoneAt));
  if (address === undefined || zone === undefined || ipFamily(address) !== 6 || zone === '%') return undefined;
  return `[${address}${zone}]${port}`;
}

function unescapeZone(text: string): string | undefined {
  for (const [escaped] of text.matchAll(/%[0-9A-Fa-f]{2}/g)) {
    const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    if (escaped !== '%25' && character !== ' ' && !SAFE.host.test(character)) return undefined;
  }
  return unescape(text, 'host', true);
}

/** `text` decoded; undefined when an escape is incomplete or a character may not stand there. */
function unescape(text: string, part: Part, zone = false): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  if (part === 'host') {
    if (!zone && /%(?!25)[0-7]/.test(text)) return undefined;
    for (const character of text) if (character !== '%' && character < '\x80' && !SAFE.host.test(character)) return undefined;
  }
  const spaced = part === 'query' ? text.replaceAll('+', ' ') : text;
  return spaced.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function escape(bytes: string, part: Part): string {
  let out = '';
  for (const character of bytes) {
    out += SAFE[part].test(character) ? character : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

/** The URL's text again (url.URL's String). */
export function urlToString(url: Url): string {
  let out = url.scheme === '' ? '' : `${url.scheme}:`;
  if (url.opaque !== '') out += url.opaque;
  else {
    out += authorityToString(url);
    const path = escapedPath(url);
    if (path !== '' && !path.startsWith('/') && url.host !== '') out += '/';
    if (out === '' && (path.split('/', 1)[0] ?? '').includes(':')) out = './';
    out += path;
  }
  if (url.forceQuery || url.query !== '') out += `?${url.query}`;
  return url.fragment === '' ? out : `${out}#${encoded(url.fragment, url.rawFragment, 'fragment')}`;
}

function authorityToString({ scheme, user, host, path, omitHost }: Url): string {
  if (scheme === '' && host === '' && user === undefined) return '';
  if (omitHost && host === '' && user === undefined) return '';
  const slashes = host !== '' || path !== '' || user !== undefined ? '//' : '';
  const password = user?.password === undefined ? '' : `:${escape(toBytes(user.password), 'user')}`;
  return slashes + (user === undefined ? '' : `${escape(toBytes(user.name), 'user')}${password}@`) + escape(toBytes(host), 'host');
}

function escapedPath({ path, rawPath }: Url): string {
  return path === '*' ? '*' : encoded(path, rawPath, 'path');
}

/** A part as written, where that is a valid encoding, else in the usual one. */
function encoded(text: string, raw: string, part: 'path' | 'fragment'): string {
  const isValid = raw !== '' && [...toBytes(raw)].every((character) => "!$&'()*+,;=:@[]%".includes(character) || SAFE[part].test(character));
  return isValid ? raw : escape(toBytes(text), part);
}

const MAX_QUERY_PARAMETERS = 10000;

/** The parameters of a query, those that are wrongly written left out (url.URL's Query). */
export function parseQuery(query: string): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  const parameters = toBytes(query).split('&');
  if (parameters.length > MAX_QUERY_PARAMETERS) return values;
  for (const parameter of parameters) {
    if (parameter === '' || parameter.includes(';')) continue;
    const equals = parameter.indexOf('=');
    const key = unescape(equals < 0 ? parameter : parameter.slice(0, equals), 'query');
    const value = equals < 0 ? '' : unescape(parameter.slice(equals + 1), 'query');
    if (key === undefined || value === undefined) continue;
    const name = toText(key);
    values.set(name, [...(values.get(name) ?? []), toText(value)]);
  }
  return values;
}

/** Whether all parameters of a query are rightly written (url.ParseQuery without an error). */
export function isValidQuery(query: string): boolean {
  const parameters = query.split('&');
  return parameters.length <= MAX_QUERY_PARAMETERS && parameters.every((parameter) => !parameter.includes(';') && !/%(?![0-9A-Fa-f]{2})/.test(parameter));
}

const MASK = 'xxxxx';

/** A URL with user and password masked, as provenance has them (util/urlutil.RedactCredentials); what is no URL stays as it is. */
export function redactCredentials(text: string): string {
  const url = parseUrl(text);
  if (url === undefined) return text;
  const { user } = url;
  if (user === undefined || (user.name === '' && user.password === undefined)) return urlToString(url);
  return urlToString({ ...url, user: { name: user.name === '' ? '' : MASK, ...(user.password === undefined ? {} : { password: MASK }) } });
}
