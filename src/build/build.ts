import type { Gateway } from '../gateway/gateway.ts';
import type { Result } from '../gateway/result.ts';
import { parseReproOptions } from '../rewrite/options.ts';
import { loadBuildContext } from './build-context.ts';
import { parseConfig } from './config.ts';
import { readEntrypoint } from './entrypoint.ts';
import { probeSecret } from './facts.ts';
import { forwardToNamedFrontend } from './forward.ts';
import { loadFromRequest } from './from-request.ts';
import { checkFrontendCaps } from './frontend-caps.ts';
import { buildPlatforms } from './platforms.ts';
import { openRequest } from './request.ts';
import { withSources } from './source-error.ts';
import { answerSubrequest } from './subrequests.ts';

/**
 * Builds one request (builder Build): options → Dockerfile → another frontend, the answer to a subrequest, or
 * for each platform rewrite → convert → marshal → solve. Throws what the client is to see.
 */
export async function build(gateway: Gateway): Promise<Result> {
  const given = parseConfig(gateway.environment, gateway.llbCapabilities);
  const capabilities = checkFrontendCaps(given.options.get('frontend.caps') ?? '');
  if (capabilities.error !== undefined && !capabilities.forward) throw capabilities.error;
  const asked = parseReproOptions(given.options);

  const from = await loadFromRequest(gateway, given, asked);
  const { config, repro } = from ?? { config: given, repro: asked };
  const secret = probeSecret(gateway, repro);
  const context = from?.context ?? await loadBuildContext(gateway, config);
  const entrypoint = await readEntrypoint(gateway, config, context);

  const request = openRequest({ gateway, config, context, entrypoint, repro, secret, ...(from === undefined ? {} : { from }) });
  // What the first build's frontend was does not matter here: this one makes the images of all.
  const forwarded = from === undefined ? await forwardToNamedFrontend(request) : undefined;
  if (forwarded !== undefined) return forwarded;
  if (capabilities.error !== undefined) throw capabilities.error;

  const answer = await answerSubrequest(request);
  if (answer !== undefined) return answer;
  try {
    return await buildPlatforms(request);
  } catch (error) {
    throw withSources(error, entrypoint.sourceMap);
  }
}
