import { encodeMessage } from '../pb/codec.ts';

/** The most messages to keep; beyond that the table starts anew. */
const MAX_MESSAGES = 20_000;

/** The bytes of messages of one type that were encoded before: a build's ops are many, and most of what is in them comes again. */
export class EncodedMessages {
  readonly #type: string;
  readonly #known = new Map<string, Uint8Array>();

  constructor(type: string) {
    this.#type = type;
  }

  /** The bytes of the message that `key` stands for; `value` makes it when they are not known yet. */
  get(key: string, value: () => object): Uint8Array {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    // A copy: what encodeMessage gives is a view of a buffer that is much longer.
    const bytes = new Uint8Array(encodeMessage(this.#type, value()));
    if (this.#known.size >= MAX_MESSAGES) this.#known.clear();
    this.#known.set(key, bytes);
    return bytes;
  }
}
