/** An image is built, everything that its build read moves on, and another daemon builds it again from its provenance. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildRequest, BuildResult, Index } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';
import { PACKAGE, startRebuildWorld } from '../support/rebuild-world.ts';

const env = await startEnvironment();
test.after(() => env.stop());
const world = await startRebuildWorld(env);
test.after(() => world.stop());
const { tags, urls, repositories } = world;

const EPOCH = 1_700_000_000;
const INSTALL = `apt-get update && apt-get install -y --no-install-recommends ${PACKAGE} && rm -rf /var/lib/apt/lists/*`;
const CLEAN = 'rm -rf /var/log/* /var/cache/apt/*.bin /var/cache/ldconfig/aux-cache /var/lib/dpkg/*-old';
const SNAPSHOT: BuildRequest = { secrets: { 'enable-repro-sources-list': '' }, buildArgs: { SNAPSHOT_ARCHIVE_BASE: world.snapshots.base } };
const FOLDER = { greeting: 'hello\n', ignored: 'x', '.dockerignore': 'ignored\n' };
const GIFTS = env.tempFolder({ gift: 'from a folder of the client\n' });

interface Case {
  /** The first build. */
  readonly first: BuildRequest;
  /** What the one who builds it again must bring. */
  readonly supplied?: BuildRequest;
  /** With mode=min: the original context, where the first build's does not name it for good. */
  readonly original?: BuildRequest;
}

const CASES: Readonly<Record<string, Case>> = {
  'apt packages, with our frontend': {
    first: { dockerfile: `FROM ${tags.apt}\nRUN ${INSTALL}\n` },
    supplied: SNAPSHOT,
  },
  'apt packages, cleaned up by the Dockerfile': {
    first: { frontend: 'reference', dockerfile: `FROM ${tags.apt}\nRUN ${INSTALL} && ${CLEAN}\n` },
    supplied: SNAPSHOT,
  },
  'stages, COPY --from an image': {
    first: {
      frontend: 'reference', target: 'app',
      dockerfile: `FROM ${tags.base} AS build\nRUN cat /generation > /out\nFROM ${tags.base} AS app\nCOPY --from=build /out /out\nCOPY --from=${tags.tools} /generation /tools\nFROM app AS later\nRUN false\n`,
    },
  },
  'stages, with our frontend': {
    first: { target: 'app', dockerfile: `FROM ${tags.base} AS build\nRUN cat /generation > /out && echo $SOURCE_DATE_EPOCH > /epoch && echo x > /etc/passwd-\nFROM build AS app\nCOPY --from=build /out /epoch /copied/\nFROM app\nRUN false\n` },
  },
  'ADD from a URL and from repositories': {
    first: { frontend: 'reference', dockerfile: `FROM scratch\nADD ${urls.file} /file\nADD ${repositories.library} /library\nADD ${repositories.library}:sub /part\n` },
  },
  'named contexts': {
    first: {
      dockerfile: `FROM debian:12\nCOPY --from=library / /library\nCOPY --from=tools /generation /tools\nADD --chmod=600 ${urls.file} /\n`,
      contexts: { 'debian:12': `docker-image://${tags.base}`, library: repositories.library, tools: `docker-image://${tags.tools}` },
    },
  },
  'build args and labels': {
    first: {
      frontend: 'reference', buildArgs: { BASE: tags.base, WHO: 'a b=c, "d"', EMPTY: '' }, opts: { 'label:added': 'x=y' },
      dockerfile: 'ARG BASE=none\nARG UNUSED\nFROM $BASE\nARG WHO=nobody\nARG EMPTY=full\nLABEL who=$WHO empty="$EMPTY"\nRUN echo "$WHO, $EMPTY" > /who\n',
    },
  },
  'heredocs, options of RUN': {
    first: {
      opts: { 'add-hosts': 'some.host=192.0.2.7', hostname: 'first' },
      dockerfile: `FROM ${tags.base}
RUN <<EOF
  cat /generation > /first
  hostname > /hostname
EOF
RUN <<SCRIPT
#!/bin/cat
shebang
SCRIPT
COPY <<"PLAIN" <<OTHER /texts/
no $variables
PLAIN
with variables: $GENERATION
OTHER
SHELL ["/bin/sh", "-exc"]
RUN grep some.host /etc/hosts > /hosts
ENTRYPOINT ["/bin/cat", "/first"]
HEALTHCHECK --interval=1m30s CMD true
`,
    },
  },
  'several platforms': {
    first: { frontend: 'reference', platform: 'linux/amd64,linux/arm64', dockerfile: `FROM --platform=$BUILDPLATFORM ${tags.base} AS build\nARG TARGETARCH\nRUN echo $TARGETARCH > /for\nFROM ${tags.tools}\nCOPY --from=build /for /for\n` },
  },
  'a repository as the main context': {
    first: { frontend: 'reference', context: repositories.project },
    original: { context: repositories.projectFirst },
  },
  'a repository, provenance v0.2, our frontend in place of another': {
    first: { client: 'buildx', context: repositories.project, provenanceVersion: 'v0.2' },
    original: { client: 'buildx', context: repositories.projectFirst },
  },
  'an archive as the main context': { first: { frontend: 'reference', context: urls.archive } },
  'mounts from images, a secret': {
    first: {
      dockerfile: `FROM ${tags.base}\nRUN --mount=from=${tags.tools},target=/mnt --mount=type=secret,id=key,required --mount=type=cache,target=/cache cat /mnt/generation > /mounted && wc -c < /run/secrets/key > /size\n`,
      secrets: { key: 'secret' },
    },
    supplied: { secrets: { key: 'secret' } },
  },
  'triggers of the base, folders of the client': {
    first: { frontend: 'reference', dockerfile: `FROM ${tags.triggers}\nCOPY . /all\nCOPY --from=gifts gift /\n`, files: FOLDER, contexts: { gifts: GIFTS } },
    supplied: { contexts: { gifts: GIFTS, 'repro-context': env.tempFolder(FOLDER) } },
  },
};

