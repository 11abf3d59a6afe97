/** What is made beside an image, and from what was made before: caches, platforms, sboms. With the rewrites off all is the reference's. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { join } from 'node:path';
import type { BuildRequest, BuildResult } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';
import { pushReferenceImage } from '../support/reference-image.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const reference = await pushReferenceImage(env);
const FRONTENDS = { reference, ours: env.frontend } as const;
type Name = keyof typeof FRONTENDS;
const EPOCH = 1700000000;
const { busybox } = env.bases;

function build(name: Name, request: BuildRequest): Promise<BuildResult> {
  return env.mustBuild({ epoch: EPOCH, rewriteTimestamp: true, ...request, frontend: { image: FRONTENDS[name] }, buildArgs: { REPRO: 'off', ...request.buildArgs } });
}

/** Every blob of the image or index that was made, by the root's digest, and what is attached to each image. */
function view({ layout }: BuildResult): unknown {
  return {
    images: layout.images().map(({ manifestDigest, config }) => ({ manifestDigest, config, attestations: layout.attestations(manifestDigest) })),
    root: layout.root.digest,
  };
}

/** The RUN gives another result each time that it runs, so an equal image means that it came from the cache. */
const RANDOM = `FROM ${busybox} AS one\nRUN head -c 16 /dev/urandom | od -x >/random\nFROM ${busybox}\nCOPY --from=one /random /\nCOPY a.txt /\nRUN cat /random /a.txt >/both\n`;
const FILES = { 'a.txt': 'a\n' };

interface Cache {
  readonly save: (folder: string, image: string) => Pick<BuildRequest, 'args' | 'output'>;
  readonly load: (folder: string, image: string) => string;
}

const CACHES: Readonly<Record<string, Cache>> = {
  registry: {
    save: (_, image) => ({ args: ['--export-cache', `type=registry,ref=${image}-cache,mode=max`] }),
    load: (_, image) => `type=registry,ref=${image}-cache`,
  },
  local: {
    save: (folder) => ({ args: ['--export-cache', `type=local,dest=${folder},mode=max`] }),
    load: (folder) => `type=local,src=${folder}`,
  },
  inline: {
    save: (_, image) => ({ args: ['--export-cache', 'type=inline'], output: { push: image } }),
    load: (_, image) => `type=registry,ref=${image}`,
  },
};

const DIRECTIONS: readonly (readonly [saver: Name, loader: Name])[] = [['reference', 'ours'], ['ours', 'reference']];

