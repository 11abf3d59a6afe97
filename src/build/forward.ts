import { detectSyntax } from '../dockerfile/directives.ts';
import { findCause, setLocation, wrapError } from '../diag/error.ts';
import { GatewayError } from '../gateway/error.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Result } from '../gateway/result.ts';
import type { Definition } from '../llb/types.ts';
import { trimSpace } from '../spec/strings.ts';
import { loadInputStates } from './build-context.ts';
import type { RequestConfig } from './config.ts';
import type { Entrypoint } from './entrypoint.ts';
import { marshalState } from './solve.ts';
import { withSources } from './source-error.ts';

const SYNTAX_ARG = 'build-arg:BUILDKIT_SYNTAX';

/**
 * The result of the frontend that the request or the Dockerfile's syntax line names; undefined when none is named.
 * A request that has been passed on once has the option `cmdline` and is not passed on again (builder Build).
 */
export async function forwardToNamedFrontend(gateway: Gateway, config: RequestConfig, entrypoint: Entrypoint): Promise<Result | undefined> {
  const { options } = config;
  if (options.has('cmdline')) return undefined;
  const cmdline = options.get(SYNTAX_ARG);
  if (cmdline !== undefined) {
    const [ref = ''] = trimSpace(cmdline).split(' ', 1);
    return forward(gateway, config, ref, cmdline, (error) => wrapError(error, `failed with ${SYNTAX_ARG} = ${cmdline}`));
  }
  const syntax = detectSyntax(entrypoint.sourceMap.data);
  if (syntax === undefined) return undefined;
  return forward(gateway, config, syntax.ref, syntax.cmdline, (error) => withSources(setLocation(error, syntax.ranges), entrypoint.sourceMap));
}

/** `explain` is for errors that do not show lines of a source file already. */
async function forward(gateway: Gateway, config: RequestConfig, ref: string, cmdline: string, explain: (error: unknown) => Error): Promise<Result> {
  try {
    const frontendOptions = new Map([...config.options, ['cmdline', cmdline], ['source', ref]]);
    const frontendInputs = gateway.capabilities.supports('frontend.inputs') ? await marshalInputs(gateway) : new Map<string, Definition>();
    return await gateway.solve({ frontend: 'gateway.v0', frontendOptions, frontendInputs });
  } catch (error) {
    if (findCause(error, GatewayError)?.has('errdefs.Source') === true) throw error;
    throw explain(error);
  }
}

async function marshalInputs(gateway: Gateway): Promise<ReadonlyMap<string, Definition>> {
  const states = await loadInputStates(gateway).catch((error: unknown) => {
    throw wrapError(error, 'failed to get frontend inputs');
  });
  return new Map(await Promise.all([...states].map(async ([name, state]) => [name, await marshalState(gateway, state)] as const)));
}
