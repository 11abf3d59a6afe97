import type { EnvGetter } from '../dockerfile/words.ts';
import { CodedError, messageOf } from '../diag/error.ts';
import type { ImageConfig } from '../spec/config.ts';
import { KnownOf } from '../spec/known.ts';
import type { Timestamp, ZonedTime } from '../spec/time.ts';
import { quote } from '../spec/text.ts';
import { timestampOf } from '../spec/time.ts';
import type { ImageDraft } from './image.ts';

const COMMENT = 'buildkit.dockerfile.v0';

/** An ARG of a stage, with the value that it got; undefined when it has none. */
export interface BuildArg {
  readonly key: string;
  readonly value?: string;
}

/** Adds a line to an image's history: an instruction that made no layer, one that made one, or one of those that say so in their text. */
export function addHistory(image: ImageDraft, text: string, epoch: ZonedTime | undefined, layer: 'none' | 'silent' | 'named' = 'none'): void {
  const created = epoch === undefined ? undefined : printableTime(epoch);
  image.history.push({
    created,
    createdBy: layer === 'named' ? `${text} # buildkit` : text,
    author: '',
    comment: COMMENT,
    emptyLayer: layer === 'none',
  });
}

/** Throws what the reference says of a history whose times cannot be written, since JSON has no form for the epoch. */
export function assertPrintableHistory({ history }: ImageConfig, epoch: ZonedTime | undefined): void {
  if (epoch === undefined || !history.some(({ comment, created }) => comment === COMMENT && created === undefined)) return;
  try {
    timestampOf(epoch);
  } catch (error) {
    throw new CodedError('option', `failed to marshal image config: json: error calling MarshalJSON for type *time.Time: ${messageOf(error)}`);
  }
}

/** An image's lines of history have one time. */
const printable = new KnownOf<ZonedTime, { readonly time?: Timestamp }>();

function printableTime(epoch: ZonedTime): Timestamp | undefined {
  return printable.get(epoch, () => {
    try {
      return { time: timestampOf(epoch) };
    } catch {
      return {};
    }
  }).time;
}

/** The text of a RUN in the history: its ARGs with their present values, and its arguments. */
export function runHistory(args: readonly string[], buildArgs: readonly BuildArg[], env: EnvGetter): string {
  if (buildArgs.length === 0) return args.join(' ');
  const values = new Map<string, string>();
  for (const { key, value } of buildArgs) values.set(key, `${key}=${env.get(key) ?? value ?? ''}`);
  const shown = values.size === 0 ? [] : [`|${values.size}`, ...values.values()];
  return [...shown, ...args].join(' ');
}

/** Go's `%v` of a list of strings. */
export function formatList(items: readonly string[]): string {
  return `[${items.join(' ')}]`;
}

/** Go's `%q` of a list of strings. */
export function formatQuotedList(items: readonly string[]): string {
  return `[${items.map(quote).join(' ')}]`;
}
