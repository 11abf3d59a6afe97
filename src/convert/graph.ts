import { CodedError, withLocation } from '../diag/error.ts';
import type { Range } from '../diag/range.ts';
import type { Instruction, Stage } from '../dockerfile/ast.ts';
import { EMPTY_ENV } from '../dockerfile/env.ts';
import { withSuggestion } from '../dockerfile/suggest.ts';
import { processWord } from '../dockerfile/words.ts';
import type { Platform } from '../spec/platform.ts';
import { toLower } from '../spec/strings.ts';
import { quote } from '../spec/text.ts';
import type { StepCounter } from './names.ts';
import type { NamedContext } from './options.ts';
import { OutlineCapture } from './outline-capture.ts';
import { parseDecimal } from './numbers.ts';

/** The base and source name that stands for nothing. */
export const SCRATCH = 'scratch';

/** An instruction of a stage with the stages and images that it reads from. For a RUN, one source per mount. */
export interface StageCommand {
  readonly instruction: Instruction;
  readonly sources: readonly StageNode[];
  /** It comes from an ONBUILD of the stage's base. */
  readonly onBuild: boolean;
}

/** What a node is made from. */
export interface NodeOrigin {
  /** Undefined: not a stage of the Dockerfile but an image that an instruction names. */
  readonly stage?: Stage;
  /** After AS, in lower case; '' when it has none. */
  readonly name: string;
  /** The base, its variables expanded. */
  readonly baseName: string;
  readonly location: readonly Range[];
  /** Where it is written, when errors about it are to show no place (the images of mounts). */
  readonly place?: readonly Range[];
  /** What `--platform` says. */
  readonly platform?: Platform;
  /** What the request gives in place of the stage, and the set for the paths that are read of it. */
  readonly replacement?: { readonly context: NamedContext; readonly usedPaths: Set<string> };
  readonly steps: StepCounter;
  /** The ARGs that FROM uses. */
  readonly fromArgs?: ReadonlySet<string>;
}

/** One stage, or one image that is read from. */
export class StageNode {
  readonly origin: NodeOrigin;
  /** The stage that this one goes on from; undefined when its base is an image, nothing, or a named context. */
  readonly base: StageNode | undefined;
  /** The paths that are read from it; one set for all stages on the same base. */
  readonly usedPaths: Set<string>;
  readonly outline: OutlineCapture;
  /** Why each node that it depends on is needed, beside its base. */
  readonly dependencies = new Map<StageNode, readonly Range[]>();
  #commands: readonly StageCommand[] = [];

  constructor(origin: NodeOrigin, baseStage: StageNode | undefined) {
    this.origin = origin;
    this.base = origin.replacement === undefined ? baseStage : undefined;
    this.usedPaths = this.base?.usedPaths ?? origin.replacement?.usedPaths ?? new Set();
    this.outline = new OutlineCapture(baseStage?.outline, origin.fromArgs ?? new Set());
  }

  get commands(): readonly StageCommand[] {
    return this.#commands;
  }

  /** An image that an instruction reads from: no stage of its own. */
  get isExternal(): boolean {
    return this.origin.stage === undefined;
  }

  setCommands(commands: readonly StageCommand[]): void {
    this.#commands = commands;
  }

  /** Puts the triggers of the base before the stage's own instructions. */
  prependTriggers(commands: readonly StageCommand[]): void {
    this.#commands = [...commands, ...this.#commands];
    this.origin.steps.addSteps(commands.length);
  }
}

/** All stages of a build, in order, and behind them the images that instructions read from. */
export class StageGraph {
  readonly #nodes: StageNode[] = [];
  readonly #byName = new Map<string, StageNode>();

  get nodes(): readonly StageNode[] {
    return this.#nodes;
  }

  /** Adds a stage; its base is the last stage so far that has the base's name. */
  add(origin: NodeOrigin): StageNode {
    const node = new StageNode(origin, this.findBase(origin.baseName));
    this.register(node);
    return node;
  }

  register(node: StageNode): void {
    this.#nodes.push(node);
    if (node.origin.name !== '') this.#byName.set(toLower(node.origin.name), node);
  }

  /** The stage so far that a FROM of this very name goes on from. */
  findBase(name: string): StageNode | undefined {
    return this.#byName.get(name);
  }

