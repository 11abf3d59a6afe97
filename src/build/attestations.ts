import { CodedError, messageOf } from '../diag/error.ts';
import { parseNormalizedNamed, referenceToString, tagNameOnly } from '../spec/reference.ts';
import { cut, toLower } from '../spec/strings.ts';
import { quote } from '../spec/text.ts';
import { csvOption } from './values.ts';

/** The SBOM that a request asks for: who makes it, and its parameters. */
export interface SbomRequest {
  /** An image reference with its tag. */
  readonly generator: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const PREFIXES = ['attest:', 'build-arg:BUILDKIT_ATTEST_'];
const DEFAULT_GENERATOR = 'docker/buildkit-syft-scanner:stable-1';

/** The SBOM request among the options `attest:…`, if there is one (frontend/attestations/parse.go, dockerui init). Throws on an unknown type. */
export function parseSbomRequest(options: ReadonlyMap<string, string>): SbomRequest | undefined {
  const attributes = parseAttestations(options).get('sbom');
  if (attributes === undefined) return undefined;
  const generator = attributes.get('generator') ?? '';
  const parameters = new Map([...attributes].filter(([key]) => key !== 'generator'));
  return { generator: normalizeGenerator(generator), parameters };
}

function normalizeGenerator(generator: string): string {
  try {
    return referenceToString(tagNameOnly(parseNormalizedNamed(generator)));
  } catch (error) {
    throw new CodedError('option', `failed to parse sbom scanner ${generator}: ${messageOf(error)}`);
  }
}

function parseAttestations(options: ReadonlyMap<string, string>): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const attestations = new Map<string, ReadonlyMap<string, string>>();
  for (const [key, value] of options) {
    const prefix = PREFIXES.find((candidate) => key.startsWith(candidate));
    if (prefix === undefined) continue;
    const type = toLower(key.slice(prefix.length));
    attestations.set(type, parseAttributes(type, value));
  }
  for (const type of attestations.keys()) {
    if (type !== 'sbom' && type !== 'provenance') throw new CodedError('option', `unknown attestation type ${quote(type)}`);
  }
  return attestations;
}

function parseAttributes(type: string, value: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>(type === 'sbom' ? [['generator', DEFAULT_GENERATOR]] : []);
  if (value === '') return attributes;
  let fields: readonly string[];
  try {
    fields = csvOption(value);
  } catch (error) {
    throw new CodedError('option', `failed to parse ${type}: ${messageOf(error)}`);
  }
  for (const field of fields) {
    const { before, after = '' } = cut(field, '=');
    attributes.set(before, after);
  }
  return attributes;
}
