import { randomBytes } from 'node:crypto';
import type { Gateway } from './gateway.ts';

const MOUNT_TYPE_SECRET = 1;
const NETWORK_NONE = 2;

/**
 * Whether the session has a secret of this name: a container with nothing in it but the secret can be made or not.
 * No process runs in it. False on any failure, and when the daemon starts no containers for frontends.
 */
export async function sessionHasSecret(gateway: Gateway, id: string): Promise<boolean> {
  if (!gateway.capabilities.supports('gateway.exec')) return false;
  const container = randomBytes(16).toString('hex');
  try {
    await gateway.bridge('NewContainer', {
      ContainerID: container,
      Mounts: [
        { dest: '/', output: -1, input: -1 },
        { dest: '/secret', input: -1, output: -1, mountType: MOUNT_TYPE_SECRET, secretOpt: { ID: id, mode: 0o400 } },
      ],
      Network: NETWORK_NONE,
    });
  } catch {
    return false;
  }
  gateway.bridge('ReleaseContainer', { ContainerID: container }).catch(() => undefined);
  return true;
}
