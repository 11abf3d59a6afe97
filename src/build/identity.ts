import { randomBytes } from 'node:crypto';

const LENGTH = 25;

/** A random identifier in the form of BuildKit's own (identity.NewID): 25 digits and small letters. */
export function newId(): string {
  const text = BigInt(`0x${randomBytes(17).toString('hex')}`).toString(36).padStart(LENGTH, '0');
  return text.slice(-LENGTH);
}
