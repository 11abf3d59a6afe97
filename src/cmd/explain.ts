import { CodedError } from '../diag/error.ts';
import { answerLocally } from '../local/request.ts';
import { explanationText } from '../rewrite/explain-text.ts';
import type { ExplanationPart } from '../rewrite/explain-text.ts';
import type { Explanation } from '../rewrite/explain.ts';
import { toLocalRequest } from './request-options.ts';
import { makeStyle } from './style.ts';
import type { RequestOptions } from './request-options.ts';

export interface ExplainOptions extends RequestOptions {
  /** `text` when absent, or `json` (docs/explanation.schema.json). */
  readonly format?: string;
}

const STYLES = { heading: 'bold', rule: 'good', warning: 'fair', reason: 'dim' } as const satisfies Readonly<Record<ExplanationPart, string>>;

/** `repro-dockerfile explain [CONTEXT]`: writes what the rewrites do to a build. Throws what the frontend throws, and `option` with REPRO=off. */
export async function runExplain(context: string, options: ExplainOptions, write: (text: string) => void, warn: (text: string) => void, color: boolean): Promise<void> {
  const request = toLocalRequest(context, options, warn);
  if (/^(?:off|0|false|no)$/i.test(request.options.get('build-arg:REPRO') ?? '')) throw new CodedError('option', 'with REPRO=off nothing is rewritten');
  const { result } = await answerLocally({ ...request, options: new Map([...request.options, ['requestid', 'frontend.repro']]) });
  const json = Buffer.from(result.metadata.get('result.json') ?? []).toString('utf8');
  if (options.format === 'json') return write(`${json}\n`);
  // The JSON form has all that the text shows.
  const style = makeStyle(color);
  write(explanationText(JSON.parse(json) as Explanation, (part, text) => style[STYLES[part]](text)));
}
