import { GATEWAY_CAPABILITIES } from '../gateway/capabilities.ts';
import { GatewayError, STATUS } from '../gateway/error.ts';
import type { Transport } from '../gateway/transport.ts';
import { LLB_CAPS } from '../llb/caps.ts';
import { decodeOp, definitionFromPb } from '../llb/definition-pb.ts';
import type { Definition } from '../llb/types.ts';
import { decodeMessage, encodeMessage } from '../pb/codec.ts';
import type { Messages } from '../pb/schema.ts';
import type { FileTree } from './files.ts';
import type { ImageAnswers } from './images.ts';

/** What stands in for a daemon and its client. */
export interface LocalSources {
  /** The client's folders by the name of their local source: `context`, `dockerfile`, … */
  readonly folders: ReadonlyMap<string, FileTree>;
  readonly images: ImageAnswers;
  /** The secrets that the session would have. */
  readonly secrets: ReadonlySet<string>;
  /** Hears of warnings, each one line. */
  readonly warn: (text: string) => void;
}

/** A gateway without a daemon: what is solved is kept, not built. */
export interface LocalTransport extends Transport {
  /** What a reference stands for; undefined for one that is not from here. */
  definitionOf(reference: string): Definition | undefined;
}

type Message<Name extends string> = `moby.buildkit.v1.frontend.${Name}` extends keyof Messages ? Messages[`moby.buildkit.v1.frontend.${Name}`] : never;
type Answers = { readonly [Method in
  'Ping' | 'Inputs' | 'Solve' | 'ReadFile' | 'ReadDir' | 'StatFile' | 'Evaluate' | 'ResolveSourceMeta' | 'NewContainer' | 'ReleaseContainer' | 'Warn'
]: (request: Message<`${Method}Request`>) => object | Promise<object> };

/**
 * Answers a frontend's calls from folders, registries and layouts. Whatever needs a build (the files of a git repository, of a download, of a
 * RUN) is an error that says so.
 */
export function localTransport(sources: LocalSources): LocalTransport {
  const solved = new Map<string, Definition>();
  const filesOf = (reference: string): FileTree => readable(solved.get(reference), sources);
  const answers: Answers = {
    Ping: () => ({ FrontendAPICaps: enabled(GATEWAY_CAPABILITIES.keys()), LLBCaps: enabled(LLB_CAPS.keys()) }),
    Inputs: () => ({}),
    Solve: ({ Definition: definition, Frontend: frontend }) => {
      if (frontend !== '') throw new GatewayError(STATUS.unimplemented, `another frontend (${frontend}) needs a BuildKit daemon`);
      const ref = `${solved.size + 1}`;
      solved.set(ref, definitionFromPb(definition ?? decodeMessage('pb.Definition', new Uint8Array())));
      return { ref };
    },
    ReadFile: async ({ Ref, FilePath, Range: range }) => {
      const data = await filesOf(Ref).read(FilePath);
      return { Data: range === undefined ? data : data.subarray(Number(range.Offset), Number(range.Offset) + Number(range.Length)) };
    },
    ReadDir: async ({ Ref, DirPath }) => ({ entries: (await filesOf(Ref).list(DirPath)).map((path) => ({ path })) }),
    StatFile: async ({ Ref, Path }) => ({ stat: { path: Path, size: (await filesOf(Ref).read(Path)).length } }),
    Evaluate: () => ({}),
    ResolveSourceMeta: (request) => sources.images.answer(request),
    NewContainer: ({ Mounts }) => {
      const missing = Mounts.find(({ secretOpt }) => secretOpt !== undefined && !sources.secrets.has(secretOpt.ID));
      if (missing !== undefined) throw new GatewayError(STATUS.unknown, `secret ${missing.secretOpt?.ID ?? ''}: not found`);
      return {};
    },
    ReleaseContainer: () => ({}),
    Warn: ({ short }) => {
      sources.warn(Buffer.from(short).toString());
      return {};
    },
  };
  return {
    async call(path, request) {
      const method = path.slice(path.lastIndexOf('/') + 1);
      const answer = (answers as Readonly<Record<string, ((request: never) => object | Promise<object>) | undefined>>)[method];
      if (answer === undefined) throw new GatewayError(STATUS.unimplemented, `${method} needs a BuildKit daemon`);
      const name = (suffix: string) => `moby.buildkit.v1.frontend.${suffix}`;
      return encodeMessage(name(method === 'Ping' ? 'PongResponse' : `${method}Response`), await answer(decodeMessage(name(`${method}Request`), request) as never));
    },
    definitionOf: (reference) => solved.get(reference),
  };
}

function enabled(ids: Iterable<string>): readonly { readonly ID: string; readonly Enabled: boolean }[] {
  return [...ids].map((ID) => ({ ID, Enabled: true }));
}

/** The folder that a definition stands for. Throws when it is none of the client's. */
function readable(definition: Definition | undefined, { folders }: LocalSources): FileTree {
  const last = definition?.ops.at(-2);
  const source = last === undefined ? '' : decodeOp(last.bytes).source?.identifier ?? '';
  const folder = source.startsWith('local://') ? folders.get(source.slice('local://'.length)) : undefined;
  if (folder === undefined) throw new GatewayError(STATUS.unimplemented, `${source === '' ? 'the files of a build' : source} cannot be read without a BuildKit daemon`);
  return folder;
}
