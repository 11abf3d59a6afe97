import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { CodedError, messageOf } from '../diag/error.ts';
import { attachedStatements } from '../oci/attached.ts';
import { attachArtifact } from '../oci/referrers.ts';
import { makeRegistryClient } from '../oci/registry.ts';
import { PREDICATE_TYPES } from '../provenance/attached.ts';
import type { Cause, Comparison } from '../spec/difference.ts';
import type { Digest } from '../spec/digest.ts';
import { parseNormalizedNamed } from '../spec/reference.ts';
import { runClient, shellLine } from './client.ts';
import { compareAddresses, reportOf, writeReport } from './diff.ts';
import type { DiffFormat, DiffOptions } from './diff.ts';
import { saveMemory } from './memory.ts';
import { makeProgress } from './progress.ts';
import { planRebuild, tellSettings } from './rebuild.ts';
import type { RebuildOptions } from './rebuild.ts';
import { BUNDLE_TYPE, outcomeStatement, signStatement, STATEMENT_TYPE } from './statement.ts';
import { openSubject } from './subject.ts';
import type { Subject } from './subject.ts';

export interface VerifyOptions extends RebuildOptions {
  readonly ignore: readonly string[];
  readonly format: DiffFormat;
  /** A file for the report of differences. */
  readonly output?: string;
  readonly limit: number;
  /** Contents that are equal and packed differently are enough. */
  readonly acceptRepacked?: boolean;
  /** A file for the rebuilt image; else it is removed. */
  readonly keep?: string;
  /** A file for the statement of the outcome. */
  readonly statement?: string;
  /** Signs the statement: a file with a private key, PEM. */
  readonly key?: string;
  /** Who verifies, for the statement: a URI. */
  readonly verifier: string;
  /** Attaches the statement to the subject in its registry. */
  readonly attach?: boolean;
  readonly color: boolean;
  readonly progress: boolean;
}

export interface VerifyOutput {
  readonly out: Writable;
  readonly err: Writable;
  readonly log: (text: string) => void;
}

/**
 * `repro-dockerfile verify IMAGE@DIGEST`: builds the image again from its provenance and compares. Gives 0 when all digests are equal (or contents,
 * where that is enough), 1 when they are not; throws when it cannot tell. The statement is written in both cases.
 */
export async function runVerify(reference: string, options: VerifyOptions, version: string, { out, err, log }: VerifyOutput): Promise<0 | 1> {
  saveMemory();
  // What would fail at the end fails before the build.
  const key = options.key === undefined ? undefined : await readKey(options.key);
  if (options.attach === true && options.statement === undefined && key === undefined) log('the statement is attached without a signature: nobody need believe it');
  const subject = await openSubject(reference, options.platform, { plainHttp: options.plainHttp === true });
  const folder = await mkdtemp(join(tmpdir(), 'repro-dockerfile-'));
  try {
    const rebuilt = options.keep ?? join(folder, 'rebuilt.tar');
    const { settings, command } = await planRebuild(subject, rebuilt, options);
    tellSettings(settings, log);
    log(shellLine(command));
    await runClient(command);
    const comparison = await compare(reference, rebuilt, options, err);
    if (comparison.platforms.length < subject.images.length) throw new CodedError('image', `the rebuild has not all platforms of ${reference}: ${comparison.notes.join('; ')}`);
    await writeReport(await reportOf(comparison, reportOptions(options)), options.output, out);
    await publish(subject, comparison, options, key, version, log);
    return comparison.verdict === 'equal' || (comparison.verdict === 'repacked' && options.acceptRepacked === true) ? 0 : 1;
  } finally {
    await subject.opened.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The options of a comparison whose exit status is not asked. */
export function reportOptions(options: Omit<DiffOptions, 'strict' | 'plainHttp'> & { readonly plainHttp?: boolean }): DiffOptions {
  return { ...options, strict: true, plainHttp: options.plainHttp === true };
}

async function compare(subject: string, rebuilt: string, options: VerifyOptions, err: Writable): Promise<Comparison> {
  const progress = makeProgress(options.progress ? err : undefined);
  try {
    return await compareAddresses(`docker://${subject}`, rebuilt, { ...options, plainHttp: options.plainHttp === true }, progress);
  } finally {
    progress.stop();
  }
}

async function readKey(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new CodedError('option', `cannot read the key ${path}: ${messageOf(error)}`, { cause: error });
  });
}

