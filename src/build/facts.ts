import type { Dockerfile } from '../dockerfile/ast.ts';
import { sessionHasSecret } from '../gateway/containers.ts';
import type { SecretAnswer } from '../gateway/containers.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { ReproOptions } from '../rewrite/options.ts';
import type { RewriteFacts } from '../rewrite/rewrite.ts';
import { SOURCES_LIST_SECRET } from '../rewrite/sources-list.ts';
import type { Platform } from '../spec/platform.ts';
import type { RequestConfig } from './config.ts';
import { newId } from './identity.ts';
import { loadProvenance } from './provenance-source.ts';
import type { Request } from './request.ts';

/** Asks whether the session has the secret that toggles the sources list; not when the options leave nothing to ask. */
export async function probeSecret(gateway: Gateway, repro: ReproOptions): Promise<SecretAnswer> {
  if (!repro.enabled || repro.sourcesList !== undefined) return { kind: 'absent' };
  return sessionHasSecret(gateway, SOURCES_LIST_SECRET, newId(gateway));
}

/** All that the rewrites may know, for one platform. Reads the provenance that the request supplies. */
export async function gatherFacts(request: Request, dockerfile: Dockerfile, platform: Platform): Promise<RewriteFacts> {
  const { repro } = request;
  if (!repro.enabled) return { options: repro, secretPresent: false };
  const [secret, provenance, epoch] = await Promise.all([
    request.secret, request.from?.provenanceFor(platform) ?? loadProvenance(request.services, platform), readEpoch(request, dockerfile),
  ]);
  return {
    options: repro,
    secretPresent: secret.kind === 'present',
    ...(secret.kind === 'unknown' ? { secretProblem: secret.reason } : {}),
    ...(provenance === undefined ? {} : { provenance }),
    ...(epoch === undefined ? {} : { epoch }),
    ...(request.from?.recorded.declared === undefined || repro.override ? {} : { declared: request.from.recorded.declared }),
  };
}

/** SOURCE_DATE_EPOCH as far as it is known before conversion: a number, or the time of the main context. */
async function readEpoch({ config, contexts }: Request, dockerfile: Dockerfile): Promise<bigint | undefined> {
  const text = epochText(config, dockerfile);
  if (text === 'context') return (await contexts.mainContextEpoch())?.seconds;
  return /^[+-]?[0-9]{1,18}$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined;
}

/** SOURCE_DATE_EPOCH as the request, or else the Dockerfile, gives it: a number, `context`, a stage's name …; '' when none does. */
export function epochText({ build }: RequestConfig, dockerfile: Dockerfile): string {
  return build.buildArgs.get('SOURCE_DATE_EPOCH') ?? defaultEpoch(dockerfile) ?? '';
}

/** What an `ARG SOURCE_DATE_EPOCH=…` before the first FROM says. */
function defaultEpoch(dockerfile: Dockerfile): string | undefined {
  return dockerfile.metaArgs.flatMap(({ args }) => args).findLast(({ key }) => key === 'SOURCE_DATE_EPOCH')?.value;
}
