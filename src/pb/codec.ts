import { CodedError, messageOf } from '../diag/error.ts';
import { planOf } from './plan.ts';
import { readFields } from './read.ts';
import type { Messages } from './schema.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';
import { writeFields } from './write.ts';

/** One for all messages: they are many, short, and written one after the other. */
const writer = new WireWriter();

/**
 * The bytes of a message, as Go's deterministic marshalling makes them: fields in the order of their numbers, members of a oneof
 * after all others, zero scalars left out unless in a oneof or optional, map entries sorted by key, repeated numbers packed. `type` is
 * the full name. Fields have their JSON names (`http_proxy` is `httpProxy`, `OSVersion` stays); undefined and null are absent; maps are
 * Maps or plain objects. A Uint8Array in place of a message is taken as its bytes, as they are, and a list as its parts, one after the
 * other, each the bytes of fields or an object with fields. What comes back is a view of a buffer that other messages share: for those
 * that are kept there is {@link encodeToKeep}. Throws on a name that the message does not have, on two members of one oneof, on a value
 * of the wrong type or range, and, in the words of Go's protobuf, on a string of an op that is not UTF-8.
 */
export function encodeMessage(type: string, value: object): Uint8Array {
  writer.back(0);
  writeFields(writer, planOf(type), value as Readonly<Record<string, unknown>>);
  return writer.take();
}

/** The same in a buffer of its own: a short message that is kept would keep all that it shares its buffer with. */
export function encodeToKeep(type: string, value: object): Uint8Array {
  return new Uint8Array(encodeMessage(type, value));
}

/**
 * The message in `bytes`, `type` being its full name. Fields that are not in proto/ are skipped. Absent scalars are their zero, absent
 * lists and maps are empty, absent messages, optional fields and members of a oneof have no property. Bytes fields are views of
 * `bytes`, not copies; text that is not UTF-8 is kept (spec/bytes.ts). Throws when `bytes` is cut off or malformed.
 */
export function decodeMessage<K extends keyof Messages>(type: K, bytes: Uint8Array): Messages[K];
export function decodeMessage(type: string, bytes: Uint8Array): object;
export function decodeMessage(type: string, bytes: Uint8Array): object {
  const plan = planOf(type);
  try {
    return readFields(new WireReader(bytes), plan, bytes.length, 0);
  } catch (error) {
    throw new CodedError('gateway', `cannot decode ${type}: ${messageOf(error)}`, { cause: error });
  }
}
