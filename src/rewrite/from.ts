import { CodedError, messageOf } from '../diag/error.ts';
import type { ConfigSource, Provenance, RecordedCommand, SourceFile } from '../provenance/provenance.ts';
import { isDigest } from '../spec/digest.ts';
import type { Digest } from '../spec/digest.ts';
import { parseGitRef } from '../spec/git-ref.ts';
import type { Change } from './change.ts';
import { optionName, ownerOf } from './from-options.ts';
import { isWrapped } from './wrap.ts';

/** The named contexts in which a caller supplies what a provenance does not hold. */
export const CONTEXT_SUPPLY = 'repro-context';
export const DOCKERFILE_SUPPLY = 'repro-dockerfile';

/** The main build context of a recorded request. */
export type RecordedContext =
  | { readonly kind: 'git'; readonly remote: string; readonly commit: string; readonly subDir: string }
  | { readonly kind: 'http'; readonly url: string; readonly digest: Digest }
  /** A folder of the client: its content is not recorded. */
  | { readonly kind: 'client' };

/** The request of a build as its provenance records it, ready to be made again. */
export interface RecordedRequest {
  /** The frontend options of the new build: the recorded ones, with those that are the caller's to say. */
  readonly options: ReadonlyMap<string, string>;
  /** The Dockerfile's text; undefined when only its place is recorded. */
  readonly dockerfile?: SourceFile;
  /** The Dockerfile's path in the context. */
  readonly path: string;
  readonly context: RecordedContext;
  /** The secrets that it cannot do without. */
  readonly requiredSecrets: readonly string[];
  /** All that RUNs may ask of the client; undefined when that is not recorded. */
  readonly declared?: Declared;
  readonly changes: readonly Change[];
}

/** Secrets and SSH agents by id. */
export interface Declared {
  readonly secrets: ReadonlySet<string>;
  readonly ssh: ReadonlySet<string>;
}

/**
 * The request that `provenance` records, to build `image` again; `given` are the options of the caller, which win over it only with
 * `override`. Throws (code `provenance`) with all that the provenance lacks or the caller contradicts, and what the caller must supply.
 */
export function recordedRequest(image: string, provenance: Provenance, given: ReadonlyMap<string, string>, override: boolean): RecordedRequest {
  return new RequestReader(provenance, given, override).read(image);
}

const EPOCH = 'build-arg:SOURCE_DATE_EPOCH';
/** Asked for with every git source; the daemon does without. */
const GIT_SECRETS: ReadonlySet<string> = new Set(['GIT_AUTH_TOKEN', 'GIT_AUTH_HEADER']);

class RequestReader {
  readonly #provenance: Provenance;
  readonly #given: ReadonlyMap<string, string>;
  readonly #override: boolean;
  readonly #options: Map<string, string>;
  readonly #problems: string[] = [];
  readonly #changes: Change[] = [];

  constructor(provenance: Provenance, given: ReadonlyMap<string, string>, override: boolean) {
    this.#provenance = provenance;
    this.#given = given;
    this.#override = override;
    this.#options = new Map([...given].filter(([key]) => ownerOf(key) !== 'request' && !['context', 'filename', 'dockerfilekey', 'contextkey'].includes(key)));
  }

  read(image: string): RecordedRequest {
    const { request, configSource } = this.#provenance;
    this.#checkKind();
    const context = this.#context(configSource);
    const dockerfile = this.#dockerfile(context, configSource.path);
    this.#takeOptions();
    this.#meetCaller();
    this.#followRuns();
    this.#checkEpoch(dockerfile);
    for (const { id, optional } of request.secrets.filter(({ id: each }) => !GIT_SECRETS.has(each))) this.#tell(`secret ${id}`, 'asked of the client', optional ? 'it is optional, and whether the first build had it is not recorded' : 'the build needs it');
    for (const { id } of request.ssh) this.#tell(`SSH agent ${id}`, 'asked of the client', 'the build needs it');
    if (this.#problems.length > 0) throw new CodedError('provenance', `cannot build ${image} again from ${this.#provenance.name}:\n${this.#problems.map((each) => `  ${each}`).join('\n')}`);
    return {
      options: this.#options,
      path: configSource.path === '' ? 'Dockerfile' : configSource.path,
      context,
      ...(dockerfile === undefined ? {} : { dockerfile }),
      requiredSecrets: request.secrets.filter(({ optional }) => !optional).map(({ id }) => id),
      ...(this.#provenance.complete.request ? { declared: { secrets: new Set(request.secrets.map(({ id }) => id)), ssh: new Set(request.ssh.map(({ id }) => id)) } } : {}),
      changes: this.#changes,
    };
  }

  #tell(was: string, becomes: string, why: string, warning = false): void {
    this.#changes.push({ rule: 'from', line: 0, was, becomes, why, ...(warning ? { warning } : {}) });
  }

  /** Whether it is the provenance of a Dockerfile's build, and tells the whole request. */
  #checkKind(): void {
    const { form, request, complete } = this.#provenance;
    const again = request.args.get('build-arg:REPRO_FROM');
    if (form === 'source-policy') this.#problems.push('a source policy has no request: expected SLSA provenance');
    else if (!['dockerfile.v0', 'gateway.v0'].includes(request.frontend)) this.#problems.push(`it is not of a Dockerfile's build: its frontend is ${request.frontend === '' ? 'none' : JSON.stringify(request.frontend)}`);
    else if (!complete.request && !this.#override) {
      this.#problems.push('it leaves out build args, labels and secrets of the request (mode=min): give those of the first build with this one, and REPRO_OVERRIDE=1 to say that these are all');
    }
    if (again !== undefined) this.#problems.push(`it was itself built again from ${again}: use REPRO_FROM=${again}`);
  }

