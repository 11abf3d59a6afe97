import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CodedError, messageOf } from '../diag/error.ts';
import { listReferrers, readArtifact } from '../oci/referrers.ts';
import { makeRegistryClient } from '../oci/registry.ts';
import type { RegistryOptions } from '../oci/registry.ts';
import { FieldReader } from '../provenance/fields.ts';
import { parseJsonBytes } from '../provenance/json.ts';
import { trustedSigner } from '../provenance/sigstore.ts';
import { readSubjects } from '../provenance/slsa.ts';
import { digestEncoded } from '../spec/digest.ts';
import type { Digest } from '../spec/digest.ts';
import { parseNormalizedNamed } from '../spec/reference.ts';
import { BUNDLE_TYPE, EQUAL_LEVEL, VSA_TYPE } from './statement.ts';

/** Whose word counts, and how many of them must agree. */
export interface RebuilderPolicy {
  readonly threshold: number;
  readonly rebuilders: readonly { readonly name: string; /** Public key, PEM. */ readonly key: string }[];
}

/**
 * Reads a policy file: `{"threshold": 2, "rebuilders": [{"name": "…", "key": "PEM or the path of a file with it"}]}`. Throws (code `option`) with
 * all that is wrong with it. A key counts once.
 */
export function readRebuilderPolicy(path: string): RebuilderPolicy {
  const reader = new FieldReader();
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new CodedError('option', `cannot read the policy ${path}: ${messageOf(error)}`, { cause: error });
  }
  let value: unknown;
  try {
    value = parseJsonBytes(bytes);
  } catch (error) {
    throw new CodedError('option', `the policy ${path} is not JSON: ${messageOf(error)}`, { cause: error });
  }
  const fields = reader.asObject(value, 'the policy');
  const rebuilders = reader.objects(fields, 'rebuilders').map((each) => {
    const key = reader.requiredString(each, 'key');
    return { name: reader.requiredString(each, 'name'), key: key.includes('-----BEGIN') ? key : readKey(resolve(dirname(path), key)) };
  });
  const threshold = (fields.value as Readonly<Record<string, unknown>>)['threshold'];
  if (reader.problems.length > 0) throw new CodedError('option', `the policy ${path}: ${reader.problems.join(', ')}`);
  if (typeof threshold !== 'number' || !Number.isInteger(threshold) || threshold < 1 || threshold > rebuilders.length) {
    throw new CodedError('option', `the policy ${path}: threshold is ${JSON.stringify(threshold) ?? 'absent'}, expected a number from 1 to ${rebuilders.length}, of which there are rebuilders`);
  }
  if (new Set(rebuilders.map(({ key }) => key.replaceAll(/\s/g, ''))).size < rebuilders.length) throw new CodedError('option', `the policy ${path}: two rebuilders have one key`);
  return { threshold, rebuilders };
}

function readKey(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CodedError('option', `cannot read the key ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** A statement, and where it was found. */
export interface FoundStatement {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The signed statements that refer to `subject` in its registry. Throws (code `image`). */
export async function statementsOf(reference: string, subject: Digest, options: RegistryOptions): Promise<readonly FoundStatement[]> {
  const client = makeRegistryClient(parseNormalizedNamed(reference), options);
  const found: FoundStatement[] = [];
  for (const descriptor of await listReferrers(client, subject, BUNDLE_TYPE)) found.push({ name: `${client.name}@${descriptor.digest}`, bytes: await readArtifact(client, descriptor) });
  return found;
}

/** What each rebuilder says of `subject`: `reason` says why a statement does not count. */
export interface PolicyResult {
  readonly passed: boolean;
  readonly agreed: readonly string[];
  readonly reasons: readonly string[];
}

/**
 * Whether enough rebuilders say, each with a good signature, that they got the digest `subject`. A statement by which a rebuilder got something
 * else takes nothing away from others' word; it is named.
 */
export function applyPolicy({ threshold, rebuilders }: RebuilderPolicy, subject: Digest, statements: readonly FoundStatement[]): PolicyResult {
  const agreed = new Set<string>();
  const reasons: string[] = [];
  const signers = rebuilders.map(({ name, key }) => ({ name, signer: signerOf(name, key) }));
  for (const { name, bytes } of statements) {
    const by = signers.map(({ name: rebuilder, signer }) => ({ rebuilder, payload: payloadOf(signer, bytes) })).find(({ payload }) => payload !== undefined);
    if (by?.payload === undefined) {
      reasons.push(`${name}: is signed by none of the rebuilders`);
      continue;
    }
    const problem = problemOf(by.payload, subject);
    if (problem === undefined) agreed.add(by.rebuilder);
    else reasons.push(`${name}, by ${by.rebuilder}: ${problem}`);
  }
  return { passed: agreed.size >= threshold, agreed: [...agreed], reasons };
}

function signerOf(name: string, key: string): ReturnType<typeof trustedSigner> {
  try {
    return trustedSigner({ kind: 'key', key });
  } catch (error) {
    throw new CodedError('option', `the rebuilder ${name}: ${messageOf(error)}`, { cause: error });
  }
}

/** The signed bytes, when the signature is good. */
function payloadOf(signer: ReturnType<typeof trustedSigner>, bytes: Uint8Array): Uint8Array | undefined {
  try {
    const reader = new FieldReader();
    const { value } = reader.asObject(parseJsonBytes(bytes), 'the bundle');
    return reader.problems.length > 0 ? undefined : signer.verify({ kind: 'bundle', value }).payload;
  } catch {
    return undefined;
  }
}

/** Why a signed statement does not say that `subject` came out equal. */
function problemOf(payload: Uint8Array, subject: Digest): string | undefined {
  const reader = new FieldReader();
  try {
    const statement = reader.asObject(parseJsonBytes(payload), 'the statement');
    const type = reader.string(statement, 'predicateType');
    if (type !== VSA_TYPE) return `is of the type ${JSON.stringify(type)}, which does not say that digests are equal`;
    if (!readSubjects(reader, statement).some(({ digest }) => digest.get('sha256') === digestEncoded(subject))) return `is not about ${subject}`;
    const predicate = reader.object(statement, 'predicate');
    const result = reader.string(predicate, 'verificationResult');
    const levels = predicate.value['verifiedLevels'];
    if (result !== 'PASSED') return `says ${JSON.stringify(result)}`;
    if (!Array.isArray(levels) || !levels.includes(EQUAL_LEVEL)) return `does not name the level ${EQUAL_LEVEL}`;
  } catch (error) {
    return messageOf(error);
  }
  return reader.problems.length > 0 ? reader.problems.join(', ') : undefined;
}
