import { encodeMessage } from '../pb/codec.ts';

/** The bytes of lists that were encoded before; builds have thousands of commands with the same variables. */
const lists = new WeakMap<readonly string[], Uint8Array>();

/** The bytes of single variables. */
const variables = new Map<string, Uint8Array>();

/** The most variables to keep; beyond that the table starts anew. */
const MAX_VARIABLES = 20_000;

/** The bytes of the field `env` of a pb.Meta. */
export function encodeEnv(env: readonly string[]): Uint8Array {
  const known = lists.get(env);
  if (known !== undefined) return known;
  const bytes = Buffer.concat(env.map(encodeVariable));
  lists.set(env, bytes);
  return bytes;
}

function encodeVariable(variable: string): Uint8Array {
  const known = variables.get(variable);
  if (known !== undefined) return known;
  const bytes = encodeMessage('pb.Meta', { env: [variable] });
  if (variables.size >= MAX_VARIABLES) variables.clear();
  variables.set(variable, bytes);
  return bytes;
}
