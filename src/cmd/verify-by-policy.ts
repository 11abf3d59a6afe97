import { readBytes } from './request-options.ts';
import { openSubject } from './subject.ts';
import { applyPolicy, readRebuilderPolicy, statementsOf } from './verify-policy.ts';

export interface ByPolicyOptions {
  readonly policy: string;
  /** Files with statements, in place of those that refer to the image. */
  readonly statementFile?: readonly string[];
  readonly platform?: string;
  readonly plainHttp?: boolean;
}

/**
 * `repro-dockerfile verify --policy FILE IMAGE@DIGEST`: builds nothing, and asks whether enough rebuilders say that they got this image. Gives 0 when
 * they do, 1 when not; throws when it cannot tell.
 */
export async function runByPolicy(reference: string, options: ByPolicyOptions, out: (text: string) => void): Promise<0 | 1> {
  const policy = readRebuilderPolicy(options.policy);
  const registry = { plainHttp: options.plainHttp === true };
  const subject = await openSubject(reference, options.platform, registry);
  try {
    const { digest } = subject.root;
    const files = options.statementFile ?? [];
    const statements = files.length > 0 ? files.map((name) => ({ name, bytes: readBytes(name) })) : await statementsOf(reference, digest, registry);
    const { passed, agreed, reasons } = applyPolicy(policy, digest, statements);
    for (const reason of reasons) out(`does not count: ${reason}\n`);
    out(`${agreed.length} of ${policy.threshold} needed: ${agreed.join(', ') || 'nobody'} got ${digest}\n`);
    return passed ? 0 : 1;
  } finally {
    await subject.opened.close();
  }
}
