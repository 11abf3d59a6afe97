import type { Range } from '../diag/range.ts';
import type { Dockerfile } from '../dockerfile/ast.ts';
import { convertDockerfile } from './convert.ts';
import type { ConvertedDockerfile } from './converted.ts';
import type { StageNode } from './graph.ts';
import type { ConvertOptions } from './options.ts';
import type { OutlineCapture, RequestInfo } from './outline-capture.ts';

/** What a target asks of the one who builds it (subrequests/outline). */
export interface Outline {
  readonly name: string;
  readonly description: string;
  readonly args: readonly OutlineArg[];
  readonly secrets: readonly OutlineRequest[];
  readonly ssh: readonly OutlineRequest[];
}

export interface OutlineArg {
  readonly name: string;
  readonly description: string;
  readonly value: string;
  readonly location: readonly Range[];
}

export interface OutlineRequest {
  readonly name: string;
  readonly required: boolean;
  readonly location: readonly Range[];
}

/** Converts a Dockerfile for what its target asks for: build args, secrets, SSH agents, by their place. Throws what conversion throws. */
export async function outlineDockerfile(dockerfile: Dockerfile, options: ConvertOptions): Promise<Outline> {
  const converted = await convertDockerfile(dockerfile, options);
  const nodes = preorder(converted.target);
  const { stage } = converted.target.origin;
  return {
    name: stage?.name ?? '',
    description: stage?.docComment ?? '',
    args: byLine(argsOf(converted, nodes)),
    secrets: byLine(requestsOf(nodes, ({ secrets }) => secrets)),
    ssh: byLine(requestsOf(nodes, ({ ssh }) => ssh)),
  };
}

/** A stage, all of its base, then all that it reads from: the order in which the first word on an ARG counts. */
function preorder(target: StageNode): readonly StageNode[] {
  const found = new Set<StageNode>();
  const waiting = [target];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    waiting.push(...[...node.dependencies.keys()].reverse(), ...(node.base === undefined ? [] : [node.base]));
  }
  return [...found];
}

function argsOf({ conversion: { globalArgInfos } }: ConvertedDockerfile, nodes: readonly StageNode[]): readonly OutlineArg[] {
  const found = new Map<string, OutlineArg>();
  for (const { outline } of nodes) {
    for (const key of outline.allUsed(globalArgInfos)) {
      const info = outline.args.get(key) ?? globalArgInfos.get(key);
      if (info === undefined || found.has(key)) continue;
      const { definition, value, location } = info;
      found.set(key, { name: definition.key, description: definition.docComment, value, location });
    }
  }
  return [...found.values()];
}

function requestsOf(nodes: readonly StageNode[], select: (outline: OutlineCapture) => ReadonlyMap<string, RequestInfo>): readonly OutlineRequest[] {
  const found = new Map<string, OutlineRequest>();
  for (const { outline } of nodes) {
    for (const [name, { required, location }] of select(outline)) {
      if (!found.has(name)) found.set(name, { name, required, location });
    }
  }
  return [...found.values()];
}

/** In the order of their first lines. */
function byLine<T extends { readonly location: readonly Range[] }>(items: readonly T[]): readonly T[] {
  const line = ({ location }: T): number => location[0]?.start.line ?? 0;
  return items.toSorted((a, b) => line(a) - line(b));
}