  /** The stage of a name in any case. */
  find(name: string): StageNode | undefined {
    return this.#byName.get(toLower(name));
  }

  /** What the stages are called, those without a name as `stage-0`. */
  labels(): readonly string[] {
    return this.#nodes.map((node) => node.origin.steps.label).filter((label) => label !== '');
  }

  /** The stage to build; the last one when none is named. Throws when there is no such stage. */
  target(name: string): StageNode {
    const node = name === '' ? this.#nodes.at(-1) : this.find(name);
    if (node !== undefined) return node;
    throw withSuggestion(new CodedError('option', `target stage ${quote(name)} could not be found`), name, this.labels(), true);
  }

  /** The node of `COPY --from=`: a stage by its number or name, else an image. Throws on a variable and on a number that no stage has. */
  copySource(from: string, location: readonly Range[], escape: string, external: ExternalFactory): StageNode {
    if (processWord(from, EMPTY_ENV, { escape }).result !== from) {
      throw new CodedError('convert', 'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround');
    }
    const index = parseDecimal(from);
    if (index === undefined) return this.find(from) ?? external(from, location);
    const node = this.#nodes[Number(index)];
    if (node === undefined) throw new CodedError('convert', `invalid stage index ${index}`);
    return node;
  }

  /** Finds what an instruction reads from. What is new is registered once the instruction is linked. */
  command(instruction: Instruction, escape: string, external: ExternalFactory, onBuild = false): StageCommand {
    return { instruction, sources: this.#sources(instruction, escape, external), onBuild };
  }

  #sources(instruction: Instruction, escape: string, external: ExternalFactory): readonly StageNode[] {
    if (instruction.kind === 'copy' && instruction.from !== '') return [this.copySource(instruction.from, instruction.location, escape, external)];
    if (instruction.kind !== 'run') return [];
    return instruction.mounts.map(({ from }) => this.find(from === '' ? SCRATCH : from) ?? external(from === '' ? SCRATCH : from, [], instruction.location));
  }

  /** Makes `node` depend on what its command reads from. An image counts as one more stage each time that it is read from. */
  link(node: StageNode, command: StageCommand): void {
    for (const source of command.sources) {
      node.dependencies.set(source, command.instruction.location);
      if (source.isExternal) this.register(source);
    }
  }

  /** `node` and all that it needs. */
  reachable(node: StageNode): ReadonlySet<StageNode> {
    const found = new Set([node]);
    for (const current of found) {
      if (current.base !== undefined) found.add(current.base);
      for (const dependency of current.dependencies.keys()) found.add(dependency);
    }
    return found;
  }

  /** Throws when a stage reads from itself by way of others, with the place of each step on the way. */
  assertNoCycle(): void {
    const visited = new Set<StageNode>();
    for (const start of this.#nodes) {
      const cycle = findCycle(start, visited);
      if (cycle === undefined) continue;
      let error: Error = new CodedError('convert', `circular dependency detected on stage: ${start.origin.steps.label}`);
      for (const location of cycle) error = withLocation(error, location);
      throw error;
    }
  }
}

/** Makes a node for an image that an instruction reads from. */
export type ExternalFactory = (name: string, location: readonly Range[], place?: readonly Range[]) => StageNode;

interface PathStep {
  readonly node: StageNode;
  /** Where it was needed; undefined for the start. */
  readonly location: readonly Range[] | undefined;
  readonly rest: Iterator<[StageNode, readonly Range[]]>;
}

/** The places on the way from `start` to a node that is on the way already; undefined when there is none. */
function findCycle(start: StageNode, visited: Set<StageNode>): readonly (readonly Range[])[] | undefined {
  if (visited.has(start)) return undefined;
  visited.add(start);
  const path: PathStep[] = [{ node: start, location: undefined, rest: start.dependencies.entries() }];
  const onPath = new Set([start]);
  for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
    const next = step.rest.next();
    if (next.done === true) {
      onPath.delete(step.node);
      path.pop();
      continue;
    }
    const [node, location] = next.value;
    if (onPath.has(node)) return [...path.flatMap((part) => (part.location === undefined ? [] : [part.location])), location];
    if (visited.has(node)) continue;
    visited.add(node);
    onPath.add(node);
    path.push({ node, location, rest: node.dependencies.entries() });
  }
  return undefined;
}
