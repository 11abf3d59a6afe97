import { joinLists } from '../spec/known.ts';
import { isAbsolutePath, joinPath } from '../spec/path.ts';
import { makePlatform, normalizePlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import type { ImageConfig } from '../spec/config.ts';
import { EnvList } from './env.ts';
import { resolveActionPaths } from './fileaction.ts';
import { rootIndex } from './mounts.ts';
import type {
  Constraints, ExecMount, ExecVertex, FileAction, FileVertex, HostIp, NetworkMode, Output, ProxyEnv, SecretRequest, SecurityMode, SshRequest, Ulimit,
} from './types.ts';

/** What a RUN has beside its state (the llb.RunOption of the reference's frontend). */
export interface RunOptions {
  readonly args: readonly string[];
  /** Beside the root mount, in the order in which they were added. */
  readonly mounts?: readonly ExecMount[] | undefined;
  readonly secrets?: readonly SecretRequest[] | undefined;
  readonly ssh?: readonly SshRequest[] | undefined;
  readonly devices?: ExecVertex['devices'] | undefined;
  readonly proxy?: ProxyEnv | undefined;
  /** Variables of this command only, after the state's. */
  readonly env?: readonly (readonly [key: string, value: string])[] | undefined;
  readonly dir?: string | undefined;
  readonly user?: string | undefined;
  /** After the state's. */
  readonly extraHosts?: readonly HostIp[] | undefined;
  readonly ulimits?: readonly Ulimit[] | undefined;
  readonly hostname?: string | undefined;
  readonly network?: NetworkMode | undefined;
  readonly security?: SecurityMode | undefined;
  readonly cgroupParent?: string | undefined;
  readonly constraints?: Constraints | undefined;
}

interface StateFields {
  readonly output: Output | undefined;
  readonly env: EnvList;
  readonly dir: string;
  readonly user: string;
  readonly hostname: string;
  readonly network: NetworkMode;
  readonly security: SecurityMode;
  readonly platform: Platform | undefined;
  readonly extraHosts: readonly HostIp[];
  readonly ulimits: readonly Ulimit[];
  readonly cgroupParent: string;
}

const EMPTY: StateFields = {
  output: undefined, env: EnvList.empty, dir: '/', user: '', hostname: '', network: 'sandbox', security: 'sandbox', platform: undefined,
  extraHosts: [], ulimits: [], cgroupParent: '',
};

/** A file system and the settings with which commands run on it (llb.State). Immutable: each change gives a new state. */
export class State implements StateFields {
  readonly output: Output | undefined;
  readonly env: EnvList;
  readonly dir: string;
  readonly user: string;
  readonly hostname: string;
  readonly network: NetworkMode;
  readonly security: SecurityMode;
  /** Normalized; undefined as long as nothing set it. */
  readonly platform: Platform | undefined;
  readonly extraHosts: readonly HostIp[];
  readonly ulimits: readonly Ulimit[];
  readonly cgroupParent: string;

  static readonly empty = new State(EMPTY, undefined, undefined);

  /** `output` and `platform` take the place of those in `fields`. */
  private constructor(fields: StateFields, output: Output | undefined, platform: Platform | undefined) {
    this.output = output;
    this.env = fields.env;
    this.dir = fields.dir;
    this.user = fields.user;
    this.hostname = fields.hostname;
    this.network = fields.network;
    this.security = fields.security;
    this.platform = platform;
    this.extraHosts = fields.extraHosts;
    this.ulimits = fields.ulimits;
    this.cgroupParent = fields.cgroupParent;
  }

  #with(change: Partial<StateFields>): State {
    const fields: StateFields = { ...this, ...change };
    return new State(fields, fields.output, fields.platform);
  }

  addEnv(key: string, value: string): State {
    return this.#with({ env: this.env.addOrReplace(key, value) });
  }

  getEnv(key: string): string | undefined {
    return this.env.get(key);
  }

  /** With `dir` as the working directory; a relative one is below the present one. An absolute one stays as written. */
  withDir(dir: string): State {
    return this.#with({ dir: resolveDir(this.dir, dir) });
  }

  withUser(user: string): State {
    return this.#with({ user });
  }

  withHostname(hostname: string): State {
    return this.#with({ hostname });
  }

  withNetwork(network: NetworkMode): State {
    return this.#with({ network });
  }

  withSecurity(security: SecurityMode): State {
    return this.#with({ security });
  }

  withPlatform(platform: Platform): State {
    return this.#with({ platform: normalizePlatform(platform) });
  }

  addExtraHost(host: HostIp): State {
    return this.#with({ extraHosts: [...this.extraHosts, host] });
  }

  addUlimit(ulimit: Ulimit): State {
    return this.#with({ ulimits: [...this.ulimits, ulimit] });
  }

  withCgroupParent(cgroupParent: string): State {
    return this.#with({ cgroupParent });
  }

  /** The same settings on another file system; a platform that the output itself was given replaces the state's. */
  withOutput(output: Output | undefined): State {
    const platform = platformOf(output);
    return new State(this, output, platform === undefined ? this.platform : normalizePlatform(platform));
  }

  /** With the environment, working directory and platform of an image (State.WithImageConfig). */
  withImageConfig(image: ImageConfig): State {
    let env = this.env;
    for (const variable of image.config.env ?? []) {
      const separator = variable.indexOf('=');
      const key = separator < 0 ? variable : variable.slice(0, separator);
      if (key !== '') env = env.addOrReplace(key, separator < 0 ? '' : variable.slice(separator + 1));
    }
    const state = this.#with({ env, dir: resolveDir(this.dir, image.config.workingDir ?? '') });
    if (image.architecture === '' || image.os === '') return state;
    return state.withPlatform(makePlatform(image.os, image.architecture, image.variant, image.osVersion, image.osFeatures));
  }

  /** The state after a command ran in it (State.Run with its Root). */
  run(options: RunOptions): State {
    const constraints = options.constraints ?? {};
    const mounts = joinLists<ExecMount>([{ target: '/', source: this.output }], options.mounts);
    const vertex: ExecVertex = {
      kind: 'exec',
      args: options.args,
      env: this.env.addAll(options.env ?? []).toArray(),
      cwd: options.dir === undefined ? this.dir : resolveDir(this.dir, options.dir),
      user: options.user ?? this.user,
      hostname: options.hostname ?? this.hostname,
      cgroupParent: options.cgroupParent ?? this.cgroupParent,
      extraHosts: joinLists(this.extraHosts, options.extraHosts),
      ulimits: joinLists(this.ulimits, options.ulimits),
      network: options.network ?? this.network,
      security: options.security ?? this.security,
      proxy: options.proxy,
      mounts,
      secrets: options.secrets ?? [],
      ssh: options.ssh ?? [],
      devices: options.devices ?? [],
      statePlatform: this.platform,
      constraints,
    };
    return this.withOutput({ vertex, index: rootIndex(mounts) });
  }

  /** The state after file actions, each on the result of the one before it; relative paths are below the working directory. */
  file(actions: readonly FileAction[], constraints: Constraints = {}): State {
    const vertex: FileVertex = { kind: 'file', base: this.output, actions: actions.map((action) => resolveActionPaths(action, this.dir)), constraints };
    return this.withOutput({ vertex, index: 0 });
  }
}

/** An empty file system; also what any settings start from. */
export function scratch(): State {
  return State.empty;
}

/** A state on `output`, with no settings but the platform that the output was given (llb.NewState). */
export function newState(output: Output | undefined): State {
  return scratch().withOutput(output);
}

function resolveDir(previous: string, dir: string): string {
  return isAbsolutePath(dir) ? dir : joinPath(previous === '' ? '/' : previous, dir);
}

/** The platform that the maker of an output asked for by constraint. */
function platformOf(output: Output | undefined): Platform | undefined {
  const vertex = output?.vertex;
  return vertex?.kind === 'source' || vertex?.kind === 'exec' ? vertex.constraints.platform : undefined;
}
