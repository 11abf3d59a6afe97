import { EncodedMessages } from './encoded.ts';

/** The bytes of lists that were encoded before; builds have thousands of commands with the same variables. */
const lists = new WeakMap<readonly string[], Uint8Array>();

const variables = new EncodedMessages('pb.Meta');

/** The bytes of the field `env` of a pb.Meta. */
export function encodeEnv(env: readonly string[]): Uint8Array {
  const known = lists.get(env);
  if (known !== undefined) return known;
  const bytes = Buffer.concat(env.map((variable) => variables.get(variable, () => ({ env: [variable] }))));
  lists.set(env, bytes);
  return bytes;
}
