import { detectSyntax } from '../dockerfile/directives.ts';
import type { SyntaxDirective } from '../dockerfile/directives.ts';
import { CodedError, findCause, setLocation, wrapError } from '../diag/error.ts';
import { GatewayError } from '../gateway/error.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Result } from '../gateway/result.ts';
import type { Definition } from '../llb/types.ts';
import { assertPinned, provenancePins } from '../rewrite/pin.ts';
import { hostPlatform } from '../spec/platform.ts';
import { parseNormalizedNamed, referenceToString, tagNameOnly, withDigest } from '../spec/reference.ts';
import { trimSpace } from '../spec/strings.ts';
import { loadInputStates } from './build-context.ts';
import { warnAt } from './entrypoint.ts';
import { loadProvenance } from './provenance-source.ts';
import type { Request } from './request.ts';
import { marshalState } from './solve.ts';
import { withSources } from './source-error.ts';

const SYNTAX_ARG = 'build-arg:BUILDKIT_SYNTAX';

/**
 * The result of the frontend that the request or the Dockerfile's syntax line names; undefined when none is named.
 * A request that has been passed on once has the option `cmdline` and is not passed on again (builder Build).
 */
export async function forwardToNamedFrontend(request: Request): Promise<Result | undefined> {
  const { config: { options }, entrypoint: { sourceMap } } = request;
  if (options.has('cmdline')) return undefined;
  const cmdline = options.get(SYNTAX_ARG);
  if (cmdline !== undefined) {
    const [ref = ''] = trimSpace(cmdline).split(' ', 1);
    return forward(request, { ref, cmdline, ranges: [] }, (error) => wrapError(error, `failed with ${SYNTAX_ARG} = ${cmdline}`));
  }
  const syntax = detectSyntax(sourceMap.data);
  if (syntax === undefined) return undefined;
  return forward(request, syntax, (error) => withSources(setLocation(error, syntax.ranges), sourceMap));
}

/** `explain` is for errors that do not show lines of a source file already. */
async function forward(request: Request, syntax: SyntaxDirective, explain: (error: unknown) => Error): Promise<Result> {
  const { gateway, config } = request;
  const source = await pinnedFrontend(request, syntax);
  try {
    const frontendOptions = new Map([...config.options, ['cmdline', syntax.cmdline], ['source', source]]);
    const frontendInputs = gateway.capabilities.supports('frontend.inputs') ? await marshalInputs(gateway) : new Map<string, Definition>();
    return await gateway.solve({ frontend: 'gateway.v0', frontendOptions, frontendInputs });
  } catch (error) {
    if (findCause(error, GatewayError)?.has('errdefs.Source') === true) throw error;
    throw explain(error);
  }
}

/**
 * The other frontend's image, pinned when provenance is supplied; what it reads itself is its own affair, which is said in a warning. Whoever
 * gives REPRO_TRUST wants no unsigned source at all, and gets an error (code `provenance`) unless REPRO_PIN=lax.
 */
async function pinnedFrontend({ repro, services, gateway, entrypoint, config }: Request, { ref, ranges }: SyntaxDirective): Promise<string> {
  const platform = config.build.buildPlatforms[0] ?? hostPlatform();
  const provenance = repro.enabled ? await loadProvenance(services, platform) : undefined;
  if (provenance === undefined) return ref;
  if (repro.trust !== undefined && repro.pin === 'strict') {
    const error = new CodedError('provenance', `REPRO_TRUST is given, and the build would be passed on to the frontend ${ref}, which checks no signature and pins nothing: ` +
      'with --build-arg BUILDKIT_SYNTAX=IMAGE the client chooses this one, with REPRO_PIN=lax the other builds as it likes');
    throw ranges.length === 0 ? error : withSources(setLocation(error, ranges), entrypoint.sourceMap);
  }
  const pins = provenancePins(provenance, repro.pin, () => undefined);
  const reference = tagNameOnly(parseNormalizedNamed(ref));
  const digest = pins.image(referenceToString(reference), platform, ranges);
  try {
    assertPinned([pins]);
  } catch (error) {
    throw withSources(error, entrypoint.sourceMap);
  }
  warnAt(gateway, entrypoint, {
    short: `Not reproducible in full: the build is passed on to the frontend ${ref}, which pins nothing unless it is this one`,
    detail: ['Of the materials only the image of that frontend is pinned. With the build arg BUILDKIT_SYNTAX the syntax line does not count.'], url: '', ranges,
  });
  return digest === undefined || digest === 'missing' ? ref : referenceToString(withDigest(reference, digest));
}

async function marshalInputs(gateway: Gateway): Promise<ReadonlyMap<string, Definition>> {
  const states = await loadInputStates(gateway).catch((error: unknown) => {
    throw wrapError(error, 'failed to get frontend inputs');
  });
  return new Map(await Promise.all([...states].map(async ([name, state]) => [name, await marshalState(gateway, state)] as const)));
}