  #context({ uri, digest }: ConfigSource): RecordedContext {
    const supply = this.#given.get(`context:${CONTEXT_SUPPLY}`);
    if (uri === '' || (supply !== undefined && this.#override)) {
      if (supply !== undefined) this.#tell('main context', supply, `the client supplies it as ${CONTEXT_SUPPLY}`);
      else this.#tell('main context', 'none', `it was a folder of the client, which ${this.#provenance.name} does not hold; reading from it is an error`);
      return { kind: 'client' };
    }
    if (supply !== undefined) this.#problems.push(`the context ${CONTEXT_SUPPLY} is given, and the main context was ${uri}: REPRO_OVERRIDE=1 puts what is given in its place`);
    const found = this.#remoteContext(withoutRedaction(uri), digest);
    if (found === undefined) return { kind: 'client' };
    this.#tell('main context', uri, `${this.#provenance.name} records it with ${found.kind === 'git' ? `the commit ${found.commit}` : found.digest}`);
    return found;
  }

  #remoteContext(uri: string, digest: ReadonlyMap<string, string>): Exclude<RecordedContext, { kind: 'client' }> | undefined {
    const commit = digest.get('sha1') ?? digest.get('gitCommit') ?? digest.get('sha256') ?? '';
    const sha256 = `sha256:${digest.get('sha256') ?? ''}`;
    try {
      const git = parseGitRef(uri);
      if (git !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return { kind: 'git', remote: git.remote, commit, subDir: git.subDir };
      if (git === undefined && /^https?:\/\//.test(uri) && isDigest(sha256)) return { kind: 'http', url: uri, digest: sha256 };
      this.#problems.push(`its main context ${uri} ${uri.startsWith('input:') ? 'is the output of another build' : 'is recorded without a commit or digest'}: supply it as the named context ${CONTEXT_SUPPLY}, with REPRO_OVERRIDE=1`);
    } catch (error) {
      this.#problems.push(`its main context ${JSON.stringify(uri)} cannot be read: ${messageOf(error)}`);
    }
    return undefined;
  }

  /** The recorded text. Undefined where it is to be read: in the remote context, or in what the client supplies. */
  #dockerfile(context: RecordedContext, path: string): SourceFile | undefined {
    const { sourceFiles, name } = this.#provenance;
    const candidates = sourceFiles.filter(({ language }) => language === 'Dockerfile');
    const [file, other] = candidates.length > 1 ? candidates.filter(({ filename }) => filename === path) : candidates;
    const supplied = this.#given.has(`context:${DOCKERFILE_SUPPLY}`);
    if (supplied && (this.#override || (file === undefined && context.kind === 'client'))) {
      this.#tell('Dockerfile', `${path === '' ? 'Dockerfile' : path} of ${DOCKERFILE_SUPPLY}`, 'the client supplies it');
      return undefined;
    }
    if (supplied) this.#problems.push(`the context ${DOCKERFILE_SUPPLY} is given, and the Dockerfile is recorded: REPRO_OVERRIDE=1 puts what is given in its place`);
    if (file !== undefined && other === undefined) {
      this.#tell('Dockerfile', `the text of ${file.filename}, ${file.data.length} bytes`, `${name} holds it`);
      return file;
    }
    if (context.kind !== 'client') this.#tell('Dockerfile', `${path === '' ? 'Dockerfile' : path} of the main context`, `${name} records its place`);
    else if (this.#given.has(`context:${CONTEXT_SUPPLY}`)) this.#tell('Dockerfile', `${path === '' ? 'Dockerfile' : path} of ${CONTEXT_SUPPLY}`, 'the client supplies it');
    else this.#problems.push(`it does not hold the Dockerfile: give its folder as the named context ${DOCKERFILE_SUPPLY} (--build-context ${DOCKERFILE_SUPPLY}=FOLDER)`);
    return undefined;
  }

  #takeOptions(): void {
    for (const [key, value] of this.#provenance.request.args) {
      const owner = ownerOf(key);
      if (owner === undefined) this.#tell(optionName(key), 'left out', 'this frontend does not know it', true);
      if (owner === 'caller' || owner === undefined || (owner === 'switch' && this.#given.has(key))) continue;
      if (key.startsWith('context:') && isOfClient(value)) this.#suppliedContext(key, value);
      else this.#take(key, value, `${this.#provenance.name} records it`);
    }
  }

  #suppliedContext(key: string, value: string): void {
    const name = key.slice('context:'.length).replace(/::.*$/s, '');
    const given = this.#given.get(key);
    if (given !== undefined) return this.#take(key, given, 'the client supplies it: the first build had it from its client too');
    const was = value.startsWith('input:') ? 'was the output of another build' : value.startsWith('oci-layout:') ? 'was an OCI layout of the client' : 'was a folder of the client';
    this.#problems.push(`the named context ${name} ${was}, and its content is not recorded: supply it (--build-context ${name}=FOLDER)`);
  }

  #take(key: string, value: string, why: string): void {
    this.#options.set(key, value);
    this.#tell(optionName(key), value, why);
  }

  /** What the caller gives beside: the same, or an override. */
  #meetCaller(): void {
    for (const [key, value] of this.#given) {
      if (ownerOf(key) !== 'request' || this.#options.get(key) === value) continue;
      const recorded = this.#provenance.request.args.get(key);
      if (this.#override) this.#take(key, value, `the client gives it, with REPRO_OVERRIDE=1; ${this.#provenance.name} has ${recorded === undefined ? 'none' : JSON.stringify(recorded)}`);
      else this.#problems.push(`the ${optionName(key)} is given as ${JSON.stringify(value)}, and the first build had ${recorded === undefined ? 'none' : JSON.stringify(recorded)}: leave it out, or say REPRO_OVERRIDE=1`);
    }
  }

  /** Where the first build ran its commands as they are, so does this one: a rewrite of RUNs would make other layers. */
  #followRuns(): void {
    const { commands, request } = this.#provenance;
    if (commands === undefined && request.frontend !== 'dockerfile.v0') return;
    const why = commands === undefined ? 'the first build had the builtin frontend' : 'the commands of the first build ran without it';
    const lacks = (isIn: (command: RecordedCommand) => boolean): boolean => commands === undefined || (commands.length > 0 && !commands.some(isIn));
    const follow = (key: string, value: string): void => {
      if (!this.#options.has(key)) this.#take(key, value, why);
    };
    if (lacks(({ args }) => isWrapped(args))) follow('build-arg:REPRO_STRIP', 'none');
    if (this.#options.has(EPOCH) && lacks(({ env }) => env.some((entry) => entry.startsWith('SOURCE_DATE_EPOCH=')))) follow('build-arg:REPRO_EPOCH', 'off');
  }

  #checkEpoch(dockerfile: SourceFile | undefined): void {
    if (this.#options.has(EPOCH) || (dockerfile !== undefined && declaresEpoch(Buffer.from(dockerfile.data).toString('utf8')))) return;
    this.#tell('build arg SOURCE_DATE_EPOCH', 'none', 'the first build had no SOURCE_DATE_EPOCH: its image has the times of the day on which it ran, and this one has others', true);
  }
}

function declaresEpoch(dockerfile: string): boolean {
  return dockerfile.split('\n').some((line) => /^\s*ARG\s/i.test(line) && /\bSOURCE_DATE_EPOCH=/i.test(line));
}

/** Named contexts that only the client has. */
function isOfClient(value: string): boolean {
  return /^(?:local|input|oci-layout):/.test(value);
}

/** A URL without the `xxxxx` that the daemon writes in place of a user and password. */
function withoutRedaction(uri: string): string {
  return uri.replace(/^(https?:\/\/)xxxxx(?::xxxxx)?@/, '$1');
}
