import { build } from '../build/build.ts';
import { randomId } from '../build/identity.ts';
import { GATEWAY_CAPABILITIES } from '../gateway/capabilities.ts';
import { readEnvironment } from '../gateway/environment.ts';
import { serveRequest } from '../gateway/run.ts';
import { LLB_CAPS } from '../llb/caps.ts';
import { decodeMessage, encodeMessage } from '../pb/codec.ts';
import { openRehearsalWire } from './rehearsal-gateway.ts';
import type { Pipes, RehearsedAnswer } from './rehearsal-gateway.ts';

/**
 * Builds that nobody asked for, before the startup snapshot is taken: what they call is compiled then and is in the snapshot.
 * What a common Dockerfile needs is here; the rest is compiled when a build first needs it.
 */

const DOCKERFILE = `# check=skip=none
ARG VERSION=12
FROM debian:\${VERSION}-slim AS base
LABEL org.opencontainers.image.title="rehearsal" maintainer="none"
ENV LANG=C.UTF-8 PATH=/opt/bin:$PATH
ARG NAME=value
WORKDIR /usr/src/app
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN set -eux; \\
    # a comment
    apt-get update; \\
    apt-get install -y --no-install-recommends ca-certificates "\${NAME:-other}"; \\
    rm -rf /var/lib/apt/lists/*
RUN --mount=type=cache,target=/root/.cache --mount=type=bind,source=package.json,target=package.json npm ci
COPY --chown=1000:1000 package.json *.lock ./
COPY . .
ADD file.tar.gz /opt/
RUN <<EOF
echo built > /built
EOF
RUN echo \$NAME > /name
RUN git clone --depth 1 https://example.com/source.git /source

FROM base AS other
COPY --from=base /usr/src/app /app
COPY --from=busybox:stable /bin/busybox /bin/
VOLUME /data
EXPOSE 80/tcp 443
HEALTHCHECK --interval=30s --timeout=3s CMD curl -f http://localhost/ || exit 1
STOPSIGNAL SIGTERM
USER 1000:1000
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["true"]
`;

const IMAGE_CONFIG = JSON.stringify({
  architecture: 'amd64',
  os: 'linux',
  config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['bash'] },
  created: '2024-01-01T00:00:00Z',
  history: [{ created: '2024-01-01T00:00:00Z', created_by: '/bin/sh -c #(nop) CMD ["bash"]', empty_layer: true }],
  rootfs: { type: 'layers', diff_ids: [`sha256:${'0'.repeat(64)}`] },
});

const PACKAGE = 'moby.buildkit.v1.frontend';

/** Rehearses a build without and one with the secret that asks for the sources list, each over its pipes. Throws when one fails. */
export async function rehearse(...[without, withSecret]: readonly [without: Pipes, withSecret: Pipes]): Promise<void> {
  for (const [pipes, hasSecret] of [[without, false], [withSecret, true]] as const) {
    let returned = false;
    const wire = openRehearsalWire(pipes, (method, message) => {
      returned ||= method === 'Return' && decodeMessage(`${PACKAGE}.ReturnRequest`, message).result !== undefined;
      return answerCall(method, message, hasSecret);
    });
    await serveRequest(wire, () => ({ ...readEnvironment(variables()), newId: sequentialIds() }), build);
    await wire.close();
    if (!returned) throw new Error('the rehearsed build gave no result');
  }
  // Node remembers when the next timer is due until one has run.
  await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Ids that are the same each time: buffers that stay in the snapshot have them. A random one is made as well, since a build makes them. */
function sequentialIds(): () => string {
  let last = 0;
  return () => `${++last}`.padStart(randomId().length, '0');
}

function variables(): Readonly<Record<string, string>> {
  return {
    BUILDKIT_FRONTEND_OPT_0: 'build-arg:SOURCE_DATE_EPOCH=1700000000',
    BUILDKIT_FRONTEND_OPT_1: 'filename=Dockerfile',
    BUILDKIT_SESSION_ID: 'rehearsal',
    BUILDKIT_WORKERS: '[{"ID":"worker","Platforms":[{"architecture":"amd64","os":"linux"}]}]',
    BUILDKIT_EXPORTEDPRODUCT: 'buildkit',
  };
}

function answerCall(method: string, message: Uint8Array, hasSecret: boolean): RehearsedAnswer {
  const encode = (name: string, value: object): Uint8Array => encodeMessage(`${PACKAGE}.${name}`, value);
  switch (method) {
    case 'Ping': return encode('PongResponse', { FrontendAPICaps: allCaps(GATEWAY_CAPABILITIES.keys()), LLBCaps: allCaps(LLB_CAPS.keys()) });
    case 'Solve': return encode('SolveResponse', { result: { ref: { id: 'reference' } } });
    case 'ReadFile': {
      const { FilePath: path } = decodeMessage(`${PACKAGE}.ReadFileRequest`, message);
      return path === 'Dockerfile' ? encode('ReadFileResponse', { Data: Buffer.from(DOCKERFILE) }) : `open ${path}: no such file or directory`;
    }
    case 'ResolveSourceMeta': {
      const { Source } = decodeMessage(`${PACKAGE}.ResolveSourceMetaRequest`, message);
      return encode('ResolveSourceMetaResponse', { Source, Image: { Digest: `sha256:${'0'.repeat(64)}`, Config: Buffer.from(IMAGE_CONFIG) } });
    }
    case 'NewContainer': {
      const { Mounts: [secret] } = decodeMessage(`${PACKAGE}.NewContainerRequest`, message);
      return hasSecret ? new Uint8Array() : `secret ${secret?.secretOpt?.ID}: not found`;
    }
    default: return new Uint8Array();
  }
}

function allCaps(names: Iterable<string>): readonly object[] {
  return [...names].map((ID) => ({ ID, Enabled: true }));
}
