import type { Policy, PolicyRule } from '../spec/source-policy.ts';

/** What a source must be: an image's digest, a download's digest, a commit. */
export interface Content {
  readonly kind: 'image' | 'http' | 'git';
  readonly content: string;
}

/**
 * A source policy that denies every source from outside whose content is not known, wherever it comes from: the daemon's own check of what
 * conversion made. `main` are the identifiers of the main context's sources, which the caller chooses. Client folders pass.
 */
export function lockPolicy(contents: readonly Content[], main: readonly string[]): Policy {
  const allowed = new Map<string, PolicyRule['selector']>();
  const allow = (selector: PolicyRule['selector']): void => void allowed.set(JSON.stringify(selector), selector);
  allow({ identifier: 'local://*', match_type: 'WILDCARD' });
  for (const identifier of main) allow({ identifier, match_type: 'EXACT' });
  for (const { kind, content } of contents) {
    switch (kind) {
      case 'image':
        for (const scheme of ['docker-image', 'oci-layout']) allow({ identifier: `${scheme}://*@${content}`, match_type: 'WILDCARD' });
        break;
      case 'http': allow({ identifier: 'http*://*', match_type: 'WILDCARD', constraints: [{ key: 'http.checksum', value: content, condition: 'EQUAL' }] }); break;
      case 'git': allow({ identifier: 'git://*', match_type: 'WILDCARD', constraints: [{ key: 'git.checksum', value: content, condition: 'EQUAL' }] }); break;
    }
  }
  const deny: PolicyRule = { action: 'DENY', selector: { identifier: '*', match_type: 'WILDCARD' } };
  return { version: 1, rules: [deny, ...[...allowed.values()].map((selector): PolicyRule => ({ action: 'ALLOW', selector }))] };
}
