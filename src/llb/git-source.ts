import { joinPath } from '../spec/path.ts';
import { isValidQuery, parseUrl, urlToString } from '../spec/url.ts';
import { ATTRS } from './attrs.ts';
import { CAPS } from './caps.ts';
import { SourceBuilder } from './sources.ts';
import type { State } from './state.ts';
import type { Constraints } from './types.ts';

export interface GitOptions {
  readonly ref?: string;
  readonly subdir?: string;
  readonly keepGitDir?: boolean;
  readonly checksum?: string;
  readonly skipSubmodules?: boolean;
  /** '', `checkout` or `commit`. */
  readonly mtime?: string;
  readonly fetchByCommit?: boolean;
  readonly authTokenSecret?: string;
  readonly authHeaderSecret?: string;
  readonly knownSshHosts?: string;
  readonly mountSshSock?: string;
  readonly constraints?: Constraints;
}

/**
 * A git repository (llb.Git). `fragment` is `ref:subdir`, which the options override. Host keys of SSH remotes are not asked for
 * over the network: the reference does so only where a frontend has one.
 */
export function git(remote: string, fragment: string, options: GitOptions = {}): State {
  const { url, parsed } = parseRemote(remote);
  const colon = fragment.indexOf(':');
  const ref = options.ref ?? (colon < 0 ? fragment : fragment.slice(0, colon));
  const subdir = options.subdir ?? (colon < 0 ? '' : joinPath('/', fragment.slice(colon + 1)).slice(1));
  const builder = new SourceBuilder()
    .attr(ATTRS.keepGitDir, flag(options.keepGitDir), CAPS.sourceGitKeepDir)
    .attr(ATTRS.fullRemoteUrl, url, CAPS.sourceGitFullUrl)
    .attr(ATTRS.authTokenSecret, options.authTokenSecret ?? 'GIT_AUTH_TOKEN')
    .attr(ATTRS.authHeaderSecret, options.authHeaderSecret ?? 'GIT_AUTH_HEADER')
    .cap((options.authTokenSecret ?? options.authHeaderSecret) === undefined ? undefined : CAPS.sourceGitHttpAuth);
  if (parsed?.scheme === 'ssh') {
    builder
      .attr(ATTRS.knownSshHosts, options.knownSshHosts)
      .cap(CAPS.sourceGitKnownSshHosts)
      .attr(ATTRS.mountSshSock, options.mountSshSock === undefined || options.mountSshSock === '' ? 'default' : options.mountSshSock, CAPS.sourceGitMountSshSock);
  }
  return builder
    .attr(ATTRS.gitChecksum, options.checksum, CAPS.sourceGitChecksum)
    .attr(ATTRS.gitSkipSubmodules, flag(options.skipSubmodules), CAPS.sourceGitSkipSubmodules)
    .attr(ATTRS.gitMtime, options.mtime, CAPS.sourceGitMtime)
    .attr(ATTRS.gitFetchByCommit, flag(options.fetchByCommit), CAPS.sourceGitFetchByCommit)
    .cap(CAPS.sourceGit)
    .state(`git://${parsed === undefined ? url : identifier(parsed, ref, subdir)}`, options.constraints);
}

/** A remote taken apart (util/gitutil's GitURL). */
interface Remote {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
}

const PROTOCOLS: ReadonlySet<string> = new Set(['http', 'https', 'ssh', 'git']);

/** The URL of a remote; one without a protocol is taken as https. A URL that cannot be parsed is used as it is. */
function parseRemote(remote: string): { readonly url: string; readonly parsed?: Remote } {
  const protocol = /^[a-zA-Z0-9]+(?=:\/\/)/.exec(remote)?.[0];
  if (protocol === undefined) return parseScp(remote) ?? parseRemote(`https://${remote}`);
  const url = PROTOCOLS.has(protocol.toLowerCase()) ? parseUrl(remote) : undefined;
  return url === undefined ? { url: remote } : { url: urlToString({ ...url, query: '', fragment: '' }), parsed: url };
}

/** `user@host:path`, without the query and fragment that may follow. */
function parseScp(remote: string): { readonly url: string; readonly parsed: Remote } | undefined {
  const match = /^([a-zA-Z0-9_-]+@([a-zA-Z0-9.-]+)):([^?#\n]*)(?:\?([^#\n]*))?(?:#.*)?$/.exec(remote);
  if (match === null || !isValidQuery(match[4] ?? '')) return undefined;
  const [, place = '', host = '', path = ''] = match;
  return { url: `${place}:${path}`, parsed: { scheme: 'ssh', host, path } };
}

/** The same for all protocols of one repository. */
function identifier({ host, path }: Remote, ref: string, subdir: string): string {
  const place = host + joinPath('/', path);
  if (ref === '' && subdir === '') return place;
  return `${place}#${ref}${subdir === '' ? '' : `:${subdir}`}`;
}

function flag(value: boolean | undefined): string | undefined {
  return value === true ? 'true' : undefined;
}
