/** What became of `npm audit signatures`: `good`, `bad` with what it says, or `unknown` where the registry or the server of its keys did not answer. */
export interface AuditOutcome {
  readonly kind: 'good' | 'bad' | 'unknown';
  readonly reason: string;
}

/** Codes by which npm says that it got no answer: of the network, of the protocol, and of a registry that has no keys. */
const NO_ANSWER = /^npm error code ((?:ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT|ECERT\w*|UNABLE_TO_\w+|SELF_SIGNED_\w+|DEPTH_ZERO_\w+|E[45]\d\d))$/m;
/** The registry signs nothing. */
const NO_KEYS = /no dependencies to audit that were installed from a supported registry/;

/** Reads what the program wrote and how it ended; null for one that was ended because it took too long. */
export function readAudit(status: number | null, output: string): AuditOutcome {
  if (status === 0) return { kind: 'good', reason: output.trim() };
  if (status === null) return { kind: 'unknown', reason: 'no answer in time' };
  const code = NO_ANSWER.exec(output)?.[1] ?? NO_KEYS.exec(output)?.[0];
  return code === undefined ? { kind: 'bad', reason: output.trim() } : { kind: 'unknown', reason: code };
}
