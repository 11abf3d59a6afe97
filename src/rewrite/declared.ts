import { CodedError } from '../diag/error.ts';
import type { RunRule } from './change.ts';
import type { Declared } from './from.ts';

/**
 * No rewrite but a check, for builds with REPRO_FROM: a RUN asks the client for nothing that the first build's provenance does not
 * declare. Throws CodedError `provenance` that names what is more.
 */
export function declaredRule({ secrets, ssh }: Declared): RunRule {
  return ({ secretIds, sshIds }) => {
    const more = [...secretIds.filter((id) => !secrets.has(id)).map((id) => `the secret ${id}`), ...sshIds.filter((id) => !ssh.has(id)).map((id) => `the SSH agent ${id}`)];
    if (more.length > 0) {
      throw new CodedError('provenance', `the RUN asks for ${more.join(' and ')}, which the provenance of the first build does not declare: with REPRO_OVERRIDE=1 it gets what the client has`);
    }
    return undefined;
  };
}