for (const [kind, cache] of Object.entries(CACHES)) {
  for (const [saver, loader] of DIRECTIONS) {
    test(`${kind} cache: saved with ${saver}, loaded with ${loader}`, async () => {
      const folder = join(env.tempFolder(), 'cache');
      const image = env.image(`${kind}-${saver}-${loader}`);
      const other = await env.startDaemon();
      try {
        // The inline cache has the steps of the result alone, not those of the stage before.
        const dockerfile = kind === 'inline' ? `FROM ${busybox}\nRUN head -c 16 /dev/urandom | od -x >/random\nCOPY a.txt /\n` : RANDOM;
        const request = { dockerfile: `${dockerfile}LABEL cache=${kind}-${saver}-${loader}\n`, files: FILES, noCache: true };
        const saved = await build(saver, { ...request, ...cache.save(folder, image) });
        const loaded = await build(loader, { ...request, noCache: false, daemon: other, args: ['--import-cache', cache.load(folder, image)] });
        assert.match(loaded.log, /RUN head -c 16[^\n]*\n#\d+ CACHED/);
        const layers = async (): Promise<readonly string[]> => {
          if (kind !== 'inline') return saved.image.layers.map(({ diffId }) => diffId);
          const { config } = JSON.parse((await env.images.manifest(image))?.bytes.toString() ?? '') as { config: { digest: string } };
          return (JSON.parse((await env.images.blob(image, config.digest)).toString()) as { rootfs: { diff_ids: string[] } }).rootfs.diff_ids;
        };
        assert.equal(loaded.image.layers.map(({ diffId }) => diffId), await layers());
      } finally {
        await other.stop();
      }
    });
  }
}

test('several platforms, each with its own stages and variables', async () => {
  const dockerfile = `FROM --platform=$BUILDPLATFORM ${busybox} AS build
ARG TARGETPLATFORM TARGETARCH BUILDPLATFORM
RUN echo "$BUILDPLATFORM for $TARGETPLATFORM" >/made
FROM scratch AS base-amd64
ENV ONLY=amd64
FROM scratch AS base-arm64
COPY a.txt /only-arm
FROM base-$TARGETARCH
ARG TARGETARCH
LABEL arch=$TARGETARCH
COPY --link --from=build /made /
`;
  const request = { dockerfile: dockerfile.replace('FROM --platform', 'ARG TARGETARCH\nFROM --platform'), files: FILES, platform: 'linux/amd64,linux/arm64' };
  const expected = await build('reference', request);
  assert.is(expected.layout.images().length, 2);
  assert.equal(view(await build('ours', request)), view(expected));
  const single = { ...request, platform: 'linux/arm64/v8', opts: { 'multi-platform': 'true' } };
  assert.equal(view(await build('ours', single)), view(await build('reference', single)));
});

/** An sbom generator: it lists the files that it is given, as a statement. */
async function pushScanner(): Promise<string> {
  const image = env.image('scanner');
  const script = `set -e
for target in "$BUILDKIT_SCAN_SOURCE" "$BUILDKIT_SCAN_SOURCE_EXTRAS"/*; do
  [ -e "$target" ] || continue
  files=$(cd "$target" && find . -type f -name '*.txt' | sort | tr '\\n' ' ')
  printf '{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://spdx.dev/Document","predicate":{"name":"%s","files":"%s","parameter":"%s"}}' "$(basename "$target")" "$files" "$BUILDKIT_SCAN_PARAMETER" >"$BUILDKIT_SCAN_DESTINATION/$(basename "$target").spdx.json"
done
`;
  await env.mustBuild({ frontend: 'reference', dockerfile: `FROM ${busybox}\nCOPY scan.sh /\nCMD ["sh", "/scan.sh"]\n`, files: { 'scan.sh': script }, epoch: EPOCH, output: { push: image } });
  return image;
}

const SBOM_DOCKERFILE = `ARG BUILDKIT_SBOM_SCAN_CONTEXT=true
FROM ${busybox} AS build
ARG BUILDKIT_SBOM_SCAN_STAGE=true
COPY a.txt /built.txt
FROM scratch
COPY --from=build /built.txt /result.txt
`;

for (const [name, request] of Object.entries<BuildRequest>({
  'an sbom': {},
  'an sbom with a parameter, of stages and context too': { buildArgs: { BUILDKIT_SBOM_SCAN_STAGE: 'true', BUILDKIT_SBOM_SCAN_CONTEXT: 'true' }, opts: { parameter: 'x' } },
  'sboms of two platforms': { platform: 'linux/amd64,linux/arm64' },
})) {
  test(name, async () => {
    const { parameter, ...opts } = request.opts ?? {};
    const generator = `generator=${await pushScanner()}${parameter === undefined ? '' : `,parameter=${parameter}`}`;
    const full = { dockerfile: SBOM_DOCKERFILE, files: FILES, ...request, opts: { ...opts, 'attest:sbom': generator } };
    const expected = await build('reference', full);
    const statements = expected.layout.images().flatMap(({ manifestDigest }) => expected.layout.attestations(manifestDigest));
    assert.ok(statements.some(({ statement }) => JSON.stringify(statement).includes('result.txt')), JSON.stringify(statements));
    if (parameter !== undefined) assert.ok(statements.length > 1, 'one of each place that was looked at');
    assert.equal(view(await build('ours', full)), view(expected));
  });
}

test.run();
