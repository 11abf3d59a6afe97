import { convertToLlb } from '../convert/convertllb.ts';
import { lintDockerfile } from '../convert/lint.ts';
import type { LintResults } from '../convert/lint.ts';
import type { ConvertOptions } from '../convert/options.ts';
import { outlineDockerfile } from '../convert/outline.ts';
import { prepareDockerfile } from '../convert/prepare.ts';
import { listTargets } from '../convert/targets.ts';
import type { Dockerfile } from '../dockerfile/ast.ts';
import { unsupportedSubrequest } from '../gateway/error.ts';
import type { Result } from '../gateway/result.ts';
import { definitionJson } from '../llb/definition-json.ts';
import { EXPLANATION_VERSION, explanationJson } from '../rewrite/explain.ts';
import { explanationText } from '../rewrite/explain-text.ts';
import { assertPinned } from '../rewrite/pin.ts';
import { rewrite } from '../rewrite/rewrite.ts';
import type { Rewrite } from '../rewrite/rewrite.ts';
import { hostPlatform } from '../spec/platform.ts';
import { gatherFacts } from './facts.ts';
import { checkBuild } from './check-build.ts';
import type { JsonValue } from './json-text.ts';
import { lintAnswer } from './lint-answer.ts';
import { outlineAnswer, targetsAnswer } from './outline-answer.ts';
import { explainBuild } from './platforms.ts';
import { convertOptions } from './request.ts';
import type { Request } from './request.ts';
import { withSources } from './source-error.ts';
import { subrequestAnswer } from './subrequest-answer.ts';
import { layOutTable } from './table.ts';

/** A question that a client may ask in place of a build (frontend/subrequests). */
interface Subrequest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** null is what Go makes of a list that was never set. */
  readonly opts: readonly { readonly name: string; readonly description: string }[] | null;
}

const OUTLINE: Subrequest = {
  name: 'frontend.outline',
  version: '1.0.0',
  description: 'List all parameters current build target supports',
  opts: [{ name: 'target', description: 'Target build stage' }],
};
const TARGETS: Subrequest = { name: 'frontend.targets', version: '1.0.0', description: 'List all targets current build supports', opts: [] };
const DESCRIBE: Subrequest = { name: 'frontend.subrequests.describe', version: '1.0.0', description: 'List available subrequest types', opts: null };
/** Not known where the rewrites are off: there the reference's are all. */
const REPRO: Subrequest = {
  name: 'frontend.repro',
  version: EXPLANATION_VERSION,
  description: 'Explain what makes this build reproducible: every pin and rewrite, with its line and reason',
  opts: [{ name: 'target', description: 'Target build stage' }],
};
const LINT_VERSION = '1.0.0';
const CONVERT_VERSION = '0.1.0';

/** Answers the subrequest that the option `requestid` names; undefined when the request is a build. Throws on one that is not known. */
export async function answerSubrequest(request: Request): Promise<Result | undefined> {
  const { repro, entrypoint: { sourceMap } } = request;
  const name = request.config.options.get('requestid');
  if (name === REPRO.name && repro.enabled) return reproAnswer(request);
  switch (name) {
    case undefined: return undefined;
    case DESCRIBE.name: return describe([OUTLINE, TARGETS, ...(repro.enabled ? [REPRO] : []), DESCRIBE]);
    case OUTLINE.name: return outlineAnswer(await withPins(request, outlineDockerfile), sourceMap.data, OUTLINE.version);
    case TARGETS.name: return targetsAnswer(listTargets(sourceMap.data), sourceMap.data, TARGETS.version);
    case 'frontend.lint': return lintAnswer(await lint(request), sourceMap, LINT_VERSION);
    case 'frontend.convertllb': return subrequestAnswer(definitionJson(await withPins(request, convertToLlb)), CONVERT_VERSION);
    default: throw unsupportedSubrequest(name);
  }
}

/** The reference's rules, and after them ours; what cannot be pinned is the error of the build. */
async function lint(request: Request): Promise<LintResults> {
  const { repro, entrypoint: { sourceMap } } = request;
  if (!repro.enabled) return lintDockerfile(sourceMap.data, convertOptions(request));
  const rewritten = await rewriteOf(request);
  if (rewritten === undefined) return lintDockerfile(sourceMap.data, convertOptions(request));
  return lintDockerfile(sourceMap.data, convertOptions(request, { pins: rewritten.pins, runHooks: [] }), (linter) => {
    assertPinned([rewritten.pins]);
    checkBuild(request, rewritten, linter);
  });
}

/** The rewrite of a request's Dockerfile; undefined when it cannot be read, which lint tells in its own way. */
async function rewriteOf(request: Request): Promise<Rewrite | undefined> {
  const { config, entrypoint: { sourceMap } } = request;
  let dockerfile: Dockerfile;
  try {
    ({ dockerfile } = prepareDockerfile(sourceMap.data, config.build.lintConfig));
  } catch {
    return undefined;
  }
  return rewrite(dockerfile, await gatherFacts(request, dockerfile, config.build.buildPlatforms[0] ?? hostPlatform()));
}

/** `ask` of the Dockerfile, rewrites included: the answer is about what would be built. Throws what cannot be pinned. */
async function withPins<T>(request: Request, ask: (dockerfile: Dockerfile, options: ConvertOptions) => Promise<T>): Promise<T> {
  const { entrypoint, config, warn } = request;
  const { dockerfile, linter } = prepareDockerfile(entrypoint.sourceMap.data, config.build.lintConfig, warn);
  const facts = await gatherFacts(request, dockerfile, config.build.buildPlatforms[0] ?? hostPlatform());
  const rewritten = rewrite(dockerfile, facts);
  const [outcome] = await Promise.allSettled([ask(rewritten.dockerfile, { ...convertOptions(request, rewritten), warn, linter })]);
  assertPinned([rewritten.pins]);
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

async function reproAnswer(request: Request): Promise<Result> {
  try {
    const explanation = await explainBuild(request);
    return subrequestAnswer(explanationJson(explanation), REPRO.version, [['result.txt', explanationText(explanation)]]);
  } catch (error) {
    throw withSources(error, request.entrypoint.sourceMap);
  }
}

function describe(subrequests: readonly Subrequest[]): Result {
  const rows = subrequests.map(({ name, version, description }) => `${name.replace(/^frontend\./, '')}\t${version}\t${description}\n`);
  return subrequestAnswer(subrequests.map(describeJson), DESCRIBE.version, [['result.txt', layOutTable(`NAME\tVERSION\tDESCRIPTION\n${rows.join('')}`, 1)]]);
}

function describeJson({ name, version, description, opts }: Subrequest): JsonValue {
  const metadata = ['result.json', 'result.txt'].map((key) => ({ name: key, description: '' }));
  return { name, version, type: 'rpc', description, opts: opts === null ? null : opts.map((option) => ({ ...option })), inputs: null, metadata, refs: null };
}
