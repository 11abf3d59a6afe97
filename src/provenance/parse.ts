import { CodedError, messageOf } from '../diag/error.ts';
import { describe, FieldReader, isBase64, isObject } from './fields.ts';
import type { Fields } from './fields.ts';
import type { Provenance } from './provenance.ts';
import { readSlsaV02, readSlsaV1, readSubjects } from './slsa.ts';
import type { Predicate } from './slsa.ts';
import { readSourcePolicy } from './source-policy.ts';

const MAX_BYTES = 64 << 20;
/** bundle → envelope → statement → predicate; more wrappings than that are nothing that anybody writes. */
const MAX_WRAPPINGS = 4;

const SLSA_V1 = 'https://slsa.dev/provenance/v1';
const SLSA_V02 = 'https://slsa.dev/provenance/v0.2';
const METADATA_KEY = 'buildx.build.provenance';

/**
 * Reads provenance in any of the forms in which it is handed round: an in-toto statement or its bare predicate, SLSA v1 or v0.2, a DSSE
 * envelope or Sigstore bundle around one (signatures are not looked at), `buildx --metadata-file` output, a BuildKit source policy.
 * `name` is what messages call it. Throws one error of code `provenance` that tells all that is wrong.
 */
export function parseProvenance(bytes: Uint8Array, name: string): Provenance {
  const fail = (text: string, cause?: unknown): CodedError => new CodedError('provenance', `${name}: ${text}`, { cause });
  if (bytes.length > MAX_BYTES) throw fail(`is too large for a provenance: ${bytes.length} bytes, of at most ${MAX_BYTES}`);
  const reader = new FieldReader();
  let found: Found | undefined;
  try {
    found = unwrap(reader, parseJson(bytes), 0);
  } catch (error) {
    throw fail(`is no provenance: ${messageOf(error)}`, error);
  }
  if (reader.problems.length > 0) throw fail(`has wrong fields:\n${reader.problems.map((problem) => `  ${problem}`).join('\n')}`);
  return { name, ...found };
}

type Found = Predicate & Pick<Provenance, 'subjects'>;

function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error('it is not UTF-8 text', { cause: error });
  }
  return JSON.parse(text);
}

/** Goes through the wrappings down to the predicate. */
function unwrap(reader: FieldReader, value: unknown, depth: number): Found {
  if (!isObject(value)) throw new Error(`expected a JSON object, found ${describe(value)}`);
  if (depth > MAX_WRAPPINGS) throw new Error('it is wrapped too many times');
  const fields: Fields = { path: '', value };
  const has = (key: string): boolean => reader.has(fields, key);
  if (has('dsseEnvelope')) return unwrap(reader, value['dsseEnvelope'], depth + 1);
  if (has('payload') && has('payloadType')) return unwrap(reader, parseJson(decodePayload(value['payload'])), depth + 1);
  if (has('predicateType')) return readStatement(reader, fields);
  if (has('buildDefinition')) return { subjects: [], ...readSlsaV1(reader, fields) };
  if (has('buildType') || has('materials') || has('invocation')) return { subjects: [], ...readSlsaV02(reader, fields) };
  if (has('rules')) return { subjects: [], ...readSourcePolicy(reader, fields) };
  const attached = Object.keys(value).filter((key) => key === METADATA_KEY || key.startsWith(`${METADATA_KEY}/`)).sort();
  if (attached.length > 0) return merge(attached.map((key) => unwrap(reader, value[key], depth + 1)));
  throw new Error('it is neither an in-toto statement nor a SLSA predicate, DSSE envelope, Sigstore bundle, buildx metadata or source policy');
}

function decodePayload(payload: unknown): Uint8Array {
  if (typeof payload !== 'string' || !isBase64(payload)) throw new Error('its payload is not base64');
  return Buffer.from(payload, 'base64');
}

function readStatement(reader: FieldReader, statement: Fields): Found {
  const type = reader.string(statement, 'predicateType');
  const predicate = reader.object(statement, 'predicate');
  if (!reader.has(statement, 'predicate')) reader.problem('predicate', 'is missing');
  const subjects = readSubjects(reader, statement);
  if (type === SLSA_V1) return { subjects, ...readSlsaV1(reader, predicate) };
  if (type === SLSA_V02) return { subjects, ...readSlsaV02(reader, predicate) };
  throw new Error(`its predicate is ${describe(type)}, expected ${SLSA_V1} or ${SLSA_V02}`);
}

/** The provenances of several platforms as one: materials of all, the earliest start, the rest of the first. */
function merge(all: readonly Found[]): Found {
  const [first, ...others] = all;
  if (first === undefined) throw new Error('it has no provenance');
  return others.reduce<Found>((sum, next) => ({
    ...sum,
    materials: [...sum.materials, ...next.materials],
    subjects: [...sum.subjects, ...next.subjects],
    ...(sum.startedOn === undefined || next.startedOn === undefined ? {} : { startedOn: sum.startedOn < next.startedOn ? sum.startedOn : next.startedOn }),
  }), first);
}
