import { stat } from 'node:fs/promises';
import { CodedError } from '../diag/error.ts';
import { attachedStatements } from '../oci/attached.ts';
import { openAddress } from '../oci/open.ts';
import type { OpenedImage } from '../oci/open.ts';
import { PREDICATE_TYPES } from '../provenance/attached.ts';
import { parseAttestations, parseProvenance } from '../provenance/parse.ts';
import type { Material, Provenance } from '../provenance/provenance.ts';
import type { Policy, PolicyRule } from '../spec/source-policy.ts';
import { formatPlatform, normalizePlatform, parsePlatform } from '../spec/platform.ts';
import { readBytes } from './request-options.ts';
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

export interface PolicyOptions {
  readonly strict?: boolean;
  /** Of an image for several platforms: whose provenance. */
  readonly platform?: string;
  readonly plainHttp?: boolean;
}

/**
 * `repro-dockerfile policy IMAGE|FILE`: prints the policy on `out`, one line on `log` for each material left out. Throws (code `provenance`, `image`,
 * `option`) when there is no provenance.
 */
export async function runPolicy(source: string, options: PolicyOptions, out: (text: string) => void, log: (text: string) => void): Promise<void> {
  const { policy, skipped } = toPolicy(await readProvenance(source, options), options.strict === true);
  for (const uri of skipped) log(`no rule for ${uri}: not an image of a registry, a file from a URL or a git commit`);
  out(`${JSON.stringify(policy, undefined, 2)}\n`);
}

/** A file with provenance, or an image (in a registry, an OCI layout or archive) that has it attached. */
async function readProvenance(source: string, options: PolicyOptions): Promise<Provenance> {
  const isFile = source === '-' || (await stat(source).then((found) => found.isFile() && !source.endsWith('.tar'), () => false));
  if (isFile) return parseProvenance(readBytes(source), source === '-' ? 'standard input' : source);
  const opened = await openAddress(source, { plainHttp: options.plainHttp === true });
  try {
    const handle = await findPlatform(opened, options.platform);
    const image = await handle.open();
    const attached = image.manifest === undefined ? undefined : await attachedStatements(opened, image.manifest.digest, PREDICATE_TYPES);
    if (image.manifest === undefined || attached === undefined || attached.statements.length === 0) {
      throw new CodedError('provenance', `${source} has no SLSA provenance attached: build it with --attest type=provenance,mode=max, or name a file with it`);
    }
    return parseAttestations(attached.statements.map(({ data }) => data), source, { subject: image.manifest.digest, platform: image.platform });
  } finally {
    await opened.close();
  }
}

async function findPlatform({ images, address }: OpenedImage, platform: string | undefined): Promise<OpenedImage['images'][number]> {
  const wanted = platform === undefined ? undefined : formatPlatform(normalizePlatform(parsePlatform(platform)));
  const [handle, ...others] = wanted === undefined ? images : images.filter((each) => each.platform === wanted);
  const list = images.map((each) => each.platform).join(', ');
  if (handle === undefined) throw new CodedError('image', `${address} has no image for ${wanted ?? 'any platform'}${list === '' ? '' : `, only for ${list}`}`);
  if (others.length > 0) throw new CodedError('option', `${address} is for several platforms, and their materials may differ: choose one with --platform (${list})`);
  return handle;
}
