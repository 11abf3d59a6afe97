import { encodeToKeep } from '../pb/codec.ts';
import { KnownOf, KnownValues } from '../spec/known.ts';

/** The bytes of lists that were encoded before; builds have thousands of commands with the same variables. */
const lists = new KnownOf<readonly string[], Uint8Array>();

const variables = new KnownValues<Uint8Array>();

/** The bytes of the field `env` of a pb.Meta. */
export function encodeEnv(env: readonly string[]): Uint8Array {
  return lists.get(env, () => Buffer.concat(env.map((variable) => variables.get(variable, () => encodeToKeep('pb.Meta', { env: [variable] })))));
}
