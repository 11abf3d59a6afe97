import { convert } from '../convert/convert.ts';
import type { ConvertResult } from '../convert/options.ts';
import { prepareDockerfile } from '../convert/prepare.ts';
import type { PreparedDockerfile } from '../convert/prepare.ts';
import { wrapError } from '../diag/error.ts';
import { GatewayError } from '../gateway/error.ts';
import type { Reference } from '../gateway/reference.ts';
import { singleRef } from '../gateway/result.ts';
import type { Attestation, Result } from '../gateway/result.ts';
import { formatShort } from '../lint/linter.ts';
import type { Definition } from '../llb/types.ts';
import { explainPlatform } from '../rewrite/explain.ts';
import type { Explanation } from '../rewrite/explain.ts';
import { lockPolicy } from '../rewrite/lock.ts';
import { assertPinned } from '../rewrite/pin.ts';
import { rewrite } from '../rewrite/rewrite.ts';
import type { KeptChanges, Rewrite, RewriteFacts } from '../rewrite/rewrite.ts';
import { assertEpoch } from '../rewrite/timestamps.ts';
import { hostPlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import type { Policy } from '../spec/source-policy.ts';
import { assembleResult, platformId, resultMetadata } from './build-result.ts';
import type { PlatformResult } from './build-result.ts';
import { checkBuild } from './check-build.ts';
import { warnAt } from './entrypoint.ts';
import { gatherFacts } from './facts.ts';
import { convertOptions } from './request.ts';
import type { Request } from './request.ts';
import { resolveScanner, scan } from './sbom.ts';
import type { Scanner } from './sbom.ts';
import { marshalState, sourceOps } from './solve.ts';

/** What is to be built for one platform. */
interface Plan {
  /** Undefined: the daemon's own. */
  readonly platform: Platform | undefined;
  readonly prepared: PreparedDockerfile;
  readonly facts: RewriteFacts;
  readonly rewritten: Rewrite;
}

interface ConvertedPlan extends Plan {
  readonly converted: ConvertResult;
  readonly definition: Definition;
}

/** Builds a request's target for each of its platforms, all at once, and puts the results together (dockerui Build). */
export async function buildPlatforms(request: Request): Promise<Result> {
  const { config, repro } = request;
  const plain = repro.enabled ? undefined : await findScanner(request, undefined);
  const plans = await makePlans(request, 'warnings');
  const scanner = plain ?? await findScanner(request, plans[0]?.rewritten);
  const converted = await convertPlans(request, plans);
  const policy = await lock(request, plans);
  const multiPlatform = config.build.multiPlatformRequested;
  // Made while the daemon is at work, and shown when it is done: what fails is shown as the reference shows it.
  const making = whenTold(() => ({ warning: warningOfChanges(request, plans), metadata: resultMetadata(converted, multiPlatform) }));
  const results = await Promise.all(converted.map((each) => solvePlan(request, each, policy, making.tell)));
  making.tell();
  const { warning, metadata } = await making.value;
  if (warning !== undefined) warnAt(request.gateway, request.entrypoint, warning);
  return assembleResult(results, metadata, multiPlatform, await scanAll(request, scanner, results, policy));
}

/** What the rewrites do to the build of a request: all is converted, and nothing built. */
export async function explainBuild(request: Request): Promise<Explanation> {
  const plans = await makePlans(request, 'all');
  await findScanner(request, plans[0]?.rewritten);
  await convertPlans(request, plans);
  const { from } = request;
  return {
    ...(from === undefined ? {} : { request: { provenance: from.provenance, changes: from.recorded.changes } }),
    dockerfile: request.entrypoint.sourceMap.filename,
    platforms: plans.map(({ platform, rewritten, facts }) => explainPlatform(platformId(platform ?? request.config.build.buildPlatforms[0]), rewritten, facts.provenance)),
  };
}

function makePlans(request: Request, kept: KeptChanges): Promise<readonly Plan[]> {
  const { targetPlatforms } = request.config.build;
  const platforms = targetPlatforms.length === 0 ? [undefined] : targetPlatforms;
  return Promise.all(platforms.map((platform, index) => makePlan(request, platform, index, kept)));
}

/** Only the first platform's warnings are shown: the others' are the same. */
async function makePlan(request: Request, platform: Platform | undefined, index: number, kept: KeptChanges): Promise<Plan> {
  const { entrypoint, config, warn } = request;
  const prepared = prepareDockerfile(entrypoint.sourceMap.data, config.build.lintConfig, index === 0 ? warn : undefined);
  const facts = await gatherFacts(request, prepared.dockerfile, platform ?? config.build.buildPlatforms[0] ?? hostPlatform());
  return { platform, prepared, facts, rewritten: rewrite(prepared.dockerfile, facts, kept) };
}

/** Converts for all platforms; what cannot be pinned on any of them is one error, which goes before others that may come of it. */
async function convertPlans(request: Request, plans: readonly Plan[]): Promise<readonly ConvertedPlan[]> {
  const outcomes = await Promise.allSettled(plans.map((plan, index) => convertPlan(request, plan, index)));
  assertPinned(plans.map(({ rewritten }) => rewritten.pins));
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

async function convertPlan(request: Request, plan: Plan, index: number): Promise<ConvertedPlan> {
  const { platform, prepared, rewritten } = plan;
  const converted = await convert(rewritten.dockerfile, {
    ...convertOptions(request, rewritten),
    ...(platform === undefined ? {} : { targetPlatform: platform }),
    ...(index === 0 ? { warn: request.warn } : {}),
    linter: prepared.linter,
  });
  assertEpoch(request.repro, converted.epoch);
  return { ...plan, converted, definition: await marshal(converted) };
}

/** What `make` gives, made when the present work of the process is done after `tell` was called. */
function whenTold<T>(make: () => T): { readonly tell: () => void; readonly value: Promise<T> } {
  let tell = (): void => undefined;
  const value = new Promise<void>((resolve) => {
    tell = () => void setImmediate(resolve);
  }).then(make);
  value.catch(() => undefined);
  return { tell, value };
}

async function solvePlan(request: Request, plan: ConvertedPlan, policy: Policy | undefined, onSent: () => void): Promise<PlatformResult> {
  return { platform: plan.platform, converted: plan.converted, ref: await solve(request, plan, policy, onSent) };
}

async function marshal(converted: ConvertResult): Promise<Definition> {
  try {
    return await converted.marshal();
  } catch (error) {
    throw wrapError(error, 'failed to marshal LLB definition');
  }
}

/** With rewrites the result is built here and not by the exporter, so that a failing RUN is shown without what they put before it. */
async function solve(
  { gateway, config, repro }: Request, { rewritten, definition }: ConvertedPlan, sourcePolicy: Policy | undefined, onSent: () => void,
): Promise<Reference | undefined> {
  try {
    const locked = sourcePolicy === undefined ? {} : { sourcePolicy };
    return singleRef(await gateway.solve({ definition, cacheImports: config.cacheImports, evaluate: repro.enabled, onSent, ...locked }));
  } catch (error) {
    if (!(error instanceof GatewayError) || !repro.enabled) throw error;
    throw error.withMessage(rewritten.plainMessage(error.statusMessage));
  }
}

/** Where all is pinned, the daemon makes sure of it. */
async function lock({ gateway, context }: Request, plans: readonly Plan[]): Promise<Policy | undefined> {
  if (!plans.every(({ rewritten }) => rewritten.locked)) return undefined;
  const main = context.context === undefined ? [] : sourceOps(await marshalState(gateway, context.context));
  return lockPolicy(plans.flatMap(({ rewritten }) => rewritten.pins.contents), main.map(({ identifier }) => identifier));
}

async function findScanner({ gateway, config }: Request, rewritten: Rewrite | undefined): Promise<Scanner | undefined> {
  const { sbom, build } = config;
  if (sbom === undefined) return undefined;
  const platform = build.buildPlatforms[0] ?? hostPlatform();
  const digest = rewritten?.pins.addedImage(sbom.generator, platform);
  if (digest === 'missing') return undefined;
  const pinned = digest === undefined ? sbom : { ...sbom, generator: `${sbom.generator}@${digest}` };
  return resolveScanner(gateway, pinned, platform, config.options.get('image-resolve-mode') ?? '');
}

async function scanAll(
  { gateway }: Request, scanner: Scanner | undefined, results: readonly PlatformResult[], policy: Policy | undefined,
): Promise<ReadonlyMap<string, readonly Attestation[]>> {
  if (scanner === undefined) return new Map();
  return new Map(await Promise.all(results.map(async ({ platform, converted }) => {
    const id = platformId(platform);
    return [id, [await scan(gateway, scanner, id, converted, policy)]] as const;
  })));
}

/** One line sums up what the rewrites could not do, and what the project's own rules find; undefined: nothing. */
function warningOfChanges(request: Request, plans: readonly Plan[]): Parameters<typeof warnAt>[2] | undefined {
  const ofRequest = request.from === undefined ? [] : changeWarnings(request.from.recorded);
  const ofPlatforms = plans.flatMap(({ rewritten }) => changeWarnings(rewritten));
  const warnings = new Set([...ofRequest, ...ofPlatforms, ...plans.slice(0, 1).flatMap((plan) => findings(request, plan))]);
  const [first] = warnings;
  if (first === undefined) return undefined;
  const more = warnings.size === 1 ? '' : ` (and ${warnings.size - 1} more)`;
  return { short: `Not reproducible in full: ${first}${more}`, detail: [...warnings], url: '', ranges: [] };
}

function changeWarnings({ changes }: Pick<Rewrite, 'changes'>): readonly string[] {
  return changes.filter((change) => change.warning === true).map(({ line, why }) => (line === 0 ? why : `line ${line}: ${why}`));
}

function findings(request: Request, { prepared, rewritten }: Plan): readonly string[] {
  const found: string[] = [];
  if (request.repro.enabled) {
    checkBuild(request, rewritten, prepared.linter.reportingTo(({ rule, message, ranges }) => {
      found.push(formatShort(rule.name, message, ranges[0]?.start.line ?? 0));
    }));
  }
  return found;
}