interface First {
  readonly request: BuildRequest;
  /** IMAGE@DIGEST, with provenance of mode=max, and of mode=min. */
  readonly max: string;
  readonly min: string;
  readonly digests: readonly string[];
}

function must(result: BuildResult): BuildResult {
  assert.ok(result.ok, result.log);
  return result;
}

let pushed = 0;

async function push(request: BuildRequest): Promise<{ readonly image: string; readonly digests: readonly string[] }> {
  const reference = env.image(`first-${pushed++}`);
  const { digest } = must(await env.build({ ...request, output: { push: reference } }));
  const image = `${reference.replace(/:latest$/, '')}@${digest}`;
  const index = (await env.images.manifest(image))?.json as Index;
  return { image, digests: index.manifests.filter(({ platform }) => platform?.os !== 'unknown').map((manifest) => manifest.digest) };
}

async function buildFirst({ first }: Case): Promise<First> {
  const request = { epoch: EPOCH, rewriteTimestamp: true, ...first };
  const { image: max, digests } = await push({ ...request, provenance: 'max' });
  const min = await push({ ...request, provenance: 'min' });
  assert.equal(min.digests, digests);
  return { request, max, min: min.image, digests };
}

/** Two at a time: builds mostly wait. In order of `items`. */
async function inPairs<T, R>(items: readonly T[], action: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const indexes = items.keys();
  const work = async (): Promise<void> => {
    for (const index of indexes) results[index] = await action(items[index]!);
  };
  await Promise.all([work(), work()]);
  return results;
}

const names = Object.keys(CASES);
const firsts = new Map((await inPairs(names, async (name) => [name, await buildFirst(CASES[name]!)] as const)));
await world.move();
const daemon = await env.startDaemon();

interface Again {
  readonly name: string;
  readonly mode: 'max' | 'min';
}

/** From mode=max alone, or from mode=min with the original Dockerfile, context and options. */
function requestAgain({ name, mode }: Again): BuildRequest {
  const { supplied = {}, original = {} } = CASES[name]!;
  const { request: first, max, min } = firsts.get(name)!;
  const common: BuildRequest = { rewriteTimestamp: true, noCache: true, daemon };
  if (mode === 'max') return { ...common, dockerfile: 'the filler is no Dockerfile', ...supplied, buildArgs: { ...supplied.buildArgs, REPRO_FROM: max } };
  const { provenanceVersion: _, ...request } = first;
  const plain = first.frontend === 'reference' ? { REPRO_STRIP: 'none', REPRO_EPOCH: 'off' } : {};
  const contexts = { ...first.contexts, 'repro-provenance': `docker-image://${min}` };
  return { ...common, ...request, frontend: 'ours', ...original, ...supplied, buildArgs: { ...first.buildArgs, ...supplied.buildArgs, ...plain }, contexts };
}

const table: string[] = [];
const agains = names.flatMap((name): readonly Again[] => [{ name, mode: 'max' }, { name, mode: 'min' }]);
const results = await inPairs(agains, (again) => env.build(requestAgain(again)));

for (const [index, { name, mode }] of agains.entries()) {
  test(`${mode === 'max' ? 'from mode=max alone' : 'from mode=min, with the original Dockerfile and context'}: ${name}`, () => {
    const result = must(results[index]!);
    const found = result.layout.images().map(({ manifestDigest }) => manifestDigest);
    const { digests } = firsts.get(name)!;
    digests.forEach((digest, at) => table.push(`${found[at] === digest ? 'equal    ' : 'DIFFERENT'} ${mode} ${digest} ${found[at]} ${name}`));
    assert.equal(found, digests, result.log);
  });
}

test('without provenance all has moved', async () => {
  const apt = must(await env.build({ ...firsts.get('apt packages, with our frontend')!.request, daemon, noCache: true }));
  assert.is(apt.image.layers.at(-1)?.text(`usr/share/${PACKAGE}/version`), '2.0\n');
  const stages = must(await env.build({ ...firsts.get('stages, COPY --from an image')!.request, daemon, noCache: true }));
  assert.is(stages.image.layers.at(-1)?.text('tools'), 'two\n');
});

test.after(() => console.log(['', 'as the first build\'s? from mode=, platform manifest of the first build, of this one', ...table, ''].join('\n')));

test.run();