/** Writes and attaches the statement, as far as that is asked for. */
async function publish(subject: Subject, comparison: Comparison, options: VerifyOptions, key: string | undefined, version: string, log: (text: string) => void): Promise<void> {
  if (options.statement === undefined && options.attach !== true) return;
  const statement = outcomeStatement({
    resource: subject.reference,
    subjects: subjectsOf(subject, comparison),
    verdict: comparison.verdict,
    ...causesOf(comparison),
    provenance: await provenanceOf(subject),
    verifier: options.verifier,
    version,
    time: new Date(),
  });
  const document = key === undefined ? statement : signStatement(statement, key);
  const bytes = Buffer.from(JSON.stringify(document));
  if (options.statement !== undefined) {
    await writeFile(options.statement, `${bytes.toString()}\n`);
    log(`statement: ${options.statement}`);
  }
  if (options.attach !== true) return;
  const client = makeRegistryClient(parseNormalizedNamed(subject.reference), { plainHttp: options.plainHttp === true });
  const { mediaType, digest, size } = subject.root;
  const attached = await attachArtifact(client, { mediaType, digest, size }, {
    mediaType: key === undefined ? STATEMENT_TYPE : BUNDLE_TYPE, bytes,
    annotations: { 'org.opencontainers.image.created': new Date().toISOString(), 'dev.sigstore.bundle.content': 'dsse-envelope', 'dev.sigstore.bundle.predicateType': predicateTypeOf(statement) },
  });
  log(`attached: ${client.name}@${attached}`);
}

function predicateTypeOf(statement: object): string {
  return (statement as { readonly predicateType: string }).predicateType;
}

/**
 * The digests that a statement is about: the manifests that were compared, and the root (which was not rebuilt as such, since attestations are in it) when
 * those are all that it has. Throws (code `image`) when there is none.
 */
export function subjectsOf({ root, opened, images }: Pick<Subject, 'root' | 'images'> & { readonly opened: Pick<Subject['opened'], 'images' | 'address'> }, { platforms }: Pick<Comparison, 'platforms'>): readonly Digest[] {
  const compared = new Set(platforms.map(({ a }) => a));
  const manifests = images.flatMap(({ manifest }) => (manifest !== undefined && compared.has(manifest.digest) ? [manifest.digest] : []));
  if (manifests.length === 0) throw new CodedError('image', `${opened.address}: no manifest was compared with one, so that nothing can be stated of a digest`);
  return [...new Set([...(manifests.length === opened.images.length ? [root.digest] : []), ...manifests])];
}

/** What was looked past: of the packing, and what the user wanted to be ignored of the contents. */
function causesOf({ causes }: Comparison): { readonly normalised: readonly Cause[]; readonly ignored: readonly Cause[] } {
  const named = (found: Comparison['causes']): readonly Cause[] => found.map(({ cause }) => cause).toSorted();
  return { normalised: named(causes.filter(({ isPacking }) => isPacking)), ignored: named(causes.filter(({ isPacking, ignored }) => !isPacking && ignored > 0)) };
}

/** The statements of provenance that the rebuild could be made from. */
async function provenanceOf({ opened, images, reference }: Subject): Promise<readonly { readonly uri: string; readonly digest: Digest }[]> {
  const name = reference.replace(/@sha256:[0-9a-f]{64}$/, '');
  const found = await Promise.all(images.map(async ({ manifest }) => (manifest === undefined ? undefined : attachedStatements(opened, manifest.digest, PREDICATE_TYPES))));
  return found.flatMap((attached) => attached?.statements.map(({ descriptor }) => ({ uri: `docker-image+blob://${name}@${descriptor.digest}`, digest: descriptor.digest })) ?? []);
}
