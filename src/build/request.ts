import type { ConvertOptions } from '../convert/options.ts';
import type { SecretAnswer } from '../gateway/containers.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { formatShort } from '../lint/linter.ts';
import type { LintWarning, Warn } from '../lint/linter.ts';
import type { ReproOptions } from '../rewrite/options.ts';
import { NO_PINS } from '../rewrite/pin.ts';
import type { Rewrite } from '../rewrite/rewrite.ts';
import type { BuildContext } from './build-context.ts';
import type { RequestConfig } from './config.ts';
import { RequestContexts } from './contexts.ts';
import { warnAt } from './entrypoint.ts';
import type { Entrypoint } from './entrypoint.ts';
import type { FromRequest } from './from-request.ts';
import { newId } from './identity.ts';
import { ImageSource } from './images.ts';
import type { ContextServices } from './context-services.ts';

/** What is known of a request once its Dockerfile is read. */
export interface RequestFacts {
  readonly gateway: Gateway;
  readonly config: RequestConfig;
  readonly context: BuildContext;
  readonly entrypoint: Entrypoint;
  readonly repro: ReproOptions;
  /** Whether the session has the secret that asks for the sources list; never rejects. */
  readonly secret: Promise<SecretAnswer>;
  /** Where the request is not the client's own, but one that a provenance records. */
  readonly from?: FromRequest;
}

/** A request with what its Dockerfile may ask for while it is converted. */
export interface Request extends RequestFacts {
  readonly services: ContextServices;
  readonly contexts: RequestContexts;
  readonly images: ImageSource;
  /** Shows a lint warning at its lines. */
  readonly warn: Warn;
}

/** The services of a request. */
export function openRequest(facts: RequestFacts): Request {
  const { gateway, config, context, entrypoint, repro } = facts;
  const images = new ImageSource(gateway);
  const services = { gateway, config, images, ...(repro.trust === undefined ? {} : { trust: repro.trust }) };
  return {
    ...facts, services, images,
    contexts: new RequestContexts(services, context, entrypoint),
    warn: (warning) => warnAt(gateway, entrypoint, toWarning(warning)),
  };
}

function toWarning({ rule, message, ranges }: LintWarning): Parameters<typeof warnAt>[2] {
  return { short: formatShort(rule.name, message, ranges[0]?.start.line ?? 0), detail: [rule.description], url: rule.url, ranges };
}

/** What conversion needs of a request, whatever it converts for; without `rewritten` nothing is hooked or pinned. */
export function convertOptions(request: Request, rewritten?: Pick<Rewrite, 'runHooks' | 'fileRule' | 'pins'>): Omit<ConvertOptions, 'warn' | 'linter'> {
  const { config, images, contexts, gateway, entrypoint } = request;
  return {
    config: config.build,
    images,
    contexts: rewritten === undefined ? contexts : contexts.withPins(rewritten.pins),
    caps: gateway.llbCapabilities,
    sourceMap: entrypoint.sourceMap,
    newId: () => newId(gateway),
    runHooks: rewritten?.runHooks ?? [],
    ...(rewritten?.fileRule === undefined ? {} : { fileRule: rewritten.fileRule }),
    pins: rewritten?.pins ?? NO_PINS,
  };
}
