import { CodedError } from '../diag/error.ts';
import { definitionJson } from '../llb/definition-json.ts';
import { encodeDefinition } from '../llb/definition-pb.ts';
import { definitionDot, definitionTree } from '../llb/definition-text.ts';
import type { Definition } from '../llb/types.ts';
import { answerLocally } from '../local/request.ts';
import { toLocalRequest } from './request-options.ts';
import type { RequestOptions } from './request-options.ts';

export const LLB_FORMATS = ['pb', 'json', 'dot', 'tree'] as const;

export interface LlbOptions extends RequestOptions {
  /** One of {@link LLB_FORMATS}; protobuf when absent and the output is no terminal, else the tree. */
  readonly format?: string;
  /** False: as the reference frontend makes it. */
  readonly rewrites?: boolean;
}

export interface LlbOutput {
  readonly write: (data: string | Uint8Array) => void;
  readonly isTerminal: boolean;
  readonly warn: (text: string) => void;
}

/** `repro-dockerfile llb [CONTEXT]`: writes the LLB of a Dockerfile. Throws what conversion throws, and `option` for more than one platform. */
export async function runLlb(context: string, options: LlbOptions, output: LlbOutput): Promise<void> {
  const format = options.format ?? (output.isTerminal ? 'tree' : 'pb');
  if (!(LLB_FORMATS as readonly string[]).includes(format)) throw new CodedError('option', `--format ${format}: expected one of ${LLB_FORMATS.join(', ')}`);
  const request = toLocalRequest(context, options, output.warn);
  const all = options.rewrites === false ? new Map([...request.options, ['build-arg:REPRO', 'off']]) : request.options;
  const { definitions } = await answerLocally({ ...request, options: all });
  const [definition, ...others] = [...definitions.values()];
  if (others.length > 0) throw new CodedError('option', `the request is for ${definitions.size} platforms (${[...definitions.keys()].join(', ')}): name one with --platform`);
  // A build FROM scratch with nothing in it.
  output.write(format === 'pb' ? encodeDefinition(definition ?? EMPTY) : textOf(definition ?? EMPTY, format));
}

const EMPTY: Definition = { ops: [], metadata: new Map() };

function textOf(definition: Definition, format: string): string {
  switch (format) {
    case 'json': return `${JSON.stringify(definitionJson(definition), undefined, 2)}\n`;
    case 'dot': return definitionDot(definition);
    default: return definitionTree(definition);
  }
}
