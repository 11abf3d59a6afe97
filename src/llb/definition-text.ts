import { CONTROLS } from '../spec/terminal.ts';
import { definitionGraph } from './definition-graph.ts';
import type { GraphVertex } from './definition-graph.ts';
import type { Definition } from './types.ts';

const MAX_TITLE = 200;

/** A definition as a tree for people: the result first, below each vertex what it builds on; what was shown before is named by its number alone. */
export function definitionTree(definition: Definition): string {
  const vertices = definitionGraph(definition);
  const byDigest = new Map(vertices.map((vertex, index) => [vertex.digest, { vertex, number: index + 1 }]));
  const shown = new Set<string>();
  const lines: string[] = [];
  // A stack of its own: definitions are as deep as Dockerfiles are long.
  const last = vertices.at(-1);
  const stack: { readonly digest: string; readonly use: string; readonly depth: number }[] = last === undefined ? [] : rootsOf(last).reverse();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const found = byDigest.get(next.digest);
    if (found === undefined) continue;
    const { vertex, number } = found;
    const again = shown.has(vertex.digest);
    shown.add(vertex.digest);
    lines.push(`${'  '.repeat(next.depth)}${next.use === '' ? '' : `${next.use} ← `}#${number} ${again ? '(above)' : describe(vertex)}`);
    const { depth } = next;
    if (!again) stack.push(...vertex.inputs.map(({ digest, use }) => ({ digest, use, depth: depth + 1 })).reverse());
  }
  return lines.map((line) => `${line}\n`).join('');
}

function rootsOf(last: GraphVertex): { readonly digest: string; readonly use: string; readonly depth: number }[] {
  return last.kind === 'result' ? last.inputs.map(({ digest }) => ({ digest, use: '', depth: 0 })) : [{ digest: last.digest, use: '', depth: 0 }];
}

function describe({ kind, title, platform, lines }: GraphVertex): string {
  return `${kind} ${oneLine(title)}${platform === '' ? '' : ` [${platform}]`}${lines.length === 0 ? '' : ` (line ${lines.join(', ')})`}`;
}

function oneLine(text: string): string {
  const line = text.replaceAll(CONTROLS, ' ');
  return line.length <= MAX_TITLE ? line : `${line.slice(0, MAX_TITLE - 1)}…`;
}

const SHAPES: Readonly<Partial<Record<GraphVertex['kind'], string>>> = { source: 'ellipse', exec: 'box', file: 'note', result: 'plaintext' };

/** A definition in the language of Graphviz: `dot -Tsvg`. */
export function definitionDot(definition: Definition): string {
  const vertices = definitionGraph(definition);
  const nodes = vertices.map(({ digest, kind, title, name }) => {
    const label = kind === 'result' ? 'result' : oneLine(name === '' ? title : name);
    return `  ${id(digest)} [label=${id(label)} shape=${SHAPES[kind] ?? 'box'} tooltip=${id(digest)}];\n`;
  });
  const edges = vertices.flatMap(({ digest, inputs }) => inputs.map((input) => `  ${id(input.digest)} -> ${id(digest)}${input.use === '' || input.use === '/' ? '' : ` [label=${id(input.use)}]`};\n`));
  return `digraph {\n${nodes.join('')}${edges.join('')}}\n`;
}

/** A quoted identifier of DOT. A backslash is for its own escapes. */
function id(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
