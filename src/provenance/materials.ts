import { messageOf } from '../diag/error.ts';
import { isDigest } from '../spec/digest.ts';
import type { Digest } from '../spec/digest.ts';
import { parseGitRef } from '../spec/git-ref.ts';
import type { GitRef } from '../spec/git-ref.ts';
import type { FieldReader, Fields } from './fields.ts';
import type { Material } from './provenance.ts';
import { parseImagePurl } from './purl.ts';

/** Types one entry of `resolvedDependencies` (v1) or `materials` (v0.2); undefined when it is wrong, which `reader` then knows. */
export function readMaterial(reader: FieldReader, fields: Fields): Material | undefined {
  const uri = reader.requiredString(fields, 'uri');
  const digests = reader.strings(fields, 'digest');
  if (uri === '') return undefined;
  try {
    return typeMaterial(uri, digests);
  } catch (error) {
    reader.problem(`${fields.path}.uri`, `${JSON.stringify(uri)}: ${messageOf(error)}`);
    return undefined;
  }
}

function typeMaterial(uri: string, digests: ReadonlyMap<string, string>): Material {
  if (uri.startsWith('pkg:')) return imageMaterial(uri, digests);
  const commit = digests.get('sha1') ?? digests.get('gitCommit');
  const git = gitRef(uri);
  if (git !== undefined && (commit !== undefined || digests.has('sha256'))) {
    return { kind: 'git', uri, remote: git.remote, ref: git.ref, commit: checkCommit(commit ?? digests.get('sha256') ?? '') };
  }
  if (/^https?:\/\//.test(uri) && commit === undefined) return { kind: 'http', uri, digest: oneDigest(digests) };
  if (commit !== undefined) {
    const hash = uri.indexOf('#');
    return { kind: 'git', uri, remote: hash < 0 ? uri : uri.slice(0, hash), ref: hash < 0 ? '' : uri.slice(hash + 1), commit: checkCommit(commit) };
  }
  return { kind: 'other', uri, digest: digests };
}

function imageMaterial(uri: string, digests: ReadonlyMap<string, string>): Material {
  const purl = parseImagePurl(uri);
  if (purl === undefined || purl.refType !== '') return { kind: 'other', uri, digest: digests };
  const written = purl.reference.digest;
  const digest = digests.size === 0 && written !== undefined ? written : oneDigest(digests);
  if (written !== undefined && written !== digest) throw new Error(`its digest is ${digest}, which is not the one in its URI`);
  const platform = purl.platform === undefined ? {} : { platform: purl.platform };
  return { kind: 'image', uri, local: purl.type === 'oci', reference: purl.reference, digest, ...platform };
}

function gitRef(uri: string): GitRef | undefined {
  try {
    return parseGitRef(uri);
  } catch {
    return undefined;
  }
}

function checkCommit(commit: string): string {
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) throw new Error(`${JSON.stringify(commit)} is no commit`);
  return commit;
}

/** The one that is known of the digests, sha256 before others. */
function oneDigest(digests: ReadonlyMap<string, string>): Digest {
  for (const algorithm of ['sha256', 'sha512', 'sha384']) {
    const hex = digests.get(algorithm);
    if (hex === undefined) continue;
    const digest = `${algorithm}:${hex}`;
    if (!isDigest(digest)) throw new Error(`${JSON.stringify(digest)} is no digest`);
    return digest;
  }
  throw new Error('it has no digest');
}
