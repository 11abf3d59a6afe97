import { messageOf } from '../diag/error.ts';
import { isDigest } from '../spec/digest.ts';
import { parseGitRef } from '../spec/git-ref.ts';
import { parseNormalizedNamed } from '../spec/reference.ts';
import type { FieldReader, Fields } from './fields.ts';
import type { Material } from './provenance.ts';
import type { Predicate } from './slsa.ts';

const IMAGE = 'docker-image://';

/** The CONVERT rules of a BuildKit source policy (sourcepolicy/pb/policy.proto) as materials. Rules of other kinds pin nothing. */
export function readSourcePolicy(reader: FieldReader, policy: Fields): Predicate {
  const materials = reader.objects(policy, 'rules').flatMap((rule) => {
    const action = reader.string(rule, 'action');
    if (action !== 'CONVERT') return [];
    try {
      return readRule(reader, rule) ?? [];
    } catch (error) {
      reader.problem(rule.path, messageOf(error));
      return [];
    }
  });
  const nothing = { uri: '', digest: new Map<string, string>(), path: '' };
  return {
    form: 'source-policy', builderId: '', materials, configSource: nothing, builderPlatform: '', sourceFiles: [],
    request: { frontend: '', args: new Map(), secrets: [], ssh: [], locals: [] },
    complete: { request: false, materials: false },
  };
}

function readRule(reader: FieldReader, rule: Fields): Material | undefined {
  const uri = reader.requiredString(reader.object(rule, 'selector'), 'identifier');
  const updates = reader.object(rule, 'updates');
  const identifier = reader.string(updates, 'identifier');
  const attrs = reader.strings(updates, 'attrs');
  if (uri.startsWith(IMAGE)) {
    const reference = parseNormalizedNamed(uri.slice(IMAGE.length));
    const digest = identifier.startsWith(IMAGE) ? parseNormalizedNamed(identifier.slice(IMAGE.length)).digest : undefined;
    if (digest === undefined) throw new Error(`the image ${uri} is not converted to one with a digest`);
    return { kind: 'image', uri, local: false, reference, digest };
  }
  const checksum = attrs.get('http.checksum');
  if (checksum !== undefined && isDigest(checksum)) return { kind: 'http', uri, digest: checksum };
  if (uri.startsWith('git://') && identifier.startsWith('git://')) {
    const hash = identifier.indexOf('#');
    const commit = hash < 0 ? '' : identifier.slice(hash + 1).replace(/:.*$/s, '');
    const from = parseGitRef(uri);
    if (from !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return { kind: 'git', uri, remote: from.remote, ref: from.ref, commit };
  }
  throw new Error(`the rule for ${uri} pins nothing that is known`);
}
