import { messageOf } from '../diag/error.ts';
import type { Gateway } from './gateway.ts';

const MOUNT_TYPE_SECRET = 1;
const NETWORK_NONE = 2;

/** Whether the session has a secret; or it could not be found out, and why. */
export type SecretAnswer = { readonly kind: 'present' | 'absent' } | { readonly kind: 'unknown'; readonly reason: string };

/**
 * Asks whether the session has the secret `id`: a container with nothing in it but the secret can be made or not, and is called `container`
 * then. No process runs in it, and the secret is not read. Never rejects. A daemon that starts no containers for frontends is not asked: the
 * answer is absent.
 * The secret comes before the root: a daemon makes the mounts in their order, and the file system of a root takes it 5 to 10 ms, which a
 * build without the secret does not wait for then (frontend/gateway/container, PrepareMounts).
 */
export async function sessionHasSecret(gateway: Gateway, id: string, container: string): Promise<SecretAnswer> {
  if (!gateway.capabilities.supports('gateway.exec')) return { kind: 'absent' };
  try {
    await gateway.bridge('NewContainer', {
      ContainerID: container,
      Mounts: [
        { dest: '/secret', input: -1, output: -1, mountType: MOUNT_TYPE_SECRET, secretOpt: { ID: id, mode: 0o400 } },
        { dest: '/', output: -1, input: -1 },
      ],
      Network: NETWORK_NONE,
    });
  } catch (error) {
    const reason = messageOf(error);
    return saysAbsent(reason, id) ? { kind: 'absent' } : { kind: 'unknown', reason };
  }
  gateway.bridge('ReleaseContainer', { ContainerID: container }).catch(() => undefined);
  return { kind: 'present' };
}

/** The daemon's words for a secret that no session has (session/secrets, GetSecret; session, Manager.Any). They have no status code. */
function saysAbsent(reason: string, id: string): boolean {
  return (reason.includes(`secret ${id}`) && reason.endsWith('not found')) || reason.endsWith('no active sessions');
}
