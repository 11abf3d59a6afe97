import { readFileSync } from 'node:fs';
import { CodedError, messageOf } from '../diag/error.ts';
import { parseProvenance } from '../provenance/parse.ts';
import type { Material, Provenance } from '../provenance/provenance.ts';
import type { Policy, PolicyRule } from '../spec/source-policy.ts';
import { referenceToString, tagNameOnly, withDigest } from '../spec/reference.ts';

/** What the policy of a provenance says, and the materials that no rule can be made for. */
export interface PolicyResult {
  readonly policy: Policy;
  readonly skipped: readonly string[];
}

/**
 * Makes a source policy that converts every material of `provenance` to the digest, checksum or commit recorded there. With `strict`
 * everything else that comes from outside is denied; local contexts are not. Throws (code `provenance`) when two platforms of one image differ,
 * since a policy cannot tell platforms apart.
 */
export function toPolicy(provenance: Provenance, strict: boolean): PolicyResult {
  const converted = new Map<string, PolicyRule>();
  const targets: string[] = [];
  const skipped: string[] = [];
  for (const material of provenance.materials) {
    const rule = toRule(material);
    if (rule === undefined) {
      skipped.push(material.uri);
      continue;
    }
    const earlier = converted.get(rule.selector.identifier);
    if (earlier !== undefined && JSON.stringify(earlier) !== JSON.stringify(rule)) {
      throw new CodedError('provenance', `${provenance.name} has two materials for ${rule.selector.identifier} (one a platform?): a source policy cannot hold both`);
    }
    converted.set(rule.selector.identifier, rule);
    targets.push(rule.updates?.identifier ?? rule.selector.identifier);
  }
  const deny: PolicyRule[] = strict ? ['docker-image://*', 'oci-layout://*', 'https://*', 'http://*', 'git://*'].map((identifier) => ({ action: 'DENY', selector: { identifier, match_type: 'WILDCARD' } })) : [];
  const allow: PolicyRule[] = strict ? [...new Set(targets)].map((identifier) => ({ action: 'ALLOW', selector: { identifier, match_type: 'EXACT' } })) : [];
  return { policy: { version: 1, rules: [...deny, ...converted.values(), ...allow] }, skipped };
}

function toRule(material: Material): PolicyRule | undefined {
  switch (material.kind) {
    case 'image': {
      if (material.local) return undefined;
      const plain = tagNameOnly(material.reference);
      const untagged = { domain: plain.domain, path: plain.path, ...(plain.tag === undefined ? {} : { tag: plain.tag }) };
      const pinned = `docker-image://${referenceToString(withDigest(untagged, material.digest))}`;
      const from = plain.tag === undefined ? pinned : `docker-image://${referenceToString(untagged)}`;
      return from === pinned ? { action: 'ALLOW', selector: { identifier: pinned, match_type: 'EXACT' } } : convert(from, { identifier: pinned });
    }
    case 'http':
      return convert(material.uri, { attrs: { 'http.checksum': material.digest } });
    case 'git': {
      const location = material.remote.replace(/^[a-z+]+:\/\//, '').replace(/^[^@/]*@/, '');
      const base = `git://${location}`;
      return convert(material.ref === '' ? base : `${base}#${material.ref}`, { identifier: `${base}#${material.commit}` });
    }
    case 'other':
      return undefined;
  }
}

function convert(identifier: string, updates: NonNullable<PolicyRule['updates']>): PolicyRule {
  return { action: 'CONVERT', selector: { identifier, match_type: 'EXACT' }, updates };
}

/** `repro-dockerfile policy FILE`: prints the policy on `out`, one line on `log` for each material left out. Throws when FILE is no provenance. */
export function runPolicy(file: string, options: { readonly strict?: boolean }, out: (text: string) => void, log: (text: string) => void): void {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw new CodedError('option', `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
  const { policy, skipped } = toPolicy(parseProvenance(bytes, file === '-' ? 'standard input' : file), options.strict === true);
  for (const uri of skipped) log(`no rule for ${uri}: not an image of a registry, a file from a URL or a git commit`);
  out(`${JSON.stringify(policy, undefined, 2)}\n`);
}
