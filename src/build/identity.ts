import { randomBytes } from 'node:crypto';
import type { Gateway } from '../gateway/gateway.ts';

const LENGTH = 25;

/** An identifier that nothing else has: the environment's next, or else a random one. */
export function newId({ environment }: Pick<Gateway, 'environment'>): string {
  return environment.newId?.() ?? randomId();
}

/** A random identifier in the form of BuildKit's own (identity.NewID): 25 digits and small letters. */
export function randomId(): string {
  const text = BigInt(`0x${randomBytes(17).toString('hex')}`).toString(36).padStart(LENGTH, '0');
  return text.slice(-LENGTH);
}
