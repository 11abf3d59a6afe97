import { CodedError, messageOf } from '../diag/error.ts';
import { csvFields } from '../dockerfile/csv.ts';
import { isDigest } from '../spec/digest.ts';
import { cut } from '../spec/strings.ts';

/** Whom REPRO_TRUST wants provenance to be signed by. Files are paths in the named context `repro-trust`. */
export type TrustOption = { readonly subject?: string } & (
  | { readonly kind: 'key'; readonly key: { readonly pem: string } | { readonly file: string }; readonly root?: string }
  | { readonly kind: 'identity'; readonly identity: string; readonly issuer: string; readonly root: string }
);

const NAME = 'REPRO_TRUST';
const FIELDS = ['key', 'identity', 'issuer', 'root', 'subject'] as const;
const PEM_START = '-----BEGIN';

/**
 * Reads `key=BASE64 or FILE[,root=FILE]` or `identity=SAN,issuer=URL,root=FILE`, each with `,subject=sha256:…` if wanted; as fields of
 * comma-separated values, in quotes where they hold a comma. Throws (code `option`).
 */
export function parseTrust(value: string | undefined): TrustOption | undefined {
  if (value === undefined) return undefined;
  const fields = readFields(value);
  const { key, identity, issuer, root, subject } = Object.fromEntries(FIELDS.map((name) => [name, fields.get(name)])) as Readonly<Record<typeof FIELDS[number], string | undefined>>;
  if (subject !== undefined && !isDigest(subject)) throw bad(`the subject ${JSON.stringify(subject)} is no digest`);
  const about = subject === undefined ? {} : { subject };
  if (key !== undefined && identity === undefined && issuer === undefined) {
    return { kind: 'key', key: readKey(key), ...(root === undefined ? {} : { root: checkPath(root) }), ...about };
  }
  if (key === undefined && identity !== undefined && issuer !== undefined && root !== undefined) return { kind: 'identity', identity, issuer, root: checkPath(root), ...about };
  throw bad('expected key=KEY, or all of identity=NAME, issuer=URL and root=FILE');
}

function bad(problem: string): CodedError {
  return new CodedError('option', `invalid value of ${NAME}: ${problem}`);
}

function readFields(value: string): ReadonlyMap<string, string> {
  let list: readonly string[];
  try {
    list = csvFields(value);
  } catch (error) {
    throw bad(messageOf(error));
  }
  const fields = new Map<string, string>();
  for (const field of list) {
    const { before: name, after = '' } = cut(field, '=');
    if (!(FIELDS as readonly string[]).includes(name)) throw bad(`unknown field ${JSON.stringify(name)}, expected ${FIELDS.join(', ')}`);
    if (after === '') throw bad(`the field ${name} has no value`);
    if (fields.has(name)) throw bad(`the field ${name} is there twice`);
    fields.set(name, after);
  }
  return fields;
}

/** A PEM file in base64, or the path of one. */
function readKey(text: string): { readonly pem: string } | { readonly file: string } {
  const decoded = /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64').toString('latin1') : '';
  return decoded.startsWith(PEM_START) ? { pem: decoded } : { file: checkPath(text) };
}

function checkPath(path: string): string {
  if (path.startsWith('/') || path.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    throw bad(`${JSON.stringify(path)} is no path in the named context repro-trust`);
  }
  return path;
}
