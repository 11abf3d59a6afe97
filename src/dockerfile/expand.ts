import type { Instruction, KeyValue, SourcesAndDestination } from './ast.ts';
import { parseMount, type Expand } from './mount.ts';

export type { Expand } from './mount.ts';

/**
 * The instruction with `expand` applied to each of its words that may hold variables, in the reference's order
 * (instructions/commands.go, Expand). RUN's mounts are read anew; EXPOSE, CMD, ENTRYPOINT and others stay as they are.
 * Throws what `expand` throws, and CodedError `syntax` for a bad mount.
 */
export function expandInstruction(instruction: Instruction, expand: Expand): Instruction {
  switch (instruction.kind) {
    case 'env': return { ...instruction, pairs: expandPairs(instruction.pairs, expand) };
    case 'label': return instruction.noExpand ? instruction : { ...instruction, pairs: expandPairs(instruction.pairs, expand) };
    case 'add': {
      const chown = expand(instruction.chown);
      const chmod = expand(instruction.chmod);
      const checksum = expand(instruction.checksum);
      return { ...instruction, chown, chmod, checksum, ...expandPaths(instruction, expand) };
    }
    case 'copy': {
      const chown = expand(instruction.chown);
      const chmod = expand(instruction.chmod);
      const { sourcePaths, destination } = expandPaths(instruction, expand);
      const isSame = chown === instruction.chown && chmod === instruction.chmod && sourcePaths === instruction.sourcePaths && destination === instruction.destination;
      return isSame ? instruction : { ...instruction, chown, chmod, sourcePaths, destination };
    }
    case 'arg': return { ...instruction, args: instruction.args.map((arg) => {
      const key = expand(arg.key);
      return arg.value === undefined ? { ...arg, key } : { ...arg, key, value: expand(arg.value) };
    }) };
    case 'run': return instruction.mountFlags.length === 0 ? instruction : { ...instruction, mounts: instruction.mountFlags.map((value) => parseMount(value, expand)) };
    case 'stopsignal': return { ...instruction, signal: expand(instruction.signal) };
    case 'user': return { ...instruction, user: expand(instruction.user) };
    case 'volume': return { ...instruction, volumes: instruction.volumes.map((volume) => expand(volume)) };
    case 'workdir': return { ...instruction, path: expand(instruction.path) };
    default: return instruction;
  }
}

/** The instruction with `expand` applied to the heredocs of ADD and COPY whose names are not quoted. Throws what `expand` throws. */
export function expandRawInstruction(instruction: Instruction, expand: Expand): Instruction {
  if (instruction.kind !== 'add' && instruction.kind !== 'copy') return instruction;
  if (instruction.sourceContents.length === 0) return instruction;
  const sourceContents = instruction.sourceContents.map((content) => (content.expand ? { ...content, data: expand(content.data) } : content));
  return { ...instruction, sourceContents };
}

function expandPairs(pairs: readonly KeyValue[], expand: Expand): readonly KeyValue[] {
  return pairs.map((pair) => {
    const key = expand(pair.key);
    return { ...pair, key, value: expand(pair.value) };
  });
}

function expandPaths(paths: SourcesAndDestination, expand: Expand): Pick<SourcesAndDestination, 'sourcePaths' | 'destination'> {
  const sourcePaths = paths.sourcePaths.map((path) => expand(path));
  const isSame = sourcePaths.every((path, index) => path === paths.sourcePaths[index]);
  return { sourcePaths: isSame ? paths.sourcePaths : sourcePaths, destination: expand(paths.destination) };
}
