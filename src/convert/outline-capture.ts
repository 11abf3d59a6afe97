import type { Range } from '../diag/range.ts';
import type { ArgDefinition } from '../dockerfile/ast.ts';

/** An ARG with the value that it got, and the ARGs that its default is made from. */
export interface ArgInfo {
  readonly definition: ArgDefinition;
  readonly value: string;
  readonly dependencies: ReadonlySet<string>;
  readonly location: readonly Range[];
}

/** A secret or SSH agent that a RUN asks for. */
export interface RequestInfo {
  readonly required: boolean;
  readonly location: readonly Range[];
}

/** What a stage asks of the one who builds it, gathered while it is converted (dockerfile2llb's outlineCapture). */
export class OutlineCapture {
  readonly #base: OutlineCapture | undefined;
  /** The ARGs that FROM uses. */
  readonly #fromArgs: ReadonlySet<string>;
  readonly args = new Map<string, ArgInfo>();
  readonly usedArgs = new Set<string>();
  readonly secrets = new Map<string, RequestInfo>();
  readonly ssh = new Map<string, RequestInfo>();

  constructor(base: OutlineCapture | undefined, fromArgs: ReadonlySet<string>) {
    this.#base = base;
    this.#fromArgs = fromArgs;
  }

  /** All ARGs that the stage uses, the FROMs of the stages that it goes on from included, with those that their defaults are made from. */
  allUsed(globals: ReadonlyMap<string, ArgInfo>): ReadonlySet<string> {
    const used = new Set(this.usedArgs);
    for (let stage: OutlineCapture | undefined = this; stage !== undefined; stage = stage.#base) {
      for (const name of stage.#fromArgs) used.add(name);
    }
    for (const name of used) {
      for (const dependency of (this.args.get(name) ?? globals.get(name))?.dependencies ?? []) used.add(dependency);
    }
    return used;
  }

  /** Keeps the first request for each name. */
  static keepFirst(requests: Map<string, RequestInfo>, name: string, request: RequestInfo): void {
    if (!requests.has(name)) requests.set(name, request);
  }
}
