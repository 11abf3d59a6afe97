import type { Messages } from '../pb/schema.ts';
import { decodeOp } from './definition-pb.ts';
import type { Definition } from './types.ts';

type Op = Messages['pb.Op'];

/** A vertex of a definition, for people. */
export interface GraphVertex {
  readonly digest: string;
  readonly kind: 'source' | 'exec' | 'file' | 'build' | 'merge' | 'diff' | 'passthrough' | 'result';
  /** What it does, in one line: a source's identifier, a command, the actions on files. */
  readonly title: string;
  /** The name that a build's progress shows; '' when it has none. */
  readonly name: string;
  readonly platform: string;
  /** Lines of the Dockerfile that it comes from, in order. */
  readonly lines: readonly number[];
  /** The vertices that it builds on, with what of it they are: a mount's path, or ''. */
  readonly inputs: readonly { readonly digest: string; readonly use: string }[];
}

/** The vertices of a definition in its order, inputs before what builds on them; the last is its result. */
export function definitionGraph({ ops, metadata, source }: Definition): readonly GraphVertex[] {
  return ops.map(({ digest, bytes }) => {
    const op = decodeOp(bytes);
    const places = source?.locations.get(digest) ?? [];
    const lines = places.flatMap(({ ranges }) => ranges.map(({ start }) => start.line));
    return {
      digest,
      kind: kindOf(op),
      title: titleOf(op),
      name: metadata.get(digest)?.description.get('llb.customname') ?? '',
      platform: op.platform === undefined ? '' : [op.platform.OS, op.platform.Architecture, op.platform.Variant].filter((part) => part !== '').join('/'),
      lines: [...new Set(lines)].sort((a, b) => a - b),
      inputs: op.inputs.map((input, index) => ({ digest: input.digest, use: useOf(op, index) })),
    };
  });
}

function kindOf(op: Op): GraphVertex['kind'] {
  const kinds = ['source', 'exec', 'file', 'build', 'merge', 'diff', 'passthrough'] as const;
  return kinds.find((kind) => op[kind] !== undefined) ?? 'result';
}

function titleOf({ source, exec, file }: Op): string {
  if (source !== undefined) return source.identifier;
  if (exec !== undefined) return (exec.meta?.args ?? []).join(' ');
  return (file?.actions ?? []).map(actionTitle).join('; ');
}

function actionTitle({ copy, mkfile, mkdir, rm, symlink }: Messages['pb.FileAction']): string {
  if (copy !== undefined) return `copy ${copy.src} ${copy.dest}`;
  if (mkfile !== undefined) return `mkfile ${mkfile.path}`;
  if (mkdir !== undefined) return `mkdir ${mkdir.path}`;
  if (rm !== undefined) return `rm ${rm.path}`;
  return symlink === undefined ? '' : `symlink ${symlink.oldpath} ${symlink.newpath}`;
}

/** Where an exec mounts its input, or what a file op does with it. */
function useOf({ exec, file }: Op, index: number): string {
  const mounts = exec?.mounts.filter(({ input }) => Number(input) === index).map(({ dest }) => dest) ?? [];
  if (mounts.length > 0) return mounts.join(', ');
  return file?.actions.some(({ secondaryInput }) => Number(secondaryInput) === index) === true ? 'from' : '';
}
