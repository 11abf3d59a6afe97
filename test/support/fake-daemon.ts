import { decodeLoose, FakeStatus } from './fake-gateway.ts';
import type { Handler, Loose } from './fake-gateway.ts';

const enabled = (...ids: readonly string[]) => ids.map((ID) => ({ ID, Enabled: true }));
/** The gateway's capabilities that it has. */
export const GATEWAY = ['solve.base', 'return', 'returnmap', 'proto.refarray', 'readfile', 'readdir', 'statfile', 'frontend.inputs', 'gateway.solve.evaluate', 'gateway.exec', 'source.metaresolver', 'gateway.warnings'];
/** The graph's. */
const LLB = [
  'source.image', 'source.local', 'source.local.followpaths', 'source.local.sessionid', 'source.local.sharedkeyhint', 'source.local.excludepatterns', 'source.local.unique', 'file.base', 'constraints',
  'platform', 'meta.description', 'meta.ignorecache', 'source.git', 'source.git.fullurl', 'source.git.mtime', 'source.http', 'exec.meta.base', 'exec.mount.bind', 'exec.meta.setsdefaultpath', 'exec.meta.network', 'exec.mount.tmpfs', 'exec.mount.tmpfs.size', 'exec.mount.cache', 'exec.mount.cache.sharing', 'source.git.keepgitdir', 'source.git.checksum', 'source.git.subdir',
];
const IMAGE = JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Env: ['PATH=/bin'], Cmd: ['/bin/sh'] }, rootfs: { type: 'layers', diff_ids: ['sha256:00'] } });

/** What a daemon is asked for, as far as it matters. */
export interface Daemon {
  /** The client's files by local source name: `dockerfile/Dockerfile`. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly secrets?: readonly string[];
  readonly gatewayCaps?: readonly string[];
}

/** The last source op of a definition, or else the kind of its last op. */
export function identifierOf(definition: Loose | undefined): string {
  const ops = (definition?.['def'] ?? []).map((bytes: Uint8Array) => decodeLoose('pb.Op', bytes)) as Loose[];
  const last = ops.at(-2);
  return last?.['source']?.identifier ?? last?.['op'] ?? '';
}

/** Answers as a daemon would whose client has `files`. */
export function daemon({ files = {}, secrets = [], gatewayCaps = GATEWAY }: Daemon): Record<string, Handler> {
  const refs = new Map<string, string>();
  return {
    Ping: () => ({ FrontendAPICaps: enabled(...gatewayCaps), LLBCaps: enabled(...LLB) }),
    Inputs: () => ({}),
    Warn: () => ({}),
    Return: () => ({}),
    Solve: (request) => {
      const id = `r${refs.size}`;
      refs.set(id, identifierOf(request['Definition']));
      return { result: { ref: { id } } };
    },
    ReadFile: (request) => {
      const data = files[`${refs.get(request['Ref'])?.replace('local://', '')}/${request['FilePath']}`];
      if (data === undefined) throw new FakeStatus(5, `open ${request['FilePath']}: no such file or directory`);
      const { Offset: offset = 0, Length: length = 0 } = request['Range'] ?? {};
      return { Data: Buffer.from(data).subarray(Number(offset), Number(length) === 0 ? undefined : Number(offset) + Number(length)) };
    },
    StatFile: (request) => {
      const data = files[`${refs.get(request['Ref'])?.replace('local://', '')}/${request['Path']}`];
      if (data === undefined) throw new FakeStatus(5, `lstat ${request['Path']}: no such file or directory`);
      return { stat: { path: request['Path'], size: Buffer.from(data).length } };
    },
    ReadDir: (request) => {
      const prefix = `${refs.get(request['Ref'])?.replace('local://', '')}/`;
      return { entries: Object.keys(files).filter((name) => name.startsWith(prefix)).map((name) => ({ path: name.slice(prefix.length) })) };
    },
    ResolveSourceMeta: (request) => ({ Source: request['Source'], Image: { Digest: `sha256:${'1'.repeat(64)}`, Config: Buffer.from(IMAGE) } }),
    NewContainer: (request) => {
      const missing = request['Mounts'].find((mount: Loose) => mount['secretOpt'] !== null && !secrets.includes(mount['secretOpt'].ID));
      if (missing !== undefined) throw new FakeStatus(2, `secret ${missing.secretOpt.ID}: not found`);
      return {};
    },
    ReleaseContainer: () => ({}),
  };
}
